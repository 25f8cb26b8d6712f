#include "daemon/catalog/offers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

int64_t row_minor(sqlite3_stmt *st, int at)
{
	return sqlite3_column_type(st, at) == SQLITE_NULL ? MARKET_UNKNOWN
							  : sqlite3_column_int64(st, at);
}

void bind_minor(sqlite3_stmt *st, int at, int64_t minor)
{
	if (minor < 0)
		sqlite3_bind_null(st, at);
	else
		sqlite3_bind_int64(st, at, minor);
}

void offer_read(sqlite3_stmt *st, int at, struct market_offer *out)
{
	bool mine = sqlite3_column_int(st, at + 2);

	*out = (struct market_offer){
		.seller = mine ? MARKET_MINE : (uint64_t)sqlite3_column_int64(st, at),
		.site = (uint64_t)sqlite3_column_int64(st, at),
		.listing = (uint64_t)sqlite3_column_int64(st, at + 1),
		.price_minor = row_minor(st, at + 3),
		.shipping_minor = row_minor(st, at + 4),
		.availability = (enum availability)sqlite3_column_int(st, at + 6),
		.condition = (enum condition)sqlite3_column_int(st, at + 7),
		.state = (enum listing_state)sqlite3_column_int(st, at + 8)};
	snprintf(out->currency, sizeof(out->currency), "%s", row_text(st, at + 5));
	if (mine && out->state == LISTING_UNKNOWN)
		out->state = LISTING_LISTED;
}

enum err offers_read(struct offers *o, sqlite3_stmt *st, struct error *e)
{
	int rc;

	o->n = 0;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && o->n < OFFERS_OF_PRODUCT_MAX) {
		if (o->n == o->cap) {
			o->cap = o->cap ? 2 * o->cap : 16;
			o->all = mem_array(o->all, o->cap, sizeof(*o->all));
		}
		offer_read(st, 0, &o->all[o->n++]);
	}
	enum err err = rc == SQLITE_DONE || rc == SQLITE_ROW
			       ? ERR_NONE
			       : store_error(rc, sqlite3_db_handle(st), "reading offers", e);
	sqlite3_reset(st);
	return err;
}

void offers_fini(struct offers *o)
{
	free(o->all);
	*o = (struct offers){0};
}

const char *offers_currency(const struct offers *o, const char *preferred)
{
	const char *mine = NULL, *theirs = NULL;

	for (size_t i = 0; i < o->n; i++) {
		const struct market_offer *x = &o->all[i];

		if (!market_counts(x, x->currency))
			continue;
		if (x->seller == MARKET_MINE) {
			if (!strcmp(x->currency, preferred))
				return x->currency;
			mine = mine ? mine : x->currency;
		} else if (!theirs || !strcmp(x->currency, preferred)) {
			theirs = x->currency;
		}
	}
	return mine ? mine : theirs ? theirs : "";
}
