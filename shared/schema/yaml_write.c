/* Items as YAML. Whatever another YAML reader might take for a number, a boolean, a time or an
 * ending is quoted; ours takes each scalar as text. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "shared/schema/internal.h"
#include "shared/utf8.h"

/* Words that some YAML reader takes for something else than text. */
static bool is_special(const char *s)
{
	static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
					    "off", "true", "false", "null"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!strcasecmp(s, words[i]))
			return true;
	}
	return false;
}

/* Is the text itself, unquoted, certainly the text to every reader? */
static bool is_plain(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   " ._/:@+=?%;()~*-";
	size_t n = strlen(s);
	bool letter = (s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z') ||
		      (s[0] == '/' && n > 1);
	return letter && n <= 200 && strspn(s, safe) == n && s[n - 1] != ' ' && s[n - 1] != ':' &&
	       !strstr(s, ": ") && !is_special(s);
}

static void add_quoted(struct buf *out, const char *s)
{
	size_t left = strlen(s);
	buf_add_char(out, '"');
	while (left) {
		uint32_t c;
		size_t n = utf8_next(s, left, &c);
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", (int)c);
		else if (c == '\n')
			buf_add_str(out, "\\n");
		else if (c == '\t')
			buf_add_str(out, "\\t");
		else if (c == '\r')
			buf_add_str(out, "\\r");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			buf_printf(out, "\\x%02X", (unsigned)c);
		else if (c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff)
			buf_printf(out, "\\u%04X", (unsigned)c);
		else
			buf_add(out, s, n);
		s += n;
		left -= n;
	}
	buf_add_char(out, '"');
}

static void add_scalar(struct buf *out, const char *s)
{
	if (is_plain(s))
		buf_add_str(out, s);
	else
		add_quoted(out, s);
}

/* May the text be a literal block, which people can read? */
static bool is_block(const char *s)
{
	const char *first_end = strchr(s, '\n');
	if (!first_end || strchr(" \n\t", *s))
		return false;
	size_t n = strlen(s);
	if (n >= 2 && s[n - 1] == '\n' && s[n - 2] == '\n')
		return false;
	for (const char *c = s; *c; c++) {
		bool ends_in_space = (*c == ' ' || *c == '\t') && (c[1] == '\n' || !c[1]);
		if (((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') ||
		    (unsigned char)*c >= 0x7f || ends_in_space)
			return false;
	}
	return true;
}

static void add_block(struct buf *out, const char *s, int indent)
{
	size_t n = strlen(s);
	buf_add_str(out, s[n - 1] == '\n' ? "|" : "|-");
	while (*s) {
		size_t line = strcspn(s, "\n");
		buf_add_char(out, '\n');
		if (line)
			buf_printf(out, "%*s", indent, "");
		buf_add(out, s, line);
		s += line;
		s += *s == '\n';
	}
}

/* Types whose canonical text no reader mistakes in a way that matters to us: plain reads best. */
static bool reads_plain(enum field_type type)
{
	return type == FIELD_DURATION || type == FIELD_SIZE || type == FIELD_ENUM ||
	       type == FIELD_STATUS_SET || type == FIELD_BOOL || type == FIELD_INT;
}

static void add_value(struct buf *out, const struct field *f, const json_t *v, int indent);

static void add_map(struct buf *out, const json_t *map, int indent)
{
	static const struct field entry = {.type = FIELD_TEXT};
	const char *key;
	json_t *v;
	json_object_foreach((json_t *)map, key, v)
	{
		buf_printf(out, "\n%*s", indent, "");
		add_scalar(out, key);
		buf_add_str(out, ": ");
		add_value(out, &entry, v, indent + 2);
	}
}

static void add_list(struct buf *out, const json_t *list, int indent)
{
	size_t i;
	json_t *v;
	json_array_foreach((json_t *)list, i, v)
	{
		buf_printf(out, "\n%*s- ", indent, "");
		add_scalar(out, json_string_value(v));
	}
}

/* "name: value" of one field; the cursor stands where the name begins. */
static void add_field(struct buf *out, const struct field *f, const json_t *v, int indent)
{
	bool below = (json_is_object(v) && f->type == FIELD_TEXT_MAP) || json_is_array(v);
	buf_printf(out, "%s:%s", f->name, below ? "" : " ");
	add_value(out, f, v, indent);
}

static void add_objects(struct buf *out, const struct field *f, const json_t *list, int indent)
{
	size_t i;
	json_t *entry;
	json_array_foreach((json_t *)list, i, entry)
	{
		const char *before = "- ";
		for (size_t m = 0; m < f->n_members; m++) {
			const json_t *v = json_object_get(entry, f->members[m].name);
			if (!v)
				continue;
			buf_printf(out, "\n%*s%s", indent, "", before);
			add_field(out, &f->members[m], v, indent + 4);
			before = "  ";
		}
		if (*before == '-')
			buf_printf(out, "\n%*s- {}", indent, "");
	}
}

static void add_value(struct buf *out, const struct field *f, const json_t *v, int indent)
{
	char text[64];
	if (secret_ref(v) && f->type != FIELD_TEXT_MAP) {
		buf_add_str(out, "{secret: ");
		add_scalar(out, secret_ref(v));
		buf_add_char(out, '}');
	} else if (json_is_object(v)) {
		add_map(out, v, indent);
	} else if (f->type == FIELD_OBJECTS) {
		add_objects(out, f, v, indent);
	} else if (json_is_array(v)) {
		add_list(out, v, indent);
	} else if (!json_is_string(v) || reads_plain(f->type)) {
		field_text(f, v, text, sizeof(text));
		if (json_is_string(v))
			buf_add_str(out, json_string_value(v));
		else
			buf_add_str(out, text);
	} else if (f->flags & FIELD_MULTILINE && is_block(json_string_value(v))) {
		add_block(out, json_string_value(v), indent);
	} else {
		add_scalar(out, json_string_value(v));
	}
}

void resource_write_yaml_heading(struct buf *out, const struct resource_kind *k)
{
	buf_printf(out, "%s:\n", k->plural);
}

void resource_write_yaml(struct buf *out, const struct resource_kind *k, const char *name,
			 const json_t *labels, const json_t *spec)
{
	const struct field *fields[FIELDS_MAX];
	size_t n = resource_fields(k, resource_variant(k, spec), fields);
	buf_add_str(out, "  - name: ");
	add_scalar(out, name);
	buf_add_char(out, '\n');
	if (json_object_size(labels)) {
		buf_add_str(out, "    labels:");
		add_map(out, labels, 6);
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(spec, fields[i]->name);
		if (!v)
			continue;
		buf_add_str(out, "    ");
		add_field(out, fields[i], v, 6);
		buf_add_char(out, '\n');
	}
}
