#include "tui/term/surface.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/utf8.h"

enum { LINE_BYTES = 2048, FORMAT_BYTES = 1024 };

struct glyph_forms {
	const char *unicode, *ascii;
};

static const struct glyph_forms glyphs[GLYPH_COUNT] = {
	[GLYPH_RULE] = {"─", "-"},      [GLYPH_BAR] = {"│", "|"},
	[GLYPH_CORNER_TL] = {"┌", "+"}, [GLYPH_CORNER_TR] = {"┐", "+"},
	[GLYPH_CORNER_BL] = {"└", "+"}, [GLYPH_CORNER_BR] = {"┘", "+"},
	[GLYPH_CURSOR] = {"›", ">"},    [GLYPH_MARK] = {"✓", "+"},
	[GLYPH_FOLDED] = {"▸", ">"},    [GLYPH_UNFOLDED] = {"▾", "v"},
	[GLYPH_ARROW] = {"→", ">"},     [GLYPH_CRUMB] = {"›", ">"},
	[GLYPH_FULL] = {"█", "#"},      [GLYPH_SHADE] = {"▒", ":"},
	[GLYPH_LIGHT] = {"░", "."},     [GLYPH_AXIS] = {"│", "|"},
	[GLYPH_TICK] = {"┤", "|"},      [GLYPH_UP] = {"↑", "^"},
	[GLYPH_DOWN] = {"↓", "v"},      [GLYPH_DOT] = {"·", "-"},
	[GLYPH_MORE] = {"…", "~"},      [GLYPH_SLOPE_1] = {"▁", "_"},
	[GLYPH_SLOPE_2] = {"▂", "_"},   [GLYPH_SLOPE_3] = {"▃", "."},
	[GLYPH_SLOPE_4] = {"▄", "-"},   [GLYPH_SLOPE_5] = {"▅", "="},
	[GLYPH_SLOPE_6] = {"▆", "+"},   [GLYPH_SLOPE_7] = {"▇", "*"},
};

const char *glyph_text(enum glyph g, bool ascii)
{
	return ascii ? glyphs[g].ascii : glyphs[g].unicode;
}

void canvas_fini(struct canvas *c)
{
	free(c->cells);
	c->cells = NULL;
	c->width = c->height = 0;
}

void canvas_reset(struct canvas *c, int height, int width)
{
	if (height != c->height || width != c->width || !c->cells) {
		c->cells = mem_array(c->cells, (size_t)(height * width + 1), sizeof *c->cells);
		c->height = height;
		c->width = width;
	}
	c->caret_y = c->caret_x = -1;
	for (int i = 0; i < height * width; i++)
		c->cells[i] = (struct cell){.ch = ' '};
}

void canvas_dump(const struct canvas *c, struct buf *out)
{
	char text[UTF8_MAX_BYTES];

	for (int y = 0; y < c->height; y++) {
		const struct cell *row = c->cells + y * c->width;
		int end = c->width;

		while (end > 0 && row[end - 1].ch == ' ')
			end--;
		for (int x = 0; x < end; x++) {
			if (row[x].ch == 0)
				continue;
			buf_add(out, text, utf8_put(text, row[x].ch));
			for (int m = 0; m < 2 && row[x].mark[m]; m++)
				buf_add(out, text, utf8_put(text, row[x].mark[m]));
		}
		buf_add_char(out, '\n');
	}
}

struct surface surface_all(struct canvas *c)
{
	return (struct surface){.canvas = c, .height = c->height, .width = c->width};
}

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

struct surface surface_part(struct surface s, int y, int x, int height, int width)
{
	int top = clamp(y, 0, s.height), left = clamp(x, 0, s.width);

	if (height < 0)
		height = s.height - top;
	if (width < 0)
		width = s.width - left;
	return (struct surface){
		.canvas = s.canvas,
		.y = s.y + top,
		.x = s.x + left,
		.height = clamp(height, 0, s.height - top),
		.width = clamp(width, 0, s.width - left),
	};
}

static struct cell *cell_at(struct surface s, int y, int x)
{
	if (y < 0 || x < 0 || y >= s.height || x >= s.width)
		return NULL;
	return &s.canvas->cells[(s.y + y) * s.canvas->width + s.x + x];
}

/* Writing over one half of a wide character leaves a space in the other. */
static void break_wide(struct surface s, int y, int x)
{
	struct cell *here = cell_at(s, y, x), *before = cell_at(s, y, x - 1),
		    *after = cell_at(s, y, x + 1);

	if (here->ch == 0 && before)
		before->ch = ' ', before->mark[0] = before->mark[1] = 0;
	if (here->ch != 0 && after && after->ch == 0)
		after->ch = ' ';
}

/* Width of one safe character: text_width() wants a string. */
static int code_width(const char *at, size_t n)
{
	char one[UTF8_MAX_BYTES + 1];

	if (n == 1)
		return 1;
	memcpy(one, at, n);
	one[n] = '\0';
	return text_width(one);
}

int surface_put(struct surface s, int y, int x, unsigned style, struct safe_text text,
		int max_cells)
{
	const char *p = text.s, *end = p + strlen(p);
	int column = x, limit = max_cells < 0 ? s.width : clamp(x + max_cells, 0, s.width);
	struct cell *last = NULL;

	if (y < 0 || y >= s.height)
		return 0;
	while (p < end) {
		uint32_t c;
		size_t n = utf8_next(p, (size_t)(end - p), &c);
		int width = code_width(p, n);

		p += n;
		if (s.canvas->ascii && c > 0x7E)
			c = '?';
		if (width == 0) {
			if (last && !s.canvas->ascii)
				last->mark[last->mark[0] ? 1 : 0] = c;
			continue;
		}
		if (column + width > limit)
			break;
		last = cell_at(s, y, column);
		if (last) {
			break_wide(s, y, column);
			*last = (struct cell){.ch = c, .style = (uint16_t)style};
		}
		for (int i = 1; i < width; i++) {
			struct cell *half = cell_at(s, y, column + i);

			if (!half)
				continue;
			break_wide(s, y, column + i);
			*half = (struct cell){.ch = s.canvas->ascii ? ' ' : 0,
					      .style = (uint16_t)style};
		}
		column += width;
	}
	return column - x;
}

int outside_width(const char *text)
{
	char safe[LINE_BYTES];
	int cells;

	text_safe(safe, sizeof safe, text, strlen(text), 0, 0, &cells);
	return cells;
}

int surface_outside(struct surface s, int y, int x, unsigned style, const char *text, int max_cells)
{
	char safe[LINE_BYTES];
	int cells, room = max_cells < 0 ? s.width - x : max_cells;

	if (room <= 0)
		return 0;
	text_safe(safe, sizeof safe, text, strlen(text), 0, 0, &cells);
	if (cells <= room)
		return surface_put(s, y, x, style, safe_literal(safe), room);
	cells = surface_put(s, y, x, style, safe_literal(safe), room - 1);
	surface_glyph(s, y, x + cells, style, GLYPH_MORE);
	return cells + 1;
}

int surface_outside_right(struct surface s, int y, int x, unsigned style, const char *text,
			  int max_cells)
{
	int cells = outside_width(text);

	if (cells >= max_cells)
		return surface_outside(s, y, x, style, text, max_cells);
	surface_outside(s, y, x + max_cells - cells, style, text, cells);
	return max_cells;
}

int surface_printf(struct surface s, int y, int x, unsigned style, const char *fmt, ...)
{
	char text[FORMAT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return surface_outside(s, y, x, style, text, -1);
}

void surface_code(struct surface s, int y, int x, unsigned style, uint32_t ch)
{
	struct cell *c = cell_at(s, y, x);

	if (!c)
		return;
	break_wide(s, y, x);
	*c = (struct cell){.ch = ch, .style = (uint16_t)style};
}

void surface_glyph(struct surface s, int y, int x, unsigned style, enum glyph g)
{
	surface_put(s, y, x, style, safe_literal(glyph_text(g, s.canvas->ascii)), 1);
}

void surface_line(struct surface s, int y, int x, int n, unsigned style, enum glyph g)
{
	for (int i = 0; i < n; i++)
		surface_glyph(s, y, x + i, style, g);
}

void surface_clear(struct surface s, unsigned style)
{
	for (int y = 0; y < s.height; y++)
		for (int x = 0; x < s.width; x++)
			surface_code(s, y, x, style, ' ');
}

void surface_add_style(struct surface s, int y, int x, int n, unsigned flags)
{
	for (int i = 0; i < n; i++) {
		struct cell *c = cell_at(s, y, x + i);

		if (c)
			c->style |= (uint16_t)flags;
	}
}

void surface_caret(struct surface s, int y, int x)
{
	if (y < 0 || x < 0 || y >= s.height || x >= s.width)
		return;
	s.canvas->caret_y = s.y + y;
	s.canvas->caret_x = s.x + x;
}
