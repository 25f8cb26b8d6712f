#pragma once
/* How the overview looks; tui/screens/overview.c says what it does. */
#include "tui/app/app.h"
#include "tui/widgets/edit.h"

struct overview {
	json_t *data;
	struct call *call;
	int64_t came_ms; /* when data came, wall */
	bool kept;       /* data is of an earlier day: the daemon did not answer since the start */
	bool failed, stale;
	struct error fault;
	uint64_t asked_at;
	int cursor;     /* lines of attention, then shops */
	char at[128];   /* what the cursor is on, so that it stays there */
	bool moved;     /* the user chose a line: until then the worst is chosen */
	bool typing;    /* on an empty house: the address */
	bool left_line; /* the user left that line with Esc */
	bool adding, refused;
	struct error refusal;
	struct edit address;
};

/** Lines the cursor can be on. */
size_t overview_items(const struct overview *o);
/** Borrowed; NULL when there is none. */
const json_t *overview_item(const struct overview *o, int index);
/** What it is; NULL: nothing this program knows. */
const struct resource_kind *overview_kind(const json_t *item);
/** Id, else name. */
const char *overview_ref(const json_t *item);
/** Note what the cursor is on. */
void overview_remember(struct overview *o);
void overview_draw_all(struct view *v, struct overview *o, struct surface s);
void overview_write_plain(struct view *v, const struct overview *o, struct buf *out);
