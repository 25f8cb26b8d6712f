#pragma once
/* What the files of the matching share. */
#include "daemon/catalog/catalog.h"
#include "daemon/catalog/similarity.h"
#include "shared/gtin.h"

enum { BRAND_KEY_MAX = 256, IDENTIFIER_MAX = 400, IDENTIFIERS_MAX = 3, MATCH_CANDIDATES = 48 };

/** Statements of a reader or of an operation; the other one is NULL. */
struct match_db {
	struct reader *r;
	struct txn *t;
};
/** sql: a literal, of one place. */
sqlite3_stmt *match_prepare(const struct match_db *db, const char *sql, struct error *e);
/** Step it: *row says whether it stands on one. */
enum err match_step(sqlite3_stmt *st, bool *row, struct error *e);

/** What a listing is known by, in order of trust; what cannot be trusted anywhere is left out. */
struct identifiers {
	struct identifier {
		enum identifier_kind kind;
		char value[IDENTIFIER_MAX];
		enum match_method method;
		int score;
		char words[80]; /* "GTIN 4006381333931" */
	} all[IDENTIFIERS_MAX];
	size_t n;
};
void identifiers_of(const struct identity *id, struct identifiers *out);
/** A GTIN that a shop or a country gives out for itself: 02, 04, 2, and those of coupons. */
bool gtin_is_local(const char gtin[static GTIN_TEXT]);
/** Letters and digits of a part number in small letters; "" for what is none ("N/A", "-", "0"). */
void mpn_fold(const char *mpn, char *out, size_t cap);

/** 0: none has it. */
enum err identifier_find(const struct match_db *db, const struct identifier *id, uint64_t *product,
			 struct error *e);
/** Do the titles of its listings allow that the product is what id says? why: the fault. */
enum err match_trust(const struct match_db *db, uint64_t product, const struct title *title,
		     const struct identity *id, const struct identifier *by, bool *trusted,
		     char why[static 160], struct error *e);
/** Has the site a listing of it, other than that one? */
enum err match_site_has(const struct match_db *db, uint64_t product, uint64_t site,
			uint64_t but_listing, bool *has, struct error *e);

/** A product of its own for a listing, without its codes. */
enum err product_make(struct txn *t, const struct identity *id, uint64_t *product, struct error *e);

/** What titles say, best first. */
struct match_ranking {
	struct match_doubt one, doubts[MATCH_DOUBTS_MAX];
	size_t n_doubts;
	bool ambiguous; /* two are equally good */
};
/** Compare with a product. */
enum err match_rank(const struct match_db *db, struct match_ranking *k, const struct title *title,
		    const struct identity *id, uint64_t product, const char *product_title,
		    const char *brand_key, struct error *e);
/** The outcome into found, which has no product yet. */
void match_ranked(const struct match_ranking *k, struct match_found *found);
void match_add_doubt(struct match_found *found, uint64_t product, int score, const char *why);

/** Products whose titles share rare words with it; at most MATCH_CANDIDATES. */
struct match_candidates {
	struct match_candidate {
		uint64_t product;
		char *title, *brand_key;
	} all[MATCH_CANDIDATES];
	size_t n;
};
enum err match_candidates_find(struct reader *r, const struct title *title,
			       struct match_candidates *out, struct error *e);
void match_candidates_fini(struct match_candidates *c);
