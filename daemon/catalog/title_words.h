#pragma once
/* What words of titles mean: units, colours, sizes, and words that say nothing. */
#include <stdbool.h>
#include <stdint.h>

struct title_unit {
	const char *word; /* folded */
	int dimension;    /* the same for units that may be compared */
	int64_t factor;   /* millionths of the base unit */
	bool length;      /* "30 x 40 cm": of each */
	char only;        /* 'a' only as a small letter, 'A' only as a capital, 0: either */
};

/** NULL: it is none. as_written: its first byte there, for single letters. */
const struct title_unit *title_unit_find(const char *folded, char as_written);
/** A number for each colour in whatever language; 0: it is none. */
int title_colour(const char *folded);
/** Letters of clothes, as they are written ("XL"), and words for them; 0: it is none. */
int title_size(const char *folded, const char *written, unsigned long len);
/** Articles, praise, delivery. */
bool title_is_filler(const char *folded);
/** What a thing is as a whole: a title is often as good without it. */
bool title_is_plain(const char *folded);
/** Parts, accessories, used ones, bundles: who alone says so sells something else. */
bool title_is_accessory(const char *folded);
