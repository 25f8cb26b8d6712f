#pragma once
/* One question to the daemon and its answer: what a page shows that is no resource and no list. */
#include "tui/app/app.h"

struct asked {
	json_t *data; /* of the last good answer, NULL before the first */
	json_t *meta; /* the same: what a list says of itself */
	struct call *call;
	bool failed; /* the last answer was a fault; data stays */
	struct error fault;
	struct view *view;
	void (*came)(struct view *v); /* may be NULL: called after each good answer */
};

/** Ask; an answer that is still awaited is given up. */
void asked_get(struct view *v, struct asked *a, const char *path, void (*came)(struct view *v));
/** False after drawing why there is nothing yet. */
bool asked_ready(const struct asked *a, struct surface s);
/** The same as text. */
bool asked_ready_plain(const struct asked *a, struct buf *out);
void asked_fini(struct asked *a);
