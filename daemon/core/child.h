#pragma once
/* A program that is run and waited for, without a thread that waits: it is started by one of the
 * loop's workers, in a process group of its own, with nothing on its input, and watched by its
 * pidfd, so that no SIGCHLD is needed. What it says is bounded. When it takes too long, or has
 * ended but left others behind, its whole group is killed. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/core/loop.h"
#include "shared/buf.h"

struct child;

enum child_end {
	CHILD_EXITED,      /* number: its exit status */
	CHILD_SIGNALLED,   /* number: the signal */
	CHILD_TIMEOUT,     /* it was killed */
	CHILD_REFUSED,     /* by allow */
	CHILD_NOT_STARTED, /* number: errno */
	CHILD_CANCELLED,
};

struct child_result {
	enum child_end end;
	int number;
	struct buf out, err; /* cut at output_max; borrowed until done returns */
	bool cut;
	int64_t took_us; /* from its start, -1: it was not started */
};

struct child_request {
	struct loop *loop;
	/** On a worker, first of all: may it run, and which file is it? @return its path, borrowed
	 *  until done; NULL: refused */
	const char *(*allow)(void *arg);
	char *const *argv, *const *envp; /* borrowed until done */
	int64_t timeout_ms;
	size_t output_max; /* of each stream */
	/** Once, on the loop, never from within child_start or child_cancel. */
	void (*done)(const struct child_result *r, void *arg);
	void *arg;
};

/** On the loop's thread, as all here. @return until done; NULL when no worker can be had */
struct child *child_start(const struct child_request *q);
/** Kill it and end with CHILD_CANCELLED. */
void child_cancel(struct child *c);
