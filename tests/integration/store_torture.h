#pragma once
/* A child writes from many threads and reports each acknowledged operation; it is killed at a
 * random moment; every one of them must be in the file. Under the lossy VFS the kill is a power
 * cut. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/core/thread.h"
#include "daemon/store/feed.h"
#include "daemon/store/resources.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "tests/fakes/lossy_vfs.h"

enum { TORTURE_CLIENTS = 64, TORTURE_LOAD_MS = 50 };

struct torture {
	const char *dir;
	bool power;              /* lossy VFS */
	const char *synchronous; /* FULL, NORMAL */
	unsigned rounds, seed;
	/* results */
	unsigned long acknowledged, lost, faults;
};

struct torture_ack {
	unsigned round, client, number;
};

/* ---- the child --------------------------------------------------------------------------------
 */

struct torture_client {
	pthread_t thread;
	struct store *store;
	struct torture_ack at;
	int fd;
};

/* Two rows and a counter that must agree. */
static enum err torture_op(struct txn *t, void *arg, struct error *e)
{
	const struct torture_ack *at = arg;
	char key[64];
	sqlite3_stmt *st;
	enum err rc;

	snprintf(key, sizeof key, "%u.%u.%u", at->round, at->client, at->number);
	rc = idempotency_keep(t, key, 200, "{}", e);
	if (rc)
		return rc;
	st = txn_prepare(t,
			 "INSERT INTO cursors(name, seq) VALUES('torture', 1) "
			 "ON CONFLICT(name) DO UPDATE SET seq = seq + 1",
			 e);
	rc = txn_exec(t, st, e);
	return rc ? rc : feed_change(t, "torture", at->client + 1, false, e);
}

static void *torture_client(void *arg)
{
	struct torture_client *c = arg;

	for (;; c->at.number++) {
		if (store_run(c->store, OP_PEOPLE, torture_op, &c->at, NULL))
			_exit(3);
		if (write(c->fd, &c->at, sizeof c->at) != sizeof c->at)
			_exit(4);
	}
}

static void torture_child(const struct torture *o, unsigned round, int fd)
{
	static struct torture_client clients[TORTURE_CLIENTS];
	struct store_options options = {.dir = o->dir,
					.clock = &clock_system,
					.vfs = o->power ? "lossy" : NULL,
					.synchronous = o->synchronous};
	struct error e;
	struct store *s;

	if (o->power)
		lossy_vfs_register(round * 7 % 60, o->seed + round);
	s = store_open(&options, &e);
	if (!s) {
		fprintf(stderr, "store_torture: %s\n", e.text);
		_exit(2);
	}
	for (unsigned i = 0; i < TORTURE_CLIENTS; i++) {
		clients[i] = (struct torture_client){.store = s, .at = {round, i, 0}, .fd = fd};
		if (thread_start(&clients[i].thread, "client", THREAD_STACK_SMALL, torture_client,
				 &clients[i], NULL))
			_exit(5);
	}
	for (;;)
		pause();
}

/* ---- the parent -------------------------------------------------------------------------------
 */

struct torture_acks {
	struct torture_ack *items;
	size_t n, cap;
};

/* Read what the child reports; kill it a while after its first word. */
static bool torture_round(const struct torture *o, unsigned round, unsigned load_ms,
			  struct torture_acks *acks)
{
	int64_t now = thread_now_us(), kill_at = now + 20000000;
	bool killed = false;
	int fds[2], status;
	pid_t child;

	if (pipe(fds))
		return false;
	child = fork();
	if (child == 0) {
		close(fds[0]);
		torture_child(o, round, fds[1]);
	}
	close(fds[1]);
	acks->n = 0;
	for (;;) {
		struct pollfd p = {.fd = fds[0], .events = POLLIN};
		ssize_t n;

		now = thread_now_us();
		if (!killed && now >= kill_at) {
			kill(child, SIGKILL);
			killed = true;
		}
		if (poll(&p, 1, killed ? -1 : (int)((kill_at - now) / 1000) + 1) <= 0)
			continue;
		if (acks->cap - acks->n < 4096) {
			acks->cap = acks->cap ? acks->cap * 2 : 1 << 14;
			acks->items = mem_array(acks->items, acks->cap, sizeof *acks->items);
		}
		/* A pipe hands out whole reports: each was one small write. */
		n = read(fds[0], acks->items + acks->n, 1024 * sizeof *acks->items);
		if (n <= 0)
			break;
		if (acks->n == 0 && !killed)
			kill_at = thread_now_us() + load_ms * 1000;
		acks->n += (size_t)n / sizeof *acks->items;
	}
	close(fds[0]);
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static sqlite3_int64 torture_number(sqlite3 *db, const char *sql)
{
	sqlite3_int64 v = -1;
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL))
		return -1;
	if (sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static bool torture_intact(sqlite3 *db)
{
	sqlite3_stmt *st;
	bool ok = false;

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check", -1, &st, NULL))
		return false;
	if (sqlite3_step(st) == SQLITE_ROW)
		ok = !strcmp((const char *)sqlite3_column_text(st, 0), "ok");
	sqlite3_finalize(st);
	/* Operations are whole: as many rows as the counter says. */
	return ok && torture_number(db, "SELECT count(*) FROM idempotency") ==
			     torture_number(db, "SELECT coalesce(sum(seq), 0) FROM cursors");
}

/* With a connection of its own, and without a checkpoint: the next child meets the log as it is. */
static void torture_verify(struct torture *o, const struct torture_acks *acks,
			   sqlite3_int64 *rows_before)
{
	char path[512];
	sqlite3_stmt *st = NULL;
	sqlite3_int64 rows;
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/store.db", o->dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ||
	    sqlite3_prepare_v2(db, "SELECT 1 FROM idempotency WHERE key = ?", -1, &st, NULL)) {
		o->faults++;
		sqlite3_close(db);
		return;
	}
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	for (size_t i = 0; i < acks->n; i++) {
		char key[64];

		snprintf(key, sizeof key, "%u.%u.%u", acks->items[i].round, acks->items[i].client,
			 acks->items[i].number);
		sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
		o->lost += sqlite3_step(st) != SQLITE_ROW;
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	rows = torture_number(db, "SELECT count(*) FROM idempotency");
	if (!torture_intact(db))
		o->faults++;
	if (rows < *rows_before) /* what an earlier round left */
		o->lost += (unsigned long)(*rows_before - rows);
	*rows_before = rows;
	o->acknowledged += acks->n;
	sqlite3_close(db);
}

static bool torture_create(const struct torture *o)
{
	struct store_options options = {.dir = o->dir, .clock = &clock_system};
	struct store *s = store_open(&options, NULL);

	store_close(s);
	return s != NULL;
}

/** Run all rounds; false when a child ended by itself. */
static bool torture_run(struct torture *o)
{
	struct torture_acks acks = {0};
	sqlite3_int64 rows = 0;
	bool ok;

	/* The tables are on disk before the first cut: what NORMAL loses is rows. */
	log_setup(LOG_WARN, false, STDERR_FILENO);
	ok = torture_create(o);
	for (unsigned i = 0; ok && i < o->rounds; i++) {
		unsigned load_ms = 5 + (unsigned)rand_r(&o->seed) % (2 * TORTURE_LOAD_MS - 10);

		ok = torture_round(o, i, load_ms, &acks);
		torture_verify(o, &acks, &rows);
	}
	free(acks.items);
	return ok;
}
