#pragma once
/* The dashboard: everything the user sees when he types `sellersmart` on a terminal. */
#include <stdbool.h>
#include <stdint.h>

struct dashboard_options {
	const char *address; /* socket or host:port; NULL: where the daemon usually is */
	const char *screen;  /* first screen, "monitors" or "monitor shop"; NULL: the last one */
	const char *theme;   /* NULL: SELLERSMART_THEME, else the last one */
	const char *graph; /* "block", "braille", "ascii"; NULL: SELLERSMART_GRAPH, else the last */
	bool plain;        /* print screens as lines, read commands as lines: for screen readers */
	bool no_colour;    /* as if NO_COLOR were set */
	bool no_session;   /* neither restore nor keep screen, cursor and theme */
	int64_t fixed_now_ms; /* a clock that stands still, for golden screens; 0: the real one */
};

/** Runs until the user leaves. The locale must be set (setlocale). Messages about why it could not
 *  start go to stderr.
 *  @return the exit status: 0, or 69 when the terminal is of no use, 78 for a bad key file; on a
 *  fatal signal the process ends by that signal after the terminal is put back */
int dashboard_run(const struct dashboard_options *o);
