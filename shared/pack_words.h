#pragma once
/* Words of amounts and packs in the languages of shops. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/pack.h"

struct pack_measure {
	const char *word; /* folded */
	enum pack_unit unit;
	int64_t factor; /* thousandths of the unit, times a million */
	bool small;     /* "1.000" of it is a thousand */
	bool capital;   /* may be a single capital letter: "5 L", not "5 G" */
};

enum pack_word {
	PACK_WORD_NONE,
	PACK_WORD_PACK,      /* pack, case, bottle: "6 bottles 330 ml" is 6 of them */
	PACK_WORD_PIECE,     /* pcs: beside an amount it says nothing of it */
	PACK_WORD_CONTENT,   /* tablets, wipes: what counts, whatever it weighs */
	PACK_WORD_DIMENSION, /* cm, inch */
	PACK_WORD_OF,        /* of, de, à */
	PACK_WORD_LIMIT,     /* up to, max, for, per: what follows is not inside */
};

/** NULL: it is none. */
const struct pack_measure *pack_measure_find(const char *folded);
enum pack_word pack_word_find(const char *folded);
/** "twinpack" is 2; 0: no such word. */
int pack_word_count(const char *folded);
/** At most 2 % apart: ounces and grams are rounded. */
bool pack_amounts_near(int64_t a, int64_t b);
