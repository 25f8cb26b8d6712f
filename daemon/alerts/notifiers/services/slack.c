/* Slack's incoming webhooks, and Mattermost's, which take nearly the same. */
#include <string.h>

#include "daemon/alerts/notifiers/services/service.h"
#include "shared/mem.h"

enum {
	SECTION_MAX = 3000, /* characters of a section of Slack */
	POST_MAX = 4000,    /* characters of a post of Mattermost, in old versions */
};

static void slack_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	service_title(w, "text", m); /* what notifications and screen readers say */
	jw_key(w, "blocks");
	jw_array(w);
	jw_object(w);
	jw_kv_str(w, "type", "section");
	jw_key(w, "text");
	jw_object(w);
	jw_kv_str(w, "type", "mrkdwn");
	service_markup(w, "text", m, MARKUP_SLACK, SECTION_MAX);
	jw_kv_bool(w, "verbatim", true); /* no names become mentions */
	jw_object_end(w);
	jw_object_end(w);
	jw_array_end(w);
	jw_kv_bool(w, "unfurl_links", false);
	jw_kv_bool(w, "unfurl_media", false);
}

/* A webhook that was taken away answers with a word. */
static void slack_judge(const struct send_answer *http, const json_t *body,
			struct notifier_answer *a)
{
	static const char *const gone[] = {"no_service", "no_active_hooks", "no_team",
					   "channel_is_archived", "team_disabled"};

	for (size_t i = 0; a->end != NOTIFIER_SENT && i < ARRAY_LEN(gone); i++) {
		if (!strncmp(http->body, gone[i], strlen(gone[i]))) {
			a->end = NOTIFIER_GONE;
			a->hint[0] = '\0';
			answer_hint(a, "the webhook or its channel is gone: make another in Slack");
		}
	}
}

static void mattermost_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	service_markup(w, "text", m, MARKUP_MARKDOWN, POST_MAX);
}

const struct chat_service service_slack = {
	.name = "slack",
	.write = slack_write,
	.judge = slack_judge,
};

const struct chat_service service_mattermost = {
	.name = "mattermost",
	.write = mattermost_write,
};
