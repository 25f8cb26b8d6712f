/* Which product is a listing? By GTIN, else by brand and part number, else by its title. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "daemon/catalog/match_internal.h"
#include "shared/mem.h"

enum {
	AS_GOOD = 20, /* thousandths: two candidates this near are both asked about */
};

/* ---- titles ---------------------------------------------------------------------------------- */

static void insert_doubt(struct match_doubt *list, size_t *n, const struct match_doubt *d)
{
	size_t at = *n;

	while (at && list[at - 1].score < d->score)
		at--;
	if (at == MATCH_DOUBTS_MAX)
		return;
	if (*n < MATCH_DOUBTS_MAX)
		++*n;
	memmove(&list[at + 1], &list[at], (*n - at - 1) * sizeof(*list));
	list[at] = *d;
}

void match_add_doubt(struct match_found *found, uint64_t product, int score, const char *why)
{
	struct match_doubt d = {.product = product, .score = score};

	for (size_t i = 0; i < found->n_doubts; i++)
		if (found->doubts[i].product == product)
			return;
	snprintf(d.why, sizeof(d.why), "%s", why);
	insert_doubt(found->doubts, &found->n_doubts, &d);
}

/* Another GTIN is another thing, unless a person says that it is not. */
static enum err has_other_gtin(const struct match_db *db, uint64_t product,
			       const struct identity *id, bool *other, struct error *e)
{
	struct identifiers mine;
	bool row = false;
	sqlite3_stmt *st;

	*other = false;
	identifiers_of(id, &mine);
	if (!mine.n || mine.all[0].kind != IDENTIFIER_GTIN)
		return ERR_NONE;
	st = match_prepare(db, "SELECT 1 FROM identifier WHERE product = ? AND kind = 1 LIMIT 1",
			   e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	enum err err = match_step(st, &row, e);
	*other = row;
	sqlite3_reset(st);
	return err;
}

enum err match_rank(const struct match_db *db, struct match_ranking *k, const struct title *title,
		    const struct identity *id, uint64_t product, const char *product_title,
		    const char *brand_key, struct error *e)
{
	struct title *other = mem_alloc(sizeof(*other));
	struct match_doubt d = {.product = product};
	struct likeness l;
	bool there = false, another = false;

	title_read(other, product_title, brand_key);
	titles_compare(title, other, &l);
	free(other);
	if (l.verdict == LIKENESS_OTHER)
		return ERR_NONE;
	enum err err = match_site_has(db, product, id->site, 0, &there, e);
	if (!err && !there)
		err = has_other_gtin(db, product, id, &another, e);
	if (err || there || (another && l.verdict == LIKENESS_DOUBTFUL))
		return err;
	d.score = l.score;
	snprintf(d.why, sizeof(d.why), "%.*s%s", another ? 130 : 159, l.why,
		 another ? ", another GTIN" : "");
	if (l.verdict == LIKENESS_DOUBTFUL || another) {
		if (d.score >= LIKENESS_SAME)
			d.score = LIKENESS_SAME - 1;
		insert_doubt(k->doubts, &k->n_doubts, &d);
	} else if (!k->one.product || d.score > k->one.score) {
		k->ambiguous = k->one.product && d.score - k->one.score < AS_GOOD;
		if (k->one.product)
			insert_doubt(k->doubts, &k->n_doubts, &k->one);
		k->one = d;
	} else {
		k->ambiguous |= k->one.score - d.score < AS_GOOD;
		insert_doubt(k->doubts, &k->n_doubts, &d);
	}
	return ERR_NONE;
}

void match_ranked(const struct match_ranking *k, struct match_found *found)
{
	if (k->one.product && !k->ambiguous) {
		found->product = k->one.product;
		found->method = MATCH_TITLE;
		found->score = k->one.score;
		return;
	}
	if (k->one.product)
		match_add_doubt(found, k->one.product, k->one.score, k->one.why);
	for (size_t i = 0; i < k->n_doubts; i++)
		match_add_doubt(found, k->doubts[i].product, k->doubts[i].score, k->doubts[i].why);
}

static enum err find_by_title(struct reader *r, const struct title *title,
			      const struct identity *id, uint64_t except, struct match_found *out,
			      struct error *e)
{
	const struct match_db db = {.r = r};
	struct match_candidates *c = mem_zalloc(sizeof(*c));
	struct match_ranking ranking = {0};
	enum err err = match_candidates_find(r, title, c, e);

	for (size_t i = 0; !err && i < c->n; i++)
		if (c->all[i].product != except)
			err = match_rank(&db, &ranking, title, id, c->all[i].product,
					 c->all[i].title, c->all[i].brand_key, e);
	match_candidates_fini(c);
	free(c);
	if (!err)
		match_ranked(&ranking, out);
	return err;
}

/* ---- identifiers ----------------------------------------------------------------------------- */

static enum err find_by_identifier(struct reader *r, const struct title *title,
				   const struct identity *id, uint64_t except,
				   struct match_found *out, struct error *e)
{
	const struct match_db db = {.r = r};
	struct identifiers by;
	char why[160];

	identifiers_of(id, &by);
	for (size_t i = 0; i < by.n && !out->product; i++) {
		uint64_t product;
		bool trusted = true;
		enum err err = identifier_find(&db, &by.all[i], &product, e);

		if (!err && product && product != except)
			err = match_trust(&db, product, title, id, &by.all[i], &trusted, why, e);
		if (err)
			return err;
		if (!product || product == except)
			continue;
		if (!trusted) {
			match_add_doubt(out, product, LIKENESS_SAME - 1, why);
			continue;
		}
		out->product = product;
		out->method = by.all[i].method;
		out->score = by.all[i].score;
		out->n_doubts = 0;
	}
	return ERR_NONE;
}

static enum err newest_product(struct reader *r, uint64_t *newest, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(r, "SELECT coalesce(max(id), 0) FROM product", e);
	bool row = false;

	if (!st)
		return ERR_STORE;
	enum err err = match_step(st, &row, e);
	*newest = row ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return err;
}

/* What has no listing any more is kept for what a person said of it. */
enum err match_titles_lead(struct reader *r, uint64_t site, bool *lead, uint64_t *newest,
			   struct error *e)
{
	enum err err = newest_product(r, newest, e);
	sqlite3_stmt *st =
		err ? NULL
		    : reader_prepare(
			      r,
			      "SELECT CASE WHEN EXISTS (SELECT 1 FROM listing WHERE site < ?1) THEN 1"
			      " WHEN EXISTS (SELECT 1 FROM listing WHERE site > ?1) THEN 1"
			      " ELSE EXISTS (SELECT 1 FROM product WHERE listings = 0) END",
			      e);
	bool row = false;

	*lead = true;
	if (!st)
		return err ? err : ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)site);
	err = match_step(st, &row, e);
	if (row)
		*lead = sqlite3_column_int(st, 0);
	sqlite3_reset(st);
	return err;
}

enum err match_find(struct reader *r, const struct identity *id, uint64_t except,
		    struct match_found *out, struct error *e)
{
	char key[BRAND_KEY_MAX];
	struct title *title = mem_alloc(sizeof(*title));
	enum err err;

	*out = (struct match_found){.method = MATCH_NEW};
	brand_fold(id->brand, key, sizeof(key));
	title_read(title, id->title, key);
	err = newest_product(r, &out->newest, e);
	if (!err)
		err = find_by_identifier(r, title, id, except, out, e);
	if (!err && !out->product && !id->titles_lead_nowhere)
		err = find_by_title(r, title, id, except, out, e);
	free(title);
	return err;
}
