#include "shared/topic.h"

#include <stdio.h>
#include <string.h>

#include "shared/schema/internal.h"

enum { TOPIC_BYTES_MAX = 47 };

static bool belongs(const char *topic, const char *pattern, size_t n)
{
	bool below = n >= 2 && !memcmp(pattern + n - 2, ".*", 2); /* not the topic itself */

	if (n == 1 && *pattern == '*')
		return true;
	n -= below ? 2 : 0;
	return n && !strncmp(topic, pattern, n) && (topic[n] == '.' || (!below && !topic[n]));
}

bool topic_in(const json_t *patterns, const char *topic)
{
	for (size_t i = 0; topic && i < json_array_size(patterns); i++) {
		const char *p = json_string_value(json_array_get(patterns, i));

		if (p && belongs(topic, p, strlen(p)))
			return true;
	}
	return false;
}

bool topic_in_words(const char *patterns, const char *topic)
{
	for (const char *p = patterns; *p;) {
		size_t n = strcspn(p, ",");

		if (belongs(topic, p, n))
			return true;
		p += n + (p[n] == ',');
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
