#pragma once
/* Start and bury a worker's process. Both block: never on a loop. */
#include <stdint.h>
#include <sys/types.h>

#include "shared/err.h"

/** Start `program --extract` with one end of a new socket as its descriptors 0 and 1 and next to
 *  nothing of our environment, which may hold secrets.
 *  @param fd  our end, close-on-exec; the caller closes it.  Thread: any. */
enum err spawn_worker(const char *program, int64_t memory_bytes, pid_t *pid, int *fd,
		      struct error *e);
/** Kill it when it still lives and take its exit status (of waitpid).  Thread: any. */
int spawn_bury(pid_t pid);

/** Name of the variable that tells a worker its limit of memory. */
#define SPAWN_MEMORY "SELLERSMART_EXTRACT_MEMORY"
