#pragma once
/* Colours by meaning. A theme gives each role an ANSI colour, a true colour and attributes; text of
 * no special meaning keeps the terminal's own colours. What a colour says is always said by a word
 * or a glyph as well. */
#include <stdbool.h>
#include <stdint.h>

#include "tui/term/surface.h"

enum colour_depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_TRUE };

enum ink_attribute { INK_BOLD = 1, INK_DIM = 2, INK_REVERSE = 4, INK_UNDERLINE = 8 };

struct ink {
	int8_t ansi;  /* 0..15; -1: the terminal's own */
	uint32_t rgb; /* unused when ansi is -1 */
	uint8_t attributes;
	uint8_t mono; /* attributes where there is no colour */
};

struct theme {
	const char *name;
	const char *help;
	enum colour_depth depth; /* at most */
	struct ink inks[ROLE_COUNT];
	uint32_t selected_rgb; /* background of the row under the cursor; 16 colours: reverse */
};

/** NULL-terminated; the first is the default. */
extern const struct theme *const theme_table[];
const struct theme *theme_find(const char *name);
/** Colour number for curses at that depth, -1 for the terminal's own. */
int theme_colour(const struct ink *ink, enum colour_depth depth);
/** Nearest of the 240 fixed colours of a 256-colour terminal, 16..255. */
int theme_nearest_256(uint32_t rgb);
