#pragma once
/* One question to a daemon that already runs, over its Unix socket. Blocks; not on a loop. */
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"

/** Let it run what is due (POST /v1/once).
 *  @param services  valid names, "": all  @param out its summary @param status the exit status it
 * says */
enum err ask_once(const char *socket_path, const char *services, int64_t timeout_ms,
		  struct buf *out, int *status, struct error *e);
