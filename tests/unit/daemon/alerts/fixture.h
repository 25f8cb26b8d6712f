#pragma once
/* Alerts on a real store, turn by turn, without their thread, on a clock that is set. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "daemon/alerts/internal.h"
#include "daemon/api/live.h"
#include "daemon/core/thread.h"
#include "shared/mem.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

struct set_clock {
	struct clock clock; /* first */
	int64_t boot_ms, wall_ms;
};

struct fixture {
	char dir[64];
	struct set_clock clock;
	struct daemon d;
	struct alerts *a;
	struct error e;
	int64_t next; /* when the last turn wanted the next */
};

static int64_t set_boot(const struct clock *c)
{
	return ((const struct set_clock *)c)->boot_ms * 1000;
}

static int64_t set_wall(const struct clock *c)
{
	return ((const struct set_clock *)c)->wall_ms;
}

/* ---- the daemon ----------------------------------------------------------------------------- */

static inline void fixture_open_only(struct fixture *f)
{
	struct store_options so = {.dir = f->dir,
				   .vfs = sqlite3_vfs_find("fault") ? "fault" : NULL,
				   .clock = &f->clock.clock,
				   .node = 1,
				   .retention.events_ms = INT64_MAX / 2};
	f->d = (struct daemon){.clock = &f->clock.clock};
	f->d.store = store_open(&so, &f->e);
	if (!f->d.store)
		fail_msg("%s", f->e.text);
	f->d.live = live_new(&f->d);
	f->a = alerts_new(&f->d, &f->e);
	if (!f->a)
		fail_msg("%s", f->e.text);
	f->d.alerts = f->a;
	f->next = 0;
}

static inline void fixture_open(struct fixture *f)
{
	fixture_open_only(f);
	start_catch_up(f->a);
}

static inline void fixture_close(struct fixture *f)
{
	store_close(f->d.store);
	alerts_free(f->a);
	live_free(f->d.live);
}

/* What was in memory only is gone. */
static inline void fixture_again(struct fixture *f)
{
	fixture_close(f);
	fixture_open(f);
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = mem_zalloc(sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/alerts-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->clock = (struct set_clock){{set_boot, set_wall}, HOUR, INT64_C(1795435200000)};
	fixture_open(f);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	char command[96];
	fixture_close(f);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* ---- what happens --------------------------------------------------------------------------- */

static enum err run_put(struct txn *t, void *arg, struct error *e)
{
	return resource_put(t, arg, e);
}

static inline uint64_t put_resource(struct fixture *f, const char *kind, const char *name,
				    const char *spec)
{
	struct resource_put p = {.kind = resource_kind_find(kind),
				 .mode = PUT_UPSERT,
				 .name = name,
				 .labels = "{}",
				 .spec = spec};
	assert_non_null(p.kind);
	if (store_run(f->d.store, OP_PEOPLE, run_put, &p, &f->e))
		fail_msg("%s", f->e.text);
	uint64_t id = p.result->id;
	resource_unref(p.result);
	return id;
}

static enum err run_delete(struct txn *t, void *arg, struct error *e)
{
	const struct resource *r = arg;
	return resource_delete(t, r->kind, r->id, 0, NULL, e);
}

static inline void delete_resource(struct fixture *f, const char *kind, const char *name)
{
	const struct resource *r = resource_get(f->d.store, resource_kind_find(kind), name);
	assert_non_null(r);
	if (store_run(f->d.store, OP_PEOPLE, run_delete, (void *)(uintptr_t)r, &f->e))
		fail_msg("%s", f->e.text);
	resource_unref(r);
}

static enum err run_events(struct txn *t, void *arg, struct error *e)
{
	enum err err = ERR_NONE;
	for (struct event *ev = arg; ev->topic[0] && !err; ev++)
		err = feed_event(t, ev, e);
	return err;
}

/* A monitor goes to that state now. more: further members of its data, ", \"a\": 1" */
static inline struct event monitor_event(struct fixture *f, uint64_t monitor, const char *state,
					 const char *more)
{
	static char data[64][256], text[64][64];
	static unsigned at;
	struct event ev = {.at_ms = f->clock.wall_ms, .subject = monitor};
	at = (at + 1) % 64;
	bool down = !strcmp(state, "down");
	ev.severity = down                                                       ? SEVERITY_CRITICAL
		      : !strcmp(state, "flapping") || !strcmp(state, "degraded") ? SEVERITY_WARNING
										 : SEVERITY_INFO;
	snprintf(ev.topic, sizeof(ev.topic), "monitor.%s", state);
	snprintf(ev.subject_kind, sizeof(ev.subject_kind), "monitor");
	snprintf(ev.name, sizeof(ev.name), "garden");
	snprintf(data[at], sizeof(data[at]), "{\"state\":\"%s\",\"reason\":\"HTTP 502\"%s}", state,
		 more ? more : "");
	snprintf(text[at], sizeof(text[at]), "garden is %s", state);
	ev.data_json = data[at];
	ev.text = text[at];
	return ev;
}

static inline void happens(struct fixture *f, uint64_t monitor, const char *state, const char *more)
{
	struct event evs[2] = {monitor_event(f, monitor, state, more)};
	if (store_run(f->d.store, OP_PEOPLE, run_events, evs, &f->e))
		fail_msg("%s", f->e.text);
}

/* The store takes no writes. */
static inline void happens_not(struct fixture *f, uint64_t monitor, const char *state)
{
	struct event evs[2] = {monitor_event(f, monitor, state, NULL)};
	assert_int_not_equal(store_run(f->d.store, OP_PEOPLE, run_events, evs, &f->e), 0);
}

/* Turns until none is due, as the thread would. */
static inline void turns(struct fixture *f, struct notes n)
{
	n.events = true;
	do {
		f->next = alerts_turn(f->a, &n, false);
		n = (struct notes){0};
	} while (f->next <= f->clock.boot_ms);
}

static inline void pass(struct fixture *f, int64_t ms)
{
	int64_t until = f->clock.boot_ms + ms;
	turns(f, (struct notes){0});
	while (f->next <= until) {
		f->clock.wall_ms += f->next - f->clock.boot_ms;
		f->clock.boot_ms = f->next;
		turns(f, (struct notes){0});
	}
	f->clock.wall_ms += until - f->clock.boot_ms;
	f->clock.boot_ms = until;
	turns(f, (struct notes){0});
}

/* ---- what is stored ------------------------------------------------------------------------- */

/* The first column of each row, comma-separated. */
static inline const char *stored(struct fixture *f, const char *sql)
{
	static char out[4096];
	struct reader *r = store_reader(f->d.store, &f->e);
	assert_non_null(r);
	sqlite3_stmt *st = reader_prepare(r, sql, &f->e);
	if (!st)
		fail_msg("%s", f->e.text);
	out[0] = 0;
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);
		size_t n = strlen(out);
		snprintf(out + n, sizeof(out) - n, "%s%s", n ? "," : "", text ? text : "NULL");
	}
	reader_done(r);
	return out;
}

#define alerts_test(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
