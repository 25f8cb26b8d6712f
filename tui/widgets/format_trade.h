#pragma once
/* How prices, gaps and stock look to a person. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/schema/schema.h"

/** "34.90", "-1.60": minor units without a code; "" as currency: two decimals. */
const char *format_money(char out[static 40], int64_t minor, const char *currency);
/** Basis points: "-4.4%", "101.2%". */
const char *format_share(char *out, size_t cap, int64_t bp);
/** An availability as any source says it: 'y', 'n' or '?'. */
char stock_mark(const char *availability);
/** "yes", "no", "low", "order" (it is made or bought when ordered), "?". */
const char *stock_word(const char *availability);
/** COLUMN_MONEY, COLUMN_SHARE, COLUMN_STOCK or COLUMN_TREND as text. */
void format_trade(enum column_format f, const json_t *v, const char *currency, char *out,
		  size_t cap, unsigned *style);
