#pragma once
/* How many things run at once: over all, and against one host. What must wait is served host by
 * host in turn, so a host with a thousand waiting entries never starves one with a single entry.
 * Thread: the owner's only. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limits;

/** Lives inside what wants to run; zeroed storage is an idle ticket. */
struct limit_ticket {
	struct limit_host *host; /* while waiting or holding */
	struct limit_ticket *next, *prev;
	bool holding, waiting;
};

/** @param granted  called from limits_release or limits_set when a waiting ticket may run now */
struct limits *limits_new(unsigned max, unsigned per_host,
			  void (*granted)(struct limit_ticket *t, void *arg), void *arg);
/** Every ticket must be idle. */
void limits_free(struct limits *l);
/** New maxima (a reload); grants what fits now. */
void limits_set(struct limits *l, unsigned max, unsigned per_host);
/** True: t holds a place. False: it waits, granted() will tell. urgent: before the host's others.
 *  host NULL or "": only the global limit counts. Copies host. */
bool limits_acquire(struct limits *l, struct limit_ticket *t, const char *host, bool urgent);
/** Give back a place, or stop waiting. Harmless on an idle ticket. */
void limits_release(struct limits *l, struct limit_ticket *t);
unsigned limits_running(const struct limits *l);
size_t limits_waiting(const struct limits *l);
