#include "tui/cli/output.h"

#include <stdio.h>
#include <string.h>

/* Columns are the members of the first object; of those, objects one level deeper. */
static size_t value_columns(const json_t *first, struct column *out, char names[][64], size_t max)
{
	const char *key, *sub;
	json_t *v, *w;
	size_t n = 0;
	json_object_foreach((json_t *)first, key, v)
	{
		if (!json_is_object(v) && n < max) {
			snprintf(names[n], sizeof(names[n]), "%.60s", key);
			n++;
			continue;
		}
		json_object_foreach(v, sub, w) if (n < max)
		{
			snprintf(names[n], sizeof(names[n]), "%.30s.%.30s", key, sub);
			n++;
		}
	}
	for (size_t i = 0; i < n; i++) {
		const char *dot = strchr(names[i], '.');
		size_t len = strlen(names[i]);
		bool ms =
			(len > 3 && !strcmp(names[i] + len - 3, "_ms")) || strstr(names[i], "_ms.");
		out[i] = (struct column){.title = dot ? dot + 1 : names[i],
					 .path = names[i],
					 .format = !strcmp(names[i], "at")        ? COLUMN_TIME
						   : !strcmp(names[i], "outcome") ? COLUMN_STATE
						   : ms                           ? COLUMN_MS
										  : COLUMN_TEXT,
					 .priority = dot ? 2 : 0};
	}
	return n;
}

void output_value(struct output *o, const struct resource_kind *k, const json_t *value)
{
	struct column columns[OUTPUT_COLUMNS_MAX];
	char names[OUTPUT_COLUMNS_MAX][64];
	if (!json_is_array(value)) {
		output_object(o, k, value);
		return;
	}
	struct resource_kind shape = *k;
	shape.plural = "rows";
	shape.columns = columns;
	shape.n_columns =
		value_columns(json_array_get(value, 0), columns, names, OUTPUT_COLUMNS_MAX);
	output_list_begin(o, &shape);
	output_list_rows(o, &shape, value);
	output_list_end(o, &shape);
}
