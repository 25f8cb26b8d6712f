/* Standard Webhooks 1.0.0: of notifiers and of subscriptions. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/notifiers/common/post.h"
#include "daemon/alerts/notifiers/common/signature.h"
#include "daemon/alerts/notifiers/common/webhook_body.h"
#include "shared/ids.h"

enum { SIGNATURES_MAX = 2 };

struct signing {
	const char *id;
	int64_t timestamp_s;
	const struct buf *body;
	char text[SIGNATURES_MAX * (SIGNATURE_TEXT + 1)]; /* of the header, blanks between */
};

static enum err sign_with(struct post *r, const char *field, struct signing *g, struct error *e)
{
	const char *secret = post_secret(r, field, e);
	struct webhook_key key;
	char one[SIGNATURE_TEXT];
	size_t used = strlen(g->text);

	if (!secret)
		return e->code;
	if (!*secret)
		return ERR_NONE;
	if (webhook_key_parse(secret, strlen(secret), &key, e)) {
		error_prefix(e, "%s: ", field);
		return e->code;
	}
	webhook_sign(&key, g->id, g->timestamp_s, buf_str(g->body), g->body->len, one);
	webhook_key_wipe(&key);
	snprintf(g->text + used, sizeof g->text - used, "%s%s", used ? " " : "", one);
	return ERR_NONE;
}

/* The newer secret first. */
static enum err add_headers(struct post *r, const struct buf *body, struct error *e)
{
	char id[ID_TEXT], when[24];
	struct signing g = {
		.id = id_format(id, "msg", r->send->id),
		.timestamp_s = r->send->now_ms / 1000,
		.body = body,
	};
	enum err err = sign_with(r, "secret", &g, e);

	if (!err)
		err = sign_with(r, "secret_previous", &g, e);
	if (!err && !g.text[0])
		err = error_field(e, ERR_INVALID, "secret", "secret: missing");
	snprintf(when, sizeof when, "%" PRId64, g.timestamp_s);
	if (!err)
		err = post_header(r, "Content-Type", "application/json", e);
	if (!err)
		err = post_header(r, "webhook-id", id, e);
	if (!err)
		err = post_header(r, "webhook-timestamp", when, e);
	return err ? err : post_header(r, "webhook-signature", g.text, e);
}

static void webhook_send(const struct notifier_send *s, struct notifier_answer *a)
{
	struct buf body = BUF_INIT(WEBHOOK_BODY_MAX);
	struct post r;
	struct error e = {0};

	post_init(&r, s);
	webhook_body(s->message, &body);
	if (post_target(&r, &e) || add_headers(&r, &body, &e))
		answer_refuse(a, &e);
	else
		post_send(&r, "POST", buf_str(&body), body.len, NULL, a);
	post_fini(&r);
	buf_fini(&body);
}

const struct notifier_type notifier_webhook = {.name = "webhook", .send = webhook_send};
