#pragma once
/* Prices of rivals as commands print them. */
#include "shared/json.h"
#include "shared/money.h"

/** "34.90" of a member in minor units, with its currency when with_currency; "-" when unknown. */
const char *market_money(char out[static MONEY_TEXT], const json_t *row, const char *member,
			 const char *currency, bool with_currency);
/** "-1.60, -4.4 %" of gap_minor and gap_bp; "" when there is none. */
enum { MARKET_GAP_TEXT = 64 };
const char *market_gap_text(char out[static MARKET_GAP_TEXT], const json_t *row,
			    const char *currency);
/** "98.2" of an index in basis points, where 100 is the market; "-" when unknown. */
const char *market_index_text(char out[static MARKET_GAP_TEXT], const json_t *row,
			      const char *member);
/** "yes", "no", "?" or what else schema.org calls it. */
const char *market_stock(const json_t *row);
