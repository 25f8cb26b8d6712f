#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "tui/import/kuma.h"

json_t *kuma_normalised(const json_t *row)
{
	json_t *out = json_object();
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)row, key, value)
	{
		char name[64];
		size_t n = 0;
		for (const char *c = key; *c && n + 1 < sizeof(name); c++)
			if (*c != '_')
				name[n++] = (char)tolower((unsigned char)*c);
		name[n] = 0;
		if (!json_is_null(value))
			json_object_set(out, name, value);
	}
	return out;
}

const char *kuma_text(const json_t *m, const char *key)
{
	return json_str(m, key, "");
}

bool kuma_truth(const json_t *m, const char *key, bool fallback)
{
	const json_t *v = json_object_get(m, key);
	char room[32];
	if (!v)
		return fallback;
	if (json_is_boolean(v))
		return json_is_true(v);
	return strcmp(import_scalar(v, room), "0") && strcmp(room, "false");
}

int64_t kuma_number(const json_t *m, const char *key, int64_t fallback)
{
	const json_t *v = json_object_get(m, key);
	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_real(v))
		return (int64_t)json_real_value(v);
	return json_is_string(v) && isdigit((unsigned char)*json_string_value(v))
		       ? strtoll(json_string_value(v), NULL, 10)
		       : fallback;
}
