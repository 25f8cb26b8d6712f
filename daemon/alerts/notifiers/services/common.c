/* What the services have in common. */
#include <string.h>

#include "daemon/alerts/notifiers/services/service.h"
#include "daemon/store/feed.h"
#include "shared/mem.h"

const struct chat_service *chat_service_find(const char *name)
{
	static const struct chat_service *const all[] = {
		&service_slack,     &service_mattermost, &service_discord,
		&service_telegram,  &service_ntfy,       &service_teams,
		&service_pagerduty, &service_gotify,     &service_pushover,
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (!strcmp(all[i]->name, name))
			return all[i];
	}
	return NULL;
}

void service_markup(struct json_writer *w, const char *member, const struct service_message *m,
		    enum message_markup how, size_t max)
{
	struct buf text = BUF_INIT(max);

	message_markup(m->message, m->wording, how, &text);
	jw_kv_str(w, member, buf_str(&text));
	buf_fini(&text);
}

void service_title(struct json_writer *w, const char *member, const struct service_message *m)
{
	struct buf title = BUF_INIT(MESSAGE_TITLE_MAX);

	message_title(m->message, m->wording, &title);
	jw_kv_str(w, member, buf_str(&title));
	buf_fini(&title);
}

void service_text(struct json_writer *w, const char *member, const struct service_message *m,
		  size_t max)
{
	struct buf text = BUF_INIT(max);

	message_text(m->message, m->wording, &text);
	jw_kv_str(w, member, buf_str(&text));
	buf_fini(&text);
}

static bool is_over(const json_t *message)
{
	const json_t *alerts = json_object_get(message, "alerts"), *counts;
	size_t n = json_array_size(alerts), over = 0;

	counts = json_object_get(message, "counts");
	if (json_int(counts, "open", 0) > 0)
		return false;
	for (size_t i = 0; i < n; i++)
		over += !strcmp(json_str(json_array_get(alerts, i), "state", ""), "resolved");
	return n && over == n;
}

int service_gravity(const struct service_message *m)
{
	const char *severity = json_str(m->message, "severity", "info");

	if (is_over(m->message))
		return 0;
	return 1 + (int)severity_parse(severity, SEVERITY_INFO);
}
