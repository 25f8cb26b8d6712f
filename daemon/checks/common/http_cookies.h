#pragma once
/* The cookies of one walk: shops set one and redirect to the same address to see whether it sticks.
 * One host at a time; names and values only; all is forgotten with the walk. */
#include <stdbool.h>
#include <stddef.h>

enum { COOKIES_BYTES = 2048 };

struct http_cookies {
	char line[8 + COOKIES_BYTES]; /* "Cookie: a=1; b=2" */
};

/** Take a Set-Cookie value. @return whether anything changed */
bool http_cookies_set(struct http_cookies *c, const char *value, size_t len);
void http_cookies_clear(struct http_cookies *c);
bool http_cookies_any(const struct http_cookies *c);
