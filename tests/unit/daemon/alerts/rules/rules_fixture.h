#pragma once
/* Rules over a store of their own, a clock that is set by hand, and what they say as lines. */
#include "tests/unit/daemon/store/store_fixture.h"

#include "daemon/alerts/rules/rules.h"
#include "daemon/services/service.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define BEGIN  INT64_C(1795392000000) /* 2026-11-23T00:00:00Z */

struct rules_fixture {
	struct fixture store;
	struct daemon d;
	struct clock clock;
	int64_t now_ms;
	struct rules *rules;
	uint64_t seq;
	char said[4096];
};

static inline int64_t fixture_wall(const struct clock *c)
{
	return CONTAINER_OF(c, struct rules_fixture, clock)->now_ms;
}

static inline int64_t fixture_boot(const struct clock *c)
{
	return fixture_wall(c) * 1000;
}

static inline int rules_setup(void **state)
{
	struct rules_fixture *f = mem_zalloc(sizeof(*f));
	void *made = NULL;

	f->clock = (struct clock){fixture_boot, fixture_wall};
	f->now_ms = BEGIN;
	if (fixture_setup_dir(&made))
		return -1;
	f->store = *(struct fixture *)made;
	free(made);
	f->store.options.dir = f->store.dir;
	f->store.options.clock = &f->clock;
	fixture_open(&f->store);
	f->d = (struct daemon){.store = f->store.store, .clock = &f->clock};
	f->rules = rules_new(&f->d);
	*state = f;
	return rules_warm(f->rules, 0, &f->store.error);
}

static inline int rules_teardown(void **state)
{
	struct rules_fixture *f = *state;

	rules_free(f->rules);
	store_close(f->store.store);
	fixture_remove(f->store.dir);
	free(f);
	return 0;
}

#define rules_test(name) cmocka_unit_test_setup_teardown(name, rules_setup, rules_teardown)

/* ---- resources ------------------------------------------------------------------------------ */

struct written {
	struct resource_put put;
	uint64_t id;
};

static inline enum err fixture_write(struct txn *t, void *arg, struct error *e)
{
	struct written *w = arg;
	enum err rc = resource_put(t, &w->put, e);

	if (!rc)
		w->id = w->put.result->id;
	resource_unref(w->put.result);
	return rc;
}

/* Validated as it would be by the api. */
static inline uint64_t have(struct rules_fixture *f, const char *kind, const char *name,
			    const char *json)
{
	const struct resource_kind *k = resource_kind_find(kind);
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	struct resource_input in = {0};
	json_t *input = json_loads(json, 0, NULL);

	assert_non_null(input);
	json_object_set_new(input, "name", json_string(name));
	if (!resource_validate(k, input, 0, NULL, &in, errors))
		fail_msg("%s: %s", errors->items[0].text, errors->items[0].hint);
	char *spec = spec_dump(in.spec);
	char *labels = in.labels ? json_dumps(in.labels, JSON_COMPACT) : mem_strdup("{}");
	struct written w = {.put = {.kind = k,
				    .mode = PUT_UPSERT,
				    .name = name,
				    .labels = labels,
				    .spec = spec}};
	if (store_run(f->store.store, OP_PEOPLE, fixture_write, &w, &f->store.error))
		fail_msg("%s", f->store.error.text);
	free(spec);
	free(labels);
	json_decref(input);
	resource_input_fini(&in);
	free(errors);
	return w.id;
}

static inline void have_rule(struct rules_fixture *f, const char *name, const char *json)
{
	have(f, "rule", name, json);
	rules_reload(f->rules);
}

/* ---- events --------------------------------------------------------------------------------- */

static inline void on_hit(const struct rule_hit *hit, void *arg)
{
	struct rules_fixture *f = arg;
	size_t n = strlen(f->said);

	assert_non_null(hit->fingerprint);
	assert_non_null(hit->text);
	assert_non_null(hit->subject);
	snprintf(f->said + n, sizeof(f->said) - n, "%s %s %d %s\n",
		 hit->what == RULE_OPENS ? "opens" : "ends", hit->fingerprint, hit->severity,
		 hit->text);
}

struct happening {
	const char *topic;
	enum severity severity;
	const char *kind;
	uint64_t id;
	const char *name, *text, *data;
};

static inline enum err fixture_event(struct txn *t, void *arg, struct error *e)
{
	return feed_event(t, arg, e);
}

/* It happens now: it is in the log, and the rules see it when `seen`. */
static inline void happen(struct rules_fixture *f, const struct happening *h, bool seen)
{
	struct event ev = {.at_ms = f->now_ms,
			   .severity = h->severity,
			   .subject = h->id,
			   .text = (char *)(uintptr_t)(h->text ? h->text : "it happened"),
			   .data_json = (char *)(uintptr_t)h->data};
	struct store_health health;
	struct subject s;

	snprintf(ev.topic, sizeof(ev.topic), "%s", h->topic);
	snprintf(ev.subject_kind, sizeof(ev.subject_kind), "%s", h->kind ? h->kind : "");
	snprintf(ev.name, sizeof(ev.name), "%s", h->name ? h->name : "");
	assert_int_equal(store_run(f->store.store, OP_PEOPLE, fixture_event, &ev, &f->store.error),
			 0);
	store_health(f->store.store, &health);
	ev.seq = f->seq = health.seq;
	if (!seen)
		return;
	subject_of(f->store.store, ev.subject_kind, ev.subject, ev.name, &s);
	rules_event(f->rules, &ev, &s, on_hit, f);
	subject_fini(&s);
}

/* A usual one, of thing 7. */
static inline void event(struct rules_fixture *f, const char *topic, const char *data)
{
	happen(f, &(struct happening){topic, SEVERITY_WARNING, "thing", 7, "seven", NULL, data},
	       true);
}

static inline int64_t tick(struct rules_fixture *f)
{
	return rules_tick(f->rules, f->now_ms, on_hit, f);
}

/* Time goes by, with every tick that is asked for. */
static inline void pass(struct rules_fixture *f, int64_t ms)
{
	int64_t until = f->now_ms + ms, next;

	for (next = tick(f); next && next <= until; next = tick(f))
		f->now_ms = next > f->now_ms ? next : f->now_ms;
	f->now_ms = until;
	tick(f);
}

#define assert_said(f, text)                          \
	do {                                          \
		assert_string_equal((f)->said, text); \
		(f)->said[0] = '\0';                  \
	} while (0)

/* After a restart nothing is remembered but the log. */
static inline void restart(struct rules_fixture *f)
{
	rules_free(f->rules);
	f->rules = rules_new(&f->d);
	assert_int_equal(rules_warm(f->rules, f->seq, &f->store.error), 0);
}
