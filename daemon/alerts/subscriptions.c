#include "daemon/alerts/subscriptions.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/alerts/rules/match.h"
#include "daemon/alerts/subject.h"
#include "daemon/store/resources.h"
#include "shared/json.h"
#include "shared/log.h"
#include "shared/mem.h"

static void subscription_read(struct subscriptions *s, const struct resource *r)
{
	struct error e = {0};
	struct subscription one = {.id = r->id};
	json_t *spec = resource_spec(r);
	snprintf(one.name, sizeof(one.name), "%s", r->name);
	if (spec_bool(r->kind, spec, "paused"))
		goto out;
	one.match = matchers_compile(spec_value(r->kind, spec, "match"), &e);
	if (!one.match) {
		log_warn("alerts", "the subscription %s gets nothing: %s", r->name, e.text);
		goto out;
	}
	one.topics = json_deep_copy(spec_value(r->kind, spec, "topics"));
	s->all = mem_array(s->all, s->n + 1, sizeof(*s->all));
	s->all[s->n++] = one;
out:
	json_decref(spec);
}

void subscriptions_read(struct subscriptions *s, struct store *store)
{
	const struct resource_kind *k = resource_kind_find("subscription");
	size_t n = 0;
	subscriptions_fini(s);
	const struct resource **all = k ? resource_list(store, k, &n) : NULL;
	for (size_t i = 0; i < n; i++) {
		subscription_read(s, all[i]);
		resource_unref(all[i]);
	}
	free(all);
}

void subscriptions_fini(struct subscriptions *s)
{
	for (size_t i = 0; i < s->n; i++) {
		matchers_free(s->all[i].match);
		json_decref(s->all[i].topics);
	}
	free(s->all);
	*s = (struct subscriptions){0};
}

bool subscription_wants(const struct subscription *s, const struct event *ev,
			const struct subject *subject, const json_t *data)
{
	const struct matched m = {
		.topic = ev->topic,
		.text = ev->text,
		.kind = ev->subject_kind[0] ? ev->subject_kind : NULL,
		.subject = ev->name[0] ? ev->name : NULL,
		.service = match_service(ev->topic, ev->subject_kind),
		.state = json_str(data, "state", NULL),
		.severity = (int)ev->severity,
		.labels = subject->labels,
		.tags = subject->tags,
		.data = data,
	};
	return (!s->topics || topic_in(s->topics, ev->topic)) && matchers_hold(s->match, &m);
}
