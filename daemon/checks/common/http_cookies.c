#include "daemon/checks/common/http_cookies.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "daemon/net/address.h"
#include "daemon/net/http_date.h"
#include "shared/buf.h"
#include "shared/mem.h"

#define FIELD "Cookie: "

struct cookie {
	char *name, *value, *domain, *path;
	bool host_only, secure;
};

static void cookie_fini(struct cookie *k)
{
	if (k->value)
		sodium_memzero(k->value, strlen(k->value));
	free(k->name);
	free(k->value);
	free(k->domain);
	free(k->path);
}

static void wipe_line(struct http_cookies *c)
{
	if (c->line)
		sodium_memzero(c->line, strlen(c->line));
	free(c->line);
	c->line = NULL;
}

void http_cookies_fini(struct http_cookies *c)
{
	for (size_t i = 0; i < c->n; i++)
		cookie_fini(&c->all[i]);
	free(c->all);
	wipe_line(c);
	*c = (struct http_cookies){0};
}

/* ---- where a cookie goes -------------------------------------------------------------------- */

static bool is_address(const char *host)
{
	struct sockaddr_storage a;

	return address_parse(host, &a);
}

/* RFC 6265, 5.1.3. */
static bool domain_matches(const char *host, const char *domain)
{
	size_t n = strlen(host), m = strlen(domain);

	if (!strcasecmp(host, domain))
		return true;
	return n > m && !strcasecmp(host + n - m, domain) && host[n - m - 1] == '.' &&
	       !is_address(host);
}

/* RFC 6265, 5.1.4. */
static bool path_matches(const char *path, const char *of)
{
	size_t n = strlen(of), len = strcspn(path, "?");

	return len >= n && !strncmp(path, of, n) &&
	       (len == n || of[n - 1] == '/' || path[n] == '/');
}

static bool goes_to(const struct cookie *k, const struct url *to)
{
	if (k->secure && strcmp(to->scheme, "https"))
		return false;
	if (k->host_only ? strcasecmp(to->host, k->domain) != 0
			 : !domain_matches(to->host, k->domain))
		return false;
	return path_matches(to->path, k->path);
}

/* ---- Set-Cookie ----------------------------------------------------------------------------- */

static void trim(const char **from, size_t *len)
{
	while (*len && (**from == ' ' || **from == '\t')) {
		(*from)++;
		(*len)--;
	}
	while (*len && ((*from)[*len - 1] == ' ' || (*from)[*len - 1] == '\t'))
		(*len)--;
}

/* The directory of the asking path: RFC 6265, 5.1.4. */
static char *default_path(const char *path)
{
	size_t len = strcspn(path, "?");

	while (len > 1 && path[len - 1] != '/')
		len--;
	if (len > 1)
		len--;
	return mem_strndup(path, len ? len : 1);
}

/* A domain of more than one label; there is no list of public suffixes here. */
static bool take_domain(struct cookie *k, const struct url *from, const char *value, size_t len)
{
	if (len && *value == '.') {
		value++;
		len--;
	}
	if (!len)
		return true;
	free(k->domain);
	k->domain = mem_strndup(value, len);
	k->host_only = !strcasecmp(k->domain, from->host);
	return k->host_only || (strchr(k->domain, '.') && domain_matches(from->host, k->domain));
}

static bool is_past(const char *value, size_t len, int64_t now_ms)
{
	char text[64];

	if (len >= sizeof text)
		return false;
	memcpy(text, value, len);
	text[len] = '\0';
	int64_t at = http_date_ms(text);
	return at != -1 && at <= now_ms;
}

struct attributes {
	bool gone, has_age;
};

static bool take_attribute(struct cookie *k, struct attributes *a, const struct url *from,
			   const char *name, size_t n, const char *value, size_t len,
			   int64_t now_ms)
{
	if (n == 6 && !strncasecmp(name, "Domain", n))
		return take_domain(k, from, value, len);
	if (n == 6 && !strncasecmp(name, "Secure", n))
		k->secure = true;
	if (n == 4 && !strncasecmp(name, "Path", n) && len && *value == '/') {
		free(k->path);
		k->path = mem_strndup(value, len);
	}
	if (n == 7 && !strncasecmp(name, "Max-Age", n) && len) {
		a->has_age = true;
		a->gone = *value == '-' || (*value == '0' && len == 1);
	}
	if (n == 7 && !strncasecmp(name, "Expires", n) && !a->has_age)
		a->gone = is_past(value, len, now_ms);
	return true;
}

static bool parse_attributes(struct cookie *k, struct attributes *a, const struct url *from,
			     const char *at, const char *end, int64_t now_ms)
{
	while (at < end) {
		const char *stop = memchr(at, ';', (size_t)(end - at));
		size_t all = (size_t)((stop ? stop : end) - at);
		const char *equals = memchr(at, '=', all), *name = at,
			   *value = equals ? equals + 1 : at + all;
		size_t n = equals ? (size_t)(equals - at) : all, len = (size_t)(at + all - value);

		trim(&name, &n);
		trim(&value, &len);
		if (!take_attribute(k, a, from, name, n, value, len, now_ms))
			return false;
		at += all + 1;
	}
	return true;
}

static bool has_controls(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7F)
			return true;
	}
	return false;
}

static bool parse(struct cookie *k, struct attributes *a, const struct url *from, const char *value,
		  size_t len, int64_t now_ms)
{
	const char *end = memchr(value, ';', len), *equals;
	size_t pair = end ? (size_t)(end - value) : len, n, v;
	const char *name = value;

	if (len > COOKIE_BYTES || has_controls(value, len))
		return false;
	equals = memchr(value, '=', pair);
	if (!equals)
		return false;
	n = (size_t)(equals - value);
	v = pair - n - 1;
	equals++;
	trim(&name, &n);
	trim(&equals, &v);
	if (!n)
		return false;
	k->name = mem_strndup(name, n);
	k->value = mem_strndup(equals, v);
	k->domain = mem_strdup(from->host);
	k->path = default_path(from->path);
	k->host_only = true;
	if (!parse_attributes(k, a, from, end ? end + 1 : value + len, value + len, now_ms))
		return false;
	/* Only https may set what only https may send. */
	return !k->secure || !strcmp(from->scheme, "https");
}

static size_t size_of(const struct cookie *k)
{
	return strlen(k->name) + strlen(k->value) + strlen(k->domain) + strlen(k->path);
}

static void take_out(struct http_cookies *c, size_t at)
{
	c->bytes -= size_of(&c->all[at]);
	cookie_fini(&c->all[at]);
	memmove(&c->all[at], &c->all[at + 1], (c->n - at - 1) * sizeof c->all[0]);
	c->n--;
}

static void put_in(struct http_cookies *c, const struct cookie *k)
{
	size_t at = 0;

	while (at < c->n && strlen(c->all[at].path) >= strlen(k->path))
		at++;
	if (!c->all)
		c->all = mem_array(NULL, COOKIES_MAX, sizeof c->all[0]);
	memmove(&c->all[at + 1], &c->all[at], (c->n - at) * sizeof c->all[0]);
	c->all[at] = *k;
	c->n++;
	c->bytes += size_of(k);
}

bool http_cookies_set(struct http_cookies *c, const struct url *from, const char *value, size_t len,
		      int64_t now_ms)
{
	struct cookie k = {0};
	struct attributes a = {0};
	bool had = false, same = false;

	if (!parse(&k, &a, from, value, len, now_ms)) {
		cookie_fini(&k);
		return false;
	}
	for (size_t i = 0; i < c->n && !had; i++) {
		struct cookie *old = &c->all[i];

		had = !strcmp(old->name, k.name) && !strcasecmp(old->domain, k.domain) &&
		      !strcmp(old->path, k.path);
		same = had && !strcmp(old->value, k.value) && old->secure == k.secure;
		if (had)
			take_out(c, i);
	}
	if (a.gone || c->n == COOKIES_MAX || c->bytes + size_of(&k) > COOKIES_BYTES) {
		cookie_fini(&k);
		return had;
	}
	put_in(c, &k);
	return !same;
}

/* ---- sending -------------------------------------------------------------------------------- */

char *http_cookies_line(struct http_cookies *c, const struct url *to)
{
	struct buf line = BUF_INIT(COOKIES_BYTES * 2);
	bool any = false;

	wipe_line(c);
	for (size_t i = 0; i < c->n; i++) {
		if (!goes_to(&c->all[i], to))
			continue;
		if (!any)
			buf_reserve(&line, c->bytes + c->n * 3 + sizeof FIELD);
		buf_printf(&line, "%s%s=%s", any ? "; " : FIELD, c->all[i].name, c->all[i].value);
		any = true;
	}
	if (any)
		c->line = buf_take(&line);
	buf_fini(&line);
	return c->line;
}

const char *http_cookies_value(const struct http_cookies *c, const struct url *to, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->all[i].name, name) && goes_to(&c->all[i], to))
			return c->all[i].value;
	}
	return NULL;
}

void http_cookies_each(const struct http_cookies *c, void (*fn)(const char *value, void *arg),
		       void *arg)
{
	for (size_t i = 0; i < c->n; i++)
		fn(c->all[i].value, arg);
}
