#pragma once
/* Small parts that every screen uses: a titled rule, a labelled value, wrapped text, a box. */
#include "tui/term/surface.h"

/** "── title ─────────── remark ──" over the whole width. */
void section_draw(struct surface s, int y, const char *title, const char *remark);
/** The same with the remark in a role of its own. */
void section_draw_in(struct surface s, int y, const char *title, enum role role,
		     const char *remark);
/** "label  value" with the value at column x + width. @return rows used (1) */
int labelled_draw(struct surface s, int y, int x, int width, const char *label, unsigned style,
		  const char *value);
/** Text over several rows, broken at spaces. @return rows used, at most max_rows */
int wrapped_draw(struct surface s, int y, int x, int width, unsigned style, const char *text,
		 int max_rows);
/** A cleared box with a border and a title in the middle of s; returns its inside. */
struct surface box_draw(struct surface s, int height, int width, const char *title);
