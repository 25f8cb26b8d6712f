#pragma once
/* An outbox on a store of its own, with a clock that is turned by hand and notifiers that answer as
 * they are told. */
#include "../../store/store_fixture.h"

#include <pthread.h>

#include "daemon/alerts/outbox/outbox.h"
#include "daemon/services/service.h"
#include "shared/json.h"
#include "shared/timefmt.h"

enum { SENT_MAX = 4096, NOTIFIERS_MAX = 4 };

static atomic_int_least64_t fake_boot_us, fake_wall_ms;

static int64_t fake_boot(const struct clock *c)
{
	return atomic_load(&fake_boot_us);
}

static int64_t fake_wall(const struct clock *c)
{
	return atomic_load(&fake_wall_ms);
}

static const struct clock fake_clock = {.boot_us = fake_boot, .wall_ms = fake_wall};

/* What one attempt was like. */
struct attempt {
	char notifier[16], title[96], type[24];
	uint64_t id;
	int attempt;
};

static struct {
	pthread_mutex_t lock;
	struct attempt all[SENT_MAX];
	size_t n;
	/* What a notifier of that name answers; the last one for ever. */
	struct {
		char notifier[16];
		struct notifier_answer answers[16];
		size_t n, at;
	} scripts[NOTIFIERS_MAX];
	atomic_bool hang; /* sends do not end until they are cancelled */
	char summary[16384];
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fake_send(const struct notifier_send *s, struct notifier_answer *a)
{
	struct attempt *one;

	while (atomic_load(&fake.hang) && !atomic_load(s->cancel))
		sched_yield();
	pthread_mutex_lock(&fake.lock);
	one = &fake.all[fake.n < SENT_MAX ? fake.n++ : SENT_MAX - 1];
	snprintf(one->notifier, sizeof one->notifier, "%s", s->name);
	snprintf(one->title, sizeof one->title, "%s", json_str(s->message, "title", ""));
	snprintf(one->type, sizeof one->type, "%s", json_str(s->message, "type", ""));
	one->id = s->id;
	one->attempt = s->attempt;
	if (!strcmp(one->type, "alert.summary")) {
		char *text = json_dumps(s->message, JSON_COMPACT);

		snprintf(fake.summary, sizeof fake.summary, "%s", text);
		free(text);
	}
	*a = (struct notifier_answer){.end = NOTIFIER_SENT, .status = 200, .text = "200 OK"};
	for (size_t i = 0; i < NOTIFIERS_MAX; i++) {
		if (strcmp(fake.scripts[i].notifier, s->name) != 0 || !fake.scripts[i].n)
			continue;
		*a = fake.scripts[i].answers[fake.scripts[i].at];
		if (fake.scripts[i].at + 1 < fake.scripts[i].n)
			fake.scripts[i].at++;
	}
	if (atomic_load(s->cancel))
		a->end = NOTIFIER_RETRY;
	pthread_mutex_unlock(&fake.lock);
}

static const struct notifier_type fake_webhook = {.name = "webhook", .send = fake_send};
static const struct notifier_type fake_bell = {.name = "bell", .unheard = true, .send = fake_send};
static const struct notifier_type *const fake_types[] = {&fake_webhook, &fake_bell, NULL};

static const struct notifier_answer fine = {.end = NOTIFIER_SENT, .status = 200, .text = "200 OK"};
static const struct notifier_answer busy = {
	.end = NOTIFIER_RETRY, .status = 503, .text = "503 Service Unavailable"};
static const struct notifier_answer refused = {
	.end = NOTIFIER_REFUSED, .status = 400, .text = "400 Bad Request"};
static const struct notifier_answer gone = {
	.end = NOTIFIER_GONE, .status = 410, .text = "410 Gone"};

/* From now on; the last answer for ever. */
static void script(const char *notifier, size_t n, const struct notifier_answer *answers)
{
	size_t i = 0;

	pthread_mutex_lock(&fake.lock);
	while (fake.scripts[i].notifier[0] && strcmp(fake.scripts[i].notifier, notifier) != 0)
		i++;
	assert_true(i < NOTIFIERS_MAX);
	snprintf(fake.scripts[i].notifier, sizeof fake.scripts[i].notifier, "%s", notifier);
	memcpy(fake.scripts[i].answers, answers, n * sizeof *answers);
	fake.scripts[i].n = n;
	fake.scripts[i].at = 0;
	pthread_mutex_unlock(&fake.lock);
}
#define answers(notifier, ...)                                                                   \
	script(notifier,                                                                         \
	       sizeof((struct notifier_answer[]){__VA_ARGS__}) / sizeof(struct notifier_answer), \
	       (struct notifier_answer[]){__VA_ARGS__})

struct box {
	struct fixture store;
	struct daemon d;
	struct outbox *o;
	uint64_t ops, other; /* notifiers */
};

static size_t attempts(void)
{
	size_t n;

	pthread_mutex_lock(&fake.lock);
	n = fake.n;
	pthread_mutex_unlock(&fake.lock);
	return n;
}

static struct attempt *attempt(size_t i)
{
	assert_true(i < attempts());
	return &fake.all[i];
}

/* ---- operations ----------------------------------------------------------------------------- */

struct make_notifier {
	const char *name, *spec;
	uint64_t id;
};

static enum err run_make(struct txn *t, void *arg, struct error *e)
{
	struct make_notifier *m = arg;
	struct resource_put p = {.kind = resource_kind_find("notifier"),
				 .mode = PUT_UPSERT,
				 .name = m->name,
				 .labels = "{}",
				 .spec = m->spec};
	enum err rc = resource_put(t, &p, e);

	if (!rc)
		m->id = p.result->id;
	resource_unref(p.result);
	return rc;
}

static uint64_t notifier_make(struct box *b, const char *name, const char *spec)
{
	struct make_notifier m = {name, spec, 0};

	if (store_run(b->store.store, OP_PEOPLE, run_make, &m, &b->store.error))
		fail_msg("%s", b->store.error.text);
	return m.id;
}

static enum err run_delete(struct txn *t, void *arg, struct error *e)
{
	return resource_delete(t, resource_kind_find("notifier"), *(uint64_t *)arg, 0, NULL, e);
}

static void notifier_delete(struct box *b, uint64_t id)
{
	if (store_run(b->store.store, OP_PEOPLE, run_delete, &id, &b->store.error))
		fail_msg("%s", b->store.error.text);
}

struct add {
	struct outbox_message m;
	int64_t now_ms;
};

static enum err run_add(struct txn *t, void *arg, struct error *e)
{
	struct add *a = arg;

	return outbox_add(t, &a->m, a->now_ms, e);
}

/* Stored, not told yet. */
static uint64_t put_json(struct box *b, uint64_t notifier, const char *title, const char *json,
			 int severity, uint64_t alert, int64_t not_before_ms)
{
	struct add a = {.m = {.notifier = notifier,
			      .notifier_name = "ops",
			      .topic = "alert.opened",
			      .title = title,
			      .json = json,
			      .severity = severity,
			      .alerts = &alert,
			      .n_alerts = alert ? 1 : 0,
			      .not_before_ms = not_before_ms},
			.now_ms = fake_wall(NULL)};

	if (store_run(b->store.store, OP_PEOPLE, run_add, &a, &b->store.error))
		fail_msg("%s", b->store.error.text);
	return a.m.id;
}

static uint64_t put_message(struct box *b, uint64_t notifier, const char *title)
{
	char json[512];

	snprintf(json, sizeof json, "{\"type\":\"test\",\"title\":\"%s\"}", title);
	return put_json(b, notifier, title, json, SEVERITY_WARNING, 0, 0);
}

static uint64_t message(struct box *b, uint64_t notifier, const char *title)
{
	uint64_t id = put_message(b, notifier, title);

	outbox_wake(b->o, notifier);
	return id;
}

/* Everything that is due has been tried. @return how many still wait */
static size_t settle(struct box *b)
{
	return outbox_drain(b->o, clock_boot_ms(&fake_clock) + 20000);
}

static size_t pass(struct box *b, int64_t ms)
{
	atomic_fetch_add(&fake_boot_us, ms * 1000);
	atomic_fetch_add(&fake_wall_ms, ms);
	return settle(b);
}

static int64_t sql_int(struct box *b, const char *sql)
{
	struct reader *r = store_reader(b->store.store, &b->store.error);
	sqlite3_stmt *st = reader_prepare(r, sql, &b->store.error);
	int64_t value = -1;

	if (!st)
		fail_msg("%s: %s", sql, b->store.error.text);
	if (sqlite3_step(st) == SQLITE_ROW)
		value = sqlite3_column_int64(st, 0);
	reader_done(r);
	return value;
}

static bool count_topic(const struct event *ev, void *arg)
{
	struct {
		const char *topic;
		int64_t n;
	} *c = arg;

	c->n += !strcmp(ev->topic, c->topic);
	return true;
}

static int64_t events(struct box *b, const char *topic)
{
	struct {
		const char *topic;
		int64_t n;
	} c = {topic, 0};

	if (feed_events_after(b->store.store, 0, 1000, count_topic, &c, &b->store.error))
		fail_msg("%s", b->store.error.text);
	return c.n;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void box_open(struct box *b)
{
	b->d.clock = &fake_clock;
	b->d.store = b->store.store;
	b->o = outbox_new_with(&b->d, fake_types, &b->store.error);
	if (!b->o || outbox_start(b->o, &b->store.error))
		fail_msg("%s", b->store.error.text);
}

static void box_close(struct box *b)
{
	outbox_stop(b->o, 5000);
	outbox_free(b->o);
	b->o = NULL;
}

/* As after a crash: memory is gone, the store has what was committed. */
static void box_reopen(struct box *b)
{
	box_close(b);
	fixture_reopen(&b->store);
	box_open(b);
}

static int box_setup(void **state)
{
	struct box *b = mem_zalloc(sizeof *b);
	void *store = NULL;

	memset(fake.scripts, 0, sizeof fake.scripts);
	fake.n = 0;
	fake.summary[0] = '\0';
	atomic_store(&fake.hang, false);
	atomic_store(&fake_boot_us, INT64_C(1000000000000));
	atomic_store(&fake_wall_ms, INT64_C(1795340400000)); /* 2026-11-22T09:40:00Z */
	if (fixture_setup_dir(&store))
		return -1;
	b->store = *(struct fixture *)store;
	free(store);
	b->store.options.dir = b->store.dir;
	b->store.options.clock = &fake_clock;
	fixture_open(&b->store);
	b->ops = notifier_make(b, "ops", "{\"type\":\"webhook\"}");
	b->other = notifier_make(b, "other", "{\"type\":\"webhook\"}");
	box_open(b);
	*state = b;
	return 0;
}

static int box_teardown(void **state)
{
	struct box *b = *state;

	if (b->o)
		box_close(b);
	store_close(b->store.store);
	fixture_remove(b->store.dir);
	free(b);
	return 0;
}

#define box_test(name) cmocka_unit_test_setup_teardown(name, box_setup, box_teardown)
