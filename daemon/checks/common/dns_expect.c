#include "daemon/checks/common/dns_expect.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

/* ---- as people write them ------------------------------------------------------------------ */

static enum err read_name(const char *text, char out[static HOST_MAX], struct error *e)
{
	size_t n = strlen(text);

	if (n > 1 && text[n - 1] == '.')
		n--;
	snprintf(out, HOST_MAX, "%.*s", (int)n, text);
	for (char *c = out; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	}
	return idn_to_ascii(out, e);
}

static enum err read_mx(const char *text, char **out, struct error *e)
{
	const char *space = strchr(text, ' ');
	char name[HOST_MAX];
	enum err err = read_name(space ? space + 1 : text, name, e);

	if (!err)
		*out = space ? mem_printf("%lu %s", strtoul(text, NULL, 10), name)
			     : mem_strdup(name);
	return err;
}

/* dig and zone files put a TXT record between quotes. */
static char *without_quotes(const char *text)
{
	size_t n = strlen(text);

	if (n >= 2 && text[0] == '"' && text[n - 1] == '"')
		return text_safe_dup(text + 1, n - 2, DNS_RECORD_TEXT);
	return text_safe_dup(text, n, DNS_RECORD_TEXT);
}

static enum err read_one(enum dns_type type, const char *text, char **out, struct error *e)
{
	unsigned char address[sizeof(struct in6_addr)];
	int family = type == DNS_A ? AF_INET : AF_INET6;
	char name[HOST_MAX];
	enum err err;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		if (inet_pton(family, text, address) != 1)
			return error_field(e, ERR_INVALID, "expect",
					   "expect: \"%.64s\" is no address", text);
		inet_ntop(family, address, name, sizeof name);
		*out = mem_strdup(name);
		return ERR_NONE;
	case DNS_NS:
	case DNS_CNAME:
		err = read_name(text, name, e);
		if (!err)
			*out = mem_strdup(name);
		return err;
	case DNS_MX: return read_mx(text, out, e);
	case DNS_SOA:
		if (!strchr(text, ' ')) {
			err = read_name(text, name, e);
			if (!err)
				*out = mem_strdup(name);
			return err;
		}
		*out = without_quotes(text);
		return ERR_NONE;
	case DNS_TXT: *out = without_quotes(text); return ERR_NONE;
	case DNS_CAA: *out = text_safe_dup(text, strlen(text), DNS_RECORD_TEXT); return ERR_NONE;
	}
	return ERR_NONE;
}

enum err dns_expect_read(struct dns_expect *x, enum dns_type type, const char *match,
			 const json_t *list, struct error *e)
{
	enum err err = ERR_NONE;
	const json_t *one;
	size_t i;

	x->type = type;
	x->match = !strcmp(match, "any")     ? DNS_MATCH_ANY
		   : !strcmp(match, "exact") ? DNS_MATCH_EXACT
					     : DNS_MATCH_ALL;
	x->n = 0;
	x->records = mem_array(NULL, json_array_size(list) + 1, sizeof *x->records);
	json_array_foreach((json_t *)list, i, one)
	{
		err = read_one(type, json_string_value(one), &x->records[x->n], e);
		if (err)
			return err;
		x->n++;
	}
	return ERR_NONE;
}

void dns_expect_fini(struct dns_expect *x)
{
	for (size_t i = 0; i < x->n; i++)
		free(x->records[i]);
	free(x->records);
	x->records = NULL;
	x->n = 0;
}

/* ---- against what came --------------------------------------------------------------------- */

/* Equal, were there no quotes: 0 issue "ca.example" is also written without. */
static bool same_but_quotes(const char *a, const char *b)
{
	for (;;) {
		while (*a == '"')
			a++;
		while (*b == '"')
			b++;
		if (*a != *b || !*a)
			return *a == *b;
		a++;
		b++;
	}
}

static bool is(enum dns_type type, const char *expected, const char *record)
{
	const char *space = strchr(record, ' ');
	const char *rest = space ? space + 1 : record;

	if (!strcmp(expected, record))
		return true;
	switch (type) {
	case DNS_MX: return !strcmp(expected, rest); /* any preference */
	case DNS_SOA:                                /* its first word: the primary server */
		return space && strlen(expected) == (size_t)(space - record) &&
		       !strncmp(expected, record, strlen(expected));
	case DNS_CAA: return same_but_quotes(expected, record) || same_but_quotes(expected, rest);
	case DNS_A:
	case DNS_AAAA:
	case DNS_CNAME:
	case DNS_NS:
	case DNS_TXT: break;
	}
	return false;
}

static bool came(const struct dns_expect *x, size_t i, const struct dns_reply *r)
{
	for (size_t j = 0; j < r->n; j++) {
		if (is(x->type, x->records[i], r->records[j]))
			return true;
	}
	return false;
}

static bool wanted(const struct dns_expect *x, const char *record)
{
	for (size_t i = 0; i < x->n; i++) {
		if (is(x->type, x->records[i], record))
			return true;
	}
	return false;
}

static void list(struct buf *said, const char *label, size_t *n, const char *text)
{
	buf_add_str(said, *n ? ", " : said->len ? "; " : "");
	if (!*n)
		buf_printf(said, "%s ", label);
	(*n)++;
	buf_printf(said, "%.60s", text);
}

bool dns_expect_met(const struct dns_expect *x, const struct dns_reply *r, struct buf *said)
{
	size_t missing = 0, unexpected = 0;
	bool met = true;

	for (size_t i = 0; i < x->n; i++) {
		if (!came(x, i, r))
			list(said, x->match == DNS_MATCH_ANY ? "none of" : "missing", &missing,
			     x->records[i]);
	}
	for (size_t j = 0; x->n && j < r->n; j++) {
		if (!wanted(x, r->records[j]))
			list(said, "unexpected", &unexpected, r->records[j]);
	}
	switch (x->match) {
	case DNS_MATCH_ANY: met = missing < x->n || !x->n; break;
	case DNS_MATCH_ALL: met = !missing; break;
	case DNS_MATCH_EXACT: met = !missing && !unexpected; break;
	}
	if (met)
		buf_reset(said);
	return met;
}
