/* What somebody who was woken wants to read about one alert, in that order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/text/sheet.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { CHANGES_SHOWN = 8, OTHERS_SHOWN = 6, VALUE_SHOWN = 120, ANSWER_SHOWN = 160 };

/* ---- times ---------------------------------------------------------------------------------- */

static void add_span(struct sheet *s, const json_t *a, const struct wording *w)
{
	int64_t since = alert_time(a, "since"), until = alert_time(a, "resolved_at");
	struct buf text = BUF_INIT(4 * PIECE_TEXT);
	if (since > 0 && until > 0) {
		wording_span(w, &text, since, until);
		buf_add_str(&text, ", ");
		wording_duration(w, &text, until > since ? until - since : 0);
		sheet_add(s, PIECE_FACT, "Lasted", buf_str(&text));
	}
	buf_fini(&text);
}

static void add_value(struct buf *text, const char *value)
{
	char shown[VALUE_SHOWN];
	text_safe(shown, sizeof(shown), value, strlen(value), 0, 0, NULL);
	buf_add_str(text, shown);
	if (strlen(value) >= VALUE_SHOWN)
		buf_add_str(text, "...");
}

/* ---- what changed --------------------------------------------------------------------------- */

static void add_changes(struct sheet *s, const json_t *a, const struct wording *w)
{
	const json_t *changed = json_object_get(a, "changed"), *c;
	size_t i, n = json_array_size(changed);
	if (n)
		sheet_add(s, PIECE_HEAD, "",
			  alert_is_resolved(a) ? "What had changed when it began"
					       : "Changed since it was last good");
	json_array_foreach((json_t *)changed, i, c)
	{
		struct buf text = BUF_INIT(4 * PIECE_TEXT);
		if (i == CHANGES_SHOWN)
			break;
		add_value(&text, json_str(c, "from", "nothing"));
		buf_add_str(&text, " -> ");
		add_value(&text, json_str(c, "to", "nothing"));
		sheet_add(s, PIECE_CHANGE, json_str(c, "what", "?"), buf_str(&text));
		buf_fini(&text);
	}
	if (n > CHANGES_SHOWN) {
		struct buf text = BUF_INIT(4 * PIECE_TEXT);
		buf_add_str(&text, "and ");
		wording_number(w, &text, (int64_t)(n - CHANGES_SHOWN), 0);
		buf_add_str(&text, " more");
		sheet_add(s, PIECE_ITEM, "", buf_str(&text));
		buf_fini(&text);
	}
}

/* ---- evidence ------------------------------------------------------------------------------- */

/* In this order, before whatever else there is. */
static const struct {
	const char *member, *before;
} first[] = {
	{"status", "status "}, {"address", ""},           {"proxy", "proxy "},
	{"server", ""},        {"http_version", "HTTP "}, {"final_url", "at "},
};
/* Good for comparing, or told elsewhere. */
static const char *const hidden[] = {"body_hash", "body_start",  "body_cut", "truncated", "cipher",
				     "message",   "tls_version", "headers",  "phases_ms", "step_ms",
				     "steps",     "perfdata",    "redirects"};

static bool is_hidden(const char *member)
{
	size_t n = strlen(member);
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		if (!strcmp(hidden[i], member))
			return true;
	return n > 11 && !strcmp(member + n - 11, "fingerprint");
}

static bool is_first(const char *member)
{
	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		if (!strcmp(first[i].member, member))
			return true;
	return false;
}

static bool add_scalar(struct buf *text, const char *before, const json_t *v,
		       const struct wording *w)
{
	if (!json_is_string(v) && !json_is_integer(v) && !json_is_boolean(v))
		return false;
	if (json_is_string(v) && !json_string_length(v))
		return false;
	buf_printf(text, "%s%s", text->len ? ", " : "", before);
	if (json_is_string(v))
		add_value(text, json_string_value(v));
	else if (json_is_boolean(v))
		buf_add_str(text, json_is_true(v) ? "yes" : "no");
	else if (strcmp(before, "status "))
		wording_number(w, text, json_integer_value(v), 0);
	else
		buf_printf(text, "%lld", (long long)json_integer_value(v));
	return true;
}

static void add_facts(struct sheet *s, const json_t *evidence, const struct wording *w)
{
	struct buf text = BUF_INIT(4 * PIECE_TEXT);
	const char *member;
	const json_t *v;
	size_t others = 0;
	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		add_scalar(&text, first[i].before, json_object_get(evidence, first[i].member), w);
	json_object_foreach((json_t *)evidence, member, v)
	{
		char before[48];
		if (is_first(member) || is_hidden(member) || others == OTHERS_SHOWN)
			continue;
		/* Of an answer its end is news, of a certificate it is the matter. */
		if (!strncmp(member, "certificate_", 12) && json_object_get(evidence, "status"))
			continue;
		snprintf(before, sizeof(before), "%.40s ", member);
		for (char *p = before; *p; p++)
			if (*p == '_')
				*p = ' ';
		others += add_scalar(&text, before, v, w);
	}
	sheet_add(s, PIECE_FACT, "Evidence", buf_str(&text));
	buf_fini(&text);
}

static void add_phases(struct sheet *s, const json_t *evidence, const struct wording *w)
{
	struct buf text = BUF_INIT(4 * PIECE_TEXT);
	const char *name;
	const json_t *v;
	json_object_foreach(json_object_get(evidence, "phases_ms"), name, v)
	{
		double ms = json_number_value(v);
		if (!json_is_number(v) || !(ms >= 0 && ms < 1e12))
			continue;
		buf_printf(&text, "%s", text.len ? ", " : "");
		for (const char *p = name; *p; p++)
			buf_add_char(&text, *p == '_' ? ' ' : *p);
		buf_add_char(&text, ' ');
		wording_number(w, &text, llround(ms), 0);
		buf_add_str(&text, " ms");
	}
	sheet_add(s, PIECE_FACT, "Times", buf_str(&text));
	buf_fini(&text);
}

static void add_evidence(struct sheet *s, const json_t *a, const struct wording *w)
{
	const json_t *evidence = json_object_get(a, "evidence");
	char start[ANSWER_SHOWN];
	const char *body = json_str(evidence, "body_start", "");
	add_facts(s, evidence, w);
	add_phases(s, evidence, w);
	text_safe(start, sizeof(start), body, strlen(body), 0, 0, NULL);
	sheet_add(s, PIECE_FACT, "Answered", start);
}

/* ---- what to do ----------------------------------------------------------------------------- */

static void add_acknowledgement(struct sheet *s, const json_t *a)
{
	const char *by = json_str(a, "acknowledged_by", NULL), *note = json_str(a, "note", NULL);
	struct buf text = BUF_INIT(4 * PIECE_TEXT);
	if (!by) {
		if (!alert_is_resolved(a))
			sheet_add(s, PIECE_COMMAND, "Acknowledge", json_str(a, "ack", NULL));
		return;
	}
	buf_printf(&text, "%.100s%s%.300s", by, note ? ": " : "", note ? note : "");
	sheet_add(s, PIECE_FACT, "Acknowledged by", buf_str(&text));
	buf_fini(&text);
}

/* "garden: " or "garden is down: ", which the title says as "DOWN garden". */
static bool is_introduction(const char *text, size_t n, const char *subject)
{
	size_t k = strlen(subject), word;
	if (n < k || strncmp(text, subject, k))
		return !n;
	text += k, n -= k;
	if (n > 4 && !strncmp(text, " is ", 4)) {
		word = strcspn(text + 4, " :");
		text += 4 + word, n -= n > 4 + word ? 4 + word : n;
	}
	return n <= 2 && strspn(text, ": ") >= n;
}

/* What happened, unless the title has said just that; of what is over, what ended it. */
static void add_sentence(struct sheet *s, const json_t *a)
{
	const char *text = json_str(a, "text", ""), *ended = json_str(a, "ended", NULL);
	char reason[PIECE_TEXT];
	alert_reason(a, reason, sizeof(reason));
	size_t n = strlen(text), m = strlen(reason);
	bool said = n >= m && !strcmp(text + n - m, reason) &&
		    is_introduction(text, n - m, json_str(a, "subject", ""));
	if (alert_is_resolved(a))
		sheet_add(s, PIECE_SAYS, "", ended);
	else if (!said)
		sheet_add(s, PIECE_SAYS, "", text);
}

void sheet_add_alert(struct sheet *s, const json_t *a, const struct wording *w)
{
	add_sentence(s, a);
	if (alert_is_resolved(a))
		add_span(s, a, w);
	add_changes(s, a, w);
	if (!alert_is_resolved(a)) {
		add_evidence(s, a, w);
		sheet_add(s, PIECE_FACT, "Next", cause_advice(json_str(a, "cause", "")));
		sheet_add(s, PIECE_LINK, "Runbook", json_str(a, "runbook", NULL));
	}
	add_acknowledgement(s, a);
}

void sheet_add_other(struct sheet *s, const json_t *a, const struct wording *w)
{
	struct buf text = BUF_INIT(4 * PIECE_TEXT);
	int64_t number = json_int(a, "number", 0);
	if (number > 0)
		buf_printf(&text, "#%lld ", (long long)number);
	alert_title(a, w, &text);
	sheet_add(s, PIECE_ITEM, "", buf_str(&text));
	buf_fini(&text);
}
