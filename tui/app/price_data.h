#pragma once
/* What a product's page says, worked out of the daemon's answers: lines of a chart, sentences.
 * Pure.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/widgets/time_chart.h"

enum { PRICE_TEXT = 256 };

/** Points of a series ({at, until, kind, price_minor, availability}) as stretches. What was
 * doubtful changes nothing; what nobody looked at for over a week is not known from then on.
 *  @param out  an array to be freed  @return how many */
size_t price_stretches(const json_t *points, int64_t to_ms, struct time_stretch **out);

/** Fill the series, span, currency and floor of c, which begins zeroed or filled before.
 *  @param focus  the listing that is looked at: the first line, its stock is shown; "" none
 *  @param all    the other rivals as well, as far as there are lines
 *  @return series that found no line */
size_t price_chart_fill(struct time_chart *c, const json_t *history, const char *focus, bool all);
void price_chart_fini(struct time_chart *c);

/** The offer of that listing, NULL: there is none. Borrowed. */
const json_t *price_offer(const json_t *offers, const char *listing);
/** Of my own the cheapest that has a price; NULL: I do not sell it. Borrowed. */
const json_t *price_mine(const json_t *offers);

/** "brightco 34.90 EUR (was 36.99 until 22 Nov 22:14)   you 36.50   gap -1.60, -4.4%".
 *  @param listing  the offer's listing, for what it cost before; NULL: not known yet */
void price_headline(const json_t *product, const json_t *offer, const json_t *listing,
		    int64_t now_ms, char *out, size_t cap);
/** "BELOW your floor 33.20; rank 1 of 4, 0.01 under the others". */
void price_what_if_text(const json_t *answer, const json_t *product, char *out, size_t cap);
/** By how much one press changes a price: a pretty step of about a third of a per cent. */
int64_t price_step(int64_t minor);
/** Where the offer's price comes from and which product it was taken for, as sentences. */
void price_why(const json_t *listing, char *out, size_t cap);
/** For the table of offers: "who" and "from" into each row, "who": "you (lamps)", "seller at
 *  site"; "from": "JSON-LD", "JSON-LD, stale". */
void price_offers_prepare(json_t *offers);
