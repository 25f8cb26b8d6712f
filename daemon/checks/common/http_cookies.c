#include "daemon/checks/common/http_cookies.h"

#include <stdio.h>
#include <string.h>

#define FIELD "Cookie: "

void http_cookies_clear(struct http_cookies *c)
{
	c->line[0] = '\0';
}

bool http_cookies_any(const struct http_cookies *c)
{
	return c->line[0] != '\0';
}

/* Where "name=" stands in the line, NULL when it does not. */
static char *find(struct http_cookies *c, const char *pair, size_t name_len)
{
	char *at = c->line[0] ? c->line + strlen(FIELD) : NULL;

	while (at && strncmp(at, pair, name_len)) {
		at = strchr(at, ';');
		at = at ? at + 2 : NULL;
	}
	return at;
}

static void take_out(struct http_cookies *c, char *at)
{
	char *end = strchr(at, ';');

	if (end)
		memmove(at, end + 2, strlen(end + 2) + 1);
	else if (at == c->line + strlen(FIELD))
		http_cookies_clear(c);
	else
		at[-2] = '\0';
}

/* An attribute that ends the cookie at once. */
static bool is_deletion(const char *value, size_t len)
{
	static const char zero[] = "max-age=0";

	for (size_t i = 0; i + sizeof zero - 1 <= len; i++) {
		if (!strncasecmp(value + i, zero, sizeof zero - 1))
			return true;
	}
	return false;
}

bool http_cookies_set(struct http_cookies *c, const char *value, size_t len)
{
	const char *end = memchr(value, ';', len);
	size_t n = end ? (size_t)(end - value) : len, used;
	const char *equals = memchr(value, '=', n);
	char *old;

	if (!equals || equals == value)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7F)
			return false;
	}
	old = find(c, value, (size_t)(equals - value) + 1);
	if (old && !strncmp(old, value, n) && (old[n] == ';' || !old[n]) &&
	    !is_deletion(value, len))
		return false;
	if (old)
		take_out(c, old);
	if (is_deletion(value, len))
		return old != NULL;
	used = strlen(c->line);
	if (used + n + sizeof FIELD + 2 > sizeof c->line)
		return false;
	snprintf(c->line + used, sizeof c->line - used, "%s%.*s", used ? "; " : FIELD, (int)n,
		 value);
	return true;
}
