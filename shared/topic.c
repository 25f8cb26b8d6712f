#include "shared/topic.h"

#include <stdio.h>
#include <string.h>

#include "shared/schema/internal.h"

enum { TOPIC_BYTES_MAX = 47 };

bool topic_in(const json_t *patterns, const char *topic)
{
	for (size_t i = 0; topic && i < json_array_size(patterns); i++) {
		const char *p = json_string_value(json_array_get(patterns, i));
		size_t n = p ? strlen(p) : 0;

		if (n >= 2 && !strcmp(p + n - 2, ".*")) {
			n -= 2;
			/* Below it, not the topic itself. */
			if (!strncmp(topic, p, n) && topic[n] == '.')
				return true;
		} else if (n && (!strcmp(p, "*") ||
				 (!strncmp(topic, p, n) && (!topic[n] || topic[n] == '.')))) {
			return true;
		}
	}
	return false;
}

bool topic_pattern_valid(const char *pattern, struct error *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	char shown[QUOTED_MAX];
	const char *at = pattern;
	bool fine = strlen(pattern) <= TOPIC_BYTES_MAX;

	while (fine && strcmp(at, "*")) {
		size_t n = strspn(at, letters);

		fine = n > 0 && (!at[n] || at[n] == '.');
		if (!fine || !at[n])
			break;
		at += n + 1;
	}
	if (fine)
		return true;
	error_set(e, ERR_INVALID, "%s is not a topic", quoted_text(shown, pattern));
	error_hint(e, "for example monitor.down; monitor.* is all below it, * is everything");
	return false;
}

enum err topics_check_field(const json_t *spec, const char *field, struct error *e)
{
	const json_t *list = json_object_get(spec, field);

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (topic_pattern_valid(json_string_value(json_array_get(list, i)), e))
			continue;
		if (e)
			snprintf(e->field, sizeof(e->field), "%s", field);
		error_prefix(e, "%s: ", field);
		return ERR_INVALID;
	}
	return ERR_NONE;
}
