#pragma once
/* A program of others, started so that it can do little harm: in a process group of its own, with
 * nothing of ours open, with limits. */
#include <stdint.h>
#include <sys/types.h>

struct spawn_request {
	const char *path; /* the file; argv[0] is what it is called */
	char *const *argv, *const *envp;
	int in, out, err;   /* its standard streams; in -1: nothing */
	int64_t timeout_ms; /* of processor time a little more is allowed */
};

/** Thread: any. @param pidfd  becomes readable at its end; close it
 *  @return 0, or errno and nothing runs */
int spawn_program(const struct spawn_request *q, pid_t *pid, int *pidfd);
