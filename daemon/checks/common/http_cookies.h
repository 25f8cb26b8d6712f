#pragma once
/* The cookies of one walk, or of the steps of one run: shops set one and redirect to the same
 * address to see whether it sticks. Each goes only where RFC 6265 lets it: to its host (or domain),
 * path and, when it says so, by https only. All is forgotten with the walk. Net loop. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/url.h"

enum { COOKIES_MAX = 50, COOKIE_BYTES = 4096, COOKIES_BYTES = 8192 };

struct http_cookies {
	struct cookie *all; /* longer paths first */
	size_t n, bytes;
	char *line; /* "Cookie: a=1; b=2" */
};

void http_cookies_fini(struct http_cookies *c);
/** Take a Set-Cookie value of an answer from there. What is malformed, of another host, or too much
 *  is left out. @return whether anything changed */
bool http_cookies_set(struct http_cookies *c, const struct url *from, const char *value, size_t len,
		      int64_t now_ms);
/** The request header for that address, valid until the next call; NULL when no cookie goes there.
 */
char *http_cookies_line(struct http_cookies *c, const struct url *to);
/** The value of a cookie that goes to that address, NULL when there is none. */
const char *http_cookies_value(const struct http_cookies *c, const struct url *to,
			       const char *name);
/** Call fn with the value of each. */
void http_cookies_each(const struct http_cookies *c, void (*fn)(const char *value, void *arg),
		       void *arg);
