#pragma once
/* The service on a real store and real loops, with clocks that only tests turn and a check that
 * answers what it is told. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "daemon/api/live.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"
#include "tests/unit/daemon/store/store_fixture.h"

extern const struct service service_sitemonitor;

/* ---- clocks --------------------------------------------------------------------------------- */

struct fake_clock {
	struct clock clock;
	_Atomic int64_t boot_us, wall_ms;
};

static inline int64_t fake_boot(const struct clock *c)
{
	return ((struct fake_clock *)(uintptr_t)c)->boot_us;
}

static inline int64_t fake_wall(const struct clock *c)
{
	return ((struct fake_clock *)(uintptr_t)c)->wall_ms;
}

/* ---- a check that is told its answers ------------------------------------------------------- */

struct told {
	enum outcome outcome;
	char message[64], evidence[256];
	const char *address;                 /* NULL: one out in the network */
	bool (*is_down)(const char *target); /* each target has an answer of its own */
	bool hold;                           /* do not answer until told again */
	unsigned started, running, most;
	struct check_run *held[64];
	unsigned n_held;
};
extern struct told told;

static inline void told_end(void *arg)
{
	struct check_run *run = arg;
	struct check_result *r = &run->result;
	told.running--;
	r->outcome = run->state ? OUTCOME_UNKNOWN : told.outcome;
	if (!run->state && told.is_down)
		r->outcome = told.is_down(run->config) ? OUTCOME_DOWN : OUTCOME_UP;
	r->total_us = 34000;
	r->phase_us[PHASE_CONNECT] = 1000;
	snprintf(r->message, sizeof(r->message), "%s", told.message);
	snprintf(r->cause, sizeof(r->cause), "%s", run->state ? "cancelled" : "told");
	snprintf(r->address, sizeof(r->address), "%s", told.address ? told.address : "192.0.2.7");
	if (told.evidence[0])
		r->evidence = mem_strdup(told.evidence);
	run->done(run, run->arg);
}

static inline void told_start(struct check_run *run)
{
	told.started++;
	if (++told.running > told.most)
		told.most = told.running;
	if (told.hold)
		told.held[told.n_held++] = run;
	else
		loop_post(run->env->loop, told_end, run);
}

static inline void told_cancel(struct check_run *run)
{
	static int cancelled;
	run->state = &cancelled;
	for (unsigned i = 0; i < told.n_held; i++) {
		if (told.held[i] == run) {
			told.held[i] = told.held[--told.n_held];
			loop_post(run->env->loop, told_end, run);
			return;
		}
	}
}

static inline enum err told_prepare(const json_t *spec, const struct check_env *env, void **config,
				    struct error *e)
{
	*config = mem_strdup(json_str(spec, "target", ""));
	return ERR_NONE;
}

static inline const char *told_host(const void *config)
{
	return config;
}

static const struct check_type told_type = {.name = "http",
					    .prepare = told_prepare,
					    .config_free = free,
					    .host = told_host,
					    .start = told_start,
					    .cancel = told_cancel};

static inline const struct check_type *told_find(const char *name)
{
	return &told_type;
}

/* ---- the house ------------------------------------------------------------------------------ */

struct house {
	bool serving; /* with an HTTP server */
	struct fixture store;
	struct fake_clock clock;
	struct config config;
	struct daemon d;
	struct sitemonitor *sm;
};

/* Once in each test program. Streams are not what is tried here. */
#define HOUSE_DEFINITIONS                                              \
	struct told told;                                              \
	_Atomic int64_t house_slept_us;                                \
	struct fake_clock *house_clock;                                \
	void live_touch(struct live *l, const char *kind, uint64_t id) \
	{                                                              \
	}                                                              \
	void live_list(struct live *l, const char *kind)               \
	{                                                              \
	}

/* The vigil compares two clocks: here they only differ when a test lets the machine sleep. */
extern _Atomic int64_t house_slept_us;
extern struct fake_clock *house_clock;

static inline int64_t house_monotonic(void)
{
	return house_clock->boot_us - house_slept_us;
}

static inline void nothing(void *arg)
{
}

static inline void house_open(struct house *h)
{
	struct error e = {0};
	void *state = NULL;
	char path[160];
	fixture_open(&h->store);
	h->d = (struct daemon){.config = &h->config,
			       .clock = &h->clock.clock,
			       .store = h->store.store,
			       .net = loop_new("net"),
			       .api = loop_new("api")};
	assert_int_equal(loop_start(h->d.net, NULL, NULL, &e), 0);
	assert_int_equal(loop_start(h->d.api, NULL, NULL, &e), 0);
	if (service_sitemonitor.init(&h->d, &state, &e))
		fail_msg("%s", e.text);
	h->sm = state;
	h->sm->find_type = told_find;
	h->sm->vigil.monotonic = house_monotonic;
	if (service_sitemonitor.start(state, &e))
		fail_msg("%s", e.text);
	if (!h->serving)
		return;
	h->d.pool = pool_new("worker", 1, 64, 0);
	struct http_options o = {.loop = h->d.api,
				 .pool = h->d.pool,
				 .connections_max = 16,
				 .streams_max = 1,
				 .head_timeout_ms = 5000,
				 .body_timeout_ms = 5000,
				 .idle_timeout_ms = 5000,
				 .owner_uid = geteuid()};
	h->d.http = http_new(&o);
	http_routes(h->d.http, service_sitemonitor.routes, service_sitemonitor.n_routes, state);
	snprintf(path, sizeof(path), "%s/s", h->store.dir);
	if (http_listen_unix(h->d.http, path, &e))
		fail_msg("%s", e.text);
}

static inline void house_close(struct house *h)
{
	if (!h->sm)
		return;
	if (h->serving)
		http_stop(h->d.http, 1000);
	service_sitemonitor.stop(h->sm, 5000);
	if (h->serving)
		pool_free(h->d.pool);
	loop_stop(h->d.api, NULL, NULL, 1000);
	loop_stop(h->d.net, NULL, NULL, 1000);
	store_close(h->store.store);
	h->store.store = NULL;
	service_sitemonitor.fini(h->sm);
	if (h->serving)
		http_free(h->d.http);
	loop_free(h->d.net);
	loop_free(h->d.api);
	h->sm = NULL;
}

static inline int house_begin(void **state, bool serving)
{
	struct house *h = mem_zalloc(sizeof(*h));
	h->serving = serving;
	void *fixture = NULL;
	if (fixture_setup_dir(&fixture))
		return -1;
	h->store = *(struct fixture *)fixture;
	free(fixture);
	h->clock = (struct fake_clock){.clock = {.boot_us = fake_boot, .wall_ms = fake_wall},
				       .boot_us = 5000000000,
				       .wall_ms = 1795370000000};
	house_clock = &h->clock;
	house_slept_us = 0;
	memset(&told, 0, sizeof(told));
	told.outcome = OUTCOME_UP;
	h->store.options =
		(struct store_options){.dir = h->store.dir, .clock = &h->clock.clock, .node = 1};
	h->config.checks_max = 100;
	h->config.checks_per_host = 8;
	house_open(h);
	*state = h;
	return 0;
}

static inline int house_setup(void **state)
{
	return house_begin(state, false);
}

static inline int house_setup_serving(void **state)
{
	return house_begin(state, true);
}

static inline int house_teardown(void **state)
{
	struct house *h = *state;
	house_close(h);
	fixture_remove(h->store.dir);
	free(h);
	return 0;
}

#define house_test(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
#define serving_test(name) \
	cmocka_unit_test_setup_teardown(name, house_setup_serving, house_teardown)

/* One request; the status, and the body in a buffer of the caller's. */
static inline int house_ask(struct house *h, const char *method, const char *path, const char *body,
			    char *out, size_t cap)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char head[1024], answer[262144];
	size_t n = 0;
	ssize_t got;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), status = 0;
	snprintf(at.sun_path, sizeof(at.sun_path), "%.100s/s", h->store.dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	int len = snprintf(head, sizeof(head),
			   "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
			   "Content-Length: %zu\r\n\r\n",
			   method, path, body ? strlen(body) : 0);
	assert_int_equal(write(fd, head, (size_t)len), len);
	if (body)
		assert_int_equal(write(fd, body, strlen(body)), strlen(body));
	while (n + 1 < sizeof(answer) && (got = read(fd, answer + n, sizeof(answer) - 1 - n)) > 0)
		n += (size_t)got;
	answer[n] = 0;
	close(fd);
	assert_int_equal(sscanf(answer, "HTTP/1.1 %d", &status), 1);
	const char *content = strstr(answer, "\r\n\r\n");
	if (out)
		snprintf(out, cap, "%s", content ? content + 4 : "");
	return status;
}

/* Everything that was started has ended: on the loop, and in the store. */
static inline void house_drain(struct house *h)
{
	for (int i = 0; i < 4; i++)
		loop_call(h->d.net, nothing, NULL);
}

static inline void house_flush(void *arg)
{
	batch_flush(arg);
	journal_flush(arg);
}

static inline void house_write(struct house *h)
{
	for (int i = 0; i < 4; i++) {
		house_drain(h);
		loop_call(h->d.net, house_flush, h->sm);
		pthread_mutex_lock(&h->sm->lock);
		while (h->sm->in_flight)
			pthread_cond_wait(&h->sm->changed, &h->sm->lock);
		pthread_mutex_unlock(&h->sm->lock);
	}
	house_drain(h);
}

struct house_step {
	struct house *h;
	int64_t until_ms;
	bool more;
};

static inline void house_tick(void *arg)
{
	struct house_step *s = arg;
	struct house *h = s->h;
	struct heap_node *first = heap_first(&h->sm->heap);
	int64_t now = h->clock.boot_us / 1000,
		next = first && first->key < s->until_ms ? first->key : s->until_ms;
	if (next > now) {
		h->clock.boot_us += (next - now) * 1000;
		h->clock.wall_ms += next - now;
	}
	engine_tick(h->sm);
	s->more = next < s->until_ms;
}

/* Time goes on from one thing that is due to the next. */
static inline void house_pass(struct house *h, int64_t ms)
{
	struct house_step s = {.h = h, .until_ms = h->clock.boot_us / 1000 + ms, .more = true};
	while (s.more) {
		loop_call(h->d.net, house_tick, &s);
		house_drain(h);
	}
}

/* The machine sleeps: nothing runs, and then it is that much later. */
static inline void house_sleep(struct house *h, int64_t ms)
{
	house_slept_us += ms * 1000;
	h->clock.boot_us += ms * 1000;
	h->clock.wall_ms += ms;
	house_pass(h, 0);
}

struct house_put {
	struct resource_put put;
	struct error error;
};

static inline enum err house_put_run(struct txn *t, void *arg, struct error *e)
{
	return resource_put(t, &((struct house_put *)arg)->put, e);
}

static inline uint64_t house_put(struct house *h, const char *name, const char *spec)
{
	struct error e = {0};
	struct house_put p = {.put = {.kind = &resource_monitor,
				      .mode = PUT_UPSERT,
				      .name = name,
				      .labels = "{}",
				      .spec = spec}};
	if (store_run(h->store.store, OP_PEOPLE, house_put_run, &p, &e))
		fail_msg("%s", e.text);
	uint64_t id = p.put.result->id;
	resource_unref(p.put.result);
	house_drain(h);
	return id;
}

static inline enum err house_delete_run(struct txn *t, void *arg, struct error *e)
{
	return resource_delete(t, &resource_monitor, *(uint64_t *)arg, 0, NULL, e);
}

static inline void house_delete(struct house *h, uint64_t id)
{
	struct error e = {0};
	if (store_run(h->store.store, OP_PEOPLE, house_delete_run, &id, &e))
		fail_msg("%s", e.text);
	house_drain(h);
}

/* What is shown; the strings are the monitor's. */
static inline struct shown house_shown(struct house *h, uint64_t id)
{
	struct shown s = {0};
	table_lock(&h->sm->table);
	struct monitor *m = table_find(&h->sm->table, id);
	if (m)
		s = m->shown;
	table_unlock(&h->sm->table);
	return s;
}

/* For tests of many outages one after another. */
static inline void house_never_flaps(struct house *h, uint64_t id)
{
	table_lock(&h->sm->table);
	table_find(&h->sm->table, id)->shown.rules.flaps = false;
	table_unlock(&h->sm->table);
}

/* One answer: time goes on until the monitor is due. */
static inline void house_check(struct house *h, uint64_t id, enum outcome outcome)
{
	struct shown s = house_shown(h, id);
	int64_t wait = s.next_boot_ms - h->clock.boot_us / 1000;
	told.outcome = outcome;
	snprintf(told.message, sizeof(told.message), "%s",
		 outcome == OUTCOME_UP ? "" : outcome_name(outcome));
	assert_true(s.next_boot_ms > 0);
	house_pass(h, wait > 0 ? wait : 0);
}

/* The object of one monitor; decref it. */
static inline json_t *house_json(struct house *h, const char *path, int wanted)
{
	char body[200000];
	int status = house_ask(h, "GET", path, NULL, body, sizeof(body));
	if (status != wanted)
		fail_msg("%s: %d %s", path, status, body);
	json_t *j = json_loads(body, 0, NULL);
	assert_non_null(j);
	return j;
}

static inline int64_t house_number(struct house *h, const char *sql)
{
	struct error e = {0};
	struct reader *r = store_reader(h->store.store, &e);
	sqlite3_stmt *any = reader_prepare(r, "SELECT 1", &e), *st = NULL;
	assert_int_equal(sqlite3_prepare_v2(sqlite3_db_handle(any), sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	reader_done(r);
	return n;
}

/* The house as it would be found after kill -9 now: the files are copied while all runs. */
static inline void house_crash(struct house *h)
{
	char command[600], old[128];
	snprintf(old, sizeof(old), "%s", h->store.dir);
	struct fixture fresh = h->store;
	snprintf(fresh.dir, sizeof(fresh.dir), "%.100s-crash", old);
	snprintf(command, sizeof(command), "rm -rf '%s' && cp -a '%s' '%s'", fresh.dir, old,
		 fresh.dir);
	assert_int_equal(system(command), 0);
	house_close(h);
	fixture_remove(old);
	h->store = fresh;
	h->store.options.dir = h->store.dir;
	house_open(h);
}
