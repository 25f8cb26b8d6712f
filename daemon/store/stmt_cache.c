#include "daemon/store/stmt_cache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/store.h"
#include "shared/mem.h"

struct stmt_slot {
	const char *sql;
	sqlite3_stmt *st;
};

void stmt_cache_init(struct stmt_cache *c, sqlite3 *db)
{
	*c = (struct stmt_cache){.db = db, .cap = 64};
	c->slots = mem_zalloc(c->cap * sizeof *c->slots);
}

void stmt_cache_fini(struct stmt_cache *c)
{
	for (size_t i = 0; i < c->cap; i++)
		sqlite3_finalize(c->slots[i].st);
	free(c->slots);
	*c = (struct stmt_cache){0};
}

static struct stmt_slot *find(struct stmt_slot *slots, size_t cap, const char *sql)
{
	size_t i = (size_t)((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (cap - 1);

	while (slots[i].sql && slots[i].sql != sql)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void grow(struct stmt_cache *c)
{
	size_t cap = c->cap * 2;
	struct stmt_slot *slots = mem_zalloc(cap * sizeof *slots);

	for (size_t i = 0; i < c->cap; i++) {
		if (c->slots[i].sql)
			*find(slots, cap, c->slots[i].sql) = c->slots[i];
	}
	free(c->slots);
	c->slots = slots;
	c->cap = cap;
}

sqlite3_stmt *stmt_cache_get(struct stmt_cache *c, const char *sql, struct error *e)
{
	struct stmt_slot *slot = find(c->slots, c->cap, sql);
	int rc;

	/* The same address with another text: not a literal, but no reason for a wrong query. */
	if (slot->st && strcmp(sqlite3_sql(slot->st), sql) != 0) {
		sqlite3_finalize(slot->st);
		slot->st = NULL;
	}
	if (!slot->st) {
		sqlite3_stmt *st;

		rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
		if (rc) {
			(void)store_error(rc, c->db, "prepare a statement", e);
			return NULL;
		}
		if (!slot->sql && ++c->n * 2 > c->cap) {
			grow(c);
			slot = find(c->slots, c->cap, sql);
		}
		*slot = (struct stmt_slot){sql, st};
	} else {
		sqlite3_reset(slot->st);
		sqlite3_clear_bindings(slot->st);
	}
	if (c->n_used < ARRAY_LEN(c->used))
		c->used[c->n_used++] = slot->st;
	else
		c->many_used = true;
	return slot->st;
}

void stmt_cache_release(struct stmt_cache *c)
{
	for (size_t i = 0; i < c->n_used; i++)
		sqlite3_reset(c->used[i]);
	for (size_t i = 0; c->many_used && i < c->cap; i++) {
		if (c->slots[i].st)
			sqlite3_reset(c->slots[i].st);
	}
	c->n_used = 0;
	c->many_used = false;
}
