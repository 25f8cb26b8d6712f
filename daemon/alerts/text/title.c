/* Titles: what and where first, because a telephone shows forty characters. */
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/text/sheet.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"
#include "shared/utf8.h"

enum { WORD_TEXT = 320, NAMED_MAX = 3, MINUTE_MS = 60000 };

/* By topic, the longest first where one begins like another. */
static const struct word {
	const char *topic, *word, *many; /* many: of counts, "5 down" */
} words[] = {
	{"monitor.down", "DOWN", "down"},
	{"monitor.still_down", "DOWN", "down"},
	{"monitor.stable", "DOWN", "down"}, /* stable and up would be resolved */
	{"monitor.flapping", "FLAPPING", "flapping"},
	{"monitor.degraded", "DEGRADED", "degraded"},
	{"monitor.unknown", "UNKNOWN", "unknown"},
	{"certificate.", "CERT", "certificate"},
	{"domain.", "DOMAIN", "domain"},
	{"heartbeat.", "LATE", "late"},
	{"network.", "NETWORK", "network"},
	{"slo.", "BUDGET", "budget"},
	{"disk.", "DISK", "disk"},
	{"store.", "STORE", "store"},
	{"machine.", "MACHINE", "machine"},
	{"content.", "CHANGED", "changed"},
	{"notifier.", "NOTIFIER", "notifier"},
	{"alerts.", "UNTOLD", "untold"},
};
static const struct word by_severity[] = {
	{"critical", "CRITICAL", "critical"},
	{"warning", "WARNING", "warning"},
	{"info", "NOTE", "note"},
};

static const struct word *word_of(const json_t *alert)
{
	const char *topic = json_str(alert, "topic", "");
	const char *severity = json_str(alert, "severity", "warning");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strncmp(topic, words[i].topic, strlen(words[i].topic)))
			return &words[i];
	for (size_t i = 0; i < ARRAY_LEN(by_severity); i++)
		if (!strcmp(severity, by_severity[i].topic))
			return &by_severity[i];
	return &by_severity[1];
}

const char *alert_word(const json_t *alert)
{
	return word_of(alert)->word;
}

bool alert_is_resolved(const json_t *alert)
{
	return !strcmp(json_str(alert, "what", ""), "resolved");
}

int64_t alert_time(const json_t *alert, const char *member)
{
	const char *text = json_str(alert, member, NULL);
	int64_t ms;
	return text && time_parse(text, &ms) ? ms : 0;
}

static size_t safe(char *out, size_t cap, const char *text)
{
	return text_safe(out, cap, text, strlen(text), 0, 0, NULL);
}

/* "garden is down: HTTP 502" without "garden ": the subject stands before it. */
static const char *without_subject(const char *text, const char *subject)
{
	size_t n = strlen(subject);
	if (!n || strncmp(text, subject, n))
		return text;
	if (!strncmp(text + n, ": ", 2))
		return text + n + 2;
	return text[n] == ' ' ? text + n + 1 : text;
}

void alert_reason(const json_t *alert, char *out, size_t cap)
{
	const char *reason = json_str(alert, "reason", NULL);
	const char *subject = json_str(alert, "subject", "");
	if (reason && *reason)
		safe(out, cap, reason);
	else
		safe(out, cap, without_subject(json_str(alert, "text", ""), subject));
}

/* At most so many bytes more, not ending inside a character. */
static void add_cut(struct buf *out, const char *text, size_t max)
{
	size_t n = strlen(text);
	if (n <= max)
		buf_add(out, text, n);
	else if (max > 3) {
		buf_add(out, text, utf8_floor(text, max - 3));
		buf_add_str(out, "...");
	}
}

static void add_line(struct buf *out, const char *line)
{
	size_t room = out->max - out->len;
	add_cut(out, line, room < MESSAGE_TITLE_MAX ? room : MESSAGE_TITLE_MAX);
}

/* Nobody counts the seconds of an hour. */
static void add_duration(const struct wording *w, struct buf *line, int64_t ms)
{
	wording_duration(w, line, ms >= 2 * MINUTE_MS ? ms - ms % MINUTE_MS : ms);
}

static void add_lasting(const json_t *alert, const struct wording *w, bool clock, struct buf *line)
{
	int64_t since = alert_time(alert, "since"), lasted;
	if (alert_is_resolved(alert)) {
		lasted = json_int(alert, "duration_ms", 0);
		if (lasted > 0) {
			buf_add_str(line, " after ");
			add_duration(w, line, lasted);
		}
		return;
	}
	lasted = since > 0 && w->now_ms > 0 ? w->now_ms - since : 0;
	if (clock && since > 0) {
		buf_add_str(line, " since ");
		wording_time(w, line, since);
	}
	if (lasted >= MINUTE_MS) {
		buf_add_str(line, clock ? " (" : " for ");
		add_duration(w, line, lasted);
		buf_add_str(line, clock ? ")" : "");
	}
}

static void one_title(const json_t *alert, const struct wording *w, bool clock, struct buf *out)
{
	struct buf line = BUF_INIT(4 * WORD_TEXT);
	char subject[WORD_TEXT], reason[WORD_TEXT];
	const char *what = json_str(alert, "what", "");
	safe(subject, sizeof(subject), json_str(alert, "subject", ""));
	alert_reason(alert, reason, sizeof(reason));
	buf_printf(&line, "%s%s", !strcmp(what, "reminder") ? "Still " : "",
		   alert_is_resolved(alert) ? "RESOLVED" : alert_word(alert));
	if (subject[0]) {
		buf_add_char(&line, ' ');
		add_cut(&line, subject, 100);
	}
	add_lasting(alert, w, clock, &line);
	if (reason[0])
		buf_printf(&line, ": %s", reason);
	add_line(out, buf_str(&line));
	buf_fini(&line);
}

void alert_title(const json_t *alert, const struct wording *w, struct buf *out)
{
	one_title(alert, w, false, out);
}

void alert_heading(const json_t *alert, const struct wording *w, struct buf *out)
{
	one_title(alert, w, true, out);
}

/* ---- several -------------------------------------------------------------------------------- */

struct tally {
	const struct word *word;
	size_t n;
};

static void count_words(const json_t *alerts, struct tally *t, size_t max, size_t *resolved)
{
	const json_t *a;
	size_t i;
	json_array_foreach((json_t *)alerts, i, a)
	{
		const struct word *word = word_of(a);
		size_t k = 0;
		if (alert_is_resolved(a)) {
			++*resolved;
			continue;
		}
		while (k < max && t[k].n && strcmp(t[k].word->many, word->many))
			k++;
		if (k < max)
			t[k] = (struct tally){word, t[k].n + 1};
	}
}

static void add_count(const struct wording *w, struct buf *line, const char **separator, int64_t n,
		      const char *what)
{
	if (n <= 0)
		return;
	buf_add_str(line, *separator);
	wording_number(w, line, n, 0);
	buf_printf(line, " %s", what);
	*separator = ", ";
}

static bool is_named_before(const json_t *alerts, size_t i, const char *subject)
{
	while (i-- > 0)
		if (!strcmp(json_str(json_array_get(alerts, i), "subject", ""), subject))
			return true;
	return false;
}

/* The first of those that are open, or of all when none is; each once. */
static void add_names(const json_t *alerts, struct buf *line, size_t total)
{
	const json_t *a;
	size_t i, named = 0, open = 0;
	bool more = false;
	json_array_foreach((json_t *)alerts, i, a) open += !alert_is_resolved(a);
	json_array_foreach((json_t *)alerts, i, a)
	{
		char name[64];
		const char *subject = json_str(a, "subject", "");
		if (open && alert_is_resolved(a))
			continue;
		if (is_named_before(alerts, i, subject))
			continue;
		if (named == NAMED_MAX) {
			more = true;
			break;
		}
		safe(name, sizeof(name), subject);
		if (name[0])
			buf_printf(line, "%s%s", named++ ? ", " : " (", name);
	}
	if (named)
		buf_add_str(line, more || total > json_array_size(alerts) ? ", ...)" : ")");
}

static bool all_remind(const json_t *alerts)
{
	const json_t *a;
	size_t i;
	json_array_foreach((json_t *)alerts, i,
			   a) if (strcmp(json_str(a, "what", ""), "reminder")) return false;
	return json_array_size(alerts) > 0;
}

static void several_title(const json_t *alerts, size_t total, const json_t *counts,
			  const struct wording *w, struct buf *out)
{
	struct buf line = BUF_INIT(4 * WORD_TEXT);
	struct tally t[ARRAY_LEN(words) + ARRAY_LEN(by_severity)] = {0};
	size_t resolved = 0;
	const char *begin = all_remind(alerts) ? " alerts still open: " : " alerts: ";
	const char *separator = begin;
	wording_number(w, &line, (int64_t)total, 0);
	count_words(alerts, t, ARRAY_LEN(t), &resolved);
	if (total == json_array_size(alerts)) {
		for (size_t i = 0; i < ARRAY_LEN(t) && t[i].n; i++)
			add_count(w, &line, &separator, (int64_t)t[i].n, t[i].word->many);
		add_count(w, &line, &separator, (int64_t)resolved, "resolved");
	} else {
		add_count(w, &line, &separator, json_int(counts, "open", 0), "open");
		add_count(w, &line, &separator, json_int(counts, "resolved", 0), "resolved");
	}
	if (separator == begin)
		buf_add(&line, begin, strlen(begin) - 2);
	add_names(alerts, &line, total);
	add_line(out, buf_str(&line));
	buf_fini(&line);
}

static void title_of(const json_t *alerts, size_t total, const json_t *counts,
		     const struct wording *w, struct buf *out)
{
	if (total > 1)
		several_title(alerts, total, counts, w, out);
	else
		alert_title(json_array_get(alerts, 0), w, out);
}

size_t message_total(const json_t *message)
{
	size_t listed = json_array_size(json_object_get(message, "alerts"));
	int64_t total = json_int(message, "total", 0);
	return total > (int64_t)listed ? (size_t)total : listed;
}

void message_title(const json_t *message, const struct wording *w, struct buf *out)
{
	const json_t *alerts = json_object_get(message, "alerts");
	const char *type = json_str(message, "type", "");
	const char *title = json_str(message, "title", "");
	char line[MESSAGE_TITLE_MAX * 2];
	bool own = *title && (strncmp(type, "alert.", 6) || !strcmp(type, "alert.summary"));
	if (json_array_size(alerts) && !own) {
		title_of(alerts, message_total(message), json_object_get(message, "counts"), w,
			 out);
		return;
	}
	safe(line, sizeof(line), *title ? title : *type ? type : "SellerSmart");
	add_line(out, line);
}
