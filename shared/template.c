#include "shared/template.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"

/* The name of the value that begins at "{{": how long it all is, 0 when it is none. */
static size_t read_name(const char *at, char name[static TEMPLATE_NAME_MAX + 1])
{
	const char *from = at + 2 + strspn(at + 2, " ");
	size_t n = strspn(from, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
	const char *end = from + n + strspn(from + n, " ");

	if (!n || n > TEMPLATE_NAME_MAX || strncmp(end, "}}", 2))
		return 0;
	memcpy(name, from, n);
	name[n] = '\0';
	return (size_t)(end + 2 - at);
}

static enum err no_name(const char *at, struct error *e)
{
	bool open = strstr(at, "}}") == NULL;

	error_set(e, ERR_INVALID, open ? "{{ is never closed by }}" : "{{...}} holds no name");
	error_hint(e, "write {{NAME}}: small letters, digits, - _ .");
	return ERR_INVALID;
}

bool template_names(const char *text, bool (*fn)(const char *name, void *arg), void *arg,
		    struct error *e)
{
	char name[TEMPLATE_NAME_MAX + 1];

	while ((text = strstr(text, "{{"))) {
		size_t n = read_name(text, name);

		if (!n)
			return no_name(text, e) == ERR_NONE;
		if (!fn(name, arg))
			return false;
		text += n;
	}
	return true;
}

bool template_opens(const char *text)
{
	return !strncmp(text, "{{", 2);
}

static void add_percent(struct buf *out, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (; *text; text++) {
		if (strchr(unreserved, *text))
			buf_add_char(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

static void add_json(struct buf *out, const char *text)
{
	struct buf quoted = BUF_INIT(out->max + 2);
	struct json_writer w;

	jw_init(&w, &quoted);
	jw_str(&w, text);
	if (quoted.overflow || quoted.len < 2)
		out->overflow = true;
	else
		buf_add(out, quoted.data + 1, quoted.len - 2);
	buf_fini(&quoted);
}

void template_escape(struct buf *out, enum template_escape how, const char *text)
{
	switch (how) {
	case TEMPLATE_RAW: buf_add_str(out, text); break;
	case TEMPLATE_PERCENT:
	case TEMPLATE_ADDRESS: add_percent(out, text); break;
	case TEMPLATE_JSON: add_json(out, text); break;
	}
}

enum err template_expand(const char *text, enum template_escape how,
			 const char *(*find)(const char *name, void *arg), void *arg,
			 struct buf *out, struct error *e)
{
	char name[TEMPLATE_NAME_MAX + 1];
	bool first = true;
	const char *at;

	while ((at = strstr(text, "{{"))) {
		size_t n = read_name(at, name);
		const char *value = n ? find(name, arg) : NULL;

		if (!n)
			return no_name(at, e);
		if (!value)
			return error_set(e, ERR_NOT_FOUND, "there is no value %s", name);
		buf_add(out, text, (size_t)(at - text));
		template_escape(out,
				how == TEMPLATE_ADDRESS && first && at == text ? TEMPLATE_RAW : how,
				value);
		first = false;
		text = at + n;
	}
	buf_add_str(out, text);
	return out->overflow ? error_set(e, ERR_TOO_LARGE, "longer than %zu bytes with its values",
					 out->max)
			     : ERR_NONE;
}
