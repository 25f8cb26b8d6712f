/* Products that may be meant by a title: those whose titles share its rarest words. How rare a word
 * is, is found out by counting up to a limit, so that "lamp" in a shop of lamps costs no more than
 * any other word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/match_internal.h"
#include "shared/buf.h"
#include "shared/mem.h"

enum {
	TERMS_MAX = 10, /* of a title that are counted */
	COMMON = 200,   /* a word in so many titles tells nothing apart */
	CHOSEN_MAX = 4, /* rare ones that are asked for */
	TOGETHER = 3,   /* common ones that must stand together */
	QUERY_MAX = 1024,
	TERM_MIN = 3,
};

struct term {
	char text[TITLE_WORD];
	int count, strength; /* of titles that have it; models first */
};

static bool is_term(const struct title *t, const struct title_part *p)
{
	if (p->kind != PART_WORD && p->kind != PART_PLAIN && p->kind != PART_MODEL &&
	    p->kind != PART_NUMBER)
		return false;
	if (strlen(p->text) < TERM_MIN || strchr(p->text, '.'))
		return false;
	for (size_t i = 0; i < t->n_brand; i++)
		if (!strcmp(t->brand[i], p->text))
			return false;
	return true;
}

static int strength_of(const struct title_part *p)
{
	return title_part_is_strong(p) ? 1000 : (int)strlen(p->text);
}

static int by_strength(const void *a, const void *b)
{
	return ((const struct term *)b)->strength - ((const struct term *)a)->strength;
}

static int by_count(const void *a, const void *b)
{
	return ((const struct term *)a)->count - ((const struct term *)b)->count;
}

static size_t terms_of(const struct title *t, struct term out[static TITLE_PARTS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		bool known = false;

		for (size_t k = 0; k < n; k++)
			known |= !strcmp(out[k].text, t->parts[i].text);
		if (known || !is_term(t, &t->parts[i]))
			continue;
		memcpy(out[n].text, t->parts[i].text, TITLE_WORD);
		out[n].count = 0;
		out[n++].strength = strength_of(&t->parts[i]);
	}
	qsort(out, n, sizeof(*out), by_strength);
	return n < TERMS_MAX ? n : TERMS_MAX;
}

static enum err count_titles(struct reader *r, struct term *term, struct error *e)
{
	char query[TITLE_WORD + 4];
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT count(*) FROM (SELECT 1 FROM product_text"
					  " WHERE product_text MATCH ? LIMIT ?)",
					  e);
	bool row = false;

	if (!st)
		return ERR_STORE;
	snprintf(query, sizeof(query), "\"%.*s\"", TITLE_WORD, term->text);
	sqlite3_bind_text(st, 1, query, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 2, COMMON);
	enum err err = match_step(st, &row, e);
	if (row)
		term->count = sqlite3_column_int(st, 0);
	sqlite3_reset(st);
	return err;
}

/* Rare words each by itself; where there are none, the three rarest together, and with the brand.
 * Letters and digits only, so that nothing of a title is an operator. */
static void write_query(const struct title *t, struct term *terms, size_t n, struct buf *query)
{
	size_t chosen = 0, common = 0;

	qsort(terms, n, sizeof(*terms), by_count);
	for (size_t i = 0; i < n && chosen < CHOSEN_MAX; i++)
		if (terms[i].count && terms[i].count < COMMON)
			buf_printf(query, "%s\"%s\"", chosen++ ? " OR " : "", terms[i].text);
	for (size_t i = 0; !chosen && i < n && common < TOGETHER; i++)
		if (terms[i].count)
			buf_printf(query, "%s\"%s\"", common++ ? " AND " : "", terms[i].text);
	for (size_t i = 0; common && i < t->n_brand; i++)
		buf_printf(query, " AND \"%s\"", t->brand[i]);
}

static enum err fetch(struct reader *r, const char *query, struct match_candidates *out,
		      struct error *e)
{
	sqlite3_stmt *st =
		reader_prepare(r,
			       "SELECT p.id, p.title, p.brand_key FROM product_text"
			       " JOIN product p ON p.id = product_text.rowid"
			       " WHERE product_text MATCH ? ORDER BY product_text.rank LIMIT ?",
			       e);
	bool row = false;
	enum err err = ERR_NONE;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_text(st, 1, query, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 2, MATCH_CANDIDATES);
	while (!(err = match_step(st, &row, e)) && row && out->n < MATCH_CANDIDATES)
		out->all[out->n++] = (struct match_candidate){
			.product = (uint64_t)sqlite3_column_int64(st, 0),
			.title = mem_strdup((const char *)sqlite3_column_text(st, 1)),
			.brand_key = mem_strdup((const char *)sqlite3_column_text(st, 2)),
		};
	sqlite3_reset(st);
	return err;
}

enum err match_candidates_find(struct reader *r, const struct title *title,
			       struct match_candidates *out, struct error *e)
{
	struct term terms[TITLE_PARTS_MAX];
	struct buf query = BUF_INIT(QUERY_MAX);
	size_t n = terms_of(title, terms);
	enum err err = ERR_NONE;

	out->n = 0;
	for (size_t i = 0; !err && i < n; i++)
		err = count_titles(r, &terms[i], e);
	if (!err)
		write_query(title, terms, n, &query);
	if (!err && query.len)
		err = fetch(r, buf_str(&query), out, e);
	buf_fini(&query);
	return err;
}

void match_candidates_fini(struct match_candidates *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->all[i].title);
		free(c->all[i].brand_key);
	}
	c->n = 0;
}
