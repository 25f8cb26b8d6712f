#include "daemon/store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "daemon/store/database.h"
#include "daemon/store/migrations.h"
#include "daemon/store/series_internal.h"
#include "daemon/store/store_internal.h"
#include "shared/log.h"
#include "shared/mem.h"

static struct store *make(const struct store_options *o)
{
	struct store *s = mem_zalloc(sizeof *s);

	snprintf(s->dir, sizeof s->dir, "%s", o->dir);
	snprintf(s->path, sizeof s->path, "%s/store.db", o->dir);
	s->options = *o;
	s->options.dir = s->dir;
	s->options.socket = o->socket ? mem_strdup(o->socket) : NULL;
	s->options.vfs = o->vfs ? mem_strdup(o->vfs) : NULL;
	s->options.synchronous = o->synchronous ? mem_strdup(o->synchronous) : NULL;
	if (!s->options.clock)
		s->options.clock = &clock_system;
	s->lock.fd = -1;
	pthread_mutex_init(&s->state_lock, NULL);
	listener_set_init(&s->feed_listeners);
	listener_set_init(&s->resource_listeners);
	id_source_init(&s->ids, o->node, 0);
	s->cache = resource_cache_new();
	s->secrets = secrets_new(s);
	s->readers = readers_new(s);
	s->maintenance = maintenance_new(s);
	return s;
}

/* Everything but the threads, which have ended. */
static void destroy(struct store *s)
{
	readers_free(s->readers);
	series_free(s->series);
	secrets_free(s->secrets);
	resource_cache_free(s->cache);
	maintenance_free(s->maintenance);
	writer_free(s->writer);
	if (s->db) {
		stmt_cache_fini(&s->statements);
		sqlite3_close(s->db);
	}
	lockfile_release(&s->lock);
	id_source_fini(&s->ids);
	listener_set_fini(&s->feed_listeners);
	listener_set_fini(&s->resource_listeners);
	pthread_mutex_destroy(&s->state_lock);
	free((char *)(uintptr_t)s->options.socket);
	free((char *)(uintptr_t)s->options.vfs);
	free((char *)(uintptr_t)s->options.synchronous);
	free(s);
}

static enum err load_ids(struct store *s)
{
	uint64_t last = (uint64_t)database_int(s->db, "SELECT max(id) FROM resource", 0);
	uint64_t ceiling = (uint64_t)database_int(
		s->db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'ids.ceiling'", 0);

	id_source_fini(&s->ids);
	id_source_init(&s->ids, s->options.node, last > ceiling ? last : ceiling);
	writer_set_id_ceiling(s->writer, ceiling);
	return ERR_NONE;
}

static enum err load(struct store *s, struct error *e)
{
	enum err rc = feed_load(s, e);

	if (!rc)
		rc = load_ids(s);
	if (!rc)
		rc = resources_load(s, e);
	if (!rc)
		rc = secrets_load(s, e);
	if (!rc)
		rc = series_load(s->series, s->db, e);
	return rc;
}

struct retention_change {
	struct store *store;
	struct store_retention to;
	bool changed;
};

static enum err change_retention(struct txn *t, void *arg, struct error *e)
{
	struct retention_change *c = arg;

	c->changed = memcmp(&c->store->options.retention, &c->to, sizeof c->to) != 0;
	c->store->options.retention = c->to; /* the writer's, and this is its thread */
	return ERR_NONE;
}

enum err store_set_retention(struct store *s, const struct store_retention *r, struct error *e)
{
	struct retention_change c = {.store = s, .to = *r};
	enum err rc = store_run(s, OP_PEOPLE, change_retention, &c, e);

	if (!rc && c.changed)
		maintenance_soon(s->maintenance);
	return rc;
}

bool store_owner_socket(const char *dir, char *out, size_t cap)
{
	return lockfile_owner_socket(dir, out, cap);
}

struct store *store_open(const struct store_options *o, struct error *e)
{
	struct store *s;
	bool is_new;

	if (strlen(o->dir) >= PATH_TEXT - 64) {
		error_set(e, ERR_CONFIG, "the data directory's path is too long");
		return NULL;
	}
	if (sodium_init() < 0) {
		error_set(e, ERR_INTERNAL, "the crypto library cannot be used");
		return NULL;
	}
	s = make(o);
	if (path_make_dir(s->dir, e) || lockfile_take(&s->lock, s->dir, s->options.socket, e))
		goto fail;
	s->clean_start = s->lock.was_clean;
	if (database_probe(s->path, migrations_newest(migration_table), &is_new, e))
		goto fail;
	s->db = database_open_writer(s->path, s->options.vfs, s->options.synchronous, e);
	if (!s->db)
		goto fail;
	stmt_cache_init(&s->statements, s->db);
	if (migrations_run(s->db, s->dir, migration_table, e))
		goto fail;
	if (is_new && database_sync_path(s->dir, e))
		goto fail;
	s->series = series_new(s);
	s->writer = writer_new(s);
	if (load(s, e) || lockfile_mark_running(&s->lock, s->epoch, atomic_load(&s->seq), e) ||
	    writer_start(s->writer, e))
		goto fail;
	if (!s->clean_start)
		s->checker = checker_start(s);
	return s;
fail:
	if (e && !e->hint[0] && e->code != ERR_LOCKED)
		error_hint(e, "the data directory is %s", s->dir);
	destroy(s);
	return NULL;
}

static enum err compact_all(struct txn *t, void *arg, struct error *e)
{
	return series_compact(t, true, e);
}

/* The last words into the file, then all of it in one piece. */
static enum err close_file(struct store *s, struct error *e)
{
	char sql[160];
	enum err rc;

	snprintf(sql, sizeof sql,
		 "INSERT INTO meta(key, value) VALUES('ids.ceiling', '%" PRIu64 "') "
		 "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
		 s->ids.last);
	rc = database_exec(s->db, sql, "close the store", e);
	if (!rc)
		rc = writer_checkpoint_all(s, e);
	if (rc)
		return rc;
	stmt_cache_fini(&s->statements);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	sqlite3_wal_hook(s->db, NULL, NULL);
	sqlite3_close(s->db); /* removes the log */
	s->db = NULL;
	return ERR_NONE;
}

void store_close(struct store *s)
{
	struct error e = {0};
	enum err rc;

	if (!s)
		return;
	checker_free(s->checker);
	if (store_run(s, OP_PEOPLE, compact_all, NULL, &e))
		log_warn("store", "samples stay in the journal: %s", e.text);
	writer_stop(s->writer);
	readers_free(s->readers);
	s->readers = NULL;
	/* After a fault of the disk nothing more is written; the log is replayed at the next start.
	 */
	rc = store_may_write(s, &e);
	if (!rc)
		rc = close_file(s, &e);
	if (!rc)
		lockfile_mark_clean(&s->lock, s->epoch, atomic_load(&s->seq));
	else
		log_warn("store", "not closed cleanly: %s", e.text);
	destroy(s);
}

/* ---- state ---------------------------------------------------------------------------------- */

/* With the state locked, so that whoever wants to hear no more of it can be sure. */
static void say_refusal(struct store *s)
{
	if (s->on_refusal)
		s->on_refusal(s->refusal_arg);
}

void store_on_refusal(struct store *s, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&s->state_lock);
	s->on_refusal = fn;
	s->refusal_arg = arg;
	pthread_mutex_unlock(&s->state_lock);
}

void store_stop_writing(struct store *s, enum err code, const char *reason)
{
	bool first;

	pthread_mutex_lock(&s->state_lock);
	first = s->writes != WRITES_STOPPED;
	if (first) {
		s->writes = WRITES_STOPPED;
		s->writes_code = code == ERR_IO ? ERR_IO : ERR_READONLY;
		snprintf(s->reason, sizeof s->reason, "%s", reason);
		say_refusal(s);
	}
	pthread_mutex_unlock(&s->state_lock);
	if (first)
		log_error("store", "read-only: %s", reason);
}

void store_set_full(struct store *s, bool full)
{
	bool changed = false;

	pthread_mutex_lock(&s->state_lock);
	if (s->writes != WRITES_STOPPED) {
		changed = full != (s->writes == WRITES_FULL);
		s->writes = full ? WRITES_FULL : WRITES_OK;
		if (full)
			snprintf(
				s->reason, sizeof s->reason,
				"no space left on the disk of %.200s: free some; writing goes on by "
				"itself",
				s->dir);
		else
			s->reason[0] = '\0';
		if (changed && full)
			say_refusal(s);
	}
	pthread_mutex_unlock(&s->state_lock);
	if (full || changed)
		maintenance_full(s->maintenance, full);
	if (changed && full)
		log_error("store", "no space left on the disk of %s", s->dir);
	else if (changed)
		log_info("store", "there is space again, writing goes on");
}

enum err store_may_write(struct store *s, struct error *e)
{
	enum err rc = ERR_NONE;

	pthread_mutex_lock(&s->state_lock);
	if (s->writes == WRITES_STOPPED) {
		rc = error_set(e, s->writes_code, "the store takes no changes now");
		error_hint(e, "%s", s->reason);
	}
	pthread_mutex_unlock(&s->state_lock);
	return rc;
}

static int64_t file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

bool store_refuses(struct store *s, char *reason, size_t cap)
{
	bool refuses;

	pthread_mutex_lock(&s->state_lock);
	refuses = s->writes != WRITES_OK;
	snprintf(reason, cap, "%s", s->reason);
	pthread_mutex_unlock(&s->state_lock);
	return refuses;
}

void store_health(struct store *s, struct store_health *h)
{
	struct writer_stats stats;
	struct statvfs disk;

	/* First: when it says that the check is over, its verdict is in what follows. */
	*h = (struct store_health){.checking = checker_busy(s->checker)};
	pthread_mutex_lock(&s->state_lock);
	h->readonly = s->writes != WRITES_OK;
	snprintf(h->reason, sizeof h->reason, "%s", s->reason);
	pthread_mutex_unlock(&s->state_lock);
	writer_take_stats(s->writer, &stats);
	h->bytes = file_bytes(s->path);
	h->wal_bytes = stats.wal_bytes;
	if (statvfs(s->dir, &disk) == 0) {
		h->disk_free = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
		h->disk_total = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
	}
	h->seq = atomic_load(&s->seq);
	h->epoch = s->epoch;
	h->commits = stats.commits;
	h->operations = stats.operations;
	h->bytes_written = stats.bytes_written;
	h->commit_us_max = stats.commit_us_max;
	memcpy(h->held, stats.held, sizeof h->held);
	h->held_us = stats.held_us;
	h->held_us_max = stats.held_us_max;
	h->queued_people = stats.queued_people;
	h->queued_background = stats.queued_background;
	h->clean_start = s->clean_start;
}

const struct clock *store_clock(const struct store *s)
{
	return s->options.clock;
}

const char *store_dir(const struct store *s)
{
	return s->dir;
}

struct id_source *store_ids(struct store *s)
{
	return &s->ids;
}

uint64_t store_epoch(const struct store *s)
{
	return s->epoch;
}

struct series *store_series(struct store *s)
{
	return s->series;
}
