#pragma once
/* A program that is given something to read and waited for, on the caller's thread. What it says
 * is bounded; when it takes too long, is not wanted any more or leaves others behind, its whole
 * process group is killed. */
#include <stdatomic.h>
#include <stdint.h>

#include "shared/buf.h"

enum program_end {
	PROGRAM_EXITED,    /* number: exit status */
	PROGRAM_SIGNALLED, /* number: the signal */
	PROGRAM_TIMEOUT,
	PROGRAM_CANCELLED,
	PROGRAM_NOT_STARTED, /* number: errno */
};

struct program_run {
	const char *path;
	char *const *argv, *const *envp;
	const char *input;
	size_t input_len;
	int64_t timeout_ms;
	const atomic_bool *cancel; /* may be NULL */
	/* out */
	enum program_end end;
	int number;
	int64_t took_ms;
	struct buf out, err; /* born with their maximum by the caller, who frees them */
};

/** SIGPIPE must be blocked or ignored, as it is on threads of the daemon. */
void program_feed(struct program_run *r);
