/* Telegram's bots: sendMessage. */
#include <string.h>

#include "daemon/alerts/notifiers/services/service.h"

enum { TEXT_MAX = 4096 };

static void telegram_address(const struct service_message *m, struct buf *url)
{
	size_t n = strlen(m->url);

	buf_printf(url, "%.*s/bot%s/sendMessage", (int)(n && m->url[n - 1] == '/' ? n - 1 : n),
		   m->url, m->token);
}

static void telegram_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	jw_kv_str(w, "chat_id", m->recipient);
	service_markup(w, "text", m, MARKUP_TELEGRAM_HTML, TEXT_MAX);
	jw_kv_str(w, "parse_mode", "HTML");
	jw_key(w, "link_preview_options");
	jw_object(w);
	jw_kv_bool(w, "is_disabled", true);
	jw_object_end(w);
	jw_kv_bool(w, "disable_notification",
		   service_gravity(m) < 2 && strcmp(json_str(m->message, "type", ""), "test") != 0);
}

static void telegram_judge(const struct send_answer *http, const json_t *body,
			   struct notifier_answer *a)
{
	const char *why = json_str(body, "description", NULL);
	int64_t wait_s = json_int(json_object_get(body, "parameters"), "retry_after", 0);

	if (a->end != NOTIFIER_SENT && why)
		answer_set(a, a->end, "%d %s", http->status, why);
	if (http->status == 429 && wait_s > 0 && wait_s <= 86400)
		a->retry_after_ms = wait_s * 1000;
	if (http->status == 401 || http->status == 404) {
		a->hint[0] = '\0';
		answer_hint(a, "the token of the bot is wrong: @BotFather tells it");
	} else if (http->status == 400 || http->status == 403) {
		a->hint[0] = '\0';
		answer_hint(
			a,
			"is recipient the chat's id, and has the chat been opened with the bot?");
	}
}

const struct chat_service service_telegram = {
	.name = "telegram",
	.url = "https://api.telegram.org",
	.address = telegram_address,
	.write = telegram_write,
	.judge = telegram_judge,
};
