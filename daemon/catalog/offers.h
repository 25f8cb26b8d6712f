#pragma once
/* Offers as listings have them now, for the arithmetic of markets (daemon/catalog/market.h). */

#include "daemon/catalog/columns.h"
#include "daemon/catalog/market.h"

/** Columns of `listing l` that offer_read takes, in its order. */
#define OFFER_COLUMNS                                                                        \
	"l.site, l.id, l.mine, l.price_minor, l.shipping_minor, l.currency, l.availability," \
	" l.condition, l.state"
enum { OFFER_COLUMNS_N = 9, OFFERS_OF_PRODUCT_MAX = 2000 };

/** Columns of the row from `at` on. My own price is known even while my page does not answer: it
 *  counts as listed. */
void offer_read(sqlite3_stmt *st, int at, struct market_offer *out);

struct offers {
	struct market_offer *all;
	size_t n, cap;
};
/** All rows of a statement whose first columns are OFFER_COLUMNS; the statement is reset. */
enum err offers_read(struct offers *o, sqlite3_stmt *st, struct error *e);
void offers_fini(struct offers *o);
/** The currency that the product is shown in: `preferred` where I sell in it, else the first one of
 * mine, else of a rival. "" when nothing counts. */
const char *offers_currency(const struct offers *o, const char *preferred);

/** A number, or MARKET_UNKNOWN for NULL. */
int64_t row_minor(sqlite3_stmt *st, int at);
/** NULL for what is below 0. */
void bind_minor(sqlite3_stmt *st, int at, int64_t minor);
