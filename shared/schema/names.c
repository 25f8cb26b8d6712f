#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "shared/ids.h"
#include "shared/schema/internal.h"

/* One character comes apart into at most 18. */
enum { SLUG_PARTS_MAX = 18 };

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_name_byte(char c)
{
	return is_word(c) || c == '-' || c == '_' || c == '.';
}

/* The next character of text, taken apart (NFKD) and small: u with two dots is "u", a sign for one
 * half "1 2", a lone mark "". What is not ASCII even so is a space.
 * @return bytes of text that were read */
static size_t take_apart(const char *text, char out[static SLUG_PARTS_MAX + 1])
{
	utf8proc_int32_t code, parts[SLUG_PARTS_MAX];
	int boundary = 0;
	size_t n = 0;
	utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code);
	if (used <= 0) {
		snprintf(out, SLUG_PARTS_MAX, " ");
		return 1;
	}
	utf8proc_ssize_t count = utf8proc_decompose_char(
		code, parts, SLUG_PARTS_MAX,
		UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK,
		&boundary);
	for (utf8proc_ssize_t i = 0; i < count && i < SLUG_PARTS_MAX; i++)
		out[n++] = parts[i] > 0 && parts[i] < 0x80 ? (char)parts[i] : ' ';
	out[n] = '\0';
	return (size_t)used;
}

void name_slug(const char *text, char *out, size_t cap)
{
	size_t n = 0, room = cap - 1 < NAME_MAX_BYTES ? cap - 1 : NAME_MAX_BYTES;
	const char *scheme = strstr(text, "://");
	if (scheme)
		text = scheme + 3;
	bool gap = false;
	char parts[SLUG_PARTS_MAX + 1];
	while (*text) {
		text += take_apart(text, parts);
		for (const char *c = parts; *c; c++) {
			if (!is_word(*c)) {
				gap = n > 0;
				continue;
			}
			if (n + (gap ? 1 : 0) >= room)
				goto full;
			if (gap)
				out[n++] = '-';
			gap = false;
			out[n++] = *c;
		}
	}
full:
	out[n] = '\0';
}

static enum err refused(struct error *e, const char *name, const char *why)
{
	char value[QUOTED_MAX], slug[NAME_MAX_BYTES + 1];
	error_field(e, ERR_INVALID, "name", "name: %s %s (1..%d of a-z 0-9 - _ .)",
		    quoted_text(value, name), why, NAME_MAX_BYTES);
	name_slug(name, slug, sizeof(slug));
	if (*slug && strcmp(slug, name))
		error_hint(e, "write %s", slug);
	return ERR_INVALID;
}

bool name_valid(const struct resource_kind *k, const char *name, struct error *e)
{
	size_t n = strlen(name);
	if (n == 0) {
		error_field(e, ERR_INVALID, "name", "name: missing (1..%d of a-z 0-9 - _ .)",
			    NAME_MAX_BYTES);
		error_hint(e, "give it one: --name my-shop, in a file name: my-shop");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!is_name_byte(name[i]))
			return refused(e, name, "has characters that a name has not") == ERR_NONE;
	}
	if (n > NAME_MAX_BYTES)
		return refused(e, name, "is too long") == ERR_NONE;
	if (!is_word(name[0]) || !is_word(name[n - 1]))
		return refused(e, name, "must begin and end with a letter or digit") == ERR_NONE;
	if (id_shaped(name))
		return refused(e, name, "looks like an id") == ERR_NONE;
	for (size_t i = 0; k && k->reserved && k->reserved[i]; i++) {
		if (strcmp(k->reserved[i], name))
			continue;
		error_field(e, ERR_INVALID, "name",
			    "name: \"%s\" is a word of the address /v1/%s/%s", name, k->plural,
			    name);
		error_hint(e, "choose another, for example %s-1", name);
		return false;
	}
	return true;
}
