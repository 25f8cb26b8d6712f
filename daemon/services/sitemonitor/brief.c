/* What monitors went through in a stretch of time, for the brief. Thread: a worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/figures.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "shared/utf8.h"

enum {
	DAY_MS = 86400000,
	OUTAGES_SHOWN = 10,
	ENDS_SHOWN = 6,
	NEWS_SHOWN = 8,
	ENDS_CRITICAL_DAYS = 3,
	COUNTED_MAX = 2000, /* monitors whose checks are counted: about 50 us each */
	EVENT_SLACK_MS =
		3600000, /* events are in order of their commits, not quite of their times */
};

typedef void say_fn(void *arg, const struct brief_line *line);

struct brief {
	struct sitemonitor *sm;
	int64_t since_ms, until_ms;
	say_fn *say;
	void *arg;
};

static void say(const struct brief *b, enum attention_level level, const char *section,
		int64_t at_ms, const char *text)
{
	struct brief_line line = {.level = level, .section = section, .at_ms = at_ms};
	snprintf(line.text, sizeof(line.text), "%.*s",
		 (int)utf8_floor(text, strnlen(text, sizeof(line.text) - 1)), text);
	b->say(b->arg, &line);
}

static void say_more(const struct brief *b, const char *section, size_t n, const char *what)
{
	char text[120];
	snprintf(text, sizeof(text), "and %zu more %s", n, what);
	say(b, ATTENTION_NOTICE, section, 0, text);
}

/* ---- outages -------------------------------------------------------------------------------- */

struct outages {
	uint64_t monitor;
	unsigned n;
	int64_t down_ms, longest_ms, last_ms; /* of what lies in the span */
	bool open;
	char reason[120]; /* of the last */
};

struct outage_list {
	struct outages *all;
	size_t n, cap;
};

static struct outages *outages_of(struct outage_list *l, uint64_t monitor)
{
	if (l->n && l->all[l->n - 1].monitor == monitor)
		return &l->all[l->n - 1];
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 32;
		l->all = mem_array(l->all, l->cap, sizeof(*l->all));
	}
	l->all[l->n] = (struct outages){.monitor = monitor};
	return &l->all[l->n++];
}

static void take_incident(const struct brief *b, struct outage_list *l, sqlite3_stmt *st)
{
	struct outages *o = outages_of(l, (uint64_t)sqlite3_column_int64(st, 0));
	bool open = sqlite3_column_type(st, 2) == SQLITE_NULL;
	int64_t from = sqlite3_column_int64(st, 1);
	int64_t until = open ? b->until_ms : sqlite3_column_int64(st, 2);
	const char *reason = column_text(st, 3);
	int64_t inside = (until < b->until_ms ? until : b->until_ms) -
			 (from > b->since_ms ? from : b->since_ms);
	o->n++;
	o->open |= open;
	o->down_ms += inside;
	o->last_ms = from;
	if (inside > o->longest_ms)
		o->longest_ms = inside;
	snprintf(o->reason, sizeof(o->reason), "%.110s", reason ? reason : "");
}

static void read_incidents(const struct brief *b, struct outage_list *l)
{
	struct error e = {0};
	struct reader *reader = store_reader(b->sm->d->store, &e);
	sqlite3_stmt *st = reader ? reader_prepare(reader,
						   "SELECT monitor, opened_ms, closed_ms, message"
						   " FROM incident WHERE opened_ms < ?2"
						   " AND (closed_ms IS NULL OR closed_ms > ?1)"
						   " ORDER BY monitor, opened_ms",
						   &e)
				  : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, b->since_ms);
		sqlite3_bind_int64(st, 2, b->until_ms);
		while (sqlite3_step(st) == SQLITE_ROW)
			take_incident(b, l, st);
		sqlite3_reset(st);
	}
	if (reader)
		reader_done(reader);
}

static int worst_first(const void *a, const void *b)
{
	const struct outages *x = a, *y = b;
	if (x->open != y->open)
		return x->open ? -1 : 1;
	return x->down_ms > y->down_ms ? -1 : x->down_ms < y->down_ms;
}

static bool uptime_text(const struct brief *b, uint64_t monitor, char *out, size_t cap)
{
	struct series_point total;
	struct error e = {0};
	if (series_query(b->sm->d->store, monitor, b->since_ms, b->until_ms, 0, NULL, &total, &e) <
		    0 ||
	    total.known_ms <= 0)
		return false;
	int64_t hundredths = total.up_ms * 10000 / total.known_ms;
	snprintf(out, cap, "; up %lld.%02lld %%", (long long)(hundredths / 100),
		 (long long)(hundredths % 100));
	return true;
}

static void say_outages(const struct brief *b, const struct outages *o)
{
	const struct resource *m = resource_by_id(b->sm->d->store, o->monitor);
	char text[400], up[32] = "", down[DURATION_TEXT], longest[DURATION_TEXT];
	if (!m)
		return;
	uptime_text(b, o->monitor, up, sizeof(up));
	age_format(down, o->down_ms);
	age_format(longest, o->longest_ms);
	if (o->n > 1)
		snprintf(text, sizeof(text),
			 "%.63s was down %u times, %s in all, %s at most%s%s: %.80s", m->name, o->n,
			 down, longest, o->open ? ", and still is" : "", up, o->reason);
	else
		snprintf(text, sizeof(text), "%.63s %s %s%s: %.110s", m->name,
			 o->open ? "is down, for" : "was down for",
			 o->down_ms < 1000 ? "less than 1s" : down, up, o->reason);
	say(b, o->open ? ATTENTION_CRITICAL : ATTENTION_WARNING, "Outages", o->last_ms, text);
	resource_unref(m);
}

static void outages(const struct brief *b)
{
	struct outage_list l = {0};
	read_incidents(b, &l);
	if (l.n)
		qsort(l.all, l.n, sizeof(*l.all), worst_first);
	for (size_t i = 0; i < l.n && i < OUTAGES_SHOWN; i++)
		say_outages(b, &l.all[i]);
	if (l.n > OUTAGES_SHOWN)
		say_more(b, "Outages", l.n - OUTAGES_SHOWN,
			 "monitors were down: sellersmart incident list");
	free(l.all);
}

/* ---- what the log says ---------------------------------------------------------------------- */

/* Of one monitor or window, how often, and the last of it in words. */
struct news {
	char topic[48], name[64], text[200];
	int64_t at_ms; /* of the last */
	unsigned n;
};

struct news_list {
	const struct brief *b;
	struct news all[64];
	size_t n, more;
};

static const struct {
	const char *topic, *section;
	enum attention_level level;
} told[] = {
	{"monitor.flapping", "Flapping", ATTENTION_WARNING},
	{"slo.exhausted", "Error budgets", ATTENTION_WARNING},
	{"slo.burning", "Error budgets", ATTENTION_WARNING},
	{"content.changed", "Changed", ATTENTION_NOTICE},
	{"maintenance.started", "Maintenance", ATTENTION_NOTICE},
	{"maintenance.ended", "Maintenance", ATTENTION_NOTICE},
};

static bool is_told(const char *topic)
{
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (!strcmp(told[i].topic, topic))
			return true;
	return false;
}

/* Newest first: the first of a kind that is seen is its last. */
static bool take_event(const struct event *ev, void *arg)
{
	struct news_list *l = arg;
	size_t i = 0;
	if (ev->at_ms < l->b->since_ms - EVENT_SLACK_MS)
		return false;
	if (ev->at_ms < l->b->since_ms || ev->at_ms >= l->b->until_ms || !is_told(ev->topic))
		return true;
	while (i < l->n && (strcmp(l->all[i].topic, ev->topic) || strcmp(l->all[i].name, ev->name)))
		i++;
	if (i == ARRAY_LEN(l->all)) {
		l->more++;
		return true;
	}
	struct news *news = &l->all[i];
	if (i == l->n) {
		l->n++;
		*news = (struct news){.at_ms = ev->at_ms};
		snprintf(news->topic, sizeof(news->topic), "%s", ev->topic);
		snprintf(news->name, sizeof(news->name), "%s", ev->name);
		snprintf(news->text, sizeof(news->text), "%s", ev->text ? ev->text : "");
	}
	news->n++;
	return true;
}

/* A window that began is told with its beginning; one that only ended here began before. */
static bool has_begun_too(const struct news_list *l, const struct news *ended)
{
	if (strcmp(ended->topic, "maintenance.ended"))
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->all[i].topic, "maintenance.started") &&
		    !strcmp(l->all[i].name, ended->name))
			return true;
	return false;
}

static void say_news(const struct brief *b, const struct news_list *l, size_t kind)
{
	size_t shown = 0, left = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct news *news = &l->all[i];
		char text[240];
		if (strcmp(news->topic, told[kind].topic) || has_begun_too(l, news))
			continue;
		if (shown == NEWS_SHOWN) {
			left++;
			continue;
		}
		if (news->n > 1)
			snprintf(text, sizeof(text), "%s (%u times)", news->text, news->n);
		else
			snprintf(text, sizeof(text), "%s", news->text);
		say(b, told[kind].level, told[kind].section, news->at_ms, text);
		shown++;
	}
	if (left)
		say_more(b, told[kind].section, left, "such: sellersmart event list");
}

static void news(const struct brief *b)
{
	struct news_list *l = mem_zalloc(sizeof(*l));
	const struct event_query q = {.newest_first = true};
	struct error e = {0};
	l->b = b;
	if (feed_events(b->sm->d->store, &q, take_event, l, &e) == ERR_NONE)
		for (size_t kind = 0; kind < ARRAY_LEN(told); kind++)
			say_news(b, l, kind);
	free(l);
}

/* ---- from memory ---------------------------------------------------------------------------- */

struct ending {
	char name[64];
	int64_t left_ms;
	bool domain;
};

struct census {
	int64_t now_ms;
	struct ending soon[ENDS_SHOWN]; /* the soonest first */
	size_t n_soon, ends;
	size_t n, up, down, other; /* without what is paused */
	uint64_t ids[COUNTED_MAX];
};

static void take_ending(struct census *c, const struct monitor *m)
{
	int64_t left = m->shown.ends_ms - c->now_ms;
	size_t i = c->n_soon;
	if (!m->shown.ends_ms || left >= (int64_t)m->shown.end_days * DAY_MS)
		return;
	c->ends++;
	while (i > 0 && left < c->soon[i - 1].left_ms)
		i--;
	if (i == ENDS_SHOWN)
		return;
	if (c->n_soon < ENDS_SHOWN)
		c->n_soon++;
	memmove(&c->soon[i + 1], &c->soon[i], (c->n_soon - 1 - i) * sizeof(*c->soon));
	c->soon[i] = (struct ending){.left_ms = left, .domain = m->shown.is_domain};
	snprintf(c->soon[i].name, sizeof(c->soon[i].name), "%s", m->res->name);
}

static void take_monitor(struct monitor *m, void *arg)
{
	struct census *c = arg;
	if (m->shown.state == STATE_PAUSED)
		return;
	if (c->n < COUNTED_MAX)
		c->ids[c->n] = m->id;
	c->n++;
	c->up += m->shown.state == STATE_UP;
	c->down += m->shown.state == STATE_DOWN;
	c->other += m->shown.state != STATE_UP && m->shown.state != STATE_DOWN;
	take_ending(c, m);
}

static void say_endings(const struct brief *b, const struct census *c)
{
	for (size_t i = 0; i < c->n_soon; i++) {
		const struct ending *e = &c->soon[i];
		const char *what = e->domain ? "registration" : "certificate";
		int64_t days = e->left_ms / DAY_MS;
		char text[200];
		if (e->left_ms <= 0)
			snprintf(text, sizeof(text), "%s: its %s has ended", e->name, what);
		else
			snprintf(text, sizeof(text), "%s: its %s ends in %lld day%s", e->name, what,
				 (long long)days, days == 1 ? "" : "s");
		say(b, days < ENDS_CRITICAL_DAYS ? ATTENTION_CRITICAL : ATTENTION_WARNING,
		    "Ends soon", 0, text);
	}
	if (c->ends > c->n_soon)
		say_more(b, "Ends soon", c->ends - c->n_soon, "certificates or domains end soon");
}

/* 15840 as "15,840". */
static const char *grouped(char out[static 32], int64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%lld", (long long)n), at = 0;
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = 0;
	return out;
}

static int64_t count_checks(const struct brief *b, const struct census *c)
{
	int64_t checks = 0;
	for (size_t i = 0; i < c->n && i < COUNTED_MAX; i++) {
		struct series_point total;
		struct error e = {0};
		if (series_query(b->sm->d->store, c->ids[i], b->since_ms, b->until_ms, 0, NULL,
				 &total, &e) >= 0)
			checks += measured(&total);
	}
	return checks;
}

static void say_watched(const struct brief *b, const struct census *c)
{
	struct brief_line line = {.level = ATTENTION_NOTICE, .section = "Watched", .calm = true};
	char n[32], checks[32];
	int64_t n_checks;
	size_t at;
	if (!c->n)
		return;
	at = (size_t)snprintf(line.text, sizeof(line.text), "%s monitor%s",
			      grouped(n, (int64_t)c->n), c->n == 1 ? "" : "s");
	if (c->n <= COUNTED_MAX) {
		n_checks = count_checks(b, c);
		at += (size_t)snprintf(line.text + at, sizeof(line.text) - at, ", %s check%s",
				       grouped(checks, n_checks), n_checks == 1 ? "" : "s");
	}
	if (c->up == c->n)
		snprintf(line.text + at, sizeof(line.text) - at, "%s",
			 c->n == 1 ? ", up" : ", all up");
	else if (c->other)
		snprintf(line.text + at, sizeof(line.text) - at, ": %zu up, %zu down, %zu other",
			 c->up, c->down, c->other);
	else
		snprintf(line.text + at, sizeof(line.text) - at, ": %zu up, %zu down", c->up,
			 c->down);
	b->say(b->arg, &line);
}

void brief_lines(void *state, int64_t since_ms, int64_t until_ms, say_fn *fn, void *arg)
{
	const struct brief b = {state, since_ms, until_ms, fn, arg};
	struct census *c = mem_zalloc(sizeof(*c));
	c->now_ms = clock_wall_ms(b.sm->d->clock);
	journal_wait(b.sm);
	table_lock(&b.sm->table);
	table_each(&b.sm->table, take_monitor, c);
	table_unlock(&b.sm->table);
	outages(&b);
	news(&b);
	say_endings(&b, c);
	say_watched(&b, c);
	free(c);
}
