/* Discord's webhooks. */
#include "daemon/alerts/notifiers/services/service.h"

enum { CONTENT_MAX = 2000, UNKNOWN_WEBHOOK = 10015 };

static void discord_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	service_markup(w, "content", m, MARKUP_DISCORD, CONTENT_MAX);
	jw_key(w, "allowed_mentions");
	jw_object(w);
	jw_key(w, "parse");
	jw_array(w);
	jw_array_end(w);
	jw_object_end(w);
	jw_kv_int(w, "flags", 1 << 2); /* no previews of links */
}

static void discord_judge(const struct send_answer *http, const json_t *body,
			  struct notifier_answer *a)
{
	double wait_s = json_num(body, "retry_after", 0);

	if (http->status == 429 && wait_s > 0 && wait_s < 86400)
		a->retry_after_ms = (int64_t)(wait_s * 1000) + 1;
	if (http->status == 404 && json_int(body, "code", 0) == UNKNOWN_WEBHOOK) {
		a->end = NOTIFIER_GONE;
		a->hint[0] = '\0';
		answer_hint(a, "the webhook was deleted: make another in the channel's settings");
	}
}

const struct chat_service service_discord = {
	.name = "discord",
	.write = discord_write,
	.judge = discord_judge,
};
