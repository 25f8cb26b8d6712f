/* PagerDuty, Events API v2: an event for each alert, so that each is resolved by itself. The same
 * event twice is one there, so that a message may be tried again as a whole. */
#include <string.h>

#include "daemon/alerts/notifiers/services/service.h"

enum { SUMMARY_MAX = 1024, TEXT_MAX = 8000 };

static bool is(const struct service_message *m, const char *type)
{
	return !strcmp(json_str(m->message, "type", ""), type);
}

/* A test opens an incident and closes it; that the store takes no writes opens one that a person
 * closes. A brief is nothing to wake anybody for. */
static size_t pagerduty_parts(const struct service_message *m)
{
	if (is(m, "store.readonly"))
		return 1;
	return is(m, "test") ? 2 : json_array_size(json_object_get(m->message, "alerts"));
}

static const char *action_of(const json_t *alert)
{
	const char *state = json_str(alert, "state", ""), *what = json_str(alert, "what", "");

	if (!strcmp(state, "resolved") || !strcmp(what, "resolved"))
		return "resolve";
	return !strcmp(state, "acknowledged") ? "acknowledge" : "trigger";
}

static void write_link(struct json_writer *w, const char *href)
{
	if (!href || strncmp(href, "http", 4))
		return;
	jw_key(w, "links");
	jw_array(w);
	jw_object(w);
	jw_kv_str(w, "href", href);
	jw_kv_str(w, "text", "Runbook");
	jw_object_end(w);
	jw_array_end(w);
}

/* As if it were alone in its message. */
static void write_texts(const struct service_message *m, const json_t *alert, struct json_writer *w)
{
	json_t *one = json_pack("{s:s,s:s,s:O?,s:[O],s:i}", "type", "alert.opened", "at",
				json_str(m->message, "at", ""), "severity",
				json_object_get(alert, "severity"), "alerts", alert, "total", 1);
	struct service_message alone = *m;
	struct buf text = BUF_INIT(TEXT_MAX);

	alone.message = one;
	service_title(w, "summary", &alone);
	message_text(one, m->wording, &text);
	jw_key(w, "custom_details");
	jw_object(w);
	jw_kv_str(w, "text", buf_str(&text));
	jw_kv_int(w, "alert", json_int(alert, "number", 0));
	jw_object_end(w);
	buf_fini(&text);
	json_decref(one);
}

static void write_alert(const struct service_message *m, const json_t *alert, struct json_writer *w)
{
	const char *severity = json_str(alert, "severity", "warning");

	jw_kv_str(w, "event_action", action_of(alert));
	jw_kv_str(w, "dedup_key", json_str(alert, "id", m->id));
	jw_kv_str(w, "client", "SellerSmart");
	write_link(w, json_str(alert, "runbook", NULL));
	jw_key(w, "payload");
	jw_object(w);
	write_texts(m, alert, w);
	jw_kv_str(w, "source", json_str(alert, "subject", "sellersmart"));
	jw_kv_str(w, "severity", severity);
	jw_kv_str(w, "timestamp", json_str(alert, "since", json_str(m->message, "at", NULL)));
	jw_kv_str(w, "class", json_str(alert, "rule", ""));
	jw_kv_str(w, "component", json_str(alert, "subject_kind", ""));
	jw_object_end(w);
}

static void write_plain(const struct service_message *m, bool over, struct json_writer *w)
{
	jw_kv_str(w, "event_action", over ? "resolve" : "trigger");
	jw_kv_str(w, "dedup_key", m->id);
	jw_kv_str(w, "client", "SellerSmart");
	jw_key(w, "payload");
	jw_object(w);
	service_title(w, "summary", m);
	jw_kv_str(w, "source", "sellersmart");
	jw_kv_str(w, "severity", json_str(m->message, "severity", "info"));
	jw_object_end(w);
}

static void pagerduty_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	const json_t *alert = json_array_get(json_object_get(m->message, "alerts"), part);

	jw_kv_str(w, "routing_key", m->token);
	if (alert)
		write_alert(m, alert, w);
	else
		write_plain(m, part == 1, w);
}

static void pagerduty_judge(const struct send_answer *http, const json_t *body,
			    struct notifier_answer *a)
{
	const char *why = json_string_value(json_array_get(json_object_get(body, "errors"), 0));

	if (a->end != NOTIFIER_SENT && why)
		answer_set(a, a->end, "%d %s: %s", http->status,
			   json_str(body, "message", "refused"), why);
	if (http->status == 400)
		answer_hint(a, "token is the integration key of an Events API v2 integration");
}

const struct chat_service service_pagerduty = {
	.name = "pagerduty",
	.url = "https://events.pagerduty.com/v2/enqueue",
	.parts = pagerduty_parts,
	.write = pagerduty_write,
	.judge = pagerduty_judge,
};
