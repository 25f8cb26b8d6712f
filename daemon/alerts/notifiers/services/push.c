/* What rings a phone: ntfy, Gotify, Pushover. */
#include <string.h>

#include "daemon/alerts/notifiers/services/service.h"
#include "shared/url.h"

enum {
	NTFY_TEXT_MAX = 4000, /* bytes; 4,096 with all else */
	GOTIFY_TEXT_MAX = 8000,
	PUSHOVER_TEXT_MAX = 1024,
};

/* ---- ntfy ----------------------------------------------------------------------------------- */

/* The address people know ends with the topic; JSON goes to what stands before it. */
static const char *topic_of(const char *url)
{
	const char *slash = strrchr(url, '/');

	return slash ? slash + 1 : "";
}

static void ntfy_address(const struct service_message *m, struct buf *url)
{
	buf_add(url, m->url, (size_t)(topic_of(m->url) - m->url));
}

static void ntfy_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	static const char *const tags[] = {"white_check_mark", "information_source", "warning",
					   "rotating_light"};
	static const int priorities[] = {3, 3, 4, 5};
	int gravity = service_gravity(m);
	char topic[256];

	snprintf(topic, sizeof topic, "%.*s", (int)strcspn(topic_of(m->url), "?#"),
		 topic_of(m->url));
	jw_kv_str(w, "topic", topic);
	service_title(w, "title", m);
	service_text(w, "message", m, NTFY_TEXT_MAX);
	jw_kv_int(w, "priority", priorities[gravity]);
	jw_key(w, "tags");
	jw_array(w);
	jw_str(w, tags[gravity]);
	jw_array_end(w);
}

const struct chat_service service_ntfy = {
	.name = "ntfy",
	.address = ntfy_address,
	.write = ntfy_write,
	.token_header = "Authorization",
	.token_prefix = "Bearer ",
};

/* ---- Gotify --------------------------------------------------------------------------------- */

static void gotify_address(const struct service_message *m, struct buf *url)
{
	size_t n = strlen(m->url);

	while (n && m->url[n - 1] == '/')
		n--;
	buf_printf(url, "%.*s/message", (int)n, m->url);
}

static void gotify_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	static const int priorities[] = {4, 3, 6, 9};

	service_title(w, "title", m);
	service_text(w, "message", m, GOTIFY_TEXT_MAX);
	jw_kv_int(w, "priority", priorities[service_gravity(m)]);
}

const struct chat_service service_gotify = {
	.name = "gotify",
	.address = gotify_address,
	.write = gotify_write,
	.token_header = "X-Gotify-Key",
	.token_prefix = "",
};

/* ---- Pushover ------------------------------------------------------------------------------- */

static void pushover_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	static const int priorities[] = {0, -1, 0, 1};

	jw_kv_str(w, "token", m->token);
	jw_kv_str(w, "user", m->recipient);
	service_title(w, "title", m);
	service_text(w, "message", m, PUSHOVER_TEXT_MAX);
	jw_kv_int(w, "priority", priorities[service_gravity(m)]);
}

static void pushover_judge(const struct send_answer *http, const json_t *body,
			   struct notifier_answer *a)
{
	const char *why = json_string_value(json_array_get(json_object_get(body, "errors"), 0));

	if (a->end != NOTIFIER_SENT && why)
		answer_set(a, a->end, "%d %s", http->status, why);
	if (http->status == 400) {
		a->hint[0] = '\0';
		answer_hint(a, "token is the application's, recipient the user's key");
	}
}

const struct chat_service service_pushover = {
	.name = "pushover",
	.url = "https://api.pushover.net/1/messages.json",
	.write = pushover_write,
	.judge = pushover_judge,
};
