#pragma once
/* Monitors that depend on others. While one is down, those behind it are recorded as ever, but not
 * told: one line and one event say that the router is down, not thirty. A child that is still down
 * when its parent is back is told then. Net loop, but for what is under the table's lock. */
#include "daemon/services/sitemonitor/sitemonitor.h"

struct kin {
	struct monitor **parents, **children;
	size_t n_parents, n_children, cap_children;
	bool missing; /* a parent is not there yet: a batch may come in any order */
	struct kin *next_missing;
	struct monitor *self;

	struct due due;     /* the end of the wait for a parent's decision */
	bool waits;         /* to be told when a parent has decided */
	char hidden_by[64]; /* what was told last was told as suppressed by that; "": for itself */
	bool lifted;        /* the parent is back: the next answer counts for itself */
	int64_t lifted_ms;  /* boot */

	/* under the table's lock */
	struct monitor *cover; /* the topmost parent that is down; NULL: it speaks for itself */
	size_t behind;         /* how many have this one as their cover */
};

/** m came or was changed: read whom it names. */
void depends_update(struct sitemonitor *sm, struct monitor *m);
/** m goes. */
void depends_remove(struct sitemonitor *sm, struct monitor *m);
/** After a start: who is behind whom. */
void depends_load(struct sitemonitor *sm);

/** m has kin and makes the step c. May what became of it be told now? Not while a parent is about
 * to be decided. kin->hidden says how. */
bool depends_may_tell(struct sitemonitor *sm, struct monitor *m, const struct change *c, bool told);
/** m has kin and its step is done: those that depend on it. */
void depends_settled(struct sitemonitor *sm, struct monitor *m);

/** Under the table's lock: the name of what m is behind, or NULL. */
const char *depends_cover(const struct monitor *m);
/** Under the table's lock: m depends on another, or another on m. */
bool depends_related(const struct monitor *m);
