#include "daemon/api/text.h"

#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"

/* The end of the value that starts at p. */
static const char *skip(const char *p)
{
	unsigned depth = 0;

	do {
		switch (*p) {
		case '"':
			for (p++; *p && *p != '"'; p++)
				p += *p == '\\' && p[1];
			if (*p)
				p++;
			break;
		case '{':
		case '[':
			depth++;
			p++;
			break;
		case '}':
		case ']':
			if (depth)
				depth--;
			p++;
			break;
		case '\0': return p;
		case ',':
		case ':': p++; break;
		default: p += strcspn(p, ",:]}\"[{");
		}
	} while (depth);
	return p;
}

bool text_next_member(const char **at, struct json_slice *key, struct json_slice *value)
{
	const char *p = *at, *end;

	if (*p == '{' || *p == ',')
		p++;
	if (*p != '"')
		return false;
	end = skip(p);
	*key = (struct json_slice){p + 1, (size_t)(end - p) - 2};
	p = end + 1; /* the colon */
	end = skip(p);
	*value = (struct json_slice){p, (size_t)(end - p)};
	*at = end;
	return true;
}

struct json_slice text_member(const char *object, const char *key)
{
	struct json_slice k, v;
	size_t n = strlen(key);

	while (text_next_member(&object, &k, &v)) {
		if (k.n == n && !memcmp(k.s, key, n))
			return v;
	}
	return (struct json_slice){0};
}

void text_value(struct json_slice v, char *out, size_t cap)
{
	size_t n;
	json_t *value;

	*out = '\0';
	if (!v.s || !cap)
		return;
	if (*v.s == '"' && memchr(v.s, '\\', v.n)) {
		value = json_loadb(v.s, v.n, JSON_DECODE_ANY, NULL);
		if (value) {
			n = strnlen(json_string_value(value), cap - 1);
			memcpy(out, json_string_value(value), n);
			out[n] = '\0';
		}
		json_decref(value);
		return;
	}
	if (*v.s == '"') {
		v.s++;
		v.n -= 2;
	}
	n = v.n < cap - 1 ? v.n : cap - 1;
	memcpy(out, v.s, n);
	out[n] = '\0';
}

bool text_equals(struct json_slice v, const char *wanted)
{
	char value[2304];
	size_t n = strlen(wanted);

	if (!v.s)
		return false;
	if (*v.s == '"' && !memchr(v.s, '\\', v.n))
		return v.n == n + 2 && !memcmp(v.s + 1, wanted, n);
	text_value(v, value, sizeof value);
	return !strcmp(value, wanted);
}

static inline char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool text_contains(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= n; i++) {
		size_t k = 0;

		while (k < len && lower(s[i + k]) == word[k])
			k++;
		if (k == len)
			return true;
	}
	return false;
}
