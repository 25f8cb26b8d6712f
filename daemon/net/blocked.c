#include "daemon/net/blocked.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"

enum {
	LOOK_MAX = 32 * 1024, /* where titles and forms of walls stand */
	SMALL = 16 * 1024,    /* a page of a product is larger than a wall */
	HASHES = 4096,
};

/* Words that stand on walls and, in a title or as an address of theirs, on no shop's page. Scripts
 * of walls are on good pages, too, and not listed. */
static const char *const marks[] = {
	"<title>just a moment...</title>",
	"<title>attention required! | cloudflare</title>",
	"<title>access denied</title>",
	"<title>access to this page has been denied",
	"<title>pardon our interruption</title>",
	"<title>robot check</title>",
	"<title>bot verification</title>",
	"/errors/validatecaptcha",
	"captcha-delivery.com/captcha",
	"id=\"px-captcha\"",
	"id=\"challenge-form\"",
	"cf-error-details",
};

/* On a page that is small: what a shop's sign-up form may have, too. */
static const char *const small_marks[] = {
	"_incapsula_resource", "awswafintegration",    "g-recaptcha",
	"h-captcha",           "cf-turnstile",         "are you a robot",
	"not a robot",         "verify you are human", "unusual traffic",
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool has(const char *text, size_t len, const char *mark)
{
	size_t n = strlen(mark);

	for (size_t i = 0; i + n <= len; i++) {
		if (lower(text[i]) == mark[0] && !strncasecmp(text + i, mark, n))
			return true;
	}
	return false;
}

static unsigned hash(const char *pair)
{
	unsigned a = (unsigned char)pair[0] | 0x20, b = (unsigned char)pair[1] | 0x20;

	return (a << 5 ^ b) % HASHES;
}

static bool begins_with_one(const char *text, size_t len, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t mark = strlen(list[i]);

		if (mark <= len && !strncasecmp(text, list[i], mark))
			return true;
	}
	return false;
}

/* Every page goes through here, so it jumps from pair to pair of bytes, as far as no mark can begin
 * in between (Wu and Manber). */
static bool has_one(const char *text, size_t len, const char *const *list, size_t n)
{
	uint8_t jumps[HASHES];
	size_t window = strlen(list[0]), at;

	for (size_t i = 1; i < n; i++)
		window = strlen(list[i]) < window ? strlen(list[i]) : window;
	memset(jumps, (int)window - 1, sizeof jumps);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k + 2 <= window; k++) {
			uint8_t *jump = &jumps[hash(list[i] + k)];

			*jump = *jump < window - 2 - k ? *jump : (uint8_t)(window - 2 - k);
		}
	}
	for (at = window - 2; at + 2 <= len; at++) {
		size_t begin = at - (window - 2), jump = jumps[hash(text + at)];

		if (jump)
			at += jump - 1;
		else if (begins_with_one(text + begin, len - begin, list, n))
			return true;
	}
	return false;
}

bool blocked_header(const char *name, const char *value, size_t len)
{
	if (!strcasecmp(name, "cf-mitigated"))
		return has(value, len, "challenge") || has(value, len, "block");
	if (!strcasecmp(name, "x-amzn-waf-action"))
		return has(value, len, "challenge") || has(value, len, "captcha");
	return false;
}

const char *blocked_page(int status, bool wall, const char *body, size_t len)
{
	bool small = len <= SMALL;

	if (wall)
		return "a wall in front of it";
	if (status == 401 || status == 407)
		return "a login";
	if (status == 403 || status == 451 || status == 999)
		return status == 403 ? "403" : status == 451 ? "451" : "999";
	if (len > LOOK_MAX)
		len = LOOK_MAX;
	if (has_one(body, len, marks, ARRAY_LEN(marks)) ||
	    (small && has_one(body, len, small_marks, ARRAY_LEN(small_marks))))
		return "a captcha";
	return NULL;
}
