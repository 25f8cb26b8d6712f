#include "daemon/store/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/thread.h"
#include "daemon/store/database.h"
#include "daemon/store/migrations.h"
#include "shared/log.h"
#include "shared/mem.h"

struct checker {
	struct store *store;
	pthread_t thread;
	bool started;
	atomic_bool busy, cancelled;
};

static int is_cancelled(void *arg)
{
	struct checker *c = arg;

	return atomic_load(&c->cancelled);
}

static void damaged(struct store *s, const char *what)
{
	char reason[sizeof s->reason], copy[PATH_TEXT + 64];

	/* The first line only names the database. */
	if (strchr(what, '\n'))
		what = strrchr(what, '\n') + 1;
	if (migrations_copy(s->dir, copy, sizeof copy))
		snprintf(reason, sizeof reason,
			 "the store is damaged (%.80s): stop the daemon, keep the bad file, copy "
			 "%.120s or a newer backup to store.db, start again",
			 what, copy);
	else
		snprintf(reason, sizeof reason,
			 "the store is damaged (%.80s): stop the daemon, keep the bad file, copy a "
			 "backup to store.db (or export what is readable), start again",
			 what);
	store_stop_writing(s, ERR_READONLY, reason);
}

static void *check(void *arg)
{
	struct checker *c = arg;
	struct store *s = c->store;
	int64_t began = thread_now_us();
	sqlite3_stmt *st = NULL;
	struct error e;
	sqlite3 *db = database_open_reader(s->path, s->options.vfs, &e);
	int code;

	if (!db) {
		log_warn("store", "the check after an unclean end could not begin: %s", e.text);
		goto out;
	}
	sqlite3_progress_handler(db, 1000, is_cancelled, c);
	code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);
	if (!code)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);

		if (text && !strcmp(text, "ok"))
			log_info("store", "checked after an unclean end in %lld ms: no fault",
				 (long long)((thread_now_us() - began) / 1000));
		else
			damaged(s, text ? text : "unreadable");
	} else if (code == SQLITE_CORRUPT || (code & 0xff) == SQLITE_CORRUPT ||
		   (code & 0xff) == SQLITE_NOTADB) {
		damaged(s, sqlite3_errmsg(db));
	} else if (!atomic_load(&c->cancelled)) {
		log_warn("store", "the check after an unclean end stopped: %s", sqlite3_errmsg(db));
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
out:
	atomic_store(&c->busy, false);
	return NULL;
}

struct checker *checker_start(struct store *s)
{
	struct checker *c = mem_zalloc(sizeof *c);
	struct error e;

	c->store = s;
	atomic_store(&c->busy, true);
	c->started = thread_start(&c->thread, "store-check", THREAD_STACK_LOOP, check, c, &e) ==
		     ERR_NONE;
	if (!c->started) {
		log_warn("store", "no check after an unclean end: %s", e.text);
		atomic_store(&c->busy, false);
	}
	return c;
}

bool checker_busy(struct checker *c)
{
	return c && atomic_load(&c->busy);
}

void checker_free(struct checker *c)
{
	if (!c)
		return;
	atomic_store(&c->cancelled, true);
	if (c->started)
		pthread_join(c->thread, NULL);
	free(c);
}
