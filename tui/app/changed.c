#include "tui/app/changed.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "tui/widgets/section.h"

enum { TEXT_MAX = 1024 };

static void value_text(const json_t *v, char *out, size_t cap)
{
	if (json_is_string(v))
		snprintf(out, cap, "%s", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(out, cap, "%lld", (long long)json_integer_value(v));
	else
		snprintf(out, cap, "none");
}

void changed_text(const json_t *incident, bool ascii, char *out, size_t cap)
{
	const json_t *list = json_object_get(incident, "changed"), *c;
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; i < json_array_size(list) && n < cap; i++) {
		char from[200], to[200];

		c = json_array_get(list, i);
		value_text(json_object_get(c, "from"), from, sizeof from);
		value_text(json_object_get(c, "to"), to, sizeof to);
		n += (size_t)snprintf(out + n, cap - n, "%s%s %s %s %s", i ? ", " : "",
				      json_str(c, "what", ""), from, ascii ? "->" : "→", to);
	}
}

int changed_draw(struct surface s, int y, int x, const json_t *incident, int max_rows)
{
	static const char label[] = "changed since last good: ";
	char text[TEXT_MAX], line[TEXT_MAX + sizeof label];

	changed_text(incident, s.canvas->ascii, text, sizeof text);
	if (!*text)
		return 0;
	snprintf(line, sizeof line, "%s%s", label, text);
	return wrapped_draw(s, y, x, s.width - x - 1, ROLE_DEGRADED, line, max_rows);
}
