/* What happened: the sections that are not a service's, and all of them put together. */
#include "daemon/alerts/brief.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/feed.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"
#include "shared/utf8.h"

enum {
	LINE_TEXT = 240,
	OPEN_SHOWN = 10,
	DELIVERIES_SHOWN = 6,
	EVENTS_SHOWN = 8,
	LINES_MAX = 120,
	TEXT_BYTES_MAX = 10 * 1024, /* of all lines; with times and names it is below 16 kB */
	EVENT_SLACK_MS = 3600000,   /* events are in order of commits, not quite of their times */
};

struct making {
	struct daemon *d;
	int64_t since_ms, until_ms;
	json_t *sections;
	size_t lines, bytes, dropped;
	size_t news;          /* lines that say that something happened */
	char calm[LINE_TEXT]; /* what was watched, of all services */
	size_t open, opened, resolved;
};

/* ---- lines ---------------------------------------------------------------------------------- */

static json_t *section_named(struct making *m, const char *title)
{
	json_t *section, *lines;
	size_t i;
	json_array_foreach(m->sections, i, section)
	{
		if (!strcmp(json_str(section, "title", ""), title))
			return json_object_get(section, "lines");
	}
	lines = json_array();
	section = json_object();
	json_object_set_new(section, "title", json_string(title));
	json_object_set_new(section, "lines", lines);
	json_array_append_new(m->sections, section);
	return lines;
}

static void add_calm(struct making *m, const char *text)
{
	size_t n = strlen(m->calm);
	snprintf(m->calm + n, sizeof(m->calm) - n, "%s%.200s", n ? "; " : "", text);
}

static void say(void *arg, const struct brief_line *line)
{
	static const char *const levels[] = {"critical", "warning", "notice"};
	struct making *m = arg;
	char text[LINE_TEXT], at[TIME_TEXT];
	json_t *o;
	text_safe(text, sizeof(text), line->text, strlen(line->text), 0, 0, NULL);
	if (line->calm)
		add_calm(m, text);
	else
		m->news++;
	if (m->lines == LINES_MAX || m->bytes + strlen(text) > TEXT_BYTES_MAX) {
		m->dropped++;
		return;
	}
	m->lines++;
	m->bytes += strlen(text);
	o = json_object();
	json_object_set_new(o, "level", json_string(levels[line->level]));
	json_object_set_new(o, "text", json_string(text));
	json_object_set_new(o, "at",
			    line->at_ms > 0 ? json_string(time_rfc3339(at, line->at_ms))
					    : json_null());
	json_array_append_new(section_named(m, line->section), o);
}

static void say_text(struct making *m, enum attention_level level, const char *section,
		     int64_t at_ms, const char *text)
{
	struct brief_line line = {.level = level, .section = section, .at_ms = at_ms};
	snprintf(line.text, sizeof(line.text), "%.*s",
		 (int)utf8_floor(text, strnlen(text, sizeof(line.text) - 1)), text);
	say(m, &line);
}

/* ---- alerts --------------------------------------------------------------------------------- */

static enum attention_level level_of(int severity)
{
	return severity >= SEVERITY_CRITICAL  ? ATTENTION_CRITICAL
	       : severity == SEVERITY_WARNING ? ATTENTION_WARNING
					      : ATTENTION_NOTICE;
}

static const char *column(sqlite3_stmt *st, int at)
{
	const char *text = (const char *)sqlite3_column_text(st, at);
	return text ? text : "";
}

static void say_open(struct making *m, sqlite3_stmt *st)
{
	char text[400];
	bool seen = !strcmp(column(st, 4), "acknowledged");
	snprintf(text, sizeof(text), "#%lld %.180s%s%.60s", (long long)sqlite3_column_int64(st, 0),
		 column(st, 1), seen ? "; acknowledged by " : "", seen ? column(st, 5) : "");
	say_text(m, level_of(sqlite3_column_int(st, 2)), "Needs you", sqlite3_column_int64(st, 3),
		 text);
}

static void open_alerts(struct making *m, struct reader *r)
{
	struct error e = {0};
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT number, text, severity, since_ms, state,"
					  " acknowledged_by FROM alert WHERE resolved_ms IS NULL"
					  " AND state IN ('open', 'acknowledged')"
					  " ORDER BY state = 'acknowledged', severity DESC,"
					  " opened_ms DESC",
					  &e);
	char text[80];
	if (!st)
		return;
	while (sqlite3_step(st) == SQLITE_ROW)
		if (m->open++ < OPEN_SHOWN)
			say_open(m, st);
	sqlite3_reset(st);
	if (m->open <= OPEN_SHOWN)
		return;
	snprintf(text, sizeof(text), "and %zu more: sellersmart alert list", m->open - OPEN_SHOWN);
	say_text(m, ATTENTION_NOTICE, "Needs you", 0, text);
}

static size_t count(struct making *m, struct reader *r, const char *sql)
{
	struct error e = {0};
	sqlite3_stmt *st = reader_prepare(r, sql, &e);
	size_t n = 0;
	if (!st)
		return 0;
	sqlite3_bind_int64(st, 1, m->since_ms);
	sqlite3_bind_int64(st, 2, m->until_ms);
	if (sqlite3_step(st) == SQLITE_ROW)
		n = (size_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return n;
}

static void alerts_told(struct making *m, struct reader *r)
{
	char text[120];
	m->opened = count(m, r,
			  "SELECT count(*) FROM alert WHERE opened_ms >= ?1 AND opened_ms < ?2"
			  " AND state <> 'pending'");
	m->resolved = count(
		m, r, "SELECT count(*) FROM alert WHERE resolved_ms >= ?1 AND resolved_ms < ?2");
	if (!m->opened && !m->resolved)
		return;
	snprintf(text, sizeof(text), "%zu opened, %zu resolved", m->opened, m->resolved);
	say_text(m, ATTENTION_NOTICE, "Alerts", 0, text);
}

/* ---- messages that did not get through ------------------------------------------------------ */

static void say_delivery(struct making *m, sqlite3_stmt *st)
{
	char text[400];
	int64_t n = sqlite3_column_int64(st, 2);
	bool dead = !strcmp(column(st, 1), "dead");
	snprintf(text, sizeof(text), "%lld message%s to %.63s %s: %.120s", (long long)n,
		 n == 1 ? "" : "s", column(st, 0),
		 dead     ? n == 1 ? "was given up" : "were given up"
		 : n == 1 ? "waits"
			  : "wait",
		 column(st, 4)[0] ? column(st, 4) : "not tried yet");
	say_text(m, dead ? ATTENTION_CRITICAL : ATTENTION_WARNING, "Messages",
		 sqlite3_column_int64(st, 3), text);
}

/* Of each notifier: what was given up in the span, and what has failed and still waits. */
static void deliveries(struct making *m, struct reader *r)
{
	struct error e = {0};
	size_t n = 0;
	sqlite3_stmt *st = reader_prepare(
		r,
		"SELECT notifier_name, state, count(*), min(created_ms), max(answer)"
		" FROM delivery WHERE (state = 'dead' AND tried_ms >= ?1 AND tried_ms < ?2)"
		" OR (state = 'pending' AND attempts > 1)"
		" GROUP BY notifier, state ORDER BY state, count(*) DESC",
		&e);
	if (!st)
		return;
	sqlite3_bind_int64(st, 1, m->since_ms);
	sqlite3_bind_int64(st, 2, m->until_ms);
	while (sqlite3_step(st) == SQLITE_ROW)
		if (n++ < DELIVERIES_SHOWN)
			say_delivery(m, st);
	sqlite3_reset(st);
}

/* ---- this machine --------------------------------------------------------------------------- */

struct machine_events {
	struct making *m;
	struct event_line {
		char text[LINE_TEXT];
		int64_t at_ms;
		enum attention_level level;
	} all[EVENTS_SHOWN];
	size_t n, total;
};

static bool is_of_machine(const char *topic)
{
	static const char *const ours[] = {"clock.",   "network.", "store.",  "disk.",
					   "machine.", "alerts.",  "daemon.", "notifier."};
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (!strncmp(topic, ours[i], strlen(ours[i])))
			return true;
	return false;
}

/* Newest first; the newest are shown. */
static bool take_event(const struct event *ev, void *arg)
{
	struct machine_events *l = arg;
	if (ev->at_ms < l->m->since_ms - EVENT_SLACK_MS)
		return false;
	if (ev->at_ms < l->m->since_ms || ev->at_ms >= l->m->until_ms || !is_of_machine(ev->topic))
		return true;
	if (l->total++ < EVENTS_SHOWN) {
		struct event_line *line = &l->all[l->n++];
		snprintf(line->text, sizeof(line->text), "%.230s", ev->text ? ev->text : "");
		line->at_ms = ev->at_ms;
		line->level = level_of((int)ev->severity);
	}
	return true;
}

static void machine(struct making *m)
{
	struct machine_events *l = mem_zalloc(sizeof(*l));
	const struct event_query q = {.newest_first = true};
	struct error e = {0};
	char text[80];
	l->m = m;
	if (feed_events(m->d->store, &q, take_event, l, &e) == ERR_NONE)
		for (size_t i = l->n; i-- > 0;)
			say_text(m, l->all[i].level, "This machine", l->all[i].at_ms,
				 l->all[i].text);
	if (l->total > l->n) {
		snprintf(text, sizeof(text), "and %zu more before: sellersmart event list",
			 l->total - l->n);
		say_text(m, ATTENTION_NOTICE, "This machine", 0, text);
	}
	free(l);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void add_number(const struct wording *w, struct buf *out, const char **separator, size_t n,
		       const char *what)
{
	if (!n)
		return;
	buf_add_str(out, *separator);
	wording_number(w, out, (int64_t)n, 0);
	buf_printf(out, " %s", what);
	*separator = ", ";
}

static char *title_of(const struct making *m, const struct wording *w)
{
	struct buf out = BUF_INIT(4 * MESSAGE_TITLE_MAX);
	const char *separator = ": ";
	char title[MESSAGE_TITLE_MAX];
	buf_add_str(&out, m->news ? "Since " : "Quiet since ");
	wording_time(w, &out, m->since_ms);
	if (!m->news) {
		buf_printf(&out, "%s%s", m->calm[0] ? ": " : "", m->calm);
	} else {
		add_number(w, &out, &separator, m->open,
			   m->open == 1 ? "alert open" : "alerts open");
		add_number(w, &out, &separator, m->opened, "opened");
		add_number(w, &out, &separator, m->resolved, "resolved");
		if (!strcmp(separator, ": "))
			add_number(w, &out, &separator, m->news,
				   m->news == 1 ? "thing to know" : "things to know");
	}
	text_safe(title, sizeof(title), buf_str(&out), out.len, 0, 0, NULL);
	buf_fini(&out);
	return mem_strdup(title);
}

static void set_time(json_t *o, const char *key, int64_t ms)
{
	char text[TIME_TEXT];
	json_object_set_new(o, key, json_string(time_rfc3339(text, ms)));
}

static json_t *document(struct making *m, const struct wording *w)
{
	json_t *o = json_object();
	char *title = title_of(m, w);
	json_object_set_new(o, "type", json_string("brief"));
	set_time(o, "at", m->until_ms);
	json_object_set_new(o, "severity", json_string("info"));
	json_object_set_new(o, "title", json_string(title));
	set_time(o, "since", m->since_ms);
	set_time(o, "until", m->until_ms);
	json_object_set_new(o, "quiet", json_boolean(!m->news));
	json_object_set_new(o, "sections", m->sections);
	json_object_set_new(o, "alerts", json_array());
	json_object_set_new(o, "total", json_integer(0));
	free(title);
	return o;
}

json_t *brief_make(struct daemon *d, int64_t since_ms, int64_t until_ms, const struct wording *w)
{
	struct making m = {.d = d, .since_ms = since_ms, .until_ms = until_ms};
	struct error e = {0};
	char text[80];
	m.sections = json_array();
	struct reader *r = store_reader(d->store, &e);
	if (r) {
		open_alerts(&m, r);
		alerts_told(&m, r);
		deliveries(&m, r);
		reader_done(r);
	}
	for (size_t i = 0; i < d->n_services; i++)
		if (d->services[i]->brief)
			d->services[i]->brief(d->service_states[i], since_ms, until_ms, say, &m);
	machine(&m);
	if (m.dropped) {
		snprintf(text, sizeof(text), "and %zu lines more that have no room here",
			 m.dropped);
		m.bytes = 0;
		m.lines = 0;
		say_text(&m, ATTENTION_NOTICE, "Watched", 0, text);
	}
	return document(&m, w);
}
