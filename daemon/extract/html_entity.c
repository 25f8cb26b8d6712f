#include "daemon/extract/html_entity.h"

#include <string.h>

#include "daemon/extract/html_entity_table.h"

enum { BARE_MAX = 6 }; /* of those that need no semicolon */

static size_t offset_of(size_t i)
{
	return html_entity_offsets[i] & ~(size_t)HTML_ENTITY_BARE;
}

static int compare(const char *name, size_t len, size_t i)
{
	const char *entity = html_entity_names + offset_of(i);
	int order = strncmp(name, entity, len);

	return order ? order : -(entity[len] != '\0');
}

static bool find(const char *name, size_t len, bool bare, struct html_entity *out)
{
	size_t low = 0, high = html_entity_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(name, len, middle);

		if (order == 0) {
			uint16_t value = html_entity_values[middle];
			bool wide = value >= HTML_ENTITY_WIDE && value < HTML_ENTITY_WIDE_END;

			if (bare && !(html_entity_offsets[middle] & HTML_ENTITY_BARE))
				return false;
			*out = (struct html_entity){{value, 0}};
			if (wide)
				memcpy(out->points, html_entity_wide[value - HTML_ENTITY_WIDE],
				       sizeof out->points);
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

size_t html_entity_find(const char *name, size_t len, bool semicolon, struct html_entity *out)
{
	if (semicolon && len <= HTML_ENTITY_NAME_MAX && find(name, len, false, out))
		return len;
	for (size_t n = len < BARE_MAX ? len : BARE_MAX; n > 0; n--) {
		if (find(name, n, true, out))
			return n;
	}
	return 0;
}
