#pragma once
/* A grid of cells that widgets draw on. It knows no terminal: term.h shows it, tests read it.
 *
 * A canvas owns the cells; a surface is a rectangle of a canvas, passed by value, and clips
 * whatever is drawn. Text from outside can only be drawn through surface_outside(), which makes it
 * safe. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/text_safe.h"

/** What a piece of text means; the theme decides how that looks. */
enum role {
	ROLE_TEXT,
	ROLE_DIM,    /* secondary: units, ages, hints */
	ROLE_STRONG, /* names, figures that matter */
	ROLE_TITLE,  /* the name of the program and of a section */
	ROLE_RULE,   /* lines that divide */
	ROLE_HEADER, /* titles of columns, labels of fields */
	ROLE_KEY,    /* a key to press */
	ROLE_TAB,
	ROLE_TAB_HERE,
	ROLE_UP,
	ROLE_DEGRADED,
	ROLE_DOWN,
	ROLE_UNKNOWN,
	ROLE_PAUSED,
	ROLE_INFO,
	ROLE_ERROR,
	ROLE_BANNER,     /* the daemon is away */
	ROLE_INPUT,      /* where text is typed */
	ROLE_CHART_LOW,  /* the median */
	ROLE_CHART_HIGH, /* the 95th percentile */
	ROLE_COUNT,
};

/** A style is a role and any of these. */
enum style_flag {
	STYLE_ROLE = 0xFF,
	STYLE_SELECTED = 1 << 8,
	STYLE_BOLD = 1 << 9,
	STYLE_UNDERLINE = 1 << 10,
	STYLE_REVERSE = 1 << 11,
};

enum glyph {
	GLYPH_RULE, /* horizontal line */
	GLYPH_BAR,  /* vertical line */
	GLYPH_CORNER_TL,
	GLYPH_CORNER_TR,
	GLYPH_CORNER_BL,
	GLYPH_CORNER_BR,
	GLYPH_CURSOR, /* in front of the row the cursor is on */
	GLYPH_MARK,   /* a marked row */
	GLYPH_FOLDED,
	GLYPH_UNFOLDED,
	GLYPH_ARROW, /* from -> to */
	GLYPH_CRUMB, /* between parts of a place */
	GLYPH_FULL,
	GLYPH_SHADE,
	GLYPH_LIGHT,
	GLYPH_AXIS, /* the vertical axis of a chart */
	GLYPH_TICK, /* the axis with a label */
	GLYPH_UP,
	GLYPH_DOWN, /* more above, more below; ascending, descending */
	GLYPH_DOT,  /* between remarks */
	GLYPH_MORE, /* text was cut */
	GLYPH_SLOPE_1,
	GLYPH_SLOPE_2,
	GLYPH_SLOPE_3,
	GLYPH_SLOPE_4, /* eighths, from below */
	GLYPH_SLOPE_5,
	GLYPH_SLOPE_6,
	GLYPH_SLOPE_7,
	GLYPH_COUNT,
};

struct cell {
	uint32_t ch;      /* 0: the right half of the wide character before */
	uint32_t mark[2]; /* combining marks, 0 when absent */
	uint16_t style;
};

struct canvas {
	int width, height;
	bool ascii;           /* only 0x20..0x7E reach the cells */
	int caret_y, caret_x; /* where the terminal's cursor shows; -1: hidden */
	struct cell *cells;
};

struct surface {
	struct canvas *canvas;
	int y, x, height, width;
};

void canvas_fini(struct canvas *c);
/** Set the size and clear. */
void canvas_reset(struct canvas *c, int height, int width);
/** The text, one line a row, without trailing spaces. */
void canvas_dump(const struct canvas *c, struct buf *out);

struct surface surface_all(struct canvas *c);
/** A part, clipped to s. A negative height or width means "to the end". */
struct surface surface_part(struct surface s, int y, int x, int height, int width);

/** Draw at most max_cells columns (negative: to the edge). @return columns used */
int surface_put(struct surface s, int y, int x, unsigned style, struct safe_text text,
		int max_cells);
/** Make text safe and draw it; what does not fit ends in the "more" glyph. @return columns used */
int surface_outside(struct surface s, int y, int x, unsigned style, const char *text,
		    int max_cells);
/** The same, ending at column x + max_cells. */
int surface_outside_right(struct surface s, int y, int x, unsigned style, const char *text,
			  int max_cells);
/** Formatted text, made safe. @return columns used */
int surface_printf(struct surface s, int y, int x, unsigned style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void surface_glyph(struct surface s, int y, int x, unsigned style, enum glyph g);
/** n times the same glyph to the right. */
void surface_line(struct surface s, int y, int x, int n, unsigned style, enum glyph g);
/** Spaces everywhere. */
void surface_clear(struct surface s, unsigned style);
/** Add style flags to what is already drawn in a row. */
void surface_add_style(struct surface s, int y, int x, int n, unsigned flags);
/** One code point of width 1, already safe (block and braille cells of charts). */
void surface_code(struct surface s, int y, int x, unsigned style, uint32_t ch);
void surface_caret(struct surface s, int y, int x);

const char *glyph_text(enum glyph g, bool ascii);
/** Columns that text takes once it is safe. */
int outside_width(const char *text);
