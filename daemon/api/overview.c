/* GET /v1/overview: what needs a person now, from every service, worst first; from memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/alerts/alerts.h"
#include "daemon/api/internal.h"
#include "daemon/api/text.h"
#include "shared/doctor/doctor.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { LINES_MAX = 50, INLINE_RESOURCES = 200 };

struct lines {
	struct attention items[LINES_MAX * 2];
	struct alert_view alerts[LINES_MAX * 2]; /* about them; number 0: none */
	size_t n, total;
};

/* What somebody sees to comes after what nobody does. */
static int worst_first(const struct lines *l, size_t a, size_t b)
{
	int level_a = (int)l->items[a].level * 2 + l->alerts[a].acknowledged;
	int level_b = (int)l->items[b].level * 2 + l->alerts[b].acknowledged;

	return level_a < level_b ? -1 : level_a > level_b;
}

/* Stable: within a level the services' own order stays. Few lines, so by insertion. */
static void sort_lines(struct lines *l)
{
	for (size_t i = 1; i < l->n; i++) {
		for (size_t at = i; at && worst_first(l, at, at - 1) < 0; at--) {
			struct attention line = l->items[at];
			struct alert_view alert = l->alerts[at];

			l->items[at] = l->items[at - 1];
			l->alerts[at] = l->alerts[at - 1];
			l->items[at - 1] = line;
			l->alerts[at - 1] = alert;
		}
	}
}

static void add_store(struct lines *l, const struct store_health *h, int64_t now_ms)
{
	struct attention *a = &l->items[l->n];

	if (!h->readonly)
		return;
	*a = (struct attention){
		.level = ATTENTION_CRITICAL,
		.word = "STORE",
		.name = "store",
		.since_ms = now_ms,
		.kind = "store",
		.seq = h->seq,
	};
	snprintf(a->text, sizeof a->text, "takes no writes: %.130s", h->reason);
	l->n++;
	l->total++;
}

/* Disk, open files and memory, looked at when somebody looks here: by what makes events of them. */
static void add_machine(struct lines *l, struct api_state *a, bool readonly, int64_t now_ms)
{
	const struct resource_kind *monitor = resource_kind_find("monitor");
	const struct doctor_context c = {
		.data_dir = store_dir(a->d->store),
		.monitors = monitor ? resource_count(a->d->store, monitor) : 0,
		.memory_limit = a->d->config ? a->d->config->memory_limit : 0,
	};

	for (size_t i = 0; doctor_table[i] && l->n < ARRAY_LEN(l->items) - 1; i++) {
		struct doctor_finding f = {0};
		struct attention *line = &l->items[l->n];

		if (!doctor_table[i]->topic)
			continue;
		doctor_table[i]->look(&c, &f);
		if (!f.scarce || (readonly && !strcmp(doctor_table[i]->name, "disk")))
			continue; /* a full disk: the store's line says it */
		*line = (struct attention){.level = ATTENTION_WARNING,
					   .word = "MACHINE",
					   .name = "this machine",
					   .since_ms = now_ms,
					   .kind = "machine"};
		snprintf(line->text, sizeof line->text, "%.158s", f.text);
		l->n++;
		l->total++;
	}
}

/* Each line of a resource that has a living alert says which: its key is then to acknowledge it. */
static void add_alerts(struct api_state *a, struct lines *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct attention *line = &l->items[i];
		struct alert_view *v = &l->alerts[i];

		if (line->id && (!a->d->alerts || !alerts_about(a->d->alerts, line->id, v)))
			*v = (struct alert_view){0};
		if (!v->number || v->acknowledged)
			continue;
		line->key = 'a';
		snprintf(line->remedy, sizeof line->remedy, "ack");
	}
}

/* Alerts come last: of what a service has a line about already, or would have if there were room,
 * they give none. */
static bool is_told(const struct lines *l, size_t own, const struct attention *line, bool crowded)
{
	for (size_t i = 0; i < own; i++) {
		if (l->items[i].id == line->id && line->id)
			return true;
		if (crowded && l->items[i].kind && !strcmp(l->items[i].kind, line->kind))
			return true;
	}
	return false;
}

/* A line about no resource ("network", "machine") is about what an alert of that topic is about:
 * it has the alert then. */
static bool is_of_a_topic(struct lines *l, size_t own, struct alerts *alerts,
			  const struct attention *line)
{
	struct alert_view v;

	if (strcmp(line->kind, "alert") != 0 || !alerts_view(alerts, line->id, &v))
		return false;
	for (size_t i = 0; i < own; i++) {
		const struct attention *there = &l->items[i];
		size_t n = there->kind && !there->id ? strlen(there->kind) : 0;

		if (!n || strncmp(v.topic, there->kind, n) != 0 || v.topic[n] != '.')
			continue;
		if (!l->alerts[i].number)
			l->alerts[i] = v;
		return true;
	}
	return false;
}

static void add_unsaid(struct lines *l, const struct api_service *s, bool crowded)
{
	struct attention *more = mem_zalloc(LINES_MAX * sizeof *more);
	size_t own = l->n, total = 0;
	size_t n = s->service->attention(s->state, more, LINES_MAX, &total);

	for (size_t i = 0; i < n && l->n < LINES_MAX + LINES_MAX / 2; i++) {
		if (is_told(l, own, &more[i], crowded) || is_of_a_topic(l, own, s->state, &more[i]))
			continue;
		l->items[l->n++] = more[i];
		l->total++;
	}
	free(more);
}

static void collect(struct api_state *a, struct lines *l, const struct store_health *h,
		    int64_t now_ms)
{
	const struct api_service *alerts = NULL;

	for (size_t i = 0; i < a->n_services && l->n < LINES_MAX; i++) {
		const struct api_service *s = &a->services[i];
		size_t total = 0, n;

		if (!s->service->attention)
			continue;
		if (s->service == &alerts_hooks) {
			alerts = s;
			continue;
		}
		n = s->service->attention(s->state, &l->items[l->n], LINES_MAX - l->n, &total);
		l->n += n;
		l->total += total > n ? total : n;
	}
	bool crowded = l->total > l->n;
	add_store(l, h, now_ms);
	add_machine(l, a, h->readonly, now_ms);
	if (alerts)
		add_unsaid(l, alerts, crowded);
	add_alerts(a, l);
	sort_lines(l);
}

static void write_line(struct json_writer *w, const struct attention *line,
		       const struct alert_view *alert, uint64_t seen)
{
	const struct resource_kind *k = resource_kind_find(line->kind ? line->kind : "");
	char id[ID_TEXT];

	jw_object(w);
	jw_kv_str(w, "level", line->word);
	jw_kv_str(w, "severity",
		  line->level == ATTENTION_CRITICAL  ? "critical"
		  : line->level == ATTENTION_WARNING ? "warning"
						     : "notice");
	jw_kv_str(w, "name", line->name);
	jw_kv_str(w, "text", line->text);
	jw_kv_time(w, "since", line->since_ms);
	jw_kv_str(w, "kind", line->kind);
	jw_kv_str(w, "id", k && line->id ? id_format(id, k->prefix, line->id) : NULL);
	jw_kv_str(w, "key", line->key ? (char[2]){line->key, 0} : NULL);
	jw_kv_str(w, "remedy", line->remedy[0] ? line->remedy : NULL);
	jw_kv_bool(w, "new", line->seq > seen);
	jw_key(w, "alert");
	if (alert->number)
		jw_int(w, alert->number);
	else
		jw_null(w);
	jw_kv_str(w, "acknowledged_by", alert->acknowledged ? alert->by : NULL);
	jw_kv_bool(w, "silenced", alert->silenced || alert->inhibited);
	jw_object_end(w);
}

static void write_store(struct json_writer *w, const struct store_health *h)
{
	jw_key(w, "store");
	jw_object(w);
	jw_kv_bool(w, "readonly", h->readonly);
	jw_kv_str(w, "reason", h->readonly ? h->reason : NULL);
	jw_kv_int(w, "bytes", h->bytes + h->wal_bytes);
	jw_key(w, "disk_free_pct");
	if (h->disk_total > 0)
		jw_fixed(w, h->disk_free * 1000 / h->disk_total, 1);
	else
		jw_null(w);
	jw_object_end(w);
}

/* "counts": what there is of each kind, and of those with states how many are in which: their
 * list's meta has it under the same word. */
static void write_counts(struct json_writer *w, const struct api_state *a)
{
	struct buf meta = BUF_INIT(64 * 1024);

	jw_key(w, "counts");
	jw_object(w);
	for (size_t i = 0; i < a->n_kinds; i++) {
		const struct api_kind *k = &a->kinds[i];
		struct json_writer m;
		struct json_slice counts;

		if (!k->live || !k->live->meta)
			continue;
		buf_reset(&meta);
		jw_init(&m, &meta);
		jw_object(&m);
		k->live->meta(&m, k->live_ctx);
		jw_object_end(&m);
		counts = text_member(buf_str(&meta), "counts");
		if (counts.s) {
			jw_key(w, k->kind->plural);
			jw_raw(w, counts.s, counts.n);
		}
	}
	jw_key(w, "resources");
	jw_object(w);
	for (size_t i = 0; i < a->n_kinds; i++) {
		const struct resource_kind *k = a->kinds[i].kind;

		if (k->ops & OP_ADD)
			jw_kv_int(w, k->plural, (int64_t)resource_count(a->d->store, k));
	}
	jw_object_end(w);
	jw_object_end(w);
	buf_fini(&meta);
}

/* Nothing was set up yet: no kind that a person adds has anything (secrets alone watch nothing). */
static bool house_is_empty(const struct api_state *a)
{
	for (size_t i = 0; i < a->n_kinds; i++) {
		const struct resource_kind *k = a->kinds[i].kind;

		if ((k->ops & OP_ADD) && strcmp(k->kind, "secret") &&
		    resource_count_own(a->d->store, k))
			return false;
	}
	return true;
}

static void overview_write(struct api_state *a, struct request *r)
{
	struct daemon *d = a->d;
	const struct resource_kind *notifier = resource_kind_find("notifier");
	int64_t now_ms = clock_wall_ms(d->clock);
	uint64_t seen = atomic_load(&a->seen_seq);
	struct lines *l = mem_zalloc(sizeof *l);
	struct store_health h;
	struct json_writer w;

	store_health(d->store, &h);
	collect(a, l, &h, now_ms);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_time(&w, "now", now_ms);
	jw_key(&w, "attention");
	jw_array(&w);
	for (size_t i = 0; i < l->n; i++)
		write_line(&w, &l->items[i], &l->alerts[i], seen);
	jw_array_end(&w);
	jw_kv_int(&w, "attention_total", (int64_t)l->total);
	jw_kv_int(&w, "notifiers", notifier ? (int64_t)resource_count(d->store, notifier) : 0);
	jw_kv_bool(&w, "empty", house_is_empty(a));
	jw_kv_time(&w, "since_seen", atomic_load(&a->seen_ms));
	write_counts(&w, a);
	write_store(&w, &h);
	jw_key(&w, "daemon");
	jw_object(&w);
	jw_kv_str(&w, "version", SELLERSMART_VERSION);
	jw_kv_time(&w, "started_at", d->started_ms);
	jw_kv_int(&w, "uptime_s", now_ms > d->started_ms ? (now_ms - d->started_ms) / 1000 : 0);
	jw_kv_int(&w, "pid", getpid());
	jw_object_end(&w);
	for (size_t i = 0; i < a->n_services; i++) {
		if (a->services[i].service->overview)
			a->services[i].service->overview(&w, a->services[i].state);
	}
	jw_object_end(&w);
	jw_object_end(&w);
	free(l);
}

struct overview_job {
	struct api_state *api;
	struct request *request;
};

static void on_worker(void *arg)
{
	struct overview_job *job = arg;
	struct request *r = job->request;

	overview_write(job->api, r);
	free(job);
	request_finish(r, 200);
}

/* In a large house the services look at thousands of rows: then a worker does, and the loop goes
 * on. */
static struct answered overview_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	struct overview_job *job;
	size_t n = 0;

	for (size_t i = 0; i < a->n_kinds; i++)
		n += resource_count(a->d->store, a->kinds[i].kind);
	if (n <= INLINE_RESOURCES) {
		overview_write(a, r);
		return reply_send(r, 200);
	}
	job = mem_alloc(sizeof *job);
	*job = (struct overview_job){a, r};
	if (pool_submit(a->d->pool, on_worker, job))
		return reply_later(r);
	free(job);
	return answer_busy(r);
}

/* ---- seen
 * ----------------------------------------------------------------------------------------- */

struct seeing {
	struct store_op op;
	struct api_state *api;
	struct request *request;
	uint64_t seq;
	int64_t at_ms;
	enum err code;
	struct error error;
};

static enum err run(struct txn *t, void *arg, struct error *e)
{
	struct seeing *s = arg;
	char text[64];

	snprintf(text, sizeof text, "%llu %lld", (unsigned long long)s->seq, (long long)s->at_ms);
	return txn_meta_set(t, "overview.seen", text, e);
}

static void finished(void *arg)
{
	struct seeing *s = arg;
	struct json_writer w;

	if (s->code) {
		request_finish_error(s->request, &s->error);
	} else {
		atomic_store(&s->api->seen_seq, s->seq);
		atomic_store(&s->api->seen_ms, s->at_ms);
		jw_init(&w, reply_body(s->request));
		jw_object(&w);
		jw_key(&w, "data");
		jw_object(&w);
		jw_kv_int(&w, "seen_seq", (int64_t)s->seq);
		jw_kv_time(&w, "since_seen", s->at_ms);
		jw_object_end(&w);
		jw_object_end(&w);
		request_finish(s->request, 200);
	}
	free(s);
}

static void done(void *arg, enum err code, const struct error *e)
{
	struct seeing *s = arg;

	s->code = code;
	if (code)
		s->error = *e;
	loop_post(s->api->d->api, finished, s);
}

static struct answered seen_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	struct seeing *s = mem_zalloc(sizeof *s);
	struct store_health h;
	struct error e;

	store_health(a->d->store, &h);
	s->api = a;
	s->request = r;
	s->seq = h.seq;
	s->at_ms = clock_wall_ms(a->d->clock);
	s->op = (struct store_op){.run = run, .done = done, .arg = s};
	if (!store_submit(a->d->store, OP_PEOPLE, &s->op, &e))
		return reply_later(r);
	free(s);
	return reply_error(r, &e);
}

struct route_set overview_routes(void)
{
	static const struct route routes[] = {
		{"GET", "/v1/overview", ROUTE_INLINE, ACCESS_READ, overview_handle, 0},
		{"POST", "/v1/overview/seen", ROUTE_INLINE, ACCESS_WRITE, seen_handle, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
