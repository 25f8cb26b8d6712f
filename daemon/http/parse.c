/* llhttp's side: what it finds in bytes that the gate let through. */
#include <string.h>

#include "daemon/http/internal.h"

static struct request *of(llhttp_t *p)
{
	return p->data;
}

static int add(struct request *r, const char *p, size_t n)
{
	return buf_add(&r->text, p, n) ? 0 : -1;
}

static int on_url(llhttp_t *p, const char *at, size_t n)
{
	return add(of(p), at, n);
}

static int on_url_complete(llhttp_t *p)
{
	struct request *r = of(p);
	int rc = add(r, "", 1);

	r->field_start = (uint16_t)r->text.len;
	return rc;
}

static int on_field(llhttp_t *p, const char *at, size_t n)
{
	struct request *r = of(p);

	return r->head_done ? 0 : add(r, at, n); /* trailers are checked, not kept */
}

static int on_field_complete(llhttp_t *p)
{
	struct request *r = of(p);

	if (r->head_done)
		return 0;
	if (r->n_fields == HTTP_FIELDS_MAX || add(r, "", 1))
		return -1;
	r->fields[r->n_fields].name = r->field_start;
	r->fields[r->n_fields].value = (uint16_t)r->text.len;
	return 0;
}

static int on_value(llhttp_t *p, const char *at, size_t n)
{
	struct request *r = of(p);

	return r->head_done ? 0 : add(r, at, n);
}

static int on_value_complete(llhttp_t *p)
{
	struct request *r = of(p);
	size_t start;

	if (r->head_done)
		return 0;
	start = r->fields[r->n_fields].value;
	while (r->text.len > start &&
	       (r->text.data[r->text.len - 1] == ' ' || r->text.data[r->text.len - 1] == '\t'))
		r->text.len--;
	if (add(r, "", 1))
		return -1;
	r->n_fields++;
	r->field_start = (uint16_t)r->text.len;
	return 0;
}

static int on_headers_complete(llhttp_t *p)
{
	struct request *r = of(p);

	r->head_done = true;
	r->keep_alive =
		llhttp_should_keep_alive(p); /* the flags are gone once the message is over */
	r->says_chunked = p->flags & F_CHUNKED;
	r->says_length = p->flags & F_CONTENT_LENGTH ? p->content_length : 0;
	p->upgrade = 0; /* no other protocol is spoken here: the request is answered as it is */
	return 0;
}

static int on_body(llhttp_t *p, const char *at, size_t n)
{
	struct request *r = of(p);

	return buf_add(&r->body, at, n) ? 0 : -1;
}

static int on_message_complete(llhttp_t *p)
{
	of(p)->complete = true;
	return 0;
}

void parse_settings(llhttp_settings_t *settings)
{
	llhttp_settings_init(settings);
	settings->on_url = on_url;
	settings->on_url_complete = on_url_complete;
	settings->on_header_field = on_field;
	settings->on_header_field_complete = on_field_complete;
	settings->on_header_value = on_value;
	settings->on_header_value_complete = on_value_complete;
	settings->on_headers_complete = on_headers_complete;
	settings->on_body = on_body;
	settings->on_message_complete = on_message_complete;
}

void parse_begin(struct request *r)
{
	llhttp_init(&r->parser, HTTP_REQUEST, &r->server->settings);
	r->parser.data = r;
}

bool parse_bytes(struct request *r, const char *p, size_t n)
{
	return llhttp_execute(&r->parser, p, n) == HPE_OK;
}
