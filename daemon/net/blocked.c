#include "daemon/net/blocked.h"

#include <string.h>
#include <strings.h>

#include "shared/mem.h"
#include "shared/words.h"

enum {
	LOOK_MAX = 32 * 1024, /* where titles and forms of walls stand */
	SMALL = 16 * 1024,    /* a page of a product is larger than a wall */
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

/* On a small page that asks for a password these say that it is nothing but a login. */
static const char *const login_marks[] = {
	"<title>sign in",  "<title>log in",    "<title>login",     "<title>please log in",
	"<title>anmelden", "<title>anmeldung", "<title>connexion", "action=\"/password\"",
};
static const char *const password_marks[] = {"type=\"password\"", "type=password",
					     "type='password'"};

static bool has(const char *text, size_t len, const char *mark)
{
	return words_has_one(text, len, &mark, 1);
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
	if (words_has_one(body, len, marks, ARRAY_LEN(marks)) ||
	    (small && words_has_one(body, len, small_marks, ARRAY_LEN(small_marks))))
		return "a captcha";
	if (small && words_has_one(body, len, login_marks, ARRAY_LEN(login_marks)) &&
	    words_has_one(body, len, password_marks, ARRAY_LEN(password_marks)))
		return "a login";
	return NULL;
}
