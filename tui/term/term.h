#pragma once
/* The terminal: the only place that knows curses.
 *
 * term_show() is the one way to paint: it writes the cells that differ, inside one synchronised
 * update (DEC 2026), with one doupdate(). Crash signals put the terminal back before the process
 * dies of them. Thread: the one that opened it. */
#include <stdbool.h>

#include "shared/err.h"
#include "tui/term/key.h"
#include "tui/term/surface.h"
#include "tui/term/theme.h"

struct terminal;

struct term_options {
	const struct theme *theme; /* NULL: the default */
	bool no_colour;            /* NO_COLOR is set: no colour sequence is ever written */
};

/** Take over the terminal on descriptors 0 and 1. The locale must be set before (setlocale).
 *  @return NULL with e filled: ERR_UNAVAILABLE and a remedy for an unknown or incapable TERM */
struct terminal *term_open(const struct term_options *o, struct error *e);
/** Put everything back. Takes NULL. */
void term_close(struct terminal *t);

bool term_ascii(const struct terminal *t);
void term_size(const struct terminal *t, int *height, int *width);
/** Ask the kernel for the size after SIGWINCH; the next term_show paints everything. */
void term_resized(struct terminal *t);
void term_set_theme(struct terminal *t, const struct theme *theme);
/** Report clicks and the wheel; off leaves the terminal's own selection alone. */
void term_set_mouse(struct terminal *t, bool on);

/** Next key that is already there; false when there is none. */
bool term_key(struct terminal *t, struct key *k);
/** True when the terminal is gone: end of file, error or hang-up. */
bool term_gone(const struct terminal *t);

/** Paint what changed; nothing is written when nothing did. */
void term_show(struct terminal *t, const struct canvas *c);
/** Forget what is on the screen: the next term_show paints everything. */
void term_repaint(struct terminal *t);
/** Stop this process group as Ctrl-Z does; returns after fg. */
void term_suspend(struct terminal *t);
/** Put text on the user's clipboard, also over ssh (OSC 52). At most 8 KiB. */
void term_copy(struct terminal *t, const char *text);
/** Ring once. */
void term_bell(struct terminal *t);
