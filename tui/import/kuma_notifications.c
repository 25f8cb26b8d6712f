/* Uptime Kuma's notifications: their settings are JSON in a text. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/import/kuma.h"

enum { CONFIG_MAX = 1 << 18, HEADER_MAX = 1024 };

struct origin {
	struct import_plan *p;
	const char *title, *id;
	const json_t *m; /* its settings, normalised */
};

/* ---- chats, phones and pagers --------------------------------------------------------------- */

static const struct chat {
	const char *type, *service, *url, *token, *recipient; /* members, NULL: none */
} chats[] = {
	{"discord", "discord", "discordwebhookurl", NULL, NULL},
	{"slack", "slack", "slackwebhookurl", NULL, NULL},
	{"mattermost", "mattermost", "mattermostwebhookurl", NULL, NULL},
	{"teams", "teams", "webhookurl", NULL, NULL},
	{"telegram", "telegram", NULL, "telegrambottoken", "telegramchatid"},
	{"pagerduty", "pagerduty", NULL, "pagerdutyintegrationkey", NULL},
	{"pushover", "pushover", NULL, "pushoverapptoken", "pushoveruserkey"},
	{"gotify", "gotify", "gotifyserverurl", "gotifyapplicationtoken", NULL},
};

static const char *member(const struct origin *o, const char *name)
{
	return name ? kuma_text(o->m, name) : NULL;
}

static struct import_item *of_chat(const struct origin *o, const char *type)
{
	char room[32];
	for (size_t n = 0; n < ARRAY_LEN(chats); n++) {
		const struct chat *c = &chats[n];
		if (strcmp(c->type, type))
			continue;
		const char *to = member(o, c->recipient);
		if (c->recipient && !*to) /* an id of a chat may be a number */
			to = import_scalar(json_object_get(o->m, c->recipient), room);
		return import_chat(o->p, o->title, o->id, c->service, member(o, c->url),
				   member(o, c->token), to);
	}
	return NULL;
}

static struct import_item *of_ntfy(const struct origin *o)
{
	const char *server = kuma_text(o->m, "ntfyserverurl");
	const char *user = kuma_text(o->m, "ntfyusername");
	char url[600], login[300], header[HEADER_MAX];
	size_t n = strlen(server);
	snprintf(url, sizeof(url), "%.400s%s%.180s", server, n && server[n - 1] == '/' ? "" : "/",
		 kuma_text(o->m, "ntfytopic"));
	struct import_item *i = import_chat(o->p, o->title, o->id, "ntfy", url,
					    kuma_text(o->m, "ntfyaccesstoken"), NULL);
	if (!i || !*user || strcmp(kuma_text(o->m, "ntfyauthenticationmethod"), "usernamePassword"))
		return i;
	snprintf(login, sizeof(login), "%.140s:%.140s", user, kuma_text(o->m, "ntfypassword"));
	strcpy(header, "Basic ");
	sodium_bin2base64(header + 6, sizeof(header) - 6, (const unsigned char *)login,
			  strlen(login), sodium_base64_VARIANT_ORIGINAL);
	item_header(o->p, i, "Authorization", header);
	sodium_memzero(login, sizeof(login));
	sodium_memzero(header, sizeof(header));
	return i;
}

/* ---- webhooks and mail ---------------------------------------------------------------------- */

static struct import_item *of_webhook(const struct origin *o)
{
	struct import_item *i = import_chat(o->p, o->title, o->id, "custom",
					    kuma_text(o->m, "webhookurl"), NULL, NULL);
	const char *text = kuma_text(o->m, "webhookadditionalheaders"), *name;
	struct error ignored = {0};
	json_t *value;
	char room[32];
	if (!i)
		return NULL;
	item_text(i, "body", "{\"msg\": \"{{text}}\"}");
	if (!strcmp(kuma_text(o->m, "httpmethod"), "get"))
		item_note(i, "it was told by GET, and is by POST now");
	item_note(i, "its body has msg, not heartbeat and monitor; {{words}} for more are in "
		     "sellersmart.yaml(5); a signed one is a notifier of the type webhook");
	json_t *headers = json_read(text, strlen(text), CONFIG_MAX, &ignored);
	json_object_foreach(headers, name, value)
		item_header(o->p, i, name, import_scalar(value, room));
	json_decref(headers);
	return i;
}

static struct import_item *of_mail(const struct origin *o)
{
	struct import_item *i = item_add(o->p, "notifier", o->title, o->id);
	int64_t port = kuma_number(o->m, "smtpport", 0);
	if (!i)
		return NULL;
	item_text(i, "type", "smtp");
	item_text(i, "host", kuma_text(o->m, "smtphost"));
	if (port > 0)
		item_value(i, "port", json_integer(port));
	if (kuma_truth(o->m, "smtpsecure", false))
		item_text(i, "tls", "tls");
	else if (port == 25 && !*kuma_text(o->m, "smtpusername"))
		item_text(i, "tls", "none");
	if (kuma_truth(o->m, "smtpignoretlserror", false))
		item_value(i, "verify", json_false());
	item_text(i, "user", kuma_text(o->m, "smtpusername"));
	item_secret(o->p, i, "password", "password", kuma_text(o->m, "smtppassword"));
	item_text(i, "from", kuma_text(o->m, "smtpfrom"));
	import_addresses(i, "to", kuma_text(o->m, "smtpto"));
	import_addresses(i, "to", kuma_text(o->m, "smtpcc"));
	import_addresses(i, "to", kuma_text(o->m, "smtpbcc"));
	if (*kuma_text(o->m, "smtpcc") || *kuma_text(o->m, "smtpbcc"))
		item_note(i, "who got a copy is a recipient now, and seen by the others");
	return i;
}

/* ---- one ------------------------------------------------------------------------------------- */

static void read_one(struct import_plan *p, const json_t *row, const json_t *told,
		     size_t n_monitors)
{
	json_t *m = kuma_normalised(row);
	const char *text = kuma_text(m, "config");
	struct error ignored = {0};
	json_t *config = json_read(text, strlen(text), CONFIG_MAX, &ignored);
	json_t *settings = kuma_normalised(config);
	const char *name = kuma_text(m, "name");
	char id[32], origin[48], type[48];
	import_scalar(json_object_get(m, "id"), id);
	snprintf(origin, sizeof(origin), "notification-%.32s", id);
	snprintf(type, sizeof(type), "%.40s", kuma_text(settings, "type"));
	for (char *c = type; *c; c++)
		*c |= *c >= 'A' && *c <= 'Z' ? 'a' - 'A' : 0;
	const struct origin o = {p, *name ? name : type, origin, settings};
	struct import_item *i = !strcmp(type, "smtp")      ? of_mail(&o)
				: !strcmp(type, "webhook") ? of_webhook(&o)
				: !strcmp(type, "ntfy")    ? of_ntfy(&o)
							   : of_chat(&o, type);
	if (i) {
		import_told_of(i, json_object_get(told, id), n_monitors);
		if (!kuma_truth(m, "active", true))
			item_value(i, "paused", json_true());
	} else {
		import_note(p, "notification \"%.60s\" is not carried over: %s%.40s", o.title,
			    *type ? "there is no notifier for " : "its settings are not there",
			    type);
	}
	json_decref(settings);
	json_decref(config);
	json_decref(m);
}

void kuma_notifications(struct import_plan *p, const json_t *list, const json_t *told,
			size_t n_monitors)
{
	const json_t *row;
	size_t n;
	json_array_foreach(list, n, row) read_one(p, row, told, n_monitors);
}
