#pragma once
/* A page taller than its window: drawn whole on a canvas of its own, shown from an offset. */
#include "tui/term/surface.h"

enum { SCROLL_ROWS_MAX = 400 };

struct scroll {
	struct canvas canvas;
	int offset, used, height; /* rows above the window, rows of the page, rows of the window */
};

void scroll_fini(struct scroll *p);
/** The whole page, to draw on. */
struct surface scroll_begin(struct scroll *p, struct surface window);
/** Show it: used rows were drawn. */
void scroll_end(struct scroll *p, struct surface window, int used);
/** Move by rows; by INT_MIN/2 or INT_MAX/2 to the ends. */
void scroll_by(struct scroll *p, int rows);
