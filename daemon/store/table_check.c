/* A table, read whole. */
#include <stdio.h>
#include <string.h>

#include "daemon/core/thread.h"
#include "daemon/store/database.h"
#include "daemon/store/store_internal.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { STEPS_BETWEEN = 10000 };

enum err store_each_table(struct store *s,
			  enum err (*fn)(void *arg, const char *table, struct error *e), void *arg,
			  struct error *e)
{
	struct reader *r = store_reader(s, e);
	if (!r)
		return e->code;
	sqlite3_stmt *st = reader_prepare(
		r, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", e);
	enum err err = st ? ERR_NONE : ERR_STORE;
	int code = SQLITE_DONE;
	while (!err && (code = sqlite3_step(st)) == SQLITE_ROW)
		err = fn(arg, (const char *)sqlite3_column_text(st, 0), e);
	if (!err && code != SQLITE_DONE)
		err = store_error(code, sqlite3_db_handle(st), "read the list of tables", e);
	if (st)
		sqlite3_reset(st);
	reader_done(r);
	return err;
}

static int ask_over(void *arg)
{
	struct store_table_check *c = arg;
	return c->over && c->over(c->arg);
}

static void say(struct store_table_check *c, const char *text)
{
	text = text ? text : "unreadable";
	/* The first line only names the database. */
	if (!strncmp(text, "*** in database", 15) && strchr(text, '\n'))
		text = strchr(text, '\n') + 1;
	text_safe(c->fault, sizeof(c->fault), text, strcspn(text, "\n"), 0, 0, NULL);
}

/* Its first row; sound: what that says when there is nothing at fault, NULL: no row at all. */
static enum err look(sqlite3 *db, const char *sql, const char *sound, struct store_table_check *c,
		     struct error *e)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (!code)
		code = sqlite3_step(st);
	enum err err = ERR_NONE;
	if (code == SQLITE_ROW && !sound) {
		char text[128];
		snprintf(text, sizeof(text), "row %lld refers to a row of %s that is not there",
			 (long long)sqlite3_column_int64(st, 1),
			 (const char *)sqlite3_column_text(st, 2));
		say(c, text);
	} else if (code == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);
		if (!text || strcmp(text, sound) != 0)
			say(c, text);
	} else if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) {
		say(c, sqlite3_errmsg(db));
	} else if (code == SQLITE_INTERRUPT) {
		err = error_set(e, ERR_CANCELLED, "the check was ended");
	} else if (code != SQLITE_DONE) {
		err = store_error(code, db, "check a table", e);
	}
	sqlite3_finalize(st);
	return err;
}

enum err store_check_table(struct store *s, const char *table, struct store_table_check *c,
			   struct error *e)
{
	int64_t began = thread_now_us();
	sqlite3 *db = database_open_reader(s->path, s->options.vfs, e);
	if (!db)
		return e->code;
	sqlite3_progress_handler(db, STEPS_BETWEEN, ask_over, c);
	char *sql = sqlite3_mprintf("PRAGMA integrity_check(%Q)", table);
	enum err err = look(db, sql, "ok", c, e);
	sqlite3_free(sql);
	if (!err && !c->fault[0]) {
		sql = sqlite3_mprintf("PRAGMA foreign_key_check(%Q)", table);
		err = look(db, sql, NULL, c, e);
		sqlite3_free(sql);
	}
	sqlite3_close(db);
	c->took_ms = (thread_now_us() - began) / 1000;
	return err;
}
