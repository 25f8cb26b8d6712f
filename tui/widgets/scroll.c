#include "tui/widgets/scroll.h"

void scroll_fini(struct scroll *p)
{
	canvas_fini(&p->canvas);
}

struct surface scroll_begin(struct scroll *p, struct surface window)
{
	p->canvas.ascii = window.canvas->ascii;
	canvas_reset(&p->canvas, SCROLL_ROWS_MAX, window.width);
	return surface_all(&p->canvas);
}

void scroll_end(struct scroll *p, struct surface window, int used)
{
	p->used = used > SCROLL_ROWS_MAX ? SCROLL_ROWS_MAX : used;
	p->height = window.height;
	scroll_by(p, 0);
	for (int y = 0; y < window.height && p->offset + y < p->used; y++) {
		const struct cell *from = p->canvas.cells + (p->offset + y) * p->canvas.width;
		struct canvas *to = window.canvas;

		for (int x = 0; x < window.width; x++)
			to->cells[(window.y + y) * to->width + window.x + x] = from[x];
	}
	if (p->canvas.caret_y >= 0)
		surface_caret(window, p->canvas.caret_y - p->offset, p->canvas.caret_x);
	if (p->offset > 0)
		surface_glyph(window, 0, window.width - 1, ROLE_KEY, GLYPH_UP);
	if (p->offset + p->height < p->used)
		surface_glyph(window, window.height - 1, window.width - 1, ROLE_KEY, GLYPH_DOWN);
}

void scroll_by(struct scroll *p, int rows)
{
	int last = p->used > p->height ? p->used - p->height : 0;

	p->offset += rows;
	if (p->offset > last)
		p->offset = last;
	if (p->offset < 0)
		p->offset = 0;
}
