/* A rule as it is evaluated. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/rules/match.h"
#include "daemon/alerts/rules/rules_internal.h"
#include "shared/mem.h"
#include "shared/percent.h"
#include "shared/rule.h"

extern const struct resource_kind resource_rule;

static const char *const severities[] = {"info", "warning", "critical"};

/* What windows depend on: while this is the same, they keep their counts. */
static char *window_key(const json_t *spec)
{
	static const char *const members[] = {
		"topics",  "when",    "until_topics", "until", "each",  "count", "within",
		"percent", "measure", "absent",       "above", "below", "match"};
	json_t *key = json_object();
	char *text;

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		json_t *v = json_object_get(spec, members[i]);

		if (v)
			json_object_set(key, members[i], v);
	}
	text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(key);
	return text;
}

static enum rule_type type_of(const json_t *spec, const struct rule *r)
{
	if (json_object_get(spec, "measure"))
		return RULE_FIGURE;
	if (json_object_get(spec, "absent"))
		return RULE_ABSENCE;
	if (json_object_get(spec, "percent"))
		return RULE_SHARE;
	if (r->count)
		return r->within_ms ? RULE_COUNT : RULE_ROW;
	return RULE_EVENT;
}

static char *join(const json_t *list)
{
	struct buf out = BUF_INIT(4096);

	for (size_t i = 0; i < json_array_size(list); i++)
		buf_printf(&out, "%s%s", i ? "," : "", json_string_value(json_array_get(list, i)));
	return out.len ? buf_take(&out) : NULL;
}

static int index_of(const char *word, const char *const *words, size_t n, int otherwise)
{
	for (size_t i = 0; word && i < n; i++) {
		if (!strcmp(word, words[i]))
			return (int)i;
	}
	return otherwise;
}

static enum err compile_conditions(struct rule *r, struct error *e)
{
	struct {
		const char *field;
		struct matchers **to;
	} const parts[] = {{"when", &r->when}, {"until", &r->until}, {"match", &r->match}};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		*parts[i].to = matchers_compile(json_object_get(r->spec, parts[i].field), e);
		if (!*parts[i].to)
			return ERR_INVALID;
	}
	return ERR_NONE;
}

static void read_times(struct rule *r)
{
	const struct resource_kind *k = &resource_rule;
	const char *absent = spec_text(k, r->spec, "absent");

	r->hold_ms = spec_ms(k, r->spec, "hold");
	r->cool_down_ms = spec_ms(k, r->spec, "cool_down");
	r->expire_ms = spec_ms(k, r->spec, "expire");
	r->within_ms = spec_ms(k, r->spec, "within");
	if (absent)
		(void)rule_absent_parse(absent, &r->absent_ms);
}

static void read_limits(struct rule *r)
{
	const struct resource_kind *k = &resource_rule;
	const char *above = spec_text(k, r->spec, "above"), *below = spec_text(k, r->spec, "below"),
		   *percent = spec_text(k, r->spec, "percent");

	r->above = above != NULL;
	if (above || below)
		(void)rule_limit_parse(above ? above : below, &r->limit);
	if (percent)
		(void)percent_parse(percent, &r->percent);
	if (r->type == RULE_FIGURE && !r->within_ms)
		r->within_ms = FIGURE_WITHIN_MS;
	if (r->type == RULE_SHARE && !r->count)
		r->count = SHARE_LEAST;
}

void rule_find_measure(struct daemon *d, struct rule *r)
{
	const char *name = spec_text(&resource_rule, r->spec, "measure");

	r->measure = NULL;
	for (size_t i = 0; name && i < d->n_services && !r->measure; i++) {
		const struct service *s = d->services[i];

		for (size_t m = 0; m < s->n_measures; m++) {
			if (strcmp(s->measures[m].name, name))
				continue;
			r->measure = &s->measures[m];
			r->measure_state = d->service_states[i];
		}
	}
}

struct rule *rule_new(struct daemon *d, const struct resource *res, struct error *e)
{
	static const char *const eaches[] = {"subject", "topic", "none"};
	const struct resource_kind *k = &resource_rule;
	struct rule *r = mem_zalloc(sizeof(*r));

	r->store = d->store;
	r->name = mem_strdup(res->name);
	r->version = res->version;
	r->updated_ms = res->updated_ms;
	r->spec = resource_spec(res);
	r->labels = resource_labels(res);
	r->key = window_key(r->spec);
	if (compile_conditions(r, e)) {
		rule_free(NULL, r);
		return NULL;
	}
	r->topics = json_object_get(r->spec, "topics");
	r->until_topics = json_object_get(r->spec, "until_topics");
	r->notify = json_object_get(r->spec, "notify");
	r->ends = r->until_topics || !matchers_empty(r->until);
	r->inhibits = join(json_object_get(r->spec, "inhibits"));
	r->runbook = spec_text(k, r->spec, "runbook");
	r->text = spec_text(k, r->spec, "text");
	r->each = index_of(spec_text(k, r->spec, "each"), eaches, ARRAY_LEN(eaches), 0);
	r->severity =
		index_of(spec_text(k, r->spec, "severity"), severities, ARRAY_LEN(severities), -1);
	r->changes = spec_bool(k, r->spec, "changes");
	r->paused = spec_bool(k, r->spec, "paused");
	r->count = (uint32_t)spec_int(k, r->spec, "count");
	read_times(r);
	r->type = type_of(r->spec, r);
	read_limits(r);
	rule_find_measure(d, r);
	return r;
}

void rule_free(struct rules *rules, struct rule *r)
{
	if (!r)
		return;
	if (rules)
		rule_windows_clear(rules, r);
	rule_figures_drop(r);
	free(r->windows);
	matchers_free(r->when);
	matchers_free(r->until);
	matchers_free(r->match);
	json_decref(r->spec);
	json_decref(r->labels);
	free(r->inhibits);
	free(r->name);
	free(r->key);
	free(r);
}

/* ---- what only the daemon knows ------------------------------------------------------------- */

static enum err check_measure(struct daemon *d, const char *name, struct error *e)
{
	const char *names[64] = {NULL}, *near;
	char list[256] = "";
	size_t n = 0, len = 0;

	for (size_t i = 0; i < d->n_services; i++) {
		const struct service *s = d->services[i];

		for (size_t m = 0; m < s->n_measures && n < ARRAY_LEN(names); m++) {
			if (!strcmp(s->measures[m].name, name))
				return ERR_NONE;
			names[n++] = s->measures[m].name;
			len += (size_t)snprintf(list + len,
						len < sizeof(list) ? sizeof(list) - len : 0, "%s%s",
						n > 1 ? ", " : "", names[n - 1]);
			len = len < sizeof(list) ? len : sizeof(list) - 1;
		}
	}
	near = nearest(name, names, n);
	error_field(e, ERR_INVALID, "measure", "measure: there is no figure \"%.40s\"", name);
	if (near)
		error_hint(e, "did you mean %s?", near);
	error_hint(e, n ? "the figures are %s" : "no service that runs has figures%s", list);
	return ERR_INVALID;
}

static enum err check_notifier(struct daemon *d, const char *name, const json_t *coming,
			       struct error *e)
{
	const struct resource_kind *k = resource_kind_find("notifier");
	const struct resource *there = k ? resource_get(d->store, k, name) : NULL;

	resource_unref(there);
	if (there || json_object_get(json_object_get(coming, "notifier"), name))
		return ERR_NONE;
	error_field(e, ERR_INVALID, "notify", "notify: there is no notifier \"%s\"", name);
	error_hint(e, "sellersmart notifier list; sellersmart notifier add %s --type webhook",
		   name);
	return ERR_INVALID;
}

enum err rule_check(struct daemon *d, const struct resource_kind *k, const json_t *spec,
		    const json_t *coming, struct error *e)
{
	const json_t *notify = json_object_get(spec, "notify");
	const char *measure = json_str(spec, "measure", NULL);
	enum err rc = ERR_NONE;

	if (k != &resource_rule)
		return ERR_NONE;
	if (measure)
		rc = check_measure(d, measure, e);
	for (size_t i = 0; i < json_array_size(notify) && !rc; i++)
		rc = check_notifier(d, json_string_value(json_array_get(notify, i)), coming, e);
	return rc;
}

/* ---- an event ------------------------------------------------------------------------------- */

void rule_event_init(struct rule_event *re, const struct event *ev, const struct subject *s)
{
	const char *incident;
	uint64_t id = 0;

	*re = (struct rule_event){.event = ev, .subject = s};
	if (ev->data_json)
		re->data = json_read(ev->data_json, strlen(ev->data_json), JSON_BODY_MAX, NULL);
	incident = json_str(re->data, "incident", NULL);
	if (incident && !id_parse(incident, "inc", &id))
		id = 0;
	re->suppressed = json_bool(re->data, "suppressed", false);
	re->matched = (struct matched){
		.topic = ev->topic,
		.text = ev->text,
		.kind = ev->subject_kind[0] ? ev->subject_kind : NULL,
		.subject = s && s->name[0] ? s->name
			   : ev->name[0]   ? ev->name
					   : NULL,
		.service = match_service(ev->topic, ev->subject_kind),
		.state = json_str(re->data, "state", NULL),
		.severity = (int)ev->severity,
		.incident = id,
		.labels = s ? s->labels : NULL,
		.tags = s ? s->tags : NULL,
		.data = re->data,
	};
}

void rule_event_fini(struct rule_event *re)
{
	json_decref(re->data);
}

bool rule_opens_with(const struct rule *r, const struct rule_event *re)
{
	return topic_in(r->topics, re->event->topic) && matchers_hold(r->when, &re->matched);
}

bool rule_ends_with(const struct rule *r, const struct rule_event *re)
{
	return r->ends &&
	       topic_in(r->until_topics ? r->until_topics : r->topics, re->event->topic) &&
	       matchers_hold(r->until, &re->matched);
}
