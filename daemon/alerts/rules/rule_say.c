/* What a rule says: the hit, its fingerprint, its sentence. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/rules/rules_internal.h"
#include "shared/mem.h"
#include "shared/percent.h"
#include "shared/template.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

enum { VALUE_TEXT = 400, DATA_MAX = 2048 };

static const char *const severities[] = {"info", "warning", "critical"};

struct saying {
	const struct rule *rule;
	const struct matched *matched;
	int severity;
	char count[24], share[32], value[32], span[DURATION_TEXT], scratch[VALUE_TEXT];
};

static const char *of_json(const json_t *v, char out[static VALUE_TEXT])
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		snprintf(out, VALUE_TEXT, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(out, VALUE_TEXT, "%.6g", json_real_value(v));
	else if (json_is_boolean(v))
		snprintf(out, VALUE_TEXT, "%s", json_is_true(v) ? "true" : "false");
	else
		return NULL;
	return out;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static const char *find(const char *name, void *arg)
{
	struct saying *s = arg;
	const struct matched *m = s->matched;
	const struct {
		const char *name, *value;
	} all[] = {
		{"topic", m->topic},
		{"text", m->text},
		{"rule", s->rule->name},
		{"kind", m->kind},
		{"subject", m->subject},
		{"state", m->state},
		{"service", m->service},
		{"severity", severities[s->severity]},
		{"count", or_null(s->count)},
		{"share", or_null(s->share)},
		{"value", or_null(s->value)},
		{"for", or_null(s->span)},
		{"measure", s->rule->measure ? s->rule->measure->name : NULL},
		{"unit", s->rule->measure ? s->rule->measure->unit : NULL},
	};

	if (!strncmp(name, "data.", 5))
		return of_json(json_path(m->data, name + 5), s->scratch);
	if (!strncmp(name, "labels.", 7))
		return json_str(m->labels, name + 7, NULL);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (!strcmp(name, all[i].name))
			return all[i].value;
	}
	return NULL;
}

/* The rule's sentence; one that lacks a value says less than the usual one. */
static void say_text(struct saying *s, const char *usual, char out[static ALERT_TEXT_MAX])
{
	struct buf text = BUF_INIT(4096);
	struct error e = {0};

	if (!s->rule->text || template_expand(s->rule->text, TEMPLATE_RAW, find, s, &text, &e) ||
	    !text.len) {
		buf_reset(&text);
		buf_add_str(&text, usual && *usual ? usual : s->rule->name);
	}
	text_safe(out, ALERT_TEXT_MAX, buf_str(&text), text.len, 0, 0, NULL);
	buf_fini(&text);
}

static void fingerprint(const struct rule *r, const char *kind, uint64_t id, const char *name,
			const char *topic, char out[static FINGERPRINT_TEXT])
{
	switch (r->each) {
	case RULE_EACH_NONE: snprintf(out, FINGERPRINT_TEXT, "%s", r->name); return;
	case RULE_EACH_TOPIC: snprintf(out, FINGERPRINT_TEXT, "%s/%s", r->name, topic); return;
	default: break;
	}
	if (id)
		snprintf(out, FINGERPRINT_TEXT, "%s/%s/%" PRIu64, r->name, kind, id);
	else
		snprintf(out, FINGERPRINT_TEXT, "%s/%s/%s", r->name, kind, name);
}

/* Named notifiers of which none is there any more: then all that take it, never nobody. */
static const json_t *notify_of(const struct rule *r)
{
	const struct resource_kind *k = resource_kind_find("notifier");

	for (size_t i = 0; k && i < json_array_size(r->notify); i++) {
		const char *name = json_string_value(json_array_get(r->notify, i));
		const struct resource *n = resource_get(r->store, k, name);

		resource_unref(n);
		if (n)
			return r->notify;
	}
	return NULL;
}

static struct rule_hit hit_of(const struct rule *r, enum rule_what what)
{
	return (struct rule_hit){
		.rule = r->name,
		.what = what,
		.hold_ms = r->hold_ms,
		.cool_down_ms = r->cool_down_ms,
		.expire_ms = r->expire_ms,
		.runbook = r->runbook,
		.labels = r->labels,
		.notify = notify_of(r),
		.changes = r->changes,
		.inhibits = r->inhibits,
	};
}

/* What began before its confirmation says so. */
static int64_t since_of(const struct rule_event *re, int64_t since_ms)
{
	int64_t ms;

	if (since_ms)
		return since_ms;
	if (time_parse(json_str(re->data, "since", ""), &ms) && ms <= re->event->at_ms)
		return ms;
	return re->event->at_ms;
}

void rule_say_event(const struct rule *r, const struct rule_event *re, enum rule_what what,
		    int64_t since_ms, rule_hit_fn *fn, void *arg)
{
	const struct event *ev = re->event;
	struct rule_hit hit = hit_of(r, what);
	struct subject whom = {.id = ev->subject};
	struct saying s = {.rule = r, .matched = &re->matched};
	char print[FINGERPRINT_TEXT], text[ALERT_TEXT_MAX];

	s.severity = hit.severity = r->severity >= 0 ? r->severity : (int)ev->severity;
	hit.fingerprint = print;
	fingerprint(r, ev->subject_kind, ev->subject, ev->name, ev->topic, print);
	say_text(&s, ev->text, text);
	hit.text = what == RULE_OPENS ? text : ev->text;
	hit.topic = ev->topic;
	hit.at_ms = ev->at_ms;
	hit.since_ms = since_of(re, since_ms);
	hit.data = ev->data_json;
	hit.incident = re->matched.incident;
	hit.seq = ev->seq;
	if (re->subject)
		whom = *re->subject;
	if (!whom.name[0]) /* about no resource: about what the rule is called */
		snprintf(whom.name, sizeof(whom.name), "%s", r->name);
	hit.subject = &whom;
	fn(&hit, arg);
}

/* ---- of windows ----------------------------------------------------------------------------- */

static void number(char out[static 32], int64_t thousandths, const char *unit)
{
	char digits[24];
	uint64_t v = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
	int n = snprintf(digits, sizeof(digits), "%" PRIu64 ".%03" PRIu64, v / 1000, v % 1000);

	while (digits[n - 1] == '0')
		digits[--n] = '\0';
	if (digits[n - 1] == '.')
		digits[--n] = '\0';
	snprintf(out, 32, "%s%s%s%.6s", thousandths < 0 ? "-" : "", digits,
		 unit && *unit ? " " : "", unit ? unit : "");
}

static void span(char out[static DURATION_TEXT], int64_t ms)
{
	age_format(out, ms);
}

/* The usual sentence, the values for templates, and the facts. */
static void describe(const struct rule_window *w, int64_t now_ms, int64_t value, struct saying *s,
		     char *out, size_t cap, struct json_writer *data)
{
	const struct rule *r = w->rule;
	const char *unit = r->measure ? r->measure->unit : "";
	char limit[32], within[DURATION_TEXT];
	int64_t gap;

	age_format(within, r->within_ms);
	switch (r->type) {
	case RULE_COUNT:
		snprintf(s->count, sizeof(s->count), "%" PRId64, value);
		snprintf(out, cap, "%s (%" PRId64 " time%s in %s)", w->text ? w->text : r->name,
			 value, value == 1 ? "" : "s", within);
		jw_kv_int(data, "count", value);
		jw_kv_int(data, "within_ms", r->within_ms);
		break;
	case RULE_SHARE:
		number(s->share, value, "%");
		number(limit, r->percent, "%");
		snprintf(out, cap, "%s of the last %s, limit %s: %s", s->share, within, limit,
			 w->text ? w->text : r->name);
		jw_kv_fixed(data, "share_pct", value, 3);
		jw_kv_fixed(data, "limit_pct", r->percent, 3);
		jw_kv_int(data, "within_ms", r->within_ms);
		break;
	case RULE_ABSENCE:
		gap = rule_window_gap(w);
		span(s->span, now_ms - w->last_ms);
		span(limit, gap);
		snprintf(out, cap, "no %s for %s, %s %s%s%s", w->topic, s->span,
			 r->absent_ms > 0 ? "limit" : "twice the usual gap is", limit,
			 w->name[0] ? ": " : "", w->name);
		jw_kv_time(data, "last_at", w->last_ms);
		jw_kv_int(data, "limit_ms", gap);
		break;
	case RULE_FIGURE:
		number(s->value, value, unit);
		number(limit, r->limit, unit);
		snprintf(out, cap, "%s: %s %s over the last %s, %s %s", w->name,
			 r->measure ? r->measure->name : "", s->value, within,
			 r->above ? "above" : "below", limit);
		jw_kv_str(data, "measure", r->measure ? r->measure->name : NULL);
		jw_kv_fixed(data, "value", value, 3);
		jw_kv_fixed(data, "limit", r->limit, 3);
		jw_kv_str(data, "unit", unit);
		jw_kv_int(data, "within_ms", r->within_ms);
		break;
	case RULE_EVENT:
	case RULE_ROW: snprintf(out, cap, "%s", w->text ? w->text : r->name); break;
	}
}

static void ended(const struct rule_window *w, char *out, size_t cap)
{
	const struct rule *r = w->rule;

	switch (r->type) {
	case RULE_COUNT: snprintf(out, cap, "no more of them in the whole time"); break;
	case RULE_SHARE: snprintf(out, cap, "the share is below the limit again"); break;
	case RULE_FIGURE:
		snprintf(out, cap, "%s is %s the limit again",
			 r->measure ? r->measure->name : "the figure",
			 r->above ? "below" : "above");
		break;
	case RULE_EVENT:
	case RULE_ROW:
	case RULE_ABSENCE: snprintf(out, cap, "it came again"); break;
	}
}

void rule_say_window(struct rules *rules, struct rule_window *w, enum rule_what what,
		     int64_t now_ms, int64_t value, rule_hit_fn *fn, void *arg)
{
	const struct rule *r = w->rule;
	struct rule_hit hit = hit_of(r, what);
	struct subject whom = {.id = w->id};
	struct buf data = BUF_INIT(DATA_MAX);
	struct json_writer writer;
	struct matched m = {.topic = w->topic, .text = w->text, .severity = -1};
	struct saying s = {.rule = r, .matched = &m};
	char print[FINGERPRINT_TEXT], text[ALERT_TEXT_MAX], usual[2 * ALERT_TEXT_MAX];

	subject_of(rules->d->store, w->kind, w->id, w->name, &whom);
	m.kind = or_null(whom.kind);
	m.subject = or_null(whom.name);
	m.labels = whom.labels;
	if (!whom.name[0])
		snprintf(whom.name, sizeof(whom.name), "%s", r->name);
	s.severity = hit.severity = r->severity >= 0 ? r->severity : SEVERITY_WARNING;
	jw_init(&writer, &data);
	jw_object(&writer);
	if (what == RULE_OPENS)
		describe(w, now_ms, value, &s, usual, sizeof(usual), &writer);
	else
		ended(w, usual, sizeof(usual));
	jw_object_end(&writer);
	if (what == RULE_OPENS)
		say_text(&s, usual, text);
	else
		snprintf(text, sizeof(text), "%.*s", ALERT_TEXT_MAX - 1, usual);
	fingerprint(r, w->kind, w->id, w->name, w->topic, print);
	hit.fingerprint = print;
	hit.text = text;
	hit.topic = w->topic[0] ? w->topic : r->measure ? r->measure->name : "rule";
	hit.at_ms = now_ms;
	hit.since_ms = r->type == RULE_ABSENCE && w->last_ms ? w->last_ms
		       : w->first_ms                         ? w->first_ms
							     : now_ms;
	hit.data = buf_str(&data);
	hit.subject = &whom;
	fn(&hit, arg);
	subject_fini(&whom);
	buf_fini(&data);
}
