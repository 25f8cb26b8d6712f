#pragma once
/* Versions of what content checks watch: which text is a change, which a flip back, what is kept.
 * A text counts when so many looks in a row showed it (`confirm`); one that was there within
 * `flips` is a flip back (an A/B test, a rotating banner) and no change. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

struct sitemonitor;
struct monitor;
struct moment;

enum { VERSION_SUMMARY = 120 };

/** What is known of one content monitor between its checks. */
struct watched {
	uint64_t monitor;
	uint64_t hash;                 /* of the current text as it came; 0: none yet */
	uint64_t candidate;            /* another text that was seen lately, */
	unsigned times;                /* so many looks in a row */
	int64_t seen_ms;               /* when the current one was seen last, wall */
	int64_t changed_ms;            /* wall; 0: never, or it is not known */
	uint64_t seq;                  /* of that event */
	char summary[VERSION_SUMMARY]; /* safe */
	bool writing;
};

/** All of them, sorted by monitor. Written by the net loop under the table's lock. */
struct versions {
	struct watched *all;
	size_t n, cap;
};

/** Main thread, at start. */
enum err versions_load(struct sitemonitor *sm, struct error *e);
void versions_fini(struct versions *v);
/** A check saw this text. Net loop. @return whether it should be looked at again soon, because a
 *  new text is not confirmed */
bool versions_look(struct sitemonitor *sm, struct monitor *m, const char *text, struct moment at);
/** The monitor went, or looks for something else now. Net loop. */
void versions_forget(struct sitemonitor *sm, uint64_t monitor);
/** Call fn for each change of the last day. Any thread; the caller holds the table's lock. */
void versions_recent(struct sitemonitor *sm, int64_t now_ms,
		     void (*fn)(const struct watched *w, void *arg), void *arg);
