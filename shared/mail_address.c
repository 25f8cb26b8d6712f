#include "shared/mail_address.h"

#include <stdio.h>
#include <string.h>

enum { LOCAL_MAX = 64 };

static enum err refuse(struct error *e, const char *text, const char *why)
{
	error_set(e, ERR_INVALID, "\"%.80s\" is no mail address: %s", text, why);
	error_hint(e, "for example ops@shop.example, or Shop watch <ops@shop.example>");
	return ERR_INVALID;
}

/* RFC 5322, atext and dots. */
static bool is_local(const char *s, size_t n)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~.";

	if (!n || n > LOCAL_MAX || s[0] == '.' || s[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
		      (c && strchr(others, c))))
			return false;
		if (c == '.' && s[i + 1] == '.')
			return false;
	}
	return true;
}

static bool is_domain(const char *s)
{
	size_t n = strlen(s);

	if (n > 2 && s[0] == '[' && s[n - 1] == ']') /* an address literal */
		return strspn(s + 1, "0123456789abcdefABCDEFIPv.:") == n - 2;
	if (!n || s[0] == '.' || s[0] == '-' || s[n - 1] == '.' || strstr(s, ".."))
		return false;
	return strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.") == n;
}

static enum err parse_bare(const char *given, const char *bare, struct error *e)
{
	const char *at = strrchr(bare, '@');

	if (!at)
		return refuse(e, given, "there is no @ in it");
	if (!is_local(bare, (size_t)(at - bare)))
		return refuse(e, given, "what stands before @ has characters it may not have");
	if (!is_domain(at + 1))
		return refuse(e, given,
			      "what stands behind @ is no host name (write xn-- for others)");
	return ERR_NONE;
}

static bool is_name(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f || strchr("<>\"\\", *s))
			return false;
	}
	return true;
}

enum err mail_address_parse(const char *text, struct mail_address *out, struct error *e)
{
	const char *open = strchr(text, '<');
	size_t n = strlen(text), name = open ? (size_t)(open - text) : 0;

	*out = (struct mail_address){0};
	if (n > MAIL_ADDRESS_MAX)
		return refuse(e, text, "it is too long");
	if (!open) {
		snprintf(out->address, sizeof out->address, "%s", text);
		return parse_bare(text, out->address, e);
	}
	if (text[n - 1] != '>')
		return refuse(e, text, "> is missing");
	while (name && text[name - 1] == ' ')
		name--;
	if (name > MAIL_NAME_MAX)
		return refuse(e, text, "the name is too long");
	snprintf(out->name, sizeof out->name, "%.*s", (int)name, text);
	if (!is_name(out->name))
		return refuse(e, text, "the name has characters it may not have");
	snprintf(out->address, sizeof out->address, "%.*s", (int)(n - 2 - (size_t)(open - text)),
		 open + 1);
	return parse_bare(text, out->address, e);
}
