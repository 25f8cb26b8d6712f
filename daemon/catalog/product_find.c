#include "daemon/catalog/product_find.h"

#include <stdio.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
#include "shared/gtin.h"

enum { CODE_MAX = 120 };

/* The first number; how many rows there are, at most 2. */
static int ask(struct reader *r, const char *sql, uint64_t number, const char *text, uint64_t *id,
	       struct error *e)
{
	sqlite3_stmt *st = reader_prepare(r, sql, e);
	int n = 0, rc;

	if (!st)
		return -1;
	if (text)
		sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(st, 1, (sqlite3_int64)number);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < 2)
		if (n++ == 0)
			*id = (uint64_t)sqlite3_column_int64(st, 0);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		(void)store_error(rc, sqlite3_db_handle(st), "looking for a product", e);
		n = -1;
	}
	sqlite3_reset(st);
	return n;
}

/* Its words next to each other among the codes of products: "LMP-101" is "lmp 101" there. */
static int ask_code(struct reader *r, const char *ref, uint64_t *id, struct error *e)
{
	char phrase[2 * CODE_MAX + 16];
	size_t at = (size_t)snprintf(phrase, sizeof(phrase), "codes : \"");
	int n;

	for (const char *c = ref; *c && at < sizeof(phrase) - 3; c++) {
		if (*c == '"')
			phrase[at++] = '"';
		phrase[at++] = *c;
	}
	phrase[at++] = '"';
	phrase[at] = 0;
	n = ask(r,
		"SELECT t.rowid FROM product_text t JOIN product p ON p.id = t.rowid"
		" WHERE product_text MATCH ?1 AND p.mine = 1 LIMIT 2",
		0, phrase, id, e);
	return n ? n
		 : ask(r, "SELECT rowid FROM product_text WHERE product_text MATCH ?1 LIMIT 2", 0,
		       phrase, id, e);
}

static int look(struct reader *r, const char *ref, uint64_t *id, struct error *e)
{
	char gtin[GTIN_TEXT];
	uint64_t given;
	int n = 0;

	if (id_parse(ref, "prd", &given))
		return ask(r, "SELECT id FROM product WHERE id = ?1", given, NULL, id, e);
	if (!gtin_read(ref, gtin, NULL))
		n = ask(r, "SELECT product FROM identifier WHERE kind = 1 AND value = ?1", 0, gtin,
			id, e);
	if (!n && *ref && strlen(ref) <= CODE_MAX)
		n = ask_code(r, ref, id, e);
	return n;
}

enum err product_find(struct store *s, const char *ref, uint64_t *id, struct error *e)
{
	struct reader *r = store_reader(s, e);
	int n = r ? look(r, ref, id, e) : -1;

	if (r)
		reader_done(r);
	if (n == 1)
		return ERR_NONE;
	if (n < 0)
		return ERR_STORE;
	if (n)
		error_set(e, ERR_NOT_NOW, "\"%.64s\" is a code of several products", ref);
	else
		error_set(e, ERR_NOT_FOUND, "there is no product \"%.64s\"", ref);
	error_hint(e, "give an id of: sellersmart product list -q \"%.64s\"", ref);
	return e ? e->code : ERR_NOT_FOUND;
}
