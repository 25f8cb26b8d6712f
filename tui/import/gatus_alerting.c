/* Gatus' section "alerting": a provider a member. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/import/import.h"

static const struct chat {
	const char *type, *service, *url, *token, *recipient; /* members, NULL: none */
} chats[] = {
	{"slack", "slack", "webhook-url", NULL, NULL},
	{"discord", "discord", "webhook-url", NULL, NULL},
	{"mattermost", "mattermost", "webhook-url", NULL, NULL},
	{"teams", "teams", "webhook-url", NULL, NULL},
	{"teams-workflows", "teams", "webhook-url", NULL, NULL},
	{"telegram", "telegram", NULL, "token", "id"},
	{"ntfy", "ntfy", "url", "token", NULL},
	{"pagerduty", "pagerduty", NULL, "integration-key", NULL},
	{"gotify", "gotify", "server-url", "token", NULL},
	{"pushover", "pushover", NULL, "application-token", "user-key"},
};

static const char *member(const json_t *m, const char *name, char room[static 32])
{
	return name ? import_scalar(json_object_get(m, name), room) : NULL;
}

static struct import_item *of_chat(struct import_plan *p, const char *type, const json_t *m)
{
	char room[32], url[600];
	for (size_t n = 0; n < ARRAY_LEN(chats); n++) {
		const struct chat *c = &chats[n];
		if (strcmp(c->type, type))
			continue;
		snprintf(url, sizeof(url), "%.500s", c->url ? json_str(m, c->url, "") : "");
		if (!strcmp(type, "ntfy"))
			snprintf(url, sizeof(url), "%.400s/%.180s",
				 json_str(m, "url", "https://ntfy.sh"), json_str(m, "topic", ""));
		return import_chat(p, type, type, c->service, url,
				   c->token ? json_str(m, c->token, "") : NULL,
				   member(m, c->recipient, room));
	}
	return NULL;
}

static struct import_item *of_mail(struct import_plan *p, const json_t *m)
{
	struct import_item *i = item_add(p, "notifier", "email", "email");
	const json_t *client = json_object_get(m, "client");
	int64_t port = json_int(m, "port", 0);
	if (!i)
		return NULL;
	item_text(i, "type", "smtp");
	item_text(i, "host", json_str(m, "host", NULL));
	if (port > 0)
		item_value(i, "port", json_integer(port));
	if (port == 465)
		item_text(i, "tls", "tls");
	else if (port == 25 && !json_object_get(m, "password"))
		item_text(i, "tls", "none");
	if (json_bool(client, "insecure", false))
		item_value(i, "verify", json_false());
	/* Without a name Gatus logs in as the sender. */
	if (json_object_get(m, "password"))
		item_text(i, "user", json_str(m, "username", json_str(m, "from", NULL)));
	import_variable(p, i, "password", "password", json_str(m, "password", NULL));
	item_text(i, "from", json_str(m, "from", NULL));
	import_addresses(i, "to", json_str(m, "to", ""));
	return i;
}

void gatus_alerting(struct import_plan *p, const json_t *alerting, const json_t *told,
		    size_t n_monitors)
{
	const char *type;
	json_t *m;
	json_object_foreach((json_t *)alerting, type, m)
	{
		struct import_item *i =
			!strcmp(type, "email") ? of_mail(p, m) : of_chat(p, type, m);
		if (!i) {
			import_note(p, "alerting by %.40s is not carried over", type);
			continue;
		}
		import_told_of(i, json_object_get(told, type), n_monitors);
		if (json_array_size(json_object_get(m, "overrides")))
			item_note(i, "what it has otherwise for some groups is left out");
	}
}
