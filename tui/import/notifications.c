/* Notifiers as other programs have them: a chat is an address, a token and a recipient. */
#include <string.h>

#include "shared/matcher.h"
#include "shared/mem.h"
#include "tui/import/import.h"

void import_variable(struct import_plan *p, struct import_item *i, const char *field,
		     const char *purpose, const char *value)
{
	char name[NAME_MAX_BYTES + 1], text[160];
	if (!value || !*value)
		return;
	if (!strstr(value, "${")) {
		item_secret(p, i, field, purpose, value);
		return;
	}
	snprintf(text, sizeof(text), "%.40s-%.40s", i->name, purpose);
	name_slug(text, name, sizeof(name));
	item_value(i, field, json_pack("{s:s}", "secret", name));
	item_note(i, "%s comes from the environment: sellersmart secret set %s", purpose, name);
}

/* Those to whose address anybody may post who knows it. */
static bool is_secret_address(const char *service)
{
	return strcmp(service, "ntfy") && strcmp(service, "gotify");
}

struct import_item *import_chat(struct import_plan *p, const char *title, const char *origin,
				const char *service, const char *url, const char *token,
				const char *recipient)
{
	struct import_item *i = item_add(p, "notifier", title && *title ? title : service, origin);
	if (!i)
		return NULL;
	item_text(i, "type", "template");
	item_text(i, "service", service);
	if (url && *url && (is_secret_address(service) || strstr(url, "${")))
		import_variable(p, i, "url_secret", "url", url);
	else
		item_text(i, "url", url);
	import_variable(p, i, "token", "token", token);
	item_text(i, "recipient", recipient);
	return i;
}

void import_told_of(struct import_item *i, const json_t *names, size_t n_monitors)
{
	char match[MATCHER_MAX_BYTES] = "subject=";
	size_t at = strlen(match), n;
	const json_t *name;
	if (!json_array_size(names)) {
		item_value(i, "paused", json_true());
		item_note(i, "no monitor used it: it is paused");
		return;
	}
	if (json_array_size(names) >= n_monitors)
		return;
	json_array_foreach(names, n, name)
	{
		at += (size_t)snprintf(match + at, sizeof(match) - at, "%s%s", n ? "," : "",
				       json_string_value(name));
		if (at < sizeof(match))
			continue;
		item_note(i,
			  "it told of %zu of %zu monitors, and tells of all now: give those a "
			  "tag, and it --match tag=...",
			  json_array_size(names), n_monitors);
		return;
	}
	item_append(i, "match", match);
}

void import_addresses(struct import_item *i, const char *field, const char *list)
{
	while (*list) {
		char one[256];
		size_t n = strcspn(list, ",;"), skip = strspn(list, " ");
		if (n > skip) {
			snprintf(one, sizeof(one), "%.*s", (int)(n - skip), list + skip);
			item_append(i, field, one);
		}
		list += n + (list[n] != 0);
	}
}
