#include "shared/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/timefmt.h"
#include "shared/utf8.h"

void jw_init(struct json_writer *w, struct buf *out)
{
	w->out = out;
	w->depth = 0;
	w->after_key = false;
	w->first[0] = true;
	w->in_object[0] = false;
}

/* buf_reserve, without the call when there is room, which is nearly always. */
static inline char *space(struct buf *b, size_t n)
{
	return b->cap - b->len > n ? b->data + b->len : buf_reserve(b, n);
}

static inline void commit(struct buf *b, char *end)
{
	b->len = (size_t)(end - b->data);
	*end = '\0';
}

/* Whether a comma comes before the value (or key) that is about to be written. */
static inline bool comma_before_value(struct json_writer *w)
{
	bool comma = !w->first[w->depth];

	if (w->after_key) {
		w->after_key = false;
		return false;
	}
	assert(!w->in_object[w->depth] && "a value in an object needs a key");
	assert((w->depth > 0 || !comma) && "one value a text");
	w->first[w->depth] = false;
	return comma;
}

static void put_value(struct json_writer *w, const char *text, size_t n)
{
	bool comma = comma_before_value(w);
	char *at = space(w->out, n + 1);

	if (!at)
		return;
	if (comma)
		*at++ = ',';
	memcpy(at, text, n);
	commit(w->out, at + n);
}

static void open_level(struct json_writer *w, char bracket, bool object)
{
	put_value(w, &bracket, 1);
	assert(w->depth + 1 < ARRAY_LEN(w->first));
	w->depth++;
	w->first[w->depth] = true;
	w->in_object[w->depth] = object;
}

static void close_level(struct json_writer *w, char bracket, bool object)
{
	assert(w->depth > 0 && w->in_object[w->depth] == object && !w->after_key);
	w->depth--;
	buf_add_char(w->out, bracket);
}

void jw_object(struct json_writer *w)
{
	open_level(w, '{', true);
}

void jw_object_end(struct json_writer *w)
{
	close_level(w, '}', true);
}

void jw_array(struct json_writer *w)
{
	open_level(w, '[', false);
}

void jw_array_end(struct json_writer *w)
{
	close_level(w, ']', false);
}

/* True when one of eight bytes is above 0x7E, a control, a quote or a backslash. The usual test
 * for a zero byte, (x - 01..) & ~x & 80.., on x, x ^ quote and x ^ backslash at once. */
static inline bool eight_need_care(const char *s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
	uint64_t x, quote, backslash;

	memcpy(&x, s, sizeof x);
	quote = x ^ (ones * '"');
	backslash = x ^ (ones * '\\');
	return ((x | (x - ones * 0x20) | (quote - ones) | (backslash - ones)) & high) != 0;
}

static inline bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Bytes from s that can be copied as they are. */
static size_t plain_run(const char *s, size_t n)
{
	size_t i = 0;

	while (n - i >= 8 && !eight_need_care(s + i))
		i += 8;
	while (i < n) {
		uint32_t cp;
		size_t len;

		if (plain((unsigned char)s[i])) {
			i++;
			continue;
		}
		if ((unsigned char)s[i] < 0x80)
			break;
		len = utf8_next(s + i, n - i, &cp);
		if (cp == UTF8_INVALID)
			break;
		i += len;
	}
	return i;
}

/* One byte that needs an escape, or one ill-formed sequence. @return bytes of s used */
static size_t put_escape(struct buf *out, const char *s, size_t n)
{
	static const char short_form[] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',  ['\f'] = 'f',
		['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\',
	};
	static const char hex[] = "0123456789abcdef";
	unsigned char c = (unsigned char)*s;
	uint32_t cp;

	if (c >= 0x80) {
		buf_add(out, "\xEF\xBF\xBD", 3);
		return utf8_next(s, n, &cp);
	}
	if (short_form[c])
		buf_add(out, (char[2]){'\\', short_form[c]}, 2);
	else
		buf_add(out, (char[6]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
	return 1;
}

/* lead (a comma or nothing), the quoted text, tail (a colon or nothing) */
static void put_quoted(struct buf *out, bool comma, const char *s, size_t n, bool colon)
{
	size_t run = plain_run(s, n);
	char *at = space(out, n + 4);

	if (!at)
		return;
	if (comma)
		*at++ = ',';
	*at++ = '"';
	memcpy(at, s, run);
	at += run;
	if (run < n) {
		commit(out, at);
		while (run < n) {
			size_t next;

			run += put_escape(out, s + run, n - run);
			next = plain_run(s + run, n - run);
			buf_add(out, s + run, next);
			run += next;
		}
		at = space(out, 2);
		if (!at)
			return;
	}
	*at++ = '"';
	if (colon)
		*at++ = ':';
	commit(out, at);
}

void jw_key(struct json_writer *w, const char *key)
{
	assert(w->in_object[w->depth] && !w->after_key);
	put_quoted(w->out, !w->first[w->depth], key, strlen(key), true);
	w->first[w->depth] = false;
	w->after_key = true;
}

void jw_strn(struct json_writer *w, const char *s, size_t n)
{
	bool comma = comma_before_value(w);

	put_quoted(w->out, comma, s, n, false);
}

void jw_str(struct json_writer *w, const char *s)
{
	if (s)
		jw_strn(w, s, strlen(s));
	else
		jw_null(w);
}

/* Digits of v before end; @return where they begin. */
static char *digits_before(char *end, uint64_t v)
{
	do
		*--end = (char)('0' + v % 10);
	while (v /= 10);
	return end;
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void jw_int(struct json_writer *w, int64_t v)
{
	char text[24], *end = text + sizeof text, *at = digits_before(end, magnitude(v));

	if (v < 0)
		*--at = '-';
	put_value(w, at, (size_t)(end - at));
}

void jw_bool(struct json_writer *w, bool v)
{
	if (v)
		put_value(w, "true", 4);
	else
		put_value(w, "false", 5);
}

void jw_null(struct json_writer *w)
{
	put_value(w, "null", 4);
}

void jw_fixed(struct json_writer *w, int64_t scaled, unsigned decimals)
{
	char text[48], *end = text + sizeof text, *at = end;
	uint64_t v = magnitude(scaled);

	assert(decimals <= 18);
	for (unsigned i = 0; i < decimals; i++, v /= 10)
		*--at = (char)('0' + v % 10);
	if (decimals)
		*--at = '.';
	at = digits_before(at, v);
	if (scaled < 0)
		*--at = '-';
	put_value(w, at, (size_t)(end - at));
}

void jw_time(struct json_writer *w, int64_t ms)
{
	char text[TIME_TEXT + 2];

	if (ms <= 0) {
		jw_null(w);
		return;
	}
	text[0] = '"';
	time_rfc3339(text + 1, ms);
	text[25] = '"';
	put_value(w, text, 26);
}

void jw_raw(struct json_writer *w, const char *json, size_t n)
{
	assert(n > 0);
	put_value(w, json, n);
}

/* The shortest of the forms that read back as the same number. */
static void put_real(struct json_writer *w, double v)
{
	char text[40];

	for (int precision = 15; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*g", precision, v);
		if (strtod(text, NULL) == v)
			break;
	}
	if (!strpbrk(text, ".e")) /* stays a real number when read again */
		strcat(text, ".0");
	put_value(w, text, strlen(text));
}

void jw_value(struct json_writer *w, const json_t *v)
{
	const char *key;
	json_t *member;
	size_t i;

	if (!v) {
		jw_null(w);
		return;
	}
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		jw_object(w);
		json_object_foreach((json_t *)v, key, member)
		{
			jw_key(w, key);
			jw_value(w, member);
		}
		jw_object_end(w);
		break;
	case JSON_ARRAY:
		jw_array(w);
		json_array_foreach(v, i, member) jw_value(w, member);
		jw_array_end(w);
		break;
	case JSON_STRING: jw_strn(w, json_string_value(v), json_string_length(v)); break;
	case JSON_INTEGER: jw_int(w, json_integer_value(v)); break;
	case JSON_REAL: put_real(w, json_real_value(v)); break;
	case JSON_TRUE: jw_bool(w, true); break;
	case JSON_FALSE: jw_bool(w, false); break;
	case JSON_NULL: jw_null(w); break;
	}
}

void jw_kv_str(struct json_writer *w, const char *key, const char *s)
{
	jw_key(w, key);
	jw_str(w, s);
}

void jw_kv_int(struct json_writer *w, const char *key, int64_t v)
{
	jw_key(w, key);
	jw_int(w, v);
}

void jw_kv_bool(struct json_writer *w, const char *key, bool v)
{
	jw_key(w, key);
	jw_bool(w, v);
}

void jw_kv_time(struct json_writer *w, const char *key, int64_t ms)
{
	jw_key(w, key);
	jw_time(w, ms);
}

void jw_kv_fixed(struct json_writer *w, const char *key, int64_t scaled, unsigned decimals)
{
	jw_key(w, key);
	jw_fixed(w, scaled, decimals);
}
