#include "daemon/alerts/outbox/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/text/sheet.h"
#include "daemon/store/feed.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { LINES_MAX = 100, LINE_MAX = 240, REASON_TEXT = 160 };

/* One alert as the messages told it, one after the other. */
struct told {
	int64_t number;
	json_t *latest;
	bool began; /* the first of them said that it had opened */
};

struct summary {
	struct told *all; /* in the order in which they came up */
	size_t n, cap;
	size_t messages;
};

struct summary *summary_new(void)
{
	return mem_zalloc(sizeof(struct summary));
}

void summary_free(struct summary *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		json_decref(s->all[i].latest);
	free(s->all);
	free(s);
}

static void take_alert(struct summary *s, json_t *alert)
{
	int64_t number = json_int(alert, "number", 0);
	struct told *t = NULL;

	for (size_t i = s->n; i-- > 0 && !t;) {
		if (s->all[i].number == number)
			t = &s->all[i];
	}
	if (!t) {
		if (s->n == s->cap) {
			s->cap = s->cap ? s->cap * 2 : 32;
			s->all = mem_array(s->all, s->cap, sizeof *s->all);
		}
		t = &s->all[s->n++];
		*t = (struct told){.number = number,
				   .began = !strcmp(json_str(alert, "what", ""), "opened")};
	}
	json_decref(t->latest);
	t->latest = json_incref(alert);
}

bool summary_add(struct summary *s, const char *json)
{
	json_t *message = json_loads(json, 0, NULL), *alert;
	const char *type = json_str(message, "type", "");
	bool taken = !strncmp(type, "alert.", 6) && strcmp(type, "alert.summary") != 0;
	size_t i;

	if (taken) {
		json_array_foreach(json_object_get(message, "alerts"), i, alert)
			take_alert(s, alert);
		s->messages++;
	}
	json_decref(message);
	return taken;
}

/* ---- what it says --------------------------------------------------------------------------- */

static bool is_blip(const struct told *t)
{
	return t->began && alert_is_resolved(t->latest);
}

/* "garden 07:11 UTC to 07:18 UTC (7 min): HTTP 502 Bad Gateway" */
static json_t *blip_line(const struct told *t, const struct wording *w)
{
	struct buf line = BUF_INIT(LINE_MAX);
	int64_t since_ms = alert_time(t->latest, "since");
	int64_t until_ms = alert_time(t->latest, "resolved_at");
	char reason[REASON_TEXT];
	json_t *made;

	buf_printf(&line, "%.63s", json_str(t->latest, "subject", "?"));
	if (since_ms && until_ms >= since_ms) {
		buf_add_str(&line, " ");
		wording_span(w, &line, since_ms, until_ms);
		buf_add_str(&line, " (");
		wording_duration(w, &line, until_ms - since_ms);
		buf_add_str(&line, ")");
	}
	alert_reason(t->latest, reason, sizeof reason);
	if (reason[0])
		buf_printf(&line, ": %s", reason);
	made = json_string(buf_str(&line));
	buf_fini(&line);
	return made;
}

static int severity_of(const json_t *alert)
{
	return severity_parse(json_str(alert, "severity", NULL), SEVERITY_INFO);
}

/* Open ones before those that ended, the worst first, then the newest. */
static int by_weight(const void *a, const void *b)
{
	const struct told *x = *(const struct told *const *)a, *y = *(const struct told *const *)b;
	int over = (int)alert_is_resolved(x->latest) - (int)alert_is_resolved(y->latest);
	int worse = severity_of(y->latest) - severity_of(x->latest);

	return over ? over : worse ? worse : (x->number < y->number) - (x->number > y->number);
}

struct told_parts {
	const struct told **listed; /* what is no blip */
	size_t n_listed, n_open, n_over, n_blips;
	json_t *lines;
	int severity; /* of the worst that is open */
};

static void part(const struct summary *s, const struct wording *w, struct told_parts *p)
{
	*p = (struct told_parts){.lines = json_array()};
	p->listed = mem_array(NULL, s->n ? s->n : 1, sizeof *p->listed);
	for (size_t i = 0; i < s->n; i++) {
		const struct told *t = &s->all[i];

		if (is_blip(t)) {
			if (p->n_blips++ < LINES_MAX)
				json_array_append_new(p->lines, blip_line(t, w));
			continue;
		}
		p->listed[p->n_listed++] = t;
		p->n_open += !alert_is_resolved(t->latest);
		p->n_over += alert_is_resolved(t->latest);
		if (!alert_is_resolved(t->latest) && severity_of(t->latest) > p->severity)
			p->severity = severity_of(t->latest);
	}
	qsort(p->listed, p->n_listed, sizeof *p->listed, by_weight);
}

static void add_title(const struct told_parts *p, const struct wording *w, int64_t from_ms,
		      struct buf *out)
{
	buf_add_str(out, "Summary of ");
	wording_duration(w, out, w->now_ms > from_ms ? w->now_ms - from_ms : 0);
	buf_printf(out, ": %zu still open", p->n_open);
	if (p->n_over)
		buf_printf(out, ", %zu resolved", p->n_over);
	if (p->n_blips)
		buf_printf(out, ", %zu came and went", p->n_blips);
}

/* What opened meanwhile opens with this message, whatever else was said of it since. */
static json_t *alerts_of(const struct told_parts *p)
{
	json_t *alerts = json_array();

	for (size_t i = 0; i < p->n_listed && i < MESSAGE_ALERTS_MAX; i++) {
		json_t *alert = json_copy(p->listed[i]->latest);

		if (p->listed[i]->began)
			json_object_set_new(alert, "what", json_string("opened"));
		json_array_append_new(alerts, alert);
	}
	return alerts;
}

void summary_make(const struct summary *s, const struct wording *w, int64_t from_ms,
		  struct message *out)
{
	struct buf title = BUF_INIT(MESSAGE_TITLE_MAX);
	struct told_parts t;
	json_t *alerts;

	part(s, w, &t);
	add_title(&t, w, from_ms, &title);
	alerts = alerts_of(&t);
	message_make(&(struct message_parts){.type = "alert.summary",
					     .at_ms = w->now_ms,
					     .severity = t.severity,
					     .title = buf_str(&title),
					     .alerts = alerts,
					     .total = t.n_listed,
					     .open = t.n_open,
					     .resolved = t.n_over + t.n_blips,
					     .lines = t.lines,
					     .total_lines = t.n_blips},
		     out);
	buf_fini(&title);
	json_decref(alerts);
	json_decref(t.lines);
	free(t.listed);
}
