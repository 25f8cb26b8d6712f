#include "shared/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "shared/utf8.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static const char *const web[2] = {"http", "https"};

static uint16_t default_port_of(const char *scheme)
{
	return !strcmp(scheme, "https") || !strcmp(scheme, "wss") ? 443 : 80;
}

/* 1..65535, digits only, no sign. */
static bool parse_port(const char *s, size_t n, uint16_t *port)
{
	unsigned v = 0;

	if (n == 0 || n > 5)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return false;
		v = v * 10 + (unsigned)(s[i] - '0');
	}
	if (v == 0 || v > 65535)
		return false;
	*port = (uint16_t)v;
	return true;
}

/* "1.2.3", "0x7f.1" or "127.0.0.1.": some resolvers read these as addresses, others as names.
 * Refused, unless it is a plain dotted quad. */
static bool ambiguous_number(const char *host)
{
	size_t end = strlen(host), n;
	const char *last;
	struct in_addr four;

	if (end > 0 && host[end - 1] == '.')
		end--;
	for (n = end; n > 0 && host[n - 1] != '.';)
		n--;
	last = host + n;
	n = end - n;
	if (!is_digit(*last))
		return false;
	if (last[0] == '0' && lower(last[1]) == 'x')
		return strspn(last + 2, "0123456789abcdef") >= n - 2;
	return strspn(last, "0123456789") >= n && inet_pton(AF_INET, host, &four) != 1;
}

/* Letters, digits, '-', '_', and UTF-8 for IDNA; labels of 1..63 bytes; one dot may end it. */
static bool valid_name(const char *host, size_t n)
{
	size_t label = 0;

	for (size_t i = 0; i < n;) {
		uint32_t c;
		size_t used = utf8_next(host + i, n - i, &c);

		if (c == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (c == UTF8_INVALID || (c >= 0x80 && c < 0xA0) ||
			   (c < 0x80 && !is_alpha((char)c) && !is_digit((char)c) && c != '-' &&
			    c != '_')) {
			return false;
		} else {
			label += used;
			if (label > 63)
				return false;
		}
		i += used;
	}
	return n > 0 && (label > 0 || n > 1);
}

static enum err bad_host(struct error *e, const char *why)
{
	return error_set(e, ERR_INVALID, "the host %s", why);
}

/* "host", "host:80", "[::1]:80"; *port is left alone when the text has none. */
static enum err parse_authority(const char *s, size_t n, char host[static HOST_MAX], bool *ipv6,
				uint16_t *port, struct error *e)
{
	const char *end, *colon;
	size_t len;

	if (memchr(s, '@', n)) {
		error_set(e, ERR_INVALID, "user name and password do not belong in the address");
		error_hint(e, "give credentials in their own fields, the password as a secret");
		return ERR_INVALID;
	}
	*ipv6 = n > 0 && s[0] == '[';
	if (*ipv6) {
		struct in6_addr six;

		end = memchr(s, ']', n);
		len = end ? (size_t)(end - s) - 1 : 0;
		if (!end || len == 0 || len >= INET6_ADDRSTRLEN)
			return bad_host(e, "is no IPv6 address in brackets");
		for (size_t i = 0; i < len; i++)
			host[i] = lower(s[1 + i]);
		host[len] = '\0';
		if (inet_pton(AF_INET6, host, &six) != 1)
			return bad_host(e, "is no IPv6 address in brackets");
		end++;
		colon = end < s + n ? end : NULL;
		if (colon && *colon != ':')
			return bad_host(e, "has characters after the closing bracket");
	} else {
		colon = memchr(s, ':', n);
		len = colon ? (size_t)(colon - s) : n;
		if (len == 0)
			return bad_host(e, "is missing");
		if (len > 253)
			return bad_host(e, "has more than 253 bytes");
		if (colon && memchr(colon + 1, ':', n - len - 1)) {
			bad_host(e, "has more than one colon");
			error_hint(e, "an IPv6 address takes brackets: [::1]:443");
			return ERR_INVALID;
		}
		if (!valid_name(s, len))
			return bad_host(e, "is no valid name or address");
		for (size_t i = 0; i < len; i++)
			host[i] = lower(s[i]);
		host[len] = '\0';
		if (ambiguous_number(host))
			return bad_host(e, "looks like a number, but is no IPv4 address");
	}
	if (colon && colon + 1 < s + n && !parse_port(colon + 1, (size_t)(s + n - colon) - 1, port))
		return error_set(e, ERR_INVALID, "the port is no number from 1 to 65535");
	if (colon && colon + 1 == s + n && *port == 0)
		return error_set(e, ERR_INVALID, "the port is missing after the colon");
	return ERR_NONE;
}

static enum err too_long(struct error *e)
{
	return error_set(e, ERR_TOO_LARGE, "the address has more than %d bytes", URL_MAX - 1);
}

/* Path and query without the fragment; what is not ASCII is percent-encoded, spaces too. */
static enum err put_path(char out[static URL_MAX], const char *s, struct error *e)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;

	if (*s != '/')
		out[n++] = '/';
	for (; *s && *s != '#'; s++) {
		unsigned char c = (unsigned char)*s;
		bool encode = c == ' ' || c >= 0x80;

		if (n + (encode ? 3 : 1) >= URL_MAX)
			return too_long(e);
		if (encode) {
			out[n++] = '%';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		} else {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
	return ERR_NONE;
}

static enum err refuse_controls(const char *text, bool spaces_too, struct error *e)
{
	size_t n = strnlen(text, URL_MAX);

	if (n >= URL_MAX)
		return too_long(e);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7F)
			return error_set(e, ERR_INVALID, "the address has control characters");
		if (c == ' ' && spaces_too) {
			error_set(e, ERR_INVALID, "the address has a space");
			error_hint(e, "write %%20 for a space");
			return ERR_INVALID;
		}
	}
	return ERR_NONE;
}

/* Length of "scheme:" including the colon, 0 when the text does not begin with one. */
static size_t scheme_length(const char *s)
{
	size_t n = 0;

	if (!is_alpha(s[0]))
		return 0;
	while (is_alpha(s[n]) || is_digit(s[n]) || s[n] == '+' || s[n] == '-' || s[n] == '.')
		n++;
	return s[n] == ':' ? n + 1 : 0;
}

/* After "scheme:" */
static enum err parse_rest(const char *rest, struct url *u, struct error *e)
{
	size_t n;
	enum err err;

	if (rest[0] != '/' || rest[1] != '/')
		return error_set(e, ERR_INVALID, "the address lacks // after %s:", u->scheme);
	rest += 2;
	n = strcspn(rest, "/?#");
	u->port = default_port_of(u->scheme);
	err = parse_authority(rest, n, u->host, &u->host_is_ipv6, &u->port, e);
	return err ? err : put_path(u->path, rest + n, e);
}

static enum err parse_absolute(const char *text, const char *const schemes[static 2], struct url *u,
			       struct error *e)
{
	size_t n = scheme_length(text);

	/* "shop.example:8080" begins like a scheme, too */
	if (n == 0 || (text[n] != '/' && is_digit(text[n]))) {
		error_set(e, ERR_INVALID, "the address lacks %s:// or %s://", schemes[0],
			  schemes[1]);
		error_hint(e, "write %s://%.80s", schemes[1], text);
		return ERR_INVALID;
	}
	if (n > sizeof u->scheme)
		n = 0;
	for (size_t i = 0; i + 1 < n; i++)
		u->scheme[i] = lower(text[i]);
	u->scheme[n ? n - 1 : 0] = '\0';
	if (strcmp(u->scheme, schemes[0]) != 0 && strcmp(u->scheme, schemes[1]) != 0)
		return error_set(e, ERR_INVALID, "the address is neither %s:// nor %s://",
				 schemes[0], schemes[1]);
	return parse_rest(text + n, u, e);
}

enum err url_parse_schemes(const char *text, const char *const schemes[static 2], struct url *u,
			   struct error *e)
{
	enum err err = refuse_controls(text, true, e);

	memset(u, 0, sizeof *u);
	return err ? err : parse_absolute(text, schemes, u, e);
}

enum err url_parse(const char *text, struct url *u, struct error *e)
{
	return url_parse_schemes(text, web, u, e);
}

/* RFC 3986, 5.2.4, in place, on the part before the query. */
static void remove_dot_segments(char *path)
{
	size_t len = strcspn(path, "?"), in = 0, out = 0;

	while (in < len) {
		size_t n = 1; /* the slash and the segment after it */

		while (in + n < len && path[in + n] != '/')
			n++;
		if (n == 2 && path[in + 1] == '.') {
			if (in + n == len)
				path[out++] = '/';
		} else if (n == 3 && path[in + 1] == '.' && path[in + 2] == '.') {
			while (out > 0 && path[--out] != '/')
				;
			if (in + n == len)
				path[out++] = '/';
		} else {
			memmove(path + out, path + in, n);
			out += n;
		}
		in += n;
	}
	memmove(path + out, path + len, strlen(path + len) + 1);
	if (path[0] != '/') { /* only "?…" is left */
		memmove(path + 1, path, strlen(path) + 1);
		path[0] = '/';
	}
}

/* "?query" keeps the path, "relative" its directory, "#…" and "" everything. */
static enum err resolve_relative(const struct url *base, const char *location, struct url *out,
				 struct error *e)
{
	size_t keep = strcspn(base->path, "?");
	char merged[2 * URL_MAX];

	if (*location == '/' || (*location == '#' || !*location)) {
		keep = *location == '/' ? 0 : strlen(base->path);
	} else if (*location != '?') {
		while (keep > 0 && base->path[keep - 1] != '/')
			keep--;
	}
	snprintf(merged, sizeof merged, "%.*s%s", (int)keep, base->path, location);
	return put_path(out->path, merged, e);
}

enum err url_resolve(const struct url *base, const char *location, struct url *out, struct error *e)
{
	struct url result = *base;
	char text[URL_MAX];
	size_t n;
	enum err err;

	location += strspn(location, " \t");
	err = refuse_controls(location, false, e);
	if (err)
		return err;
	n = strlen(location);
	while (n > 0 && location[n - 1] == ' ')
		n--;
	memcpy(text, location, n);
	text[n] = '\0';
	if (scheme_length(text))
		err = parse_absolute(text, web, &result, e);
	else if (text[0] == '/' && text[1] == '/')
		err = parse_rest(text, &result, e);
	else
		err = resolve_relative(base, text, &result, e);
	if (err)
		return err;
	remove_dot_segments(result.path);
	*out = result; /* out may be base */
	return ERR_NONE;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return a->port == b->port && !strcmp(a->scheme, b->scheme) && !strcmp(a->host, b->host);
}

const char *url_authority(const struct url *u, char *out, size_t cap)
{
	char port[8] = "";

	if (u->port != default_port_of(u->scheme))
		snprintf(port, sizeof port, ":%u", u->port);
	snprintf(out, cap, "%s%s%s%s", u->host_is_ipv6 ? "[" : "", u->host,
		 u->host_is_ipv6 ? "]" : "", port);
	return out;
}

const char *url_format(const struct url *u, char *out, size_t cap)
{
	char authority[HOST_MAX + 16];

	snprintf(out, cap, "%s://%s%s", u->scheme, url_authority(u, authority, sizeof authority),
		 u->path);
	return out;
}

enum err host_port_parse(const char *text, uint16_t default_port, char host[static HOST_MAX],
			 uint16_t *port, struct error *e)
{
	uint16_t found = default_port;
	bool ipv6;
	enum err err;

	err = parse_authority(text, strnlen(text, URL_MAX), host, &ipv6, &found, e);
	if (err)
		return err;
	if (found == 0) {
		error_set(e, ERR_INVALID, "the port is missing");
		error_hint(e, "write %.80s:PORT", text);
		return ERR_INVALID;
	}
	*port = found;
	return ERR_NONE;
}

void url_mask_query(char *text)
{
	char *in = strchr(text, '?'), *out;

	if (!in)
		return;
	for (out = ++in; *in;) {
		size_t piece = strcspn(in, "&#"), name = strcspn(in, "=&#");

		if (name < piece) {
			memmove(out, in, name + 1);
			out += name + 1;
		}
		if (piece > (name < piece ? name + 1 : 0))
			*out++ = '*';
		in += piece;
		if (*in)
			*out++ = *in++;
	}
	*out = '\0';
}
