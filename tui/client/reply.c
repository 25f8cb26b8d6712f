#include "tui/client/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"

void reply_fini(struct reply *r)
{
	json_decref(r->root);
	buf_fini(&r->body);
	memset(r, 0, sizeof *r);
}

void request_write(struct buf *out, const struct client_request *q)
{
	buf_printf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\n",
		   q->method ? q->method : "GET", q->path,
		   q->accept ? q->accept : "application/json");
	if (q->if_match)
		buf_printf(out, "If-Match: \"%s\"\r\n", q->if_match);
	if (q->idempotency_key)
		buf_printf(out, "Idempotency-Key: %s\r\n", q->idempotency_key);
	if (q->last_event_id && *q->last_event_id)
		buf_printf(out, "Last-Event-ID: %s\r\n", q->last_event_id);
	if (q->body)
		buf_printf(out, "Content-Type: %s\r\n",
			   q->content_type ? q->content_type : "application/json");
	if (q->body || (q->method && (!strcmp(q->method, "POST") || !strcmp(q->method, "PUT"))))
		buf_printf(out, "Content-Length: %zu\r\n", q->body ? q->body_len : 0);
	buf_add_str(out, "\r\n");
	if (q->body)
		buf_add(out, q->body, q->body_len);
}

static void fill_error(const json_t *problem, enum err code, struct error *e)
{
	const char *field = json_str(problem, "field", ""), *hint = json_str(problem, "hint", "");
	const char *detail = json_str(problem, "detail", NULL);

	if (!detail)
		detail = json_str(problem, "title", err_info(code)->title);
	error_set(e, code, "%s", detail);
	e->line = (int)json_int(problem, "line", 0);
	snprintf(e->field, sizeof e->field, "%s", field);
	if (*hint)
		error_hint(e, "%s", hint);
}

static enum err code_of_status(int status)
{
	switch (status) {
	case 400: return ERR_MALFORMED;
	case 401:
	case 403: return ERR_DENIED;
	case 404: return ERR_NOT_FOUND;
	case 405: return ERR_METHOD;
	case 409: return ERR_EXISTS;
	case 412: return ERR_CONFLICT;
	case 413: return ERR_TOO_LARGE;
	case 422: return ERR_INVALID;
	case 408:
	case 504: return ERR_TIMEOUT;
	case 429:
	case 503: return ERR_BUSY;
	default: return ERR_INTERNAL;
	}
}

static enum err decode_problem(struct reply *r, struct error *e)
{
	struct error fault = {0};
	const char *word = json_str(r->root, "code", NULL);
	enum err code = word ? err_from_code(word) : code_of_status(r->status);
	json_t *list = json_object_get(r->root, "errors"), *item;
	size_t i;

	if (!r->root)
		return error_set(e, code, "the daemon answered %d: %.100s", r->status,
				 r->body.len ? buf_str(&r->body) : err_info(code)->title);
	json_array_foreach(list, i, item)
	{
		const char *w = json_str(item, "code", NULL);

		r->faults.total++;
		if (r->faults.n >= ERRORS_MAX)
			continue;
		fill_error(item, w ? err_from_code(w) : code, &r->faults.items[r->faults.n++]);
	}
	fill_error(r->root, code, &fault);
	if (r->faults.n == 0) {
		r->faults.items[r->faults.n++] = fault;
		r->faults.total = 1;
	}
	if (e)
		*e = fault;
	return code;
}

enum err reply_decode(struct response *from, struct reply *r, struct error *e)
{
	struct buf *body = response_body(from);
	bool is_json = strstr(response_content_type(from), "json") != NULL;

	r->status = response_status(from);
	snprintf(r->etag, sizeof r->etag, "%s", response_etag(from));
	if (is_json && body->len > 0) {
		r->root = json_read(body->data, body->len, RESPONSE_BODY_MAX, e);
		if (!r->root && r->status < 400) {
			error_prefix(e, "the daemon's answer is not JSON: ");
			return ERR_MALFORMED;
		}
	}
	if (!r->root) {
		r->body = *body;
		*body = BUF_INIT(RESPONSE_BODY_MAX);
	}
	r->data = json_object_get(r->root, "data");
	r->meta = json_object_get(r->root, "meta");
	return r->status >= 400 ? decode_problem(r, e) : ERR_NONE;
}

void path_escape(struct buf *out, const char *text)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_add_char(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

void path_add(struct buf *path, const char *name, const char *value)
{
	buf_add_char(path, strchr(buf_str(path), '?') ? '&' : '?');
	buf_add_str(path, name);
	buf_add_char(path, '=');
	path_escape(path, value);
}

void path_add_int(struct buf *path, const char *name, long long value)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", value);
	path_add(path, name, text);
}
