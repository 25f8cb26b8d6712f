/* What rules would remember had they run all the time: from the log, and from the alerts that live.
 */
#include <string.h>

#include "daemon/alerts/rules/rules_internal.h"

enum { PAGE = 2000 };

static bool counts(const struct rule *r)
{
	return r->type == RULE_COUNT || r->type == RULE_SHARE || r->type == RULE_ABSENCE;
}

static int64_t horizon(const struct rule *r)
{
	if (r->type == RULE_ABSENCE)
		return USUAL_LOOK_MS;
	return r->within_ms;
}

struct pass {
	struct rules *rules;
	uint64_t last;
	size_t n;
};

static void one_rule(struct rules *rules, struct rule *r, const struct rule_event *re)
{
	const struct event *ev = re->event;
	const char *name = re->subject->name[0] ? re->subject->name : ev->name;
	bool of_topics = topic_in(r->topics, ev->topic);
	bool bad = of_topics && !re->suppressed && matchers_hold(r->when, &re->matched);
	bool ends = !bad && r->type == RULE_COUNT && rule_ends_with(r, re);
	struct rule_window *w;

	if (!bad && !ends && !(r->type == RULE_SHARE && of_topics))
		return;
	w = rule_window(rules, r, ev->subject_kind, ev->subject, name, ev->topic);
	if (!w)
		return;
	if (ends)
		rule_window_free(rules, w);
	else
		rule_window_add(w, ev, bad);
}

static bool one_event(const struct event *ev, void *arg)
{
	struct pass *p = arg;
	struct rule_event re;
	struct subject s;
	bool looked = false;

	p->last = ev->seq;
	p->n++;
	for (size_t i = 0; i < p->rules->n; i++) {
		struct rule *r = p->rules->all[i];

		if (r->warm || !counts(r) ||
		    (!topic_in(r->topics, ev->topic) && !topic_in(r->until_topics, ev->topic)))
			continue;
		if (!looked) {
			subject_of(p->rules->d->store, ev->subject_kind, ev->subject, ev->name, &s);
			rule_event_init(&re, ev, &s);
			looked = true;
		}
		one_rule(p->rules, r, &re);
	}
	if (looked) {
		rule_event_fini(&re);
		subject_fini(&s);
	}
	return true;
}

/* Pages: a reader is not lent for long. */
static enum err read_log(struct rules *rules, int64_t since_ms, uint64_t seq, struct error *e)
{
	struct pass p = {.rules = rules};
	enum err rc = ERR_NONE;

	do {
		const struct event_query q = {
			.after = p.last, .before = seq + 1, .since_ms = since_ms, .limit = PAGE};

		p.n = 0;
		rc = feed_events(rules->d->store, &q, one_event, &p, e);
	} while (!rc && p.n == PAGE);
	return rc;
}

/* ---- what is open --------------------------------------------------------------------------- */

static struct rule *rule_named(struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->n; i++) {
		if (!strcmp(rules->all[i]->name, name))
			return rules->all[i];
	}
	return NULL;
}

static const char *column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return text ? text : "";
}

static enum err read_living(struct rules *rules, struct error *e)
{
	struct reader *reader = store_reader(rules->d->store, e);
	sqlite3_stmt *st;
	enum err rc = ERR_STORE;
	int code;

	if (!reader)
		return e->code ? e->code : ERR_BUSY;
	st = reader_prepare(reader,
			    "SELECT rule, subject_kind, subject, name, topic, since_ms FROM alert "
			    "WHERE resolved_ms IS NULL",
			    e);
	while (st && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct rule *r = rule_named(rules, column(st, 0));
		struct rule_window *w;

		if (!r || r->warm || (!counts(r) && r->type != RULE_FIGURE))
			continue;
		w = rule_window(rules, r, column(st, 1), (uint64_t)sqlite3_column_int64(st, 2),
				column(st, 3), column(st, 4));
		if (!w)
			continue;
		w->state = WINDOW_OPEN;
		w->first_ms = sqlite3_column_int64(st, 5);
	}
	if (st)
		rc = code == SQLITE_DONE
			     ? ERR_NONE
			     : store_error(code, sqlite3_db_handle(st), "read the alerts", e);
	reader_done(reader);
	return rc;
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* One in all waits from the beginning, also for the first event there ever is. */
void rule_begin_absence(struct rules *rules, struct rule *r, int64_t from_ms)
{
	const char *topic = json_string_value(json_array_get(r->topics, 0));
	struct rule_window *w;

	if (r->type != RULE_ABSENCE || r->each != RULE_EACH_NONE || r->absent_ms <= 0)
		return;
	w = rule_window(rules, r, "", 0, "", topic);
	if (w && !w->last_ms && w->state != WINDOW_OPEN)
		w->last_ms = from_ms;
	if (w)
		rule_window_schedule(rules, w, from_ms);
}

static void settle(struct rules *rules, struct rule *r, int64_t now_ms)
{
	rule_begin_absence(rules, r, r->updated_ms < now_ms ? r->updated_ms : now_ms);
	for (size_t i = 0; i < r->n_buckets; i++) {
		for (struct rule_window *w = r->windows[i]; w; w = w->next) {
			if (w->state == WINDOW_UNKNOWN)
				w->state = WINDOW_CLOSED;
			rule_window_schedule(rules, w, now_ms);
		}
	}
	r->warm = true;
}

enum err rules_warm_cold(struct rules *rules, uint64_t seq, struct error *e)
{
	int64_t now = clock_wall_ms(rules->d->clock), longest = 0;
	enum err rc = ERR_NONE;
	bool cold = false;

	for (size_t i = 0; i < rules->n; i++) {
		struct rule *r = rules->all[i];

		rule_find_measure(rules->d, r);
		cold = cold || !r->warm;
		if (!r->warm && counts(r) && horizon(r) > longest)
			longest = horizon(r);
	}
	if (!cold)
		return ERR_NONE;
	if (longest)
		rc = read_log(rules, now - longest, seq, e);
	if (!rc)
		rc = read_living(rules, e);
	for (size_t i = 0; i < rules->n; i++) {
		if (!rules->all[i]->warm)
			settle(rules, rules->all[i], now);
	}
	return rc;
}

enum err rules_warm(struct rules *rules, uint64_t seq, struct error *e)
{
	rules->seq = seq;
	rules->warm = true;
	return rules_warm_cold(rules, seq, e);
}
