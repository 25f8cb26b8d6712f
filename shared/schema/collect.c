/* Values as people type them (flags, form lines), to JSON and back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"

enum { COLLECT_MAX = 65536 };

static json_t *text_or_secret(const char *text)
{
	static const char mark[] = "secret:";
	const char *name = text + strlen(mark);
	if (!strncmp(text, mark, strlen(mark)) && name_valid(NULL, name, NULL))
		return json_pack("{s:s}", "secret", name);
	return json_string(text);
}

static enum err not_utf8(const struct field *f, struct error *e)
{
	return error_field(e, ERR_INVALID, f->name, "%s: the value is not UTF-8 text", f->name);
}

/* "X-A: 1" or "k=v"; whichever separator comes first. */
static enum err collect_pair(const struct field *f, json_t *map, const char *line, struct error *e)
{
	char key[256];
	size_t n = strcspn(line, ":=");
	if (!line[n] || n == 0 || n >= sizeof(key)) {
		char shown[QUOTED_MAX];
		error_field(e, ERR_INVALID, f->name, "%s: %s has no key", f->name,
			    quoted_text(shown, line));
		error_hint(e, "write KEY=VALUE or KEY: VALUE");
		return ERR_INVALID;
	}
	const char *value = line + n + 1;
	value += strspn(value, " ");
	while (n > 0 && line[n - 1] == ' ')
		n--;
	memcpy(key, line, n);
	key[n] = '\0';
	bool secrets = f->flags & FIELD_MAY_SECRET;
	json_t *v = secrets ? text_or_secret(value) : json_string(value);
	return !v || json_object_set_new(map, key, v) ? not_utf8(f, e) : ERR_NONE;
}

static enum err collect_entry(const struct field *f, json_t *into, const char *line,
			      struct error *e)
{
	if (f->type == FIELD_TEXT_MAP)
		return collect_pair(f, into, line, e);
	json_t *text = json_string(line);
	return !text || json_array_append_new(into, text) ? not_utf8(f, e) : ERR_NONE;
}

/* A list of mappings is no flag's text, but its JSON may be one. */
static enum err collect_objects(const struct field *f, json_t *object, const char *text,
				struct error *e)
{
	struct error why = {0};
	json_t *list =
		strchr("[{", *text) ? json_read(text, strlen(text), COLLECT_MAX, &why) : NULL;
	if (list)
		return json_object_set_new(object, f->name, list) ? not_utf8(f, e) : ERR_NONE;
	error_field(e, ERR_INVALID, f->name, "%s: not a list of mappings%s%s", f->name,
		    why.text[0] ? ": " : "", why.text);
	error_hint(e, "write it in a file and give that: -f FILE");
	return ERR_INVALID;
}

enum err field_collect(const struct field *f, json_t *object, const char *text, struct error *e)
{
	if (strnlen(text, COLLECT_MAX + 1) > COLLECT_MAX)
		return error_field(e, ERR_TOO_LARGE, f->name, "%s: more than %d bytes", f->name,
				   COLLECT_MAX);
	if (!*text) {
		json_object_set_new(object, f->name, json_null());
		return ERR_NONE;
	}
	if (f->type == FIELD_OBJECTS)
		return collect_objects(f, object, text, e);
	if (f->type != FIELD_TEXT_LIST && f->type != FIELD_TEXT_MAP) {
		json_t *v = f->type == FIELD_SECRET ? text_or_secret(text) : json_string(text);
		return !v || json_object_set_new(object, f->name, v) ? not_utf8(f, e) : ERR_NONE;
	}
	json_t *into = json_object_get(object, f->name);
	if (f->type == FIELD_TEXT_MAP ? !json_is_object(into) : !json_is_array(into)) {
		into = f->type == FIELD_TEXT_MAP ? json_object() : json_array();
		json_object_set_new(object, f->name, into);
	}
	char *lines = mem_strdup(text);
	enum err err = ERR_NONE;
	for (char *line = lines, *next; line && !err; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (*line)
			err = collect_entry(f, into, line, e);
	}
	free(lines);
	return err;
}

/* Append what fits, never half a UTF-8 character. */
static void add(char *out, size_t cap, size_t *n, const char *text)
{
	while (*text) {
		size_t bytes = 1;
		while (((unsigned char)text[bytes] & 0xc0) == 0x80)
			bytes++;
		if (*n + bytes >= cap)
			break;
		memcpy(out + *n, text, bytes);
		*n += bytes;
		text += bytes;
	}
	out[*n] = '\0';
}

/* An entry of a list of mappings, in a word: its name, else its first text. */
static void add_object(char *out, size_t cap, size_t *n, const struct field *f, const json_t *entry)
{
	for (size_t i = 0; i < f->n_members; i++) {
		const char *text = json_str(entry, f->members[i].name, NULL);
		if (!text)
			continue;
		add(out, cap, n, text);
		return;
	}
}

static void add_scalar(char *out, size_t cap, size_t *n, const json_t *v)
{
	char number[32];
	if (secret_ref(v)) {
		add(out, cap, n, "secret:");
		add(out, cap, n, secret_ref(v));
	} else if (json_is_string(v)) {
		add(out, cap, n, json_string_value(v));
	} else if (json_is_integer(v)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
		add(out, cap, n, number);
	} else if (json_is_boolean(v)) {
		add(out, cap, n, json_is_true(v) ? "true" : "false");
	}
}

void field_text(const struct field *f, const json_t *value, char *out, size_t cap)
{
	const char *separator = f->flags & FIELD_MULTILINE ? "\n" : ", ", *key;
	size_t n = 0, i;
	json_t *v;
	out[0] = '\0';
	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, i, v)
		{
			add(out, cap, &n, i ? separator : "");
			if (f->type == FIELD_OBJECTS)
				add_object(out, cap, &n, f, v);
			else
				add_scalar(out, cap, &n, v);
		}
	} else if (json_is_object(value) && f->type == FIELD_TEXT_MAP) {
		json_object_foreach((json_t *)value, key, v)
		{
			add(out, cap, &n, n ? separator : "");
			add(out, cap, &n, key);
			add(out, cap, &n, strchr(key, '=') ? ": " : "=");
			add_scalar(out, cap, &n, v);
		}
	} else if (value) {
		add_scalar(out, cap, &n, value);
	}
}
