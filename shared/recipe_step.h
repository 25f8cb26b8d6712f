#pragma once
/* Steps that make a fact of a text that a page shows: "before EUR", "replace Art.-Nr. -> ",
 * "number". Pure; each takes a text, or nothing, and gives a text, or nothing. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"

enum { RECIPE_STEPS_MAX = 12, RECIPE_STEP_BYTES = 300, RECIPE_VALUE_BYTES = 16 << 10 };

enum recipe_verb {
	STEP_TRIM,  /* blanks at its ends go, several are one */
	STEP_LOWER, /* ASCII and the accented letters of Latin, Greek and Cyrillic scripts */
	STEP_UPPER,
	STEP_NUMBER,  /* the first number in it, as programs write it: "ca. 1.234,5 kg" -> 1234.5 */
	STEP_PRICE,   /* the price in it: "statt 12,99 EUR nur 9,99 EUR" -> "9.99 EUR" */
	STEP_DATE,    /* by the format of strptime, or ISO 8601, as 2026-11-23 */
	STEP_AFTER,   /* what follows the first TEXT */
	STEP_BEFORE,  /* what precedes it */
	STEP_REPLACE, /* each A by B: "replace A -> B" */
	STEP_PATTERN, /* the first group of a match, else all of it */
	STEP_DEFAULT, /* TEXT, when there is nothing */
};

struct pattern;

struct recipe_step {
	enum recipe_verb verb;
	char *text, *with;       /* of replace: what, by what; NULL: none */
	struct pattern *pattern; /* of STEP_PATTERN */
};

/** @return ERR_INVALID with what is wrong and what to try; out is empty then */
enum err recipe_step_read(const char *text, struct recipe_step *out, struct error *e);
void recipe_step_fini(struct recipe_step *s);
/** @param value  UTF-8 of foreign origin, or NULL: nothing  @return free(); NULL: nothing */
char *recipe_step_apply(const struct recipe_step *s, const char *value);
