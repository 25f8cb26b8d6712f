#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/http/internal.h"

#include "shared/http_reason.h"
#include "shared/json.h"

static struct answered token(struct request *r, enum answer a)
{
	r->answer = a;
	return (struct answered){a};
}

struct buf *reply_body(struct request *r)
{
	return &r->reply;
}

/* Nothing that a handler passes on may end a line early. */
static bool line_safe(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 && *s != '\t')
			return false;
		if (*s == 0x7F)
			return false;
	}
	return true;
}

void reply_header(struct request *r, const char *name, const char *value)
{
	if (!line_safe(name) || !line_safe(value))
		return;
	if (!strcmp(name, "Content-Type"))
		r->content_type_set = true;
	if (!strcmp(name, "Cache-Control"))
		r->cache_control_set = true;
	buf_printf(&r->headers, "%s: %s\r\n", name, value);
}

/* If-None-Match: "*" or a list of tags; weak ones compare equal (RFC 9110 13.1.2). */
static bool tag_matches(const char *list, const char *tag)
{
	size_t n = strlen(tag);

	if (!strcmp(list, "*"))
		return true;
	while (*list) {
		list += strspn(list, " \t,");
		if (!strncmp(list, "W/", 2))
			list += 2;
		if (!strncmp(list, tag, n) && (!list[n] || strchr(" \t,", list[n])))
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

void reply_etag(struct request *r, uint64_t version)
{
	char tag[32];
	const char *asked = request_header(r, "if-none-match");

	snprintf(tag, sizeof tag, "\"%llu\"", (unsigned long long)version);
	buf_printf(&r->headers, "ETag: %s\r\n", tag);
	if (asked && (!strcmp(r->method, "GET") || r->head_only) && tag_matches(asked, tag))
		r->fresh = true;
}

struct answered reply_send(struct request *r, int status)
{
	r->status = status;
	return token(r, ANSWER_SENT);
}

struct answered reply_later(struct request *r)
{
	return token(r, ANSWER_LATER);
}

static void problem_type(struct request *r)
{
	if (!r->content_type_set)
		reply_header(r, "Content-Type", "application/problem+json");
}

struct answered reply_error(struct request *r, const struct error *e)
{
	const struct err_info *info = err_info(e->code);

	buf_reset(&r->reply);
	json_problem(&r->reply, e, r->id[0] ? r->id : NULL);
	problem_type(r);
	r->fresh = false;
	if (info->http == 503)
		reply_header(r, "Retry-After", "1");
	return reply_send(r, info->http);
}

void reply_problem(struct request *r, int status, const char *code, const char *detail)
{
	struct json_writer w;

	buf_reset(&r->reply);
	jw_init(&w, &r->reply);
	jw_object(&w);
	jw_kv_str(&w, "type", "about:blank");
	jw_kv_str(&w, "title", http_reason(status));
	jw_kv_int(&w, "status", status);
	jw_kv_str(&w, "detail", detail);
	jw_kv_str(&w, "code", code);
	jw_object_end(&w);
	problem_type(r);
	reply_send(r, status);
}

const char *server_date(struct http_server *s)
{
	time_t now = time(NULL);
	struct tm tm;

	if (now != s->date_s) {
		s->date_s = now;
		gmtime_r(&now, &tm);
		strftime(s->date, sizeof s->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	}
	return s->date;
}

static void add_number(struct buf *out, uint64_t v)
{
	char digits[24], *end = digits + sizeof digits, *p = end;

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	buf_add(out, p, (size_t)(end - p));
}

static void add_field(struct buf *out, const char *name, const char *value)
{
	buf_add_str(out, name);
	buf_add_str(out, value);
	buf_add(out, "\r\n", 2);
}

/* By hand: this runs for every answer, and printf would be a fifth of it. */
void reply_head(struct request *r, struct buf *out, bool keep)
{
	bool body = r->status != 304 && r->status != 204;

	buf_add_str(out, "HTTP/1.1 ");
	add_number(out, (uint64_t)r->status);
	buf_add_char(out, ' ');
	add_field(out, http_reason(r->status), "");
	add_field(out, "Date: ", server_date(r->server));
	if (body && !r->content_type_set)
		buf_add_str(out, "Content-Type: application/json\r\n");
	if (body) {
		buf_add_str(out, "Content-Length: ");
		add_number(out, r->reply.len);
		buf_add(out, "\r\n", 2);
	}
	buf_add(out, buf_str(&r->headers), r->headers.len);
	if (r->id[0])
		add_field(out, "X-Request-ID: ", r->id);
	if (!r->cache_control_set)
		buf_add_str(out, "Cache-Control: no-store\r\n");
	if (!keep)
		buf_add_str(out, "Connection: close\r\n");
	else if (r->parser.http_minor == 0)
		buf_add_str(out, "Connection: keep-alive\r\n");
	buf_add(out, "\r\n", 2);
}
