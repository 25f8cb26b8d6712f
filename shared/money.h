#pragma once
/* Money is an integer of minor units and an ISO 4217 code, never a float. How many decimals a
 * currency has is ISO 4217's list of 2026 (amendment 180): JPY 0, KWD 3, most 2. */
#include <stdbool.h>
#include <stdint.h>

enum {
	CURRENCY_TEXT = 4,
	MONEY_TEXT = 40,
	MONEY_DECIMALS = 2, /* of a currency that is not known */
};
#define MONEY_MINOR_MAX INT64_C(1000000000000000)

/** "EUR", in capitals. */
bool currency_known(const char *code);
/** Decimals of its minor unit; MONEY_DECIMALS for "" and for what is not known. */
unsigned currency_decimals(const char *code);

/** A number as programs write it ("1234.5", "12.3456"; a point, no grouping, no exponent) in minor
 *  units of that currency, half to even.
 *  @param exact  false when digits were rounded away; may be NULL
 *  @return false: it is no such number, negative, or beyond MONEY_MINOR_MAX */
bool money_from_decimal(const char *text, const char *currency, int64_t *minor, bool *exact);
/** "1234.50 EUR", "1200 JPY"; without a code when currency is "". */
const char *money_format(char out[static MONEY_TEXT], int64_t minor, const char *currency);
