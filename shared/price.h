#pragma once
/* Prices as people write them on pages: "1.234,56 €", "£1,234.56", "Rs. 1,299", "from 9.99",
 * "12,-", "statt 12,99 € nur 9,99 €". Pure. What cannot be told is refused, never guessed: a wrong
 * price is worse than none. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/money.h"

enum { PRICE_TEXT_MAX = 400 /* bytes; what is longer is no price */ };

enum price_kind {
	PRICE_EXACT,
	PRICE_FROM,  /* "from 9.99": the lowest of several */
	PRICE_RANGE, /* "9.99 - 19.99": minor and minor_to */
};

struct price {
	enum price_kind kind;
	int64_t minor, minor_to;      /* minor_to: only of a range */
	char currency[CURRENCY_TEXT]; /* "" when neither text nor hint says */
	bool assumed;                 /* the sign has several meanings or none: the hint decided, or
				       * the commonest ($ is USD) */
};

/** What else is known of the page; NULL: nothing. */
struct price_hint {
	const char *currency; /* "CHF" */
};

/** @param text  UTF-8 of foreign origin; invalid bytes part words
 *  @return ERR_MALFORMED when there is no price in it, ERR_CONFLICT when there are several and
 *  nothing says which counts, ERR_TOO_LARGE; e (may be NULL) has the words */
enum err price_parse(const char *text, const struct price_hint *hint, struct price *out,
		     struct error *e);
