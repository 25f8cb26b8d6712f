#include "tui/client/response.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"

enum { FIELD_MAX = 32, HEAD_MAX = 64 * 1024 };

struct response {
	llhttp_t parser;
	llhttp_settings_t settings;
	response_body_fn *on_body;
	void *arg;
	struct buf body;
	size_t head_bytes;
	bool started, head_done, complete, keep_alive, cancelled, too_large;
	int status;
	char field[FIELD_MAX]; /* name of the header field being read */
	size_t field_len;
	char *value; /* where its value goes; NULL: not wanted */
	size_t value_len;
	bool in_value;
	char content_type[RESPONSE_VALUE_MAX], etag[RESPONSE_VALUE_MAX];
};

static struct response *self(llhttp_t *p)
{
	return p->data;
}

static int on_begin(llhttp_t *p)
{
	self(p)->started = true;
	return 0;
}

static int on_field(llhttp_t *p, const char *at, size_t n)
{
	struct response *r = self(p);

	if (r->in_value) {
		r->in_value = false;
		r->field_len = 0;
	}
	r->head_bytes += n;
	for (size_t i = 0; i < n; i++)
		if (r->field_len + 1 < sizeof r->field)
			r->field[r->field_len++] = at[i];
	r->field[r->field_len] = '\0';
	return r->head_bytes > HEAD_MAX ? -1 : 0;
}

static int on_value(llhttp_t *p, const char *at, size_t n)
{
	struct response *r = self(p);

	if (!r->in_value) {
		r->in_value = true;
		r->value_len = 0;
		r->value = !strcasecmp(r->field, "content-type") ? r->content_type
			   : !strcasecmp(r->field, "etag")       ? r->etag
								 : NULL;
	}
	r->head_bytes += n;
	for (size_t i = 0; r->value && i < n && r->value_len + 1 < RESPONSE_VALUE_MAX; i++) {
		r->value[r->value_len++] = at[i];
		r->value[r->value_len] = '\0';
	}
	return r->head_bytes > HEAD_MAX ? -1 : 0;
}

static int on_head(llhttp_t *p)
{
	struct response *r = self(p);

	r->head_done = true;
	r->status = p->status_code;
	return 0;
}

static int on_body(llhttp_t *p, const char *at, size_t n)
{
	struct response *r = self(p);

	if (r->on_body && r->status == 200) {
		r->cancelled = !r->on_body(r->arg, at, n);
		return r->cancelled ? -1 : 0;
	}
	r->too_large = !buf_add(&r->body, at, n);
	return r->too_large ? -1 : 0;
}

static int on_complete(llhttp_t *p)
{
	struct response *r = self(p);

	r->complete = true;
	r->keep_alive = llhttp_should_keep_alive(p) != 0;
	/* Whatever follows now was not asked for. */
	return HPE_PAUSED;
}

struct response *response_new(response_body_fn *on_body_bytes, void *arg)
{
	struct response *r = mem_zalloc(sizeof *r);

	llhttp_settings_init(&r->settings);
	r->settings.on_message_begin = on_begin;
	r->settings.on_header_field = on_field;
	r->settings.on_header_value = on_value;
	r->settings.on_headers_complete = on_head;
	r->settings.on_body = on_body;
	r->settings.on_message_complete = on_complete;
	r->on_body = on_body_bytes;
	r->arg = arg;
	r->body = BUF_INIT(RESPONSE_BODY_MAX);
	response_reset(r);
	return r;
}

void response_free(struct response *r)
{
	if (!r)
		return;
	buf_fini(&r->body);
	free(r);
}

void response_reset(struct response *r)
{
	llhttp_init(&r->parser, HTTP_RESPONSE, &r->settings);
	r->parser.data = r;
	buf_reset(&r->body);
	r->started = r->head_done = r->complete = r->keep_alive = false;
	r->cancelled = r->too_large = r->in_value = false;
	r->status = 0;
	r->head_bytes = r->field_len = 0;
	r->content_type[0] = r->etag[0] = '\0';
}

static enum err fault(struct response *r, struct error *e)
{
	if (r->cancelled)
		return error_set(e, ERR_CANCELLED, "cancelled");
	if (r->too_large)
		return error_set(e, ERR_TOO_LARGE, "the daemon's answer is over %d MiB",
				 RESPONSE_BODY_MAX >> 20);
	return error_set(e, ERR_MALFORMED, "the daemon's answer is not HTTP: %.80s",
			 llhttp_get_error_reason(&r->parser) ? llhttp_get_error_reason(&r->parser)
							     : "unexpected bytes");
}

enum err response_feed(struct response *r, const char *data, size_t n, struct error *e)
{
	enum llhttp_errno code;

	if (n == 0)
		return ERR_NONE;
	if (r->complete)
		return error_set(e, ERR_MALFORMED, "the daemon answered more than was asked");
	code = llhttp_execute(&r->parser, data, n);
	if (code == HPE_PAUSED && r->complete) {
		size_t used = (size_t)(llhttp_get_error_pos(&r->parser) - data);

		if (used < n)
			return error_set(e, ERR_MALFORMED,
					 "the daemon answered more than was asked");
		return ERR_NONE;
	}
	return code == HPE_OK ? ERR_NONE : fault(r, e);
}

enum err response_end(struct response *r, struct error *e)
{
	if (!r->complete && r->head_done && llhttp_finish(&r->parser) == HPE_OK)
		r->complete = true;
	if (r->complete) {
		r->keep_alive = false;
		return ERR_NONE;
	}
	return error_set(e, ERR_UNAVAILABLE, "the daemon closed the connection before it answered");
}

bool response_started(const struct response *r)
{
	return r->started;
}

bool response_complete(const struct response *r)
{
	return r->complete;
}

bool response_head_done(const struct response *r)
{
	return r->head_done;
}

bool response_keeps_alive(const struct response *r)
{
	return r->keep_alive;
}

int response_status(const struct response *r)
{
	return r->status;
}

const char *response_content_type(const struct response *r)
{
	return r->content_type;
}

const char *response_etag(const struct response *r)
{
	return r->etag;
}

struct buf *response_body(struct response *r)
{
	return &r->body;
}
