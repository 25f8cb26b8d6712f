#include "daemon/services/sitemonitor/reports/budgets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/core/pool.h"
#include "daemon/services/sitemonitor/rows.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/percent.h"
#include "shared/timefmt.h"

enum {
	SLICE = 256,
	EVERY_MS = 60000,
	SOON_MS = 1000,
	CALM_MS = 600000, /* one that was up all day changes slowly */
};
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

/* ---- configuration -------------------------------------------------------------------------- */

static void drop(struct shown *s)
{
	free(s->budget);
	s->budget = NULL;
}

void budget_configure(struct monitor *m, const json_t *spec)
{
	const char *slo = spec_text(&resource_monitor, spec, "slo");
	int64_t value = 0;
	enum slo_window w = slo_window_parse(spec_text(&resource_monitor, spec, "slo_window"));
	struct shown *s = &m->shown;
	if (!slo || !percent_parse(slo, &value)) {
		drop(s);
		return;
	}
	if (s->budget && s->budget->now.slo == value && s->budget->now.window == w)
		return;
	if (!s->budget) {
		s->budget = mem_zalloc(sizeof(*s->budget));
		s->budget->told = BUDGET_OK;
	}
	/* What was told stays: a promise that is kept again is news. */
	s->budget->now = (struct budget){.slo = value, .window = w};
	s->budget->measured_ms = 0;
}

/* ---- measuring: on a worker ----------------------------------------------------------------- */

static enum err measure(struct sitemonitor *sm, uint64_t id, int64_t from, int64_t until,
			struct stretch *out, struct error *e)
{
	struct series_point p;
	if (series_query(sm->d->store, id, from, until, 0, NULL, &p, e) < 0)
		return e->code ? e->code : ERR_STORE;
	*out = (struct stretch){.known_ms = p.known_ms,
				.down_ms = p.known_ms - p.up_ms,
				.down_count = p.count[OUTCOME_DOWN]};
	return ERR_NONE;
}

/* What was never down in a day was not in its last hours either: most need two questions. */
static enum err measure_burns(struct sitemonitor *sm, uint64_t id, int64_t now, struct burns *b,
			      struct error *e)
{
	const struct {
		int64_t span_ms;
		struct stretch *out;
	} parts[] = {{6 * HOUR_MS, &b->h6},
		     {HOUR_MS, &b->h1},
		     {30 * MINUTE_MS, &b->m30},
		     {5 * MINUTE_MS, &b->m5}};
	enum err err = measure(sm, id, now - 24 * HOUR_MS, now, &b->h24, e);
	for (size_t i = 0; !err && i < ARRAY_LEN(parts); i++) {
		if (b->h24.down_ms)
			err = measure(sm, id, now - parts[i].span_ms, now, parts[i].out, e);
		else
			parts[i].out->known_ms = b->h24.known_ms < parts[i].span_ms
							 ? b->h24.known_ms
							 : parts[i].span_ms;
	}
	return err;
}

enum err budget_measure(struct sitemonitor *sm, uint64_t id, int64_t slo, enum slo_window w,
			enum budget_state was, unsigned bad_min, struct budget *out,
			struct error *e)
{
	int64_t now = clock_wall_ms(sm->d->clock) + 1, from, until;
	struct stretch window;
	struct burns b = {0};
	slo_window_span(w, now, &from, &until);
	enum err err = measure(sm, id, from, now > from ? now : from + 1, &window, e);
	if (!err)
		err = measure_burns(sm, id, now, &b, e);
	if (!err)
		*out = budget_judge(slo, w, until - from, was, &window, &b, bad_min);
	return err;
}

/* ---- telling -------------------------------------------------------------------------------- */

struct telling {
	uint64_t monitor;
	char name[64];
	struct budget b;
	int64_t at_ms;
	uint64_t seq; /* out */
};

static void describe(const struct telling *t, struct event *ev, char *text, size_t cap)
{
	char slo[PERCENT_TEXT];
	int64_t tenths = budget_used_tenths(t->b.used_ms, t->b.allowed_ms);
	percent_format(slo, t->b.slo);
	switch (t->b.state) {
	case BUDGET_EXHAUSTED:
		ev->severity = SEVERITY_WARNING;
		snprintf(ev->topic, sizeof(ev->topic), "slo.exhausted");
		snprintf(text, cap, "%s has used up its error budget of %s %%: %" PRId64 " %%",
			 t->name, slo, tenths / 10);
		break;
	case BUDGET_BURNING:
		ev->severity = SEVERITY_WARNING;
		snprintf(ev->topic, sizeof(ev->topic), "slo.burning");
		snprintf(text, cap,
			 "%s burns its error budget of %s %%: %" PRId64 ".%" PRId64
			 " times too fast over 1 h, %" PRId64 " %% used",
			 t->name, slo, t->b.burn_1h / 100, t->b.burn_1h / 10 % 10, tenths / 10);
		break;
	case BUDGET_OK:
	case BUDGET_UNKNOWN:
	case BUDGET_COUNT:
		snprintf(ev->topic, sizeof(ev->topic), "slo.ok");
		snprintf(text, cap, "%s keeps its %s %% again: %" PRId64 " %% of the budget used",
			 t->name, slo, tenths / 10);
		break;
	}
}

static void write_numbers(struct json_writer *w, const struct budget *b)
{
	char slo[PERCENT_TEXT];
	const int64_t burns[] = {b->burn_1h, b->burn_6h, b->burn_24h};
	static const char *const names[] = {"burn_1h", "burn_6h", "burn_24h"};
	jw_kv_str(w, "slo", percent_format(slo, b->slo));
	jw_kv_str(w, "window", slo_window_name(b->window));
	jw_kv_str(w, "state", budget_state_name(b->state));
	jw_kv_int(w, "allowed_ms", b->allowed_ms);
	jw_kv_int(w, "used_ms", b->used_ms);
	jw_kv_int(w, "left_ms", b->used_ms < b->allowed_ms ? b->allowed_ms - b->used_ms : 0);
	jw_kv_fixed(w, "used_pct", budget_used_tenths(b->used_ms, b->allowed_ms), 1);
	jw_kv_int(w, "known_s", b->known_ms / 1000);
	for (size_t i = 0; i < ARRAY_LEN(burns); i++) {
		jw_key(w, names[i]);
		if (burns[i] >= 0)
			jw_fixed(w, burns[i], 2);
		else
			jw_null(w);
	}
}

static enum err tell(struct txn *txn, void *arg, struct error *e)
{
	struct telling *t = arg;
	struct buf data = BUF_INIT(2048);
	struct json_writer w;
	char text[256];
	bool exists = false;
	enum err err = monitor_row_exists(txn, t->monitor, &exists, e);
	if (err || !exists)
		return err;
	jw_init(&w, &data);
	jw_object(&w);
	write_numbers(&w, &t->b);
	jw_object_end(&w);
	struct event ev = {.at_ms = t->at_ms,
			   .subject_kind = "monitor",
			   .subject = t->monitor,
			   .text = text,
			   .data_json = data.data};
	describe(t, &ev, text, sizeof(text));
	snprintf(ev.name, sizeof(ev.name), "%s", t->name);
	err = feed_event(txn, &ev, e);
	buf_fini(&data);
	if (err)
		return err;
	t->seq = (uint64_t)sqlite3_last_insert_rowid(txn_db(txn)); /* an event's key */
	sqlite3_stmt *st = txn_prepare(
		txn,
		"INSERT INTO monitor_budget (monitor, state, since_ms, seq) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (monitor) DO UPDATE SET state = excluded.state,"
		" since_ms = excluded.since_ms, seq = excluded.seq",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)t->monitor);
	bind_text(st, 2, budget_state_name(t->b.state));
	sqlite3_bind_int64(st, 3, t->at_ms);
	sqlite3_bind_int64(st, 4, (sqlite3_int64)t->seq);
	return txn_exec(txn, st, e);
}

/* ---- all of them, a slice at a time --------------------------------------------------------- */

struct one {
	uint64_t id;
	char name[64];
	int64_t slo;
	enum slo_window window;
	enum budget_state was;
	unsigned bad_min;
};

struct slice {
	struct sitemonitor *sm;
	int64_t now_ms;
	uint64_t after; /* ids up to this one were measured */
	struct one all[SLICE];
	size_t n;
	bool any; /* some monitor has an slo */
};

static bool is_calm(struct sitemonitor *sm, const struct monitor *m, int64_t now_ms)
{
	const struct promise *p = m->shown.budget;
	struct series_summary sum;
	return p->measured_ms && p->now.state == BUDGET_OK && p->told == BUDGET_OK &&
	       now_ms >= p->measured_ms && now_ms - p->measured_ms < CALM_MS &&
	       series_summary(sm->d->store, m->id, &sum) && sum.up_24h_ms == sum.known_24h_ms;
}

/* The lowest ids above `after`, in order. */
static void take(struct monitor *m, void *arg)
{
	struct slice *s = arg;
	const struct promise *p = m->shown.budget;
	s->any |= p != NULL;
	if (!p || m->id <= s->after || (s->n == SLICE && m->id >= s->all[SLICE - 1].id) ||
	    is_calm(s->sm, m, s->now_ms))
		return;
	size_t i = s->n < SLICE ? s->n++ : SLICE - 1;
	for (; i > 0 && s->all[i - 1].id > m->id; i--)
		s->all[i] = s->all[i - 1];
	s->all[i] = (struct one){.id = m->id,
				 .slo = p->now.slo,
				 .window = p->now.window,
				 .was = p->told,
				 .bad_min = m->shown.rules.failures};
	snprintf(s->all[i].name, sizeof(s->all[i].name), "%s", m->res->name);
}

static void keep(struct sitemonitor *sm, const struct one *one, const struct budget *b,
		 const struct telling *told, int64_t now_ms)
{
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, one->id);
	struct promise *p = m ? m->shown.budget : NULL;
	bool same = p && p->now.slo == one->slo && p->now.window == one->window;
	if (same) {
		p->now = *b;
		p->measured_ms = now_ms;
		if (told) {
			p->told = b->state;
			p->since_ms = now_ms;
			p->seq = told->seq;
		}
	}
	table_unlock(&sm->table);
	if (same && sm->d->live)
		live_touch(sm->d->live, "monitor", one->id);
}

static void measure_one(struct sitemonitor *sm, const struct one *one, int64_t now_ms)
{
	struct error e = {0};
	struct budget b;
	struct telling t = {.monitor = one->id, .at_ms = now_ms};
	if (budget_measure(sm, one->id, one->slo, one->window, one->was, one->bad_min, &b, &e)) {
		log_warn("sitemonitor", "the error budget of %s was not measured: %s", one->name,
			 e.text);
		return;
	}
	bool news = b.state != BUDGET_UNKNOWN && b.state != one->was;
	if (news) {
		t.b = b;
		memcpy(t.name, one->name, sizeof(t.name));
		if (store_run(sm->d->store, OP_BACKGROUND, tell, &t, &e)) {
			b.state = one->was; /* told at the next look */
			news = false;
		}
	}
	keep(sm, one, &b, news ? &t : NULL, now_ms);
}

static void measure_slice(struct slice *s)
{
	table_lock(&s->sm->table);
	table_each(&s->sm->table, take, s);
	table_unlock(&s->sm->table);
	for (size_t i = 0; i < s->n; i++)
		measure_one(s->sm, &s->all[i], s->now_ms);
}

void budgets_measure_all(struct sitemonitor *sm)
{
	struct slice *s = mem_zalloc(sizeof(*s));
	do {
		uint64_t after = s->n ? s->all[s->n - 1].id : 0;
		*s = (struct slice){
			.sm = sm, .now_ms = clock_wall_ms(sm->d->clock), .after = after};
		measure_slice(s);
	} while (s->n == SLICE);
	free(s);
}

/* ---- once a minute -------------------------------------------------------------------------- */

static void work(void *arg);

static void worked(void *arg)
{
	struct slice *s = arg;
	struct sitemonitor *sm = s->sm;
	bool more = s->n == SLICE;
	sm->budgets_busy = false;
	if (!sm->running)
		;
	else if (more) {
		struct slice *next = mem_zalloc(sizeof(*next));
		*next = (struct slice){
			.sm = sm, .now_ms = s->now_ms, .after = s->all[SLICE - 1].id};
		sm->budgets_busy = pool_submit(sm->d->pool, work, next);
		if (!sm->budgets_busy)
			free(next);
	}
	if (sm->running && !sm->budgets_busy && s->any)
		due_set(sm, &sm->budgets_due, now_boot(sm) + EVERY_MS);
	free(s);
}

static void work(void *arg)
{
	struct slice *s = arg;
	struct sitemonitor *sm = s->sm;
	measure_slice(s);
	pthread_mutex_lock(&sm->lock);
	bool stopped = sm->stopped;
	if (!stopped)
		loop_post(sm->d->net, worked, s);
	pthread_mutex_unlock(&sm->lock);
	if (stopped)
		free(s);
}

void budgets_fire(struct sitemonitor *sm, struct due *due)
{
	if (sm->budgets_busy || !sm->d->pool)
		return;
	struct slice *s = mem_zalloc(sizeof(*s));
	*s = (struct slice){.sm = sm, .now_ms = clock_wall_ms(sm->d->clock)};
	sm->budgets_busy = pool_submit(sm->d->pool, work, s);
	if (sm->budgets_busy)
		return;
	free(s);
	due_set(sm, due, now_boot(sm) + EVERY_MS);
}

void budgets_want(struct sitemonitor *sm)
{
	if (sm->running && !sm->budgets_busy && sm->d->pool)
		due_set(sm, &sm->budgets_due, now_boot(sm) + SOON_MS);
}

/* ---- at start ------------------------------------------------------------------------------- */

enum err budgets_load(struct sitemonitor *sm, struct error *e)
{
	struct reader *reader = store_reader(sm->d->store, e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader,
					"SELECT monitor, state, since_ms, seq FROM monitor_budget",
					e)
		       : NULL;
	int rc = SQLITE_ERROR;
	while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct monitor *m = table_find(&sm->table, (uint64_t)sqlite3_column_int64(st, 0));
		enum budget_state told = budget_state_parse(column_text(st, 1));
		if (!m || !m->shown.budget || told == BUDGET_COUNT)
			continue;
		m->shown.budget->told = told;
		m->shown.budget->since_ms = sqlite3_column_int64(st, 2);
		m->shown.budget->seq = (uint64_t)sqlite3_column_int64(st, 3);
	}
	enum err err = rc == SQLITE_DONE ? ERR_NONE
		       : st ? store_error(rc, sqlite3_db_handle(st), "reading budgets", e)
			    : ERR_STORE;
	if (st)
		sqlite3_reset(st);
	if (reader)
		reader_done(reader);
	return err;
}

/* ---- showing -------------------------------------------------------------------------------- */

void budget_write(struct json_writer *w, const struct shown *s)
{
	const struct promise *p = s->budget;
	jw_key(w, "budget");
	if (!p || !p->measured_ms) {
		jw_null(w);
		return;
	}
	jw_object(w);
	write_numbers(w, &p->now);
	jw_kv_time(w, "since", p->since_ms);
	jw_kv_time(w, "measured_at", p->measured_ms);
	jw_object_end(w);
}

int64_t budget_rank(const struct shown *s)
{
	const struct promise *p = s->budget;
	if (!p || !p->measured_ms)
		return INT64_MAX;
	int64_t used = budget_used_tenths(p->now.used_ms, p->now.allowed_ms);
	int64_t group = p->now.state == BUDGET_EXHAUSTED ? 0
			: p->now.state == BUDGET_BURNING ? 1
							 : 2;
	return group * 2 * BURN_MAX + BURN_MAX - used;
}

bool budget_line(const struct shown *s, struct attention *a)
{
	char slo[PERCENT_TEXT];
	const struct promise *p = s->budget;
	if (!p || !p->measured_ms || s->state == STATE_PAUSED)
		return false;
	int64_t used = budget_used_tenths(p->now.used_ms, p->now.allowed_ms) / 10;
	percent_format(slo, p->now.slo);
	if (p->now.state == BUDGET_EXHAUSTED)
		snprintf(a->text, sizeof(a->text), "%s %%: used %" PRId64 " %%", slo, used);
	else if (p->now.state == BUDGET_BURNING)
		snprintf(a->text, sizeof(a->text),
			 "%s %%: burns %" PRId64 ".%" PRId64 "x over 1 h, used %" PRId64 " %%", slo,
			 p->now.burn_1h / 100, p->now.burn_1h / 10 % 10, used);
	else
		return false;
	a->level = ATTENTION_WARNING;
	snprintf(a->word, sizeof(a->word), "BUDGET");
	snprintf(a->remedy, sizeof(a->remedy), "open");
	a->key = 'o';
	a->since_ms = p->since_ms;
	a->seq = p->seq;
	return true;
}
