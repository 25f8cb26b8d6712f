#include "tui/term/theme.h"

#include <stdlib.h>
#include <string.h>

/* Colour 7 and 15 are never used for text: on a light background they vanish. */
#define INKS_DARK                                                                                \
	{                                                                                        \
		[ROLE_TEXT] = {-1, 0, 0, 0}, [ROLE_DIM] = {8, 0x8a8f98, 0, INK_DIM},             \
		[ROLE_STRONG] = {-1, 0, INK_BOLD, INK_BOLD},                                     \
		[ROLE_TITLE] = {6, 0x5fd7d7, INK_BOLD, INK_BOLD},                                \
		[ROLE_RULE] = {8, 0x5f6670, 0, INK_DIM},                                         \
		[ROLE_HEADER] = {4, 0x87afd7, 0, INK_UNDERLINE},                                 \
		[ROLE_KEY] = {6, 0x5fd7d7, INK_BOLD, INK_BOLD}, [ROLE_TAB] = {-1, 0, 0, 0},      \
		[ROLE_TAB_HERE] = {6, 0x5fd7d7, INK_BOLD | INK_REVERSE, INK_REVERSE | INK_BOLD}, \
		[ROLE_UP] = {2, 0x87d787, 0, 0},                                                 \
		[ROLE_DEGRADED] = {3, 0xffaf5f, INK_BOLD, INK_UNDERLINE},                        \
		[ROLE_DOWN] = {1, 0xff5f5f, INK_BOLD, INK_BOLD | INK_REVERSE},                   \
		[ROLE_UNKNOWN] = {5, 0xd787d7, 0, INK_UNDERLINE},                                \
		[ROLE_PAUSED] = {8, 0x8a8f98, 0, INK_DIM}, [ROLE_INFO] = {4, 0x87afff, 0, 0},    \
		[ROLE_ERROR] = {1, 0xff5f5f, INK_BOLD, INK_BOLD},                                \
		[ROLE_BANNER] = {3, 0xffaf5f, INK_BOLD | INK_REVERSE, INK_REVERSE | INK_BOLD},   \
		[ROLE_INPUT] = {-1, 0, INK_UNDERLINE, INK_UNDERLINE},                            \
		[ROLE_CHART_LOW] = {6, 0x5fafd7, 0, INK_BOLD},                                   \
		[ROLE_CHART_HIGH] = {4, 0x5f87af, 0, 0},                                         \
	}

#define INKS_LIGHT                                                                               \
	{                                                                                        \
		[ROLE_TEXT] = {-1, 0, 0, 0}, [ROLE_DIM] = {8, 0x6c6c6c, 0, INK_DIM},             \
		[ROLE_STRONG] = {-1, 0, INK_BOLD, INK_BOLD},                                     \
		[ROLE_TITLE] = {4, 0x005faf, INK_BOLD, INK_BOLD},                                \
		[ROLE_RULE] = {8, 0x9e9e9e, 0, INK_DIM},                                         \
		[ROLE_HEADER] = {4, 0x005faf, 0, INK_UNDERLINE},                                 \
		[ROLE_KEY] = {4, 0x005faf, INK_BOLD, INK_BOLD}, [ROLE_TAB] = {-1, 0, 0, 0},      \
		[ROLE_TAB_HERE] = {4, 0x005faf, INK_BOLD | INK_REVERSE, INK_REVERSE | INK_BOLD}, \
		[ROLE_UP] = {2, 0x005f00, 0, 0},                                                 \
		[ROLE_DEGRADED] = {5, 0xaf5f00, INK_BOLD, INK_UNDERLINE},                        \
		[ROLE_DOWN] = {1, 0xaf0000, INK_BOLD, INK_BOLD | INK_REVERSE},                   \
		[ROLE_UNKNOWN] = {5, 0x870087, 0, INK_UNDERLINE},                                \
		[ROLE_PAUSED] = {8, 0x6c6c6c, 0, INK_DIM}, [ROLE_INFO] = {4, 0x005faf, 0, 0},    \
		[ROLE_ERROR] = {1, 0xaf0000, INK_BOLD, INK_BOLD},                                \
		[ROLE_BANNER] = {1, 0xaf0000, INK_BOLD | INK_REVERSE, INK_REVERSE | INK_BOLD},   \
		[ROLE_INPUT] = {-1, 0, INK_UNDERLINE, INK_UNDERLINE},                            \
		[ROLE_CHART_LOW] = {4, 0x005fd7, 0, INK_BOLD},                                   \
		[ROLE_CHART_HIGH] = {6, 0x87afd7, 0, 0},                                         \
	}

/* Red and green look alike to one man in twelve; blue and orange do not. */
#define INKS_BLUE_ORANGE                                                                         \
	{                                                                                        \
		[ROLE_TEXT] = {-1, 0, 0, 0}, [ROLE_DIM] = {8, 0x8a8f98, 0, INK_DIM},             \
		[ROLE_STRONG] = {-1, 0, INK_BOLD, INK_BOLD},                                     \
		[ROLE_TITLE] = {4, 0x5fafff, INK_BOLD, INK_BOLD},                                \
		[ROLE_RULE] = {8, 0x5f6670, 0, INK_DIM},                                         \
		[ROLE_HEADER] = {4, 0x5fafff, 0, INK_UNDERLINE},                                 \
		[ROLE_KEY] = {4, 0x5fafff, INK_BOLD, INK_BOLD}, [ROLE_TAB] = {-1, 0, 0, 0},      \
		[ROLE_TAB_HERE] = {4, 0x5fafff, INK_BOLD | INK_REVERSE, INK_REVERSE | INK_BOLD}, \
		[ROLE_UP] = {4, 0x5fafff, 0, 0},                                                 \
		[ROLE_DEGRADED] = {3, 0xffd75f, INK_BOLD, INK_UNDERLINE},                        \
		[ROLE_DOWN] = {3, 0xff8700, INK_BOLD | INK_REVERSE, INK_BOLD | INK_REVERSE},     \
		[ROLE_UNKNOWN] = {-1, 0, INK_UNDERLINE, INK_UNDERLINE},                          \
		[ROLE_PAUSED] = {8, 0x8a8f98, 0, INK_DIM}, [ROLE_INFO] = {4, 0x5fafff, 0, 0},    \
		[ROLE_ERROR] = {3, 0xff8700, INK_BOLD, INK_BOLD},                                \
		[ROLE_BANNER] = {3, 0xff8700, INK_BOLD | INK_REVERSE, INK_REVERSE | INK_BOLD},   \
		[ROLE_INPUT] = {-1, 0, INK_UNDERLINE, INK_UNDERLINE},                            \
		[ROLE_CHART_LOW] = {4, 0x5fafff, 0, INK_BOLD},                                   \
		[ROLE_CHART_HIGH] = {3, 0xd7875f, 0, 0},                                         \
	}

static const struct theme theme_auto = {
	.name = "auto",
	.help = "dark, with as many colours as the terminal has",
	.depth = DEPTH_TRUE,
	.inks = INKS_DARK,
	.selected_rgb = 0x303846,
};
static const struct theme theme_16 = {
	.name = "16",
	.help = "the terminal's own sixteen colours",
	.depth = DEPTH_16,
	.inks = INKS_DARK,
};
static const struct theme theme_256 = {
	.name = "256",
	.help = "256 colours",
	.depth = DEPTH_256,
	.inks = INKS_DARK,
	.selected_rgb = 0x303846,
};
static const struct theme theme_truecolor = {
	.name = "truecolor",
	.help = "true colour where terminfo has a -direct entry, else 256",
	.depth = DEPTH_TRUE,
	.inks = INKS_DARK,
	.selected_rgb = 0x303846,
};
static const struct theme theme_light = {
	.name = "light",
	.help = "for a light background",
	.depth = DEPTH_TRUE,
	.inks = INKS_LIGHT,
	.selected_rgb = 0xd7e3f4,
};
static const struct theme theme_blue_orange = {
	.name = "blue-orange",
	.help = "without red and green",
	.depth = DEPTH_TRUE,
	.inks = INKS_BLUE_ORANGE,
	.selected_rgb = 0x303846,
};
static const struct theme theme_mono = {
	.name = "mono",
	.help = "bold, underline and reverse only",
	.depth = DEPTH_MONO,
	.inks = INKS_DARK,
};

const struct theme *const theme_table[] = {
	&theme_auto,  &theme_16,          &theme_256,  &theme_truecolor,
	&theme_light, &theme_blue_orange, &theme_mono, NULL,
};

const struct theme *theme_find(const char *name)
{
	for (int i = 0; theme_table[i]; i++)
		if (!strcmp(theme_table[i]->name, name))
			return theme_table[i];
	return NULL;
}

static int distance(uint32_t a, uint32_t b)
{
	int sum = 0;

	for (int shift = 0; shift <= 16; shift += 8) {
		int d = (int)(a >> shift & 255) - (int)(b >> shift & 255);

		sum += d * d;
	}
	return sum;
}

int theme_nearest_256(uint32_t rgb)
{
	static const uint32_t levels[] = {0, 95, 135, 175, 215, 255};
	int best = 16, best_distance = INT32_MAX;

	for (int i = 16; i < 256; i++) {
		uint32_t grey = (uint32_t)(8 + (i - 232) * 10);
		uint32_t colour = i >= 232 ? grey << 16 | grey << 8 | grey
					   : levels[(i - 16) / 36] << 16 |
						     levels[(i - 16) / 6 % 6] << 8 |
						     levels[(i - 16) % 6];
		int d = distance(rgb, colour);

		if (d < best_distance) {
			best = i;
			best_distance = d;
		}
	}
	return best;
}

int theme_colour(const struct ink *ink, enum colour_depth depth)
{
	if (ink->ansi < 0)
		return -1;
	switch (depth) {
	case DEPTH_MONO: return -1;
	case DEPTH_16: return ink->ansi;
	case DEPTH_256: return theme_nearest_256(ink->rgb);
	case DEPTH_TRUE: return (int)ink->rgb;
	}
	return -1;
}
