/* Chats, phones and pagers, each told in its own form; and whatever else takes a request. */
#include <stdio.h>
#include <stdlib.h>

#include "shared/resources/notifiers/common.h"
#include "shared/resources/notifiers/template_words.h"
#include "shared/template.h"

static const char *const services[] = {"slack",    "mattermost", "discord", "telegram",
				       "ntfy",     "teams",      "gotify",  "pagerduty",
				       "pushover", "custom",     NULL};
static const char *const methods[] = {"POST", "PUT", "PATCH", "GET", NULL};

const char *const notifier_template_words[] = {
	"title",       "text",         "html",     "markdown", "json",      "type",   "at",
	"severity",    "total",        "id",       "token",    "recipient", "alert",  "alert_id",
	"what",        "rule",         "state",    "topic",    "subject",   "reason", "since",
	"resolved_at", "subject_kind", "incident", "runbook",  "ack",       NULL,
};

enum { BODY_MAX = 16384, SAMPLE_MAX = 65536 };

static const struct field fields[] = {
	{.name = "service",
	 .type = FIELD_ENUM,
	 .choices = services,
	 .flags = FIELD_REQUIRED | FIELD_FIXED,
	 .help = "Whose form it has; custom: yours, in body",
	 .example = "slack"},
	{.name = "url",
	 .type = FIELD_URL,
	 .help = "Webhook of the chat, https://ntfy.sh/TOPIC, server of Gotify; others know theirs",
	 .example = "https://hooks.slack.example/services/T0/B0/x"},
	{.name = "url_secret",
	 .type = FIELD_SECRET,
	 .help = "The same as a secret: whoever knows the webhook of a chat can post there",
	 .example = "{secret: slack-url}"},
	{.name = "token",
	 .type = FIELD_SECRET,
	 .help = "Telegram bot, ntfy, Gotify or Pushover application token, PagerDuty routing key",
	 .example = "{secret: telegram-token}"},
	{.name = "recipient",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 200,
	 .help = "Telegram: id of the chat or @channel; Pushover: key of the user or group",
	 .example = "'-1001234567890'"},
	{.name = "method",
	 .type = FIELD_ENUM,
	 .choices = methods,
	 .dflt = "POST",
	 .flags = FIELD_ADVANCED,
	 .help = "Request method of custom",
	 .example = "PUT"},
	{.name = "content_type",
	 .type = FIELD_TEXT,
	 .min = 3,
	 .max = 100,
	 .dflt = "application/json",
	 .flags = FIELD_ADVANCED,
	 .help = "What the body of custom is; it decides how values are escaped",
	 .example = "text/plain"},
	{.name = "body",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = BODY_MAX,
	 .flags = FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "Body of custom, with {{title}}, {{text}} and others where their values belong",
	 .example = "'{\"msg\": \"{{title}}\"}'"},
	FIELD_NOTIFIER_HEADERS,
	FIELD_NOTIFIER_VERIFY,
};

static const char *const examples[] = {
	"sellersmart notifier add team --type template --service slack --url-secret-file URL",
	"sellersmart notifier add phone --type template --service ntfy --url https://ntfy.sh/my-shop-7c1",
	"sellersmart notifier add bot --type template --service telegram --recipient=-1001234567890 "
	"--token-file F",
	"sellersmart notifier add pager --type template --service pagerduty --token-file F --group-by alert",
	"sellersmart notifier add sms --type template --service custom --url https://sms.example/send "
	"--body '{\"text\": \"{{title}}\"}'",
	NULL,
};

static enum err refuse(struct error *e, const char *field, const char *service, const char *why,
		       const char *hint)
{
	error_field(e, ERR_INVALID, field, "%s: %s %s", field, service, why);
	error_hint(e, "%s", hint);
	return ERR_INVALID;
}

static bool is_one_of(const char *service, const char *words)
{
	const char *at = strstr(words, service);
	size_t n = strlen(service);

	return at && (at == words || at[-1] == ' ') && (!at[n] || at[n] == ' ');
}

static enum err check_needs(const json_t *spec, const char *service, struct error *e)
{
	static const char *const of_custom[] = {"body", "method", "content_type"};
	bool url = json_object_get(spec, "url") || json_object_get(spec, "url_secret");
	bool custom = !strcmp(service, "custom");

	if (json_object_get(spec, "url") && json_object_get(spec, "url_secret"))
		return check_address(spec, e);
	if (!url && !is_one_of(service, "telegram pagerduty pushover"))
		return refuse(e, "url", service, "needs an address",
			      "--url, or --url-secret-file FILE where the address is the secret");
	if (!json_object_get(spec, "token") &&
	    is_one_of(service, "telegram pagerduty pushover gotify"))
		return refuse(e, "token", service, "needs one", "--token-file FILE");
	if (!json_object_get(spec, "recipient") && is_one_of(service, "telegram pushover"))
		return refuse(e, "recipient", service, "needs one",
			      "Telegram: the chat's id; Pushover: the user's key");
	if (custom && !json_object_get(spec, "body"))
		return refuse(e, "body", service, "needs one",
			      "for example {\"msg\": \"{{title}}\"}");
	for (size_t i = 0; !custom && i < ARRAY_LEN(of_custom); i++) {
		if (json_object_get(spec, of_custom[i]))
			return refuse(e, of_custom[i], service, "has its own", "leave it out");
	}
	return ERR_NONE;
}

/* ---- body ----------------------------------------------------------------------------------- */

static const char *sample(const char *name, void *arg)
{
	for (size_t i = 0; notifier_template_words[i]; i++) {
		if (!strcmp(name, notifier_template_words[i]))
			return "1";
	}
	snprintf(arg, TEMPLATE_NAME_MAX + 1, "%s", name);
	return NULL;
}

static enum err unknown_word(const char *word, struct error *e)
{
	char list[sizeof e->hint] = "";
	size_t n = 0, used = 0;
	const char *meant;

	for (; notifier_template_words[n]; n++)
		used += (size_t)snprintf(list + used, used < sizeof list ? sizeof list - used : 0,
					 "%s%s", n ? ", " : "", notifier_template_words[n]);
	meant = nearest(word, notifier_template_words, n);
	if (meant)
		error_field(e, ERR_INVALID, "body",
			    "body: a message has no {{%s}}; did you mean {{%s}}?", word, meant);
	else
		error_field(e, ERR_INVALID, "body", "body: a message has no {{%s}}", word);
	error_hint(e, "there are %s", list);
	return ERR_INVALID;
}

/* What is JSON without values is also JSON with them: they are escaped. */
static enum err check_json(const struct buf *text, struct error *e)
{
	struct error why = {0};
	json_t *v = json_read(buf_str(text), text->len, SAMPLE_MAX, &why);

	if (v) {
		json_decref(v);
		return ERR_NONE;
	}
	error_field(e, ERR_INVALID, "body", "body: not JSON: %s", why.text);
	error_hint(
		e,
		"values stand in quotes: {\"msg\": \"{{title}}\"}; or give another content_type");
	return ERR_INVALID;
}

static enum err check_body(const json_t *spec, struct error *e)
{
	const char *body = json_str(spec, "body", NULL);
	const char *type = spec_text(&resource_notifier, spec, "content_type");
	char unknown[TEMPLATE_NAME_MAX + 1] = "";
	struct buf text = BUF_INIT(SAMPLE_MAX);
	struct error why = {0};
	enum err err;

	if (!body)
		return ERR_NONE;
	err = template_expand(body, TEMPLATE_RAW, sample, unknown, &text, &why);
	if (err && unknown[0]) {
		err = unknown_word(unknown, e);
	} else if (err) {
		error_field(e, ERR_INVALID, "body", "body: %s", why.text);
		error_hint(e, "%s", why.hint[0] ? why.hint : "write {{title}}");
		err = ERR_INVALID;
	} else if (strstr(type, "json")) {
		err = check_json(&text, e);
	}
	buf_fini(&text);
	return err;
}

static enum err check_brief(const json_t *spec, const char *service, struct error *e)
{
	if (strcmp(service, "pagerduty") || !json_object_get(spec, "brief"))
		return ERR_NONE;
	return refuse(e, "brief", service, "wakes people: a brief is nothing for it",
		      "let another notifier tell it");
}

static enum err check_topic(const json_t *spec, const char *service, struct error *e)
{
	const char *url = json_str(spec, "url", NULL);
	const char *topic = url ? strrchr(url, '/') : NULL;

	if (!strcmp(service, "ntfy") && topic && (!topic[1] || topic[-1] == '/'))
		return refuse(e, "url", service, "needs its topic at the end of the address",
			      "https://ntfy.sh/my-shop-7c1");
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	const char *service = json_str(spec, "service", "");
	enum err err = check_needs(spec, service, e);

	if (!err)
		err = check_topic(spec, service, e);
	if (!err)
		err = check_body(spec, e);
	if (!err)
		err = check_brief(spec, service, e);
	return err ? err : check_further_headers(spec, e);
}

const struct variant notifier_variant_template = {
	.name = "template",
	.title = "Chat, phone or pager (Slack, Discord, Telegram, ntfy, Teams, PagerDuty, ...)",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
