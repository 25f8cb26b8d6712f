#include "daemon/alerts/notifiers/common/post.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "daemon/store/secrets.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

void post_init(struct post *r, const struct notifier_send *s)
{
	*r = (struct post){.send = s};
}

static void wipe(char *text)
{
	if (!text)
		return;
	sodium_memzero(text, strlen(text));
	free(text);
}

static void wipe_header(struct send_header *h)
{
	wipe((char *)h->name);
	wipe((char *)h->value);
}

void post_fini(struct post *r)
{
	for (size_t i = 0; i < r->n_secrets; i++)
		wipe(r->secrets[i]);
	for (size_t i = 0; i < r->n_headers; i++)
		wipe_header(&r->headers[i]);
	wipe(r->url);
	*r = (struct post){0};
}

/* A line end at the end of a file is no part of a secret. */
static void trim(char *text)
{
	size_t n = strlen(text);

	while (n && strchr(" \t\r\n", text[n - 1]))
		text[--n] = '\0';
}

static const char *keep(struct post *r, char *text)
{
	r->secrets[r->n_secrets++] = text;
	return text;
}

static const char *by_name(struct post *r, const char *name, struct error *e)
{
	char *value;

	if (r->n_secrets == POST_SECRETS_MAX) {
		error_set(e, ERR_INVALID, "more than %d secrets", POST_SECRETS_MAX);
		return NULL;
	}
	value = secret_get(r->send->store, name, NULL, e);
	if (!value)
		return NULL;
	trim(value);
	return keep(r, value);
}

const char *post_secret(struct post *r, const char *field, struct error *e)
{
	const char *name = secret_ref(spec_value(r->send->kind, r->send->spec, field));
	const char *value = name ? by_name(r, name, e) : "";

	if (!value)
		error_prefix(e, "%s: ", field);
	return value;
}

enum err post_header(struct post *r, const char *name, const char *value, struct error *e)
{
	if (r->n_headers == POST_HEADERS_MAX)
		return error_set(e, ERR_INVALID, "more than %d headers", POST_HEADERS_MAX);
	r->headers[r->n_headers++] = (struct send_header){mem_strdup(name), mem_strdup(value)};
	return ERR_NONE;
}

static enum err add_headers(struct post *r, struct error *e)
{
	const char *name;
	json_t *given;

	json_object_foreach((json_t *)spec_value(r->send->kind, r->send->spec, "headers"), name,
			    given)
	{
		const char *value = json_is_string(given) ? json_string_value(given)
							  : by_name(r, secret_ref(given), e);
		enum err err;

		if (!value) {
			error_prefix(e, "headers: ");
			return e->code;
		}
		err = post_header(r, name, value, e);
		if (err)
			return err;
	}
	return ERR_NONE;
}

enum err post_target(struct post *r, struct error *e)
{
	const char *url = spec_text(r->send->kind, r->send->spec, "url");

	if (!url) {
		url = post_secret(r, "url_secret", e);
		if (url && !*url) {
			error_field(e, ERR_INVALID, "url", "url: missing");
			error_hint(e, "give url, or url_secret: {secret: NAME}");
			return ERR_INVALID;
		}
	}
	return url ? post_url(r, url, e) : e->code;
}

enum err post_url(struct post *r, const char *url, struct error *e)
{
	wipe(r->url);
	r->url = mem_strdup(url);
	return add_headers(r, e);
}

void post_send(struct post *r, const char *method, const char *body, size_t len,
	       struct send_answer *http, struct notifier_answer *a)
{
	const struct notifier_send *s = r->send;
	struct send_answer *own = http ? NULL : mem_zalloc(sizeof *own);
	struct send_answer *answer = http ? http : own;
	struct send_http m = {
		.method = method,
		.url = r->url,
		.headers = r->headers,
		.n_headers = r->n_headers,
		.body = body,
		.body_len = len,
		.insecure = !spec_bool(s->kind, s->spec, "verify"),
		.timeout_ms = s->timeout_ms,
		.cancel = s->cancel,
	};

	send_http(s->sender, &m, answer);
	answer_http(a, answer, (const char *const *)r->secrets);
	free(own);
}
