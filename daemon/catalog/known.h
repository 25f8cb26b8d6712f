#pragma once
/* What is known of a listing, as its row and the newest rows of its sellers say. */
#include "daemon/catalog/sighting.h"

/** Where it is read: a worker's reader or the writer's transaction. */
struct known_source {
	struct reader *reader; /* NULL: txn */
	struct txn *txn;
};
sqlite3_stmt *known_prepare(const struct known_source *from, const char *sql, struct error *e);

struct known_offer {
	uint64_t seller;
	char *name; /* "": the site itself */
	int64_t at_ms;
	enum offer_kind kind;
	struct terms terms;
	/** The last price that was believed, of this row or one before; UNKNOWN: none. */
	int64_t believed;
	char believed_currency[CURRENCY_TEXT];
};

struct known {
	uint64_t id, page, product;
	char *text[SIGHTING_TEXTS];
	enum match_method method;
	int score;
	enum listing_state state;
	int64_t price, was, doubt;
	char currency[CURRENCY_TEXT];
	enum availability availability;
	int64_t rating_x100, reviews;
	int64_t price_ms, stock_ms, state_ms, seen_ms;
	int missed;
	int64_t missed_ms;
	struct known_offer *offers; /* of every seller that ever was, the newest row */
	size_t n_offers;
};

/** By its name in the site, or by id when key is NULL. k->id is 0 when there is none. */
enum err known_read(const struct known_source *from, uint64_t site, const char *key, uint64_t id,
		    struct known *k, struct error *e);
void known_fini(struct known *k);

/** A number that may be NULL: UNKNOWN. */
int64_t column_known(sqlite3_stmt *st, int column);
void bind_known(sqlite3_stmt *st, int at, int64_t v);
void bind_string(sqlite3_stmt *st, int at, const char *s);
/** Step a statement that returns nothing and reset it. */
enum err known_done(sqlite3_stmt *st, struct error *e);
