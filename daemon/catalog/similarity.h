#pragma once
/* How alike two titles of products are, and why. Pure.
 *
 * A title is taken apart into words, numbers, measures ("40 cm"), names of models ("WH-1000XM4"),
 * colours and sizes. What both must have alike (measures of one kind, numbers, models, colours,
 * sizes, packs) and have not opposes them: they are never one, however alike the words. What only
 * one says makes them doubtful: a person decides. Weights of what both have against all there is
 * give the score, in thousandths. Words of the brand count for nothing. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pack.h"
#include "shared/title_tokens.h"

enum {
	TITLE_PARTS_MAX = 64,
	TITLE_BRAND_WORDS = 8,
	LIKENESS_WHY = 160,
	LIKENESS_SAME = 850,  /* from here on it is the same product */
	LIKENESS_DOUBT = 520, /* from here on a person decides */
};

enum title_part_kind {
	PART_WORD,
	PART_FILLER, /* counts for nothing */
	PART_MODEL,  /* letters and digits */
	PART_NUMBER,
	PART_MEASURE, /* a number of a dimension */
	PART_COUNT,   /* of pieces; the pack has it, too */
	PART_COLOUR,
	PART_SIZE, /* S, M, L */
	PART_PLAIN /* what a thing is: "smartphone"; left out as often as not */
};

struct title {
	struct title_part {
		enum title_part_kind kind;
		char text[TITLE_WORD]; /* folded; a number without its unit: "1.5" */
		int dimension;         /* of a measure, colour, size: which */
		int64_t value;         /* of a measure: in its base unit, millionths */
		bool linked;           /* "x" stood before it */
	} parts[TITLE_PARTS_MAX];
	size_t n;
	struct pack pack;
	char brand[TITLE_BRAND_WORDS][TITLE_WORD];
	size_t n_brand;
};

/** @param brand  as it is compared (brand_fold), "": not known */
void title_read(struct title *t, const char *text, const char *brand);

enum likeness_verdict { LIKENESS_OTHER, LIKENESS_DOUBTFUL, LIKENESS_ONE };

struct likeness {
	enum likeness_verdict verdict;
	int score;              /* thousandths */
	bool opposed;           /* something is said differently that must be alike */
	bool other_brand;       /* both say a brand, and not the same */
	char why[LIKENESS_WHY]; /* "both say wh1000xm4; 40 cm against 60 cm"; safe as the titles are
				 */
};
void titles_compare(const struct title *a, const struct title *b, struct likeness *out);

/** Of at least five characters with digits, so that hardly two products share it. */
bool title_part_is_strong(const struct title_part *p);
