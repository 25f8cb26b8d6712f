/* healthchecks.io: the answer of its API, GET /api/v3/checks/ (v1 and v2 look the same). */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "tui/import/import.h"

static bool knows(struct import_file *f)
{
	const json_t *whole = import_json(f, NULL);
	const json_t *first = json_array_get(json_object_get(whole, "checks"), 0);
	return json_object_get(whole, "checks") &&
	       (!first || json_object_get(first, "grace") || json_object_get(first, "ping_url"));
}

static void read_check(struct import_plan *p, const json_t *c)
{
	char tags[1024], *rest = tags;
	const char *name = json_str(c, "name", "");
	const char *origin = json_str(c, "unique_key", json_str(c, "slug", name));
	const char *address = json_str(c, "ping_url", "");
	const char *methods = json_str(c, "methods", "");
	int64_t timeout = json_int(c, "timeout", 0), grace = json_int(c, "grace", 0);
	if (!*name)
		name = json_str(c, "slug", "check");
	const char *uuid = strrchr(address, '/');
	struct import_item *i = item_add(p, "monitor", name, uuid ? uuid + 1 : origin);
	if (!i)
		return;
	item_text(i, "type", "heartbeat");
	if (json_object_get(c, "schedule")) {
		const char *schedule = json_str(c, "schedule", "");
		if (!strchr("*0123456789", schedule[0]) || strchr(schedule, ':'))
			item_skip(i, "schedule \"%.60s\" is systemd's OnCalendar: write it as cron",
				  schedule);
		item_text(i, "cron", schedule);
		item_text(i, "zone", json_str(c, "tz", "UTC"));
	} else if (timeout > 0) {
		item_ms(i, "period", timeout * 1000);
	}
	if (grace > 0)
		item_ms(i, "grace", grace * 1000);
	item_text(i, "description", json_str(c, "desc", ""));
	snprintf(tags, sizeof(tags), "%s", json_str(c, "tags", ""));
	for (char *tag; (tag = strsep(&rest, " "));)
		if (*tag)
			item_tag(i, tag);
	if (!strcmp(json_str(c, "status", ""), "paused"))
		item_value(i, "paused", json_true());
	if (!strcmp(methods, "POST"))
		item_note(i, "only POST counted as a ping; here GET does too");
	if (*json_str(c, "subject", "") || *json_str(c, "start_kw", "") ||
	    *json_str(c, "success_kw", "") || *json_str(c, "failure_kw", ""))
		item_note(i, "filtering of mails by keywords is not carried over");
	if (*json_str(c, "channels", ""))
		item_note(i, "its integrations are not carried over");
	item_note(i, "has a new address: sellersmart monitor show %s", i->name);
}

static enum err read_all(struct import_file *files, size_t n, struct import_plan *p,
			 struct error *e)
{
	for (size_t f = 0; f < n; f++) {
		const json_t *whole = import_json(&files[f], e), *c;
		size_t i;
		if (!whole)
			return e->code;
		if (!json_is_array(json_object_get(whole, "checks"))) {
			error_set(e, ERR_MALFORMED, "%s: no list \"checks\"", files[f].path);
			error_hint(e,
				   "curl -H 'X-Api-Key: …' https://healthchecks.io/api/v3/checks/ "
				   "> checks.json");
			return ERR_MALFORMED;
		}
		json_array_foreach(json_object_get(whole, "checks"), i, c) read_check(p, c);
	}
	return ERR_NONE;
}

const struct importer importer_healthchecks = {
	.name = "healthchecks",
	.title = "healthchecks.io: the answer of GET /api/v3/checks/",
	.files = "checks.json",
	.knows = knows,
	.read = read_all,
};
