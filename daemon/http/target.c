#include "daemon/http/target.h"

#include <string.h>

#include "shared/utf8.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool text_ok(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;

		i += utf8_next(s + i, n - i, &cp);
		if (cp == UTF8_INVALID || cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
			return false;
	}
	return true;
}

int target_decode(char *dst, const char *src, size_t n, bool plus_is_space)
{
	size_t len = 0;
	bool plain = true;

	for (size_t i = 0; i < n; i++) {
		char c = src[i];

		if (c == '%') {
			int high = n - i > 2 ? digit(src[i + 1]) : -1;

			if (high < 0 || digit(src[i + 2]) < 0)
				return -1;
			c = (char)(high * 16 + digit(src[i + 2]));
			i += 2;
			plain = false;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		dst[len++] = c;
	}
	return plain || text_ok(dst, len) ? (int)len : -1;
}

/* Append a decoded, ended text. @return where it is, or -1 */
static int put(struct request *r, const char *src, size_t n, bool plus)
{
	size_t at = r->text.len;
	char *dst = buf_reserve(&r->text, n + 1);
	int len = dst ? target_decode(dst, src, n, plus) : -1;

	if (len < 0)
		return -1;
	dst[len] = '\0';
	r->text.len += (size_t)len + 1;
	return (int)at;
}

static const char *split_query(struct request *r, const char *query)
{
	while (*query) {
		size_t len = strcspn(query, "&"), name = strcspn(query, "=&");
		int at;

		if (len) {
			if (r->n_query == HTTP_QUERY_MAX)
				return "too many query parameters";
			at = put(r, query, name, true);
			if (at < 0)
				return "the query holds a bad percent escape or byte";
			r->query[r->n_query].name = (uint16_t)at;
			if (name < len)
				at = put(r, query + name + 1, len - name - 1, true);
			else
				at = put(r, "", 0, true);
			if (at < 0)
				return "the query holds a bad percent escape or byte";
			r->query[r->n_query++].value = (uint16_t)at;
		}
		query += len;
		if (*query)
			query++;
	}
	return NULL;
}

const char *target_split(struct request *r)
{
	const char *target, *p;
	size_t len = strlen(request_text(r, r->target)), path;
	int at;

	/* All copies together: what is read below must not move. A query of HTTP_QUERY_MAX
	 * parameters without "=" needs a NUL more for each. */
	if (!buf_reserve(&r->text, 3 * len + 2 * HTTP_QUERY_MAX + 8))
		return "the target is too long";
	target = request_text(r, r->target);
	path = strcspn(target, "?");
	at = put(r, target, path, false);
	if (at < 0)
		return "the path holds a bad percent escape or byte";
	r->path = (uint16_t)at;
	for (p = target + 1; p < target + path + (path > 1);) {
		size_t n = strcspn(p, "/?");

		if (r->n_segments == HTTP_SEGMENTS_MAX)
			return NULL; /* no route is that deep; request_ready sees n_segments */
		r->segments[r->n_segments++] = (uint16_t)put(r, p, n, false);
		p += n + 1;
	}
	return target[path] == '?' ? split_query(r, target + path + 1) : NULL;
}
