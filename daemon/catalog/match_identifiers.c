/* What a listing is known by: GTIN, ASIN, brand and part number; and when that is to be believed.
 *
 * Shops copy GTINs from one variant to all, and write that of the single bottle on the case of
 * twelve. So titles have a say: a pack that differs is asked about, and so is a number that several
 * titles share which contradict this one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/match_internal.h"
#include "shared/fold.h"
#include "shared/mem.h"

enum {
	MPN_MIN = 3,
	MPN_TEXT = 100,
	UNLIKE_MAX = 2,     /* so many listings elsewhere may contradict */
	UNLIKE_SCORE = 300, /* of titles of one site, which are in one language */
	SCORE_GTIN = 1000,
	SCORE_MPN = 950,
};

sqlite3_stmt *match_prepare(const struct match_db *db, const char *sql, struct error *e)
{
	return db->t ? txn_prepare(db->t, sql, e) : reader_prepare(db->r, sql, e);
}

enum err match_step(sqlite3_stmt *st, bool *row, struct error *e)
{
	int rc = sqlite3_step(st);

	*row = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE
		       ? ERR_NONE
		       : store_error(rc, sqlite3_db_handle(st), "look for a product", e);
}

/* GS1 General Specifications, 1.4: prefixes of restricted circulation and of coupons. A GTIN-8
 * beginning with 0 or 2 is a shop's own, too. */
bool gtin_is_local(const char gtin[static GTIN_TEXT])
{
	const char *p = gtin + 1; /* of 13 digits */
	bool short_one = !strncmp(gtin, "000000", 6);

	if (short_one)
		return gtin[6] == '0' || gtin[6] == '2';
	return p[0] == '2' || (p[0] == '0' && (p[1] == '2' || p[1] == '4' || p[1] == '5')) ||
	       (p[0] == '9' && (p[1] == '9' || (p[1] == '8' && p[2] < '5')));
}

void mpn_fold(const char *mpn, char *out, size_t cap)
{
	char folded[MPN_TEXT * 2];
	size_t n = 0;
	bool digit = false, other = false;

	text_fold(folded, sizeof(folded), mpn);
	for (const char *c = folded; *c && n + 1 < cap; c++) {
		bool is_digit = *c >= '0' && *c <= '9';

		if (!is_digit && !(*c >= 'a' && *c <= 'z') && !(*c & 0x80))
			continue;
		out[n++] = *c;
		digit |= is_digit;
		other |= *c != '0';
	}
	out[n] = '\0';
	if (n < MPN_MIN || !digit || !other)
		out[0] = '\0';
}

static void add(struct identifiers *x, enum identifier_kind kind, enum match_method method,
		int score, const char *what, const char *shown)
{
	struct identifier *i = &x->all[x->n++];

	i->kind = kind;
	i->method = method;
	i->score = score;
	snprintf(i->words, sizeof(i->words), "%s %.50s", what, shown);
}

void identifiers_of(const struct identity *id, struct identifiers *out)
{
	char gtin[GTIN_TEXT], key[BRAND_KEY_MAX], mpn[MPN_TEXT];

	out->n = 0;
	if (*id->gtin && !gtin_read(id->gtin, gtin, NULL) && !gtin_is_local(gtin)) {
		add(out, IDENTIFIER_GTIN, MATCH_GTIN, SCORE_GTIN, "GTIN", gtin + strspn(gtin, "0"));
		snprintf(out->all[out->n - 1].value, IDENTIFIER_MAX, "%s", gtin);
	}
	if (*id->asin) {
		add(out, IDENTIFIER_ASIN, MATCH_GTIN, SCORE_GTIN, "ASIN", id->asin);
		snprintf(out->all[out->n - 1].value, IDENTIFIER_MAX, "%.40s", id->asin);
	}
	brand_fold(id->brand, key, sizeof(key));
	mpn_fold(id->mpn, mpn, sizeof(mpn));
	if (*key && *mpn) {
		add(out, IDENTIFIER_MPN, MATCH_MPN, SCORE_MPN, "brand and part number", id->mpn);
		snprintf(out->all[out->n - 1].value, IDENTIFIER_MAX, "%s\x1f%s", key, mpn);
	}
}

enum err identifier_find(const struct match_db *db, const struct identifier *id, uint64_t *product,
			 struct error *e)
{
	sqlite3_stmt *st =
		match_prepare(db, "SELECT product FROM identifier WHERE kind = ? AND value = ?", e);
	bool row = false;

	*product = 0;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int(st, 1, id->kind);
	sqlite3_bind_text(st, 2, id->value, -1, SQLITE_STATIC);
	enum err err = match_step(st, &row, e);
	if (row)
		*product = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return err;
}

enum err match_site_has(const struct match_db *db, uint64_t product, uint64_t site,
			uint64_t but_listing, bool *has, struct error *e)
{
	sqlite3_stmt *st = match_prepare(
		db, "SELECT 1 FROM listing WHERE product = ? AND site = ? AND id <> ? LIMIT 1", e);

	*has = false;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)site);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)but_listing);
	enum err err = match_step(st, has, e);
	sqlite3_reset(st);
	return err;
}

/* Against one listing of the product. @return false: it is to be asked about */
static bool agrees(const struct title *title, const struct title *other, bool same_site,
		   unsigned *unlike, char why[static 160], const struct identifier *by)
{
	struct likeness l;

	titles_compare(title, other, &l);
	if (pack_differs(&title->pack, &other->pack) || (same_site && l.opposed) ||
	    (same_site && l.score < UNLIKE_SCORE)) {
		snprintf(why, 160, "the same %s; %.60s", by->words, l.why);
		return false;
	}
	*unlike += l.opposed;
	return true;
}

enum err match_trust(const struct match_db *db, uint64_t product, const struct title *title,
		     const struct identity *id, const struct identifier *by, bool *trusted,
		     char why[static 160], struct error *e)
{
	sqlite3_stmt *st = match_prepare(db,
					 "SELECT title, brand_key, site FROM listing"
					 " WHERE product = ? ORDER BY site = ? DESC, id LIMIT 20",
					 e);
	unsigned unlike = 0, all = 0;
	bool row = false;
	enum err err = ERR_NONE;

	*trusted = true;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)id->site);
	struct title *other = mem_alloc(sizeof(*other));
	while (*trusted && !(err = match_step(st, &row, e)) && row) {
		title_read(other, (const char *)sqlite3_column_text(st, 0),
			   (const char *)sqlite3_column_text(st, 1));
		*trusted = agrees(title, other, (uint64_t)sqlite3_column_int64(st, 2) == id->site,
				  &unlike, why, by);
		all++;
	}
	sqlite3_reset(st);
	free(other);
	if (*trusted && unlike > UNLIKE_MAX && unlike * 2 > all) {
		*trusted = false;
		snprintf(why, 160, "the same %s, but so have %u that are something else", by->words,
			 unlike);
	}
	return err;
}
