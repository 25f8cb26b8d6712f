#pragma once
/* A day in a line: one character an hour, '.' up, 'o' slow, 'x' some down, '?' unknown, ' '
 * nothing. */
#include "tui/term/surface.h"

/** The newest hours that fit, aligned to the right of width. */
void spark_draw(struct surface s, int y, int x, int width, const char *hours);
/** What the marks mean: "▁ up  ▄ slow  █ down  ? unknown". @return columns used */
int spark_legend(struct surface s, int y, int x);
int spark_legend_width(void);
