#include "daemon/store/store_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/core/thread.h"
#include "daemon/store/database.h"
#include "shared/mem.h"

enum { READERS = 4, LIMIT_US = 5000000, OPS_BETWEEN_LOOKS = 10000 };

struct reader {
	struct reader_pool *pool;
	sqlite3 *db; /* opened when first borrowed */
	struct stmt_cache statements;
	int64_t deadline_us;
	bool busy;
};

struct reader_pool {
	struct store *store;
	pthread_mutex_t lock;
	pthread_cond_t returned;
	struct reader readers[READERS];
};

struct reader_pool *readers_new(struct store *s)
{
	struct reader_pool *p = mem_zalloc(sizeof *p);

	p->store = s;
	pthread_mutex_init(&p->lock, NULL);
	thread_cond_init(&p->returned);
	for (size_t i = 0; i < READERS; i++)
		p->readers[i].pool = p;
	return p;
}

void readers_free(struct reader_pool *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < READERS; i++) {
		struct reader *r = &p->readers[i];

		if (!r->db)
			continue;
		stmt_cache_fini(&r->statements);
		sqlite3_close(r->db);
	}
	pthread_cond_destroy(&p->returned);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* A reader that never ends would keep the log from being moved into the file. */
static int too_long(void *arg)
{
	struct reader *r = arg;

	return thread_now_us() > r->deadline_us;
}

/* The one used last of those that are free: it is warm, and the others need not exist. */
static struct reader *free_one(struct reader_pool *p)
{
	for (size_t i = 0; i < READERS; i++) {
		if (!p->readers[i].busy)
			return &p->readers[i];
	}
	return NULL;
}

struct reader *store_reader(struct store *s, struct error *e)
{
	struct reader_pool *p = s->readers;
	int64_t until = thread_now_us() + LIMIT_US;
	struct reader *r;

	pthread_mutex_lock(&p->lock);
	while (!(r = free_one(p))) {
		if (thread_cond_wait_until(&p->returned, &p->lock, until) == ETIMEDOUT)
			break;
	}
	if (r)
		r->busy = true;
	pthread_mutex_unlock(&p->lock);
	if (!r) {
		error_set(e, ERR_BUSY, "all readers of the store are in use");
		error_hint(e, "try again in a moment");
		return NULL;
	}
	if (!r->db) {
		r->db = database_open_reader(s->path, s->options.vfs, e);
		if (!r->db) {
			reader_done(r);
			return NULL;
		}
		stmt_cache_init(&r->statements, r->db);
		sqlite3_progress_handler(r->db, OPS_BETWEEN_LOOKS, too_long, r);
	}
	reader_set_deadline(r, thread_now_us() + LIMIT_US);
	return r;
}

void reader_set_deadline(struct reader *r, int64_t us)
{
	r->deadline_us = us;
}

sqlite3_stmt *reader_prepare(struct reader *r, const char *sql, struct error *e)
{
	return stmt_cache_get(&r->statements, sql, e);
}

void reader_done(struct reader *r)
{
	struct reader_pool *p;

	if (!r)
		return;
	p = r->pool;
	if (r->db)
		stmt_cache_release(&r->statements);
	pthread_mutex_lock(&p->lock);
	r->busy = false;
	pthread_cond_signal(&p->returned);
	pthread_mutex_unlock(&p->lock);
}

char *store_meta_get(struct store *s, const char *key)
{
	struct reader *r = store_reader(s, NULL);
	char *value = NULL;
	sqlite3_stmt *st;

	if (!r)
		return NULL;
	st = reader_prepare(r, "SELECT value FROM meta WHERE key = ?", NULL);
	if (st) {
		sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
		if (sqlite3_step(st) == SQLITE_ROW)
			value = mem_strdup((const char *)sqlite3_column_text(st, 0));
	}
	reader_done(r);
	return value;
}
