#pragma once
/* What the operations of one group did so far, as the writer sees it. */
#include "daemon/store/store_internal.h"

struct txn_hook {
	txn_end_fn *fn;
	void *arg;
};

struct resource_change {
	const struct resource *old, *now;
};

struct txn {
	struct store *store;
	int64_t now_ms;
	uint64_t first_seq, seq; /* last position before this group, last position given */
	struct txn_hook *hooks;
	struct resource_change *changes;
	struct feed_note *notes;
	struct event *events;
	size_t n_linked; /* changes whose links were checked */
	size_t n_hooks, cap_hooks, n_changes, cap_changes, n_notes, cap_notes, n_events, cap_events;
};

/** A place to go back to when an operation fails. */
struct txn_mark {
	uint64_t seq;
	size_t n_hooks, n_changes, n_notes, n_events;
};

void txn_init(struct txn *t, struct store *s);
void txn_fini(struct txn *t);
/** Begin a group. */
void txn_begin(struct txn *t);
struct txn_mark txn_mark(const struct txn *t);
/** Undo what was noted since the mark and tell the hooks. */
void txn_rewind(struct txn *t, const struct txn_mark *m);
/** COMMIT returned: publish everything, tell the listeners, and be empty again. */
void txn_publish(struct txn *t);
