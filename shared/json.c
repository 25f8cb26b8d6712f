#include "shared/json.h"

#include <string.h>

#include "shared/text_safe.h"

struct place {
	int line, column;
};

static struct place place_of(const char *data, size_t at)
{
	struct place p = {1, 1};

	for (size_t i = 0; i < at; i++) {
		if (data[i] == '\n') {
			p.line++;
			p.column = 1;
		} else if (((unsigned char)data[i] & 0xC0) != 0x80) {
			p.column++;
		}
	}
	return p;
}

/* jansson recurses: depth is judged before it sees the text. @return offset, or len when fine */
static size_t too_deep_at(const char *data, size_t len)
{
	int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_DEPTH_MAX)
				return i;
		} else if (c == ']' || c == '}') {
			depth--;
		}
	}
	return len;
}

static bool blank(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!strchr(" \t\r\n", data[i]) || !data[i])
			return false;
	}
	return true;
}

static void hint_for(enum json_error_code code, struct error *e)
{
	switch (code) {
	case json_error_premature_end_of_input:
		error_hint(e, "the text ends early: a quote, bracket or brace is not closed");
		break;
	case json_error_end_of_input_expected:
		error_hint(e, "send one JSON value and nothing after it");
		break;
	case json_error_duplicate_key: error_hint(e, "give each member once"); break;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		error_hint(e, "the character NUL (\\u0000) is not accepted");
		break;
	case json_error_numeric_overflow:
		error_hint(e, "whole numbers go from -2^63 to 2^63-1, others to 1.8e308");
		break;
	case json_error_invalid_utf8: error_hint(e, "JSON is UTF-8"); break;
	case json_error_invalid_syntax:
		error_hint(e,
			   "check quotes and commas: names and texts take double quotes, and the "
			   "last member has no comma after it");
		break;
	case json_error_unknown:
	case json_error_invalid_format:
	case json_error_null_value:
	case json_error_out_of_memory:
	case json_error_stack_overflow:
	case json_error_cannot_open_file:
	case json_error_invalid_argument:
	case json_error_wrong_type:
	case json_error_item_not_found:
	case json_error_index_out_of_range: break;
	}
}

static void report(const json_error_t *je, struct error *e)
{
	enum json_error_code code = json_error_code(je);
	char why[JSON_ERROR_TEXT_LENGTH];

	if (!e)
		return;
	/* jansson quotes the input */
	if (code == json_error_null_character)
		strcpy(why, "NUL in a text");
	else
		text_safe(why, sizeof why, je->text, strlen(je->text), 0, 0, NULL);
	error_set(e, code == json_error_out_of_memory ? ERR_INTERNAL : ERR_MALFORMED,
		  "not valid JSON at line %d, column %d: %s", je->line, je->column, why);
	e->line = je->line;
	hint_for(code, e);
}

json_t *json_read(const char *data, size_t len, size_t max_bytes, struct error *e)
{
	json_error_t je;
	json_t *value;
	size_t deep;

	if (len > max_bytes) {
		error_set(e, ERR_TOO_LARGE, "the JSON text has %zu bytes, the limit is %zu", len,
			  max_bytes);
		return NULL;
	}
	if (blank(data, len)) {
		error_set(e, ERR_MALFORMED, "the JSON text is empty");
		return NULL;
	}
	deep = too_deep_at(data, len);
	if (deep < len) {
		struct place p = place_of(data, deep);

		error_set(e, ERR_MALFORMED, "JSON nested deeper than %d at line %d, column %d",
			  JSON_DEPTH_MAX, p.line, p.column);
		error_hint(e, "nothing here needs more than a few levels");
		if (e)
			e->line = p.line;
		return NULL;
	}
	value = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
	if (!value)
		report(&je, e);
	return value;
}

const char *json_str(const json_t *obj, const char *key, const char *fallback)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : fallback;
}

int64_t json_int(const json_t *obj, const char *key, int64_t fallback)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_integer(v) ? json_integer_value(v) : fallback;
}

bool json_bool(const json_t *obj, const char *key, bool fallback)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_boolean(v) ? json_is_true(v) : fallback;
}

double json_num(const json_t *obj, const char *key, double fallback)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_number(v) ? json_number_value(v) : fallback;
}

json_t *json_path(const json_t *obj, const char *dotted)
{
	const json_t *v = obj;

	while (v) {
		size_t n = strcspn(dotted, ".");

		v = json_object_getn(v, dotted, n);
		if (!dotted[n])
			break;
		dotted += n + 1;
	}
	return (json_t *)v;
}

void json_problem(struct buf *out, const struct error *e, const char *request_id)
{
	const struct err_info *info = err_info(e->code);
	struct json_writer w;

	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "type", "about:blank"); /* code tells problems apart; no page to point at */
	jw_kv_str(&w, "title", info->title);
	jw_kv_int(&w, "status", info->http);
	jw_kv_str(&w, "detail", e->text);
	jw_kv_str(&w, "code", info->code);
	if (e->field[0])
		jw_kv_str(&w, "field", e->field);
	if (e->hint[0])
		jw_kv_str(&w, "hint", e->hint);
	if (e->line)
		jw_kv_int(&w, "line", e->line);
	if (request_id)
		jw_kv_str(&w, "request_id", request_id);
	jw_object_end(&w);
}
