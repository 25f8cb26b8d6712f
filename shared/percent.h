#pragma once
/* Percentages as exact text: "99.9". In memory they are thousandths of a percent (99900), so that
 * "99.999" has a place and nothing is ever a float. */
#include <stdbool.h>
#include <stdint.h>

enum { PERCENT_TEXT = 16, PERCENT_WHOLE = 100000 /* 100 % */ };

/** "99", "99.9", "99.950": 0 to 100 with at most three decimals; no sign, no exponent, no "%". */
bool percent_parse(const char *text, int64_t *thousandths);
/** The shortest exact form: 99900 -> "99.9". */
const char *percent_format(char out[static PERCENT_TEXT], int64_t thousandths);
/** How much something changed, for people, from basis points: -438 -> "-4.4 %", 1000 -> "+10.0 %".
 */
const char *change_format(char out[static PERCENT_TEXT], int64_t bp);
/** part * scale / whole, rounded half to even; whole > 0, part >= 0. Exact: no overflow below 2^63
 * because it is computed in 128 bits; INT64_MAX when the result does not fit. */
int64_t ratio_even(int64_t part, int64_t scale, int64_t whole);
