#pragma once
/* Shared by listing.c (what is shown) and listing_keys.c (what keys do). */
#include "tui/app/listing.h"
#include "tui/app/ops.h"

enum jump { JUMP_NONE, JUMP_HOME, JUMP_END };

struct listing {
	struct view *view;
	const struct resource_kind *kind;
	const struct listing_look *look;
	size_t view_here; /* of the look's views */
	struct pages *pages;
	char cursor[64]; /* id */
	long index;      /* of the cursor in the window of pages, when last seen */
	long owed;       /* rows that the cursor was moved past what is here; paid when they come */
	long line;       /* of the cursor on the screen */
	long top;        /* index of the first row shown */
	int height;      /* rows of the table */
	char filter[256];
	const char *sort; /* from the descriptor; NULL: none */
	bool reversed;
	enum jump jump; /* where the cursor goes when the answer comes */
	bool stale;     /* the daemon said that the list has changed */
	uint64_t asked_at, moved_at;
	struct targets marked;
};

void listing_put_cursor(struct listing *l, long index);
void listing_ask(struct listing *l, const char *near_id);
bool listing_marked(const struct listing *l, const char *id);
