/* A product is what its listings are: of mine, else of the first one that is still there, the title
 * and the picture; of all, the codes and names it is found by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/match_internal.h"
#include "daemon/store/feed.h"
#include "shared/fold.h"
#include "shared/mem.h"

enum { CODES_MAX = 2000, LISTINGS_READ = 50 };

/* What it is to be. */
struct refreshed {
	char *title, *brand, *brand_key, *image, *category;
	struct pack pack;
	int64_t listings;
	bool mine;
	struct buf codes;
};

static const char *text_at(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	return text ? text : "";
}

/* ---- codes ----------------------------------------------------------------------------------- */

static bool has_code(const struct buf *codes, const char *code, size_t n)
{
	for (const char *at = buf_str(codes); *at;) {
		size_t len = strcspn(at, " ");

		if (len == n && !memcmp(at, code, n))
			return true;
		at += len;
		at += *at == ' ';
	}
	return false;
}

static void add_code(struct buf *codes, const char *code)
{
	size_t n = strlen(code);

	if (n && !has_code(codes, code, n))
		buf_printf(codes, "%s%s", codes->len ? " " : "", code);
}

static void add_texts(struct buf *codes, const char *text)
{
	char words[TITLE_TEXT_MAX], *save = NULL;

	snprintf(words, sizeof(words), "%s", text);
	for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		add_code(codes, word);
}

/* Names of models in one piece, as others write them: "WH-1000XM4" is found as "wh1000xm4". */
static void add_models(struct buf *codes, const struct title *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->parts[i].kind == PART_MODEL)
			add_code(codes, t->parts[i].text);
}

/* Letters that the search knows in one form only: "weiß" is found by "weiss". */
static void add_folded(struct buf *codes, const char *title)
{
	static const char *const letters[] = {"\xC3\x9F", "\xC3\xA6", "\xC3\x86", "\xC3\xB8",
					      "\xC3\x98", "\xC5\x82", "\xC5\x81", "\xC5\x93",
					      "\xC4\x91", "\xC4\xB1"};
	char word[TITLE_WORD * 2], folded[TITLE_WORD * 2];

	for (const char *at = title; *at; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");
		bool other = false;

		snprintf(word, sizeof(word), "%.*s", (int)n, at);
		for (size_t i = 0; i < ARRAY_LEN(letters); i++)
			other |= strstr(word, letters[i]) != NULL;
		at += n;
		if (!other)
			continue;
		text_fold(folded, sizeof(folded), word);
		add_code(codes, folded);
	}
}

/* ---- reading --------------------------------------------------------------------------------- */

static void take_listing(struct refreshed *x, sqlite3_stmt *st, struct title *title)
{
	const char *gtin = text_at(st, 3);

	if (!x->title) {
		x->title = mem_strdup(text_at(st, 0));
		x->image = mem_strdup(text_at(st, 6));
		x->category = mem_strdup(text_at(st, 7));
		x->pack = (struct pack){.count = 1};
	}
	if (!x->brand_key || !*x->brand_key) {
		free(x->brand);
		free(x->brand_key);
		x->brand = mem_strdup(text_at(st, 1));
		x->brand_key = mem_strdup(text_at(st, 2));
	}
	title_read(title, text_at(st, 0), text_at(st, 2));
	if (!x->pack.unit)
		x->pack = title->pack;
	x->mine |= sqlite3_column_int(st, 8);
	add_code(&x->codes, gtin);
	add_code(&x->codes, gtin + strspn(gtin, "0"));
	add_texts(&x->codes, text_at(st, 4));
	add_texts(&x->codes, text_at(st, 5));
	add_models(&x->codes, title);
	add_folded(&x->codes, text_at(st, 0));
}

static enum err read_listings(struct txn *t, uint64_t product, struct refreshed *x, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"SELECT title, brand, brand_key, gtin, mpn, sku, image, category, mine"
		" FROM listing WHERE product = ? ORDER BY mine DESC, state = 2, id LIMIT ?",
		e);
	bool row = false;
	enum err err = ERR_NONE;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_int(st, 2, LISTINGS_READ);
	struct title *title = mem_alloc(sizeof(*title));
	while (!(err = match_step(st, &row, e)) && row)
		take_listing(x, st, title);
	sqlite3_reset(st);
	free(title);
	if (err)
		return err;
	st = txn_prepare(t, "SELECT count(*) FROM listing WHERE product = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	if (!(err = match_step(st, &row, e)) && row)
		x->listings = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return err;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* @return whether the row is as it should be */
static enum err is_as_it_is(struct txn *t, uint64_t product, const struct refreshed *x, bool *same,
			    struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"SELECT p.title, p.brand, p.brand_key, p.image, p.category, p.pack_count,"
		" p.pack_amount, p.pack_unit, p.mine, p.listings, f.codes, f.title, f.brand"
		" FROM product p LEFT JOIN product_text f ON f.rowid = p.id WHERE p.id = ?",
		e);
	bool row = false;

	*same = true; /* nothing to write where there is no product */
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	enum err err = match_step(st, &row, e);
	if (row)
		*same = !strcmp(text_at(st, 0), x->title) && !strcmp(text_at(st, 1), x->brand) &&
			!strcmp(text_at(st, 2), x->brand_key) &&
			!strcmp(text_at(st, 3), x->image) && !strcmp(text_at(st, 4), x->category) &&
			sqlite3_column_int64(st, 5) == x->pack.count &&
			sqlite3_column_int64(st, 6) == x->pack.amount &&
			!strcmp(text_at(st, 7), pack_unit_name(x->pack.unit)) &&
			sqlite3_column_int(st, 8) == x->mine &&
			sqlite3_column_int64(st, 9) == x->listings &&
			sqlite3_column_type(st, 10) != SQLITE_NULL &&
			!strcmp(text_at(st, 10), buf_str(&x->codes)) &&
			!strcmp(text_at(st, 11), x->title) && !strcmp(text_at(st, 12), x->brand);
	sqlite3_reset(st);
	return err;
}

static enum err write_row(struct txn *t, uint64_t product, const struct refreshed *x,
			  struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE product SET title = ?2, brand = ?3, brand_key = ?4, image = ?5,"
		" category = ?6, pack_count = ?7, pack_amount = ?8, pack_unit = ?9, mine = ?10,"
		" listings = ?11, changed_ms = ?12 WHERE id = ?1",
		e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_text(st, 2, x->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, x->brand, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, x->brand_key, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, x->image, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, x->category, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 7, x->pack.count);
	sqlite3_bind_int64(st, 8, x->pack.amount);
	sqlite3_bind_text(st, 9, pack_unit_name(x->pack.unit), -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 10, x->mine);
	sqlite3_bind_int64(st, 11, x->listings);
	sqlite3_bind_int64(st, 12, clock_wall_ms(store_clock(txn_store(t))));
	return txn_exec(t, st, e);
}

static enum err write_search(struct txn *t, uint64_t product, const struct refreshed *x,
			     struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT OR REPLACE INTO product_text (rowid, title, brand,"
				       " codes) VALUES (?, ?, ?, ?)",
				       e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_text(st, 2, x->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, x->brand, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, buf_str(&x->codes), -1, SQLITE_STATIC);
	return txn_exec(t, st, e);
}

/* Nobody sells it any more. What a person said of it keeps it. */
static enum err forget(struct txn *t, uint64_t product, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "DELETE FROM product WHERE id = ? AND floor_minor IS NULL"
				       " AND map_minor IS NULL RETURNING id",
				       e);
	bool gone = false;
	enum err err;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	err = match_step(st, &gone, e);
	sqlite3_reset(st);
	if (err)
		return err;
	st = txn_prepare(t,
			 gone ? "DELETE FROM product_text WHERE rowid = ?"
			      : "UPDATE product SET listings = 0, mine = 0 WHERE id = ?",
			 e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	err = txn_exec(t, st, e);
	return err ? err : feed_change(t, "product", product, gone, e);
}

enum err product_refresh(struct txn *t, uint64_t product, struct error *e)
{
	struct refreshed x = {.codes = BUF_INIT(CODES_MAX)};
	bool same = false;
	enum err err = read_listings(t, product, &x, e);

	if (!err && !x.listings) {
		err = forget(t, product, e);
	} else if (!err && !(err = is_as_it_is(t, product, &x, &same, e)) && !same) {
		err = write_row(t, product, &x, e);
		if (!err)
			err = write_search(t, product, &x, e);
		if (!err)
			err = feed_change(t, "product", product, false, e);
	}
	free(x.title);
	free(x.brand);
	free(x.brand_key);
	free(x.image);
	free(x.category);
	buf_fini(&x.codes);
	return err;
}
