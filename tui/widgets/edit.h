#pragma once
/* One line of text being typed. */
#include <stdbool.h>
#include <stddef.h>

#include "tui/term/key.h"
#include "tui/term/surface.h"

enum { EDIT_MAX = 2048 };

struct edit {
	char text[EDIT_MAX];
	size_t len, at; /* bytes; at never inside a character */
	size_t scroll;  /* first byte shown */
};

void edit_set(struct edit *e, const char *text);
/** Insert one character at the caret, also a line end between entries. @return true */
bool edit_insert(struct edit *e, uint32_t code);
/** @return true when the key changed the text or moved in it */
bool edit_key(struct edit *e, const struct key *k);
/** Draw into width columns and put the caret there when active. */
void edit_draw(struct edit *e, struct surface s, int y, int x, int width, unsigned style,
	       bool active);
