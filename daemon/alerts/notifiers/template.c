/* Chats, phones and pagers by one request each, in the form that each of them wants. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "daemon/alerts/notifiers/services/service.h"
#include "shared/ids.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

struct telling {
	const struct chat_service *service; /* NULL: custom */
	struct service_message m;
	struct post post;
	struct buf url, body;
	char id[ID_TEXT];
};

static const char *field_text_of(const struct notifier_send *s, const char *field)
{
	const char *text = spec_text(s->kind, s->spec, field);

	return text ? text : "";
}

/* The address in words, before the service makes its own of it. */
static enum err find_address(struct telling *t, struct error *e)
{
	const struct notifier_send *s = t->post.send;
	const char *url = spec_text(s->kind, s->spec, "url");

	if (!url)
		url = post_secret(&t->post, "url_secret", e);
	if (!url)
		return e->code;
	t->m.url = *url ? url : t->service ? t->service->url : NULL;
	if (t->m.url)
		return ERR_NONE;
	error_field(e, ERR_INVALID, "url", "url: missing");
	error_hint(e, "give url, or url_secret: {secret: NAME}");
	return ERR_INVALID;
}

static enum err add_token(struct telling *t, struct error *e)
{
	const struct chat_service *c = t->service;
	char *value;
	enum err err;

	if (!c || !c->token_header || !t->m.token[0])
		return ERR_NONE;
	value = mem_printf("%s%s", c->token_prefix, t->m.token);
	err = post_header(&t->post, c->token_header, value, e);
	sodium_memzero(value, strlen(value));
	free(value);
	return err;
}

static enum err prepare(struct telling *t, const struct notifier_send *s, struct error *e)
{
	const char *name = field_text_of(s, "service");
	const char *token;
	enum err err;

	t->service = chat_service_find(name);
	t->m = (struct service_message){
		.message = s->message,
		.wording = &s->wording,
		.id = id_format(t->id, "msg", s->id),
		.recipient = field_text_of(s, "recipient"),
		.spec = s->spec,
		.kind = s->kind,
	};
	token = post_secret(&t->post, "token", e);
	if (!token)
		return e->code;
	t->m.token = token;
	err = find_address(t, e);
	if (err)
		return err;
	if (t->service && t->service->address)
		t->service->address(&t->m, &t->url);
	else
		buf_add_str(&t->url, t->m.url);
	err = post_url(&t->post, buf_str(&t->url), e);
	if (!err)
		err = post_header(
			&t->post, "Content-Type",
			t->service ? "application/json" : field_text_of(s, "content_type"), e);
	return err ? err : add_token(t, e);
}

static enum err write_body(struct telling *t, size_t part, struct error *e)
{
	struct json_writer w;

	buf_reset(&t->body);
	if (!t->service)
		return custom_body(&t->m, &t->body, e);
	jw_init(&w, &t->body);
	jw_object(&w);
	t->service->write(&t->m, part, &w);
	jw_object_end(&w);
	return t->body.overflow ? error_set(e, ERR_TOO_LARGE, "the message is too long") : ERR_NONE;
}

static void judge(const struct telling *t, const struct send_answer *http,
		  struct notifier_answer *a)
{
	json_t *body;

	if (!t->service || !t->service->judge || http->end != SEND_ANSWERED)
		return;
	body = http->body_len ? json_loadb(http->body, http->body_len, 0, NULL) : NULL;
	t->service->judge(http, body, a);
	json_decref(body);
}

/* Until one of them is not taken; what was taken before is harmless when it comes again. */
static void send_parts(struct telling *t, struct notifier_answer *a)
{
	const struct notifier_send *s = t->post.send;
	size_t n = t->service && t->service->parts ? t->service->parts(&t->m) : 1;
	const char *method = t->service ? "POST" : field_text_of(s, "method");
	struct send_answer *http = mem_zalloc(sizeof *http);
	int64_t took_ms = 0;
	struct error e = {0};

	if (!n)
		answer_set(a, NOTIFIER_SENT, "there is nothing in it for %s", t->service->name);
	for (size_t i = 0; i < n; i++) {
		if (write_body(t, i, &e)) {
			answer_refuse(a, &e);
			break;
		}
		post_send(&t->post, method, buf_str(&t->body), t->body.len, http, a);
		judge(t, http, a);
		took_ms += a->took_ms;
		if (a->end != NOTIFIER_SENT)
			break;
	}
	a->took_ms = took_ms;
	free(http);
}

static void wipe(struct buf *b)
{
	if (b->data)
		sodium_memzero(b->data, b->len);
	buf_fini(b);
}

static void template_send(const struct notifier_send *s, struct notifier_answer *a)
{
	struct telling *t = mem_zalloc(sizeof *t);
	struct error e = {0};

	t->url = BUF_INIT(URL_MAX);
	t->body = BUF_INIT(SERVICE_BODY_MAX);
	post_init(&t->post, s);
	if (prepare(t, s, &e))
		answer_refuse(a, &e);
	else
		send_parts(t, a);
	post_fini(&t->post);
	wipe(&t->url);
	wipe(&t->body); /* some have the token in it */
	free(t);
}

const struct notifier_type notifier_template = {.name = "template", .send = template_send};
