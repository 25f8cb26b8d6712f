#include "daemon/alerts/rules/match.h"

#include <string.h>

#include "shared/json.h"

const char *match_service(const char *topic, const char *kind)
{
	static const char *const of_monitors[] = {"monitor", "maintenance", "heartbeat", "network",
						  "certificate"};
	for (size_t i = 0; i < sizeof(of_monitors) / sizeof(of_monitors[0]); i++) {
		size_t n = strlen(of_monitors[i]);
		if (!strcmp(kind, of_monitors[i]) ||
		    (!strncmp(topic, of_monitors[i], n) && topic[n] == '.'))
			return "sitemonitor";
	}
	return "daemon";
}

void match_alert_init(struct match_alert *m, const struct alert *a, const json_t *data)
{
	m->labels = a->labels ? json_loads(a->labels, 0, NULL) : NULL;
	m->tags = a->tags ? json_loads(a->tags, 0, NULL) : NULL;
	m->matched = (struct matched){
		.topic = a->topic,
		.text = a->text,
		.rule = a->rule,
		.kind = a->kind[0] ? a->kind : NULL,
		.subject = a->name[0] ? a->name : NULL,
		.service = match_service(a->topic, a->kind),
		.state = a->condition[0] ? a->condition : NULL,
		.severity = a->severity,
		.incident = a->incident,
		.labels = m->labels,
		.tags = m->tags,
		.data = data,
	};
}

void match_alert_fini(struct match_alert *m)
{
	json_decref(m->labels);
	json_decref(m->tags);
}

bool match_needs_data(const json_t *conditions)
{
	for (size_t i = 0; i < json_array_size(conditions); i++) {
		const char *text = json_string_value(json_array_get(conditions, i));
		if (text && !strncmp(text + strspn(text, " \t"), "data.", 5))
			return true;
	}
	return false;
}
