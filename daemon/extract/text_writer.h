#pragma once
/* The text of an element as a person sees it: blanks collapsed, a line for each block element. The
 * same for a tree and for a stream. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"

struct text_writer {
	struct buf *out;
	bool space, line; /* wanted before the next word */
};

/** Words, wherever the parts of a text were cut (not inside of a character); a word goes on after
 * an element that is neither block nor cell. Stops at the maximum of out. */
void text_add(struct text_writer *w, const char *s, size_t n);
/** Same as it is, for scripts and styles. */
void text_add_raw(struct text_writer *w, const char *s, size_t n);

/** What an element does to the text around and in it. */
enum text_role {
	TEXT_INLINE = 0,
	TEXT_BLOCK = 1,  /* begins and ends a line */
	TEXT_CELL = 2,   /* has a blank on either side */
	TEXT_BREAK = 4,  /* br: begins a line */
	TEXT_HIDDEN = 8, /* its contents nobody sees, unless it is the element asked for */
	TEXT_RAW = 16,   /* script and style, when they are the element asked for */
};
/** @param name  of an element of HTML, in lower case  @return roles, ored */
int text_role(const char *name);
void text_enter(struct text_writer *w, int role);
void text_leave(struct text_writer *w, int role);
