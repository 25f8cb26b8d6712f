#include "daemon/checks/common/steps_request.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/template.h"
#include "shared/text_safe.h"

enum { BODY_MAX = 256 << 10, HEADER_MAX = 16 << 10, URL_TEXT = URL_MAX + HOST_MAX + 32 };

/* ---- pairs ---------------------------------------------------------------------------------- */

static enum err add_pairs(struct buf *out, const struct step_pairs *pairs, const char *before,
			  struct step_values *values, struct error *e)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; i < pairs->n && !err; i++) {
		const struct step_pair *p = &pairs->all[i];

		buf_add_str(out, i ? "&" : before);
		template_escape(out, TEMPLATE_PERCENT, p->name);
		buf_add_char(out, '=');
		if (p->secret) {
			template_escape(out, TEMPLATE_PERCENT, p->text);
		} else {
			struct buf raw = BUF_INIT(BODY_MAX);

			err = template_expand(p->text, TEMPLATE_RAW, step_values_find, values, &raw,
					      e);
			if (!err)
				template_escape(out, TEMPLATE_PERCENT, buf_str(&raw));
			buf_fini(&raw);
		}
	}
	return err;
}

/* ---- address -------------------------------------------------------------------------------- */

static const char *asterisk(const char *name, void *arg)
{
	return "*";
}

/* What messages and evidence call the address: no query, no values. */
static void show_url(struct step_request *r, const struct step *s, const struct url *here)
{
	struct buf masked = BUF_INIT(2 * URL_MAX);
	char text[URL_TEXT];
	struct url u;

	if (template_expand(s->url, TEMPLATE_RAW, asterisk, NULL, &masked, NULL) ||
	    url_resolve(here, buf_str(&masked), &u, NULL))
		snprintf(text, sizeof text, "%s", s->url);
	else
		url_format(&u, text, sizeof text);
	text[strcspn(text, "?#")] = '\0';
	text_safe(r->url, sizeof r->url, text, strlen(text), 0, 0, NULL);
	buf_fini(&masked);
}

static enum err make_url(struct step_request *r, const struct step *s, struct step_values *values,
			 const struct url *here, struct error *e)
{
	struct buf text = BUF_INIT(2 * URL_MAX);
	char formatted[URL_TEXT];
	struct url u;
	enum err err =
		template_expand(s->url, TEMPLATE_ADDRESS, step_values_find, values, &text, e);

	if (!err) {
		char *hash = text.data ? strchr(text.data, '#') : NULL;

		if (hash)
			text.len = (size_t)(hash - text.data);
		if (hash)
			*hash = '\0';
		err = add_pairs(&text, &s->query, strchr(buf_str(&text), '?') ? "&" : "?", values,
				e);
	}
	if (!err && text.overflow)
		err = error_set(e, ERR_TOO_LARGE, "its address is too long with its values");
	if (!err)
		err = url_resolve(here, buf_str(&text), &u, e);
	if (!err)
		err = idn_to_ascii(u.host, e);
	if (!err && template_opens(s->url) && !url_same_origin(here, &u))
		err = error_set(e, ERR_DENIED,
				"its address is a value that leads elsewhere: %.100s", u.host);
	if (!err) {
		r->target = mem_strdup(url_format(&u, formatted, sizeof formatted));
		r->is_https = !strcmp(u.scheme, "https");
	}
	if (text.data)
		sodium_memzero(text.data, text.len);
	buf_fini(&text);
	return err;
}

/* ---- body and headers ----------------------------------------------------------------------- */

static const struct step_pair *given_header(const struct step *s, const char *name)
{
	for (size_t i = 0; i < s->headers.n; i++) {
		if (!strcasecmp(s->headers.all[i].name, name))
			return &s->headers.all[i];
	}
	return NULL;
}

/* What the body is; a value in it is escaped for that. */
static const char *content_type(const struct step *s)
{
	const struct step_pair *given = given_header(s, "Content-Type");

	if (given && !given->secret)
		return given->text;
	return s->body && strchr("{[", s->body[0]) ? "application/json"
						   : "application/x-www-form-urlencoded";
}

static enum template_escape escape_for(const char *type)
{
	return strcasestr(type, "json")         ? TEMPLATE_JSON
	       : strcasestr(type, "urlencoded") ? TEMPLATE_PERCENT
						: TEMPLATE_RAW;
}

static enum err make_body(struct step_request *r, const struct step *s, struct step_values *values,
			  struct error *e)
{
	struct buf text = BUF_INIT(BODY_MAX);
	enum err err;

	if (!s->body && !s->form.n)
		return ERR_NONE;
	err = s->body ? template_expand(s->body, escape_for(content_type(s)), step_values_find,
					values, &text, e)
		      : add_pairs(&text, &s->form, "", values, e);
	if (!err && text.overflow)
		err = error_set(e, ERR_TOO_LARGE, "its body is too long with its values");
	if (!err)
		r->body = buf_take(&text);
	buf_fini(&text);
	return err;
}

static enum err make_headers(struct step_request *r, const struct steps_config *c,
			     const struct step *s, struct step_values *values, struct error *e)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; i < s->headers.n && !err; i++) {
		const struct step_pair *p = &s->headers.all[i];
		struct buf text = BUF_INIT(HEADER_MAX);

		if (p->secret)
			buf_add_str(&text, p->text);
		else
			err = template_expand(p->text, TEMPLATE_RAW, step_values_find, values,
					      &text, e);
		if (!err)
			err = http_config_add_header(&r->config, p->name, buf_str(&text), e);
		if (text.data)
			sodium_memzero(text.data, text.len);
		buf_fini(&text);
	}
	if (!err && !given_header(s, "User-Agent"))
		err = http_config_add_header(&r->config, "User-Agent",
					     c->user_agent ? c->user_agent : http_user_agent, e);
	if (!err && r->body && !given_header(s, "Content-Type"))
		err = http_config_add_header(&r->config, "Content-Type", content_type(s), e);
	if (!err && r->body) /* no waiting for a 100 */
		r->config.headers = curl_slist_append(r->config.headers, "Expect:");
	return err;
}

enum err step_request_make(struct step_request *r, const struct steps_config *c,
			   const struct step *s, struct step_values *values, const struct url *here,
			   struct error *e)
{
	enum err err;

	*r = (struct step_request){.config = s->base};
	show_url(r, s, here);
	err = make_url(r, s, values, here, e);
	if (!err)
		err = make_body(r, s, values, e);
	if (!err)
		err = make_headers(r, c, s, values, e);
	r->config.target = r->target;
	r->config.body = r->body;
	return err;
}

void step_request_fini(struct step_request *r)
{
	http_config_wipe_headers(&r->config);
	spec_wipe(r->target);
	spec_wipe(r->body);
	*r = (struct step_request){0};
}
