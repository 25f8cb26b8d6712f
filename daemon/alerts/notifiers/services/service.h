#pragma once
/* Services that the template notifier knows: how each wants to be told, and what it answers. */
#include "daemon/alerts/notifiers/common/post.h"
#include "shared/json.h"

enum { SERVICE_BODY_MAX = 64 * 1024, SERVICE_PARTS_MAX = MESSAGE_ALERTS_MAX };

/** What a request is made of; everything is borrowed. */
struct service_message {
	const json_t *message;
	const struct wording *wording;
	const char *id;    /* "msg_..." */
	const char *url;   /* the user's, or that of the service; NULL: none is needed */
	const char *token; /* "" when there is none */
	const char *recipient;
	const json_t *spec; /* canonical, of kind */
	const struct resource_kind *kind;
};

struct chat_service {
	const char *name;
	const char *url; /* NULL: only the user knows it */
	/** NULL: as it is. */
	void (*address)(const struct service_message *m, struct buf *url);
	/** Of several requests about one message; NULL: one. 0: there is nothing to say. */
	size_t (*parts)(const struct service_message *m);
	/** The body of one of them; NULL: not JSON, see body. */
	void (*write)(const struct service_message *m, size_t part, struct json_writer *w);
	/** Header with the token, and what stands before it; NULL: it is elsewhere. */
	const char *token_header, *token_prefix;
	/** What its answers mean beyond answer_http, which was asked; NULL: no more. body: parsed,
	 *  or NULL. */
	void (*judge)(const struct send_answer *http, const json_t *body,
		      struct notifier_answer *a);
};

extern const struct chat_service service_slack, service_mattermost, service_discord,
	service_telegram, service_ntfy, service_teams, service_pagerduty, service_gotify,
	service_pushover;

/** NULL when it is none of them (custom). */
const struct chat_service *chat_service_find(const char *name);

/** Member with the message in that markup, at most max bytes: no more characters than bytes. */
void service_markup(struct json_writer *w, const char *member, const struct service_message *m,
		    enum message_markup how, size_t max);
void service_title(struct json_writer *w, const char *member, const struct service_message *m);
/** Member with the text, at most max bytes. */
void service_text(struct json_writer *w, const char *member, const struct service_message *m,
		  size_t max);
/** How it looks from afar: 0 all is well again (nothing but resolutions), 1 info, 2 warning,
 *  3 critical. */
int service_gravity(const struct service_message *m);

/** The body of `custom` from the user's template. */
enum err custom_body(const struct service_message *m, struct buf *out, struct error *e);
