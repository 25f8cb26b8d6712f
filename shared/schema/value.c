/* One value of one field: from what a user wrote to its canonical form, or why not. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/cron.h"
#include "shared/mem.h"
#include "shared/pattern.h"
#include "shared/percent.h"
#include "shared/schema/internal.h"
#include "shared/timefmt.h"
#include "shared/tz.h"
#include "shared/url.h"
#include "shared/utf8.h"

enum { RANGE_TEXT = 96, CHOICES_TEXT = 200 };

/* Any instant does: cron_next looks eight years ahead, which has a 29 February. */
#define CRON_FROM_MS INT64_C(1767225600000)

/* Refuse with `field: VALUE why`, and the field's example as the hint. */
__attribute__((format(printf, 4, 5))) static json_t *refuse(const struct field *f,
							    const json_t *value, struct error *e,
							    const char *fmt, ...)
{
	char shown[QUOTED_MAX], why[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	error_field(e, ERR_INVALID, f->name, "%s: %s %s", f->name, quoted(shown, value), why);
	const char *member = strrchr(f->name, '.');
	if (f->example)
		error_hint(e, "for example %s: %s", member ? member + 1 : f->name, f->example);
	return NULL;
}

/* Text that may be shown and stored: no control characters but, where lines are welcome, LF and
 * tab. jansson has seen to it that it is UTF-8 without NUL. */
static bool has_controls(const char *s, bool lines)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (lines && (c == '\n' || c == '\t' || c == '\r'))
			continue;
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[1] < 0xa0))
			return true;
	}
	return false;
}

static json_t *canonical_text(const struct field *f, const json_t *value, struct error *e)
{
	char range[RANGE_TEXT];
	const char *s = json_string_value(value);
	int64_t n = (int64_t)strlen(s), max = f->max ? f->max : TEXT_DEFAULT_MAX;
	if (n < f->min)
		return refuse(f, value, e, n ? "is too short (%s)" : "is empty (%s)",
			      field_range(f, range, sizeof(range)));
	if (n > max)
		return refuse(f, value, e, "has %" PRId64 " bytes (%s)", n,
			      field_range(f, range, sizeof(range)));
	if (has_controls(s, f->flags & FIELD_MULTILINE))
		return refuse(f, value, e, "has control characters");
	return json_string(s);
}

static json_t *canonical_int(const struct field *f, const json_t *value, struct error *e)
{
	char range[RANGE_TEXT];
	int64_t v = json_integer_value(value);
	field_range(f, range, sizeof(range));
	if (json_is_string(value)) {
		char *end;
		const char *s = json_string_value(value);
		errno = 0;
		v = strtoll(s, &end, 10);
		if (end == s || *end || errno || *s == ' ' || *s == '+')
			return refuse(f, value, e, "is not a whole number (%s)", range);
	} else if (!json_is_integer(value)) {
		return refuse(f, value, e, "is not a whole number (%s)", range);
	}
	if ((f->min || f->max) && v < f->min)
		return refuse(f, value, e, "is below the minimum %" PRId64 " (%s)", f->min, range);
	if ((f->min || f->max) && v > f->max)
		return refuse(f, value, e, "is above the maximum %" PRId64 " (%s)", f->max, range);
	return json_integer(v);
}

static json_t *canonical_bool(const struct field *f, const json_t *value, unsigned flags,
			      struct error *e)
{
	static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no",
									       "off"};
	if (json_is_boolean(value))
		return json_boolean(json_is_true(value));
	for (size_t i = 0; json_is_string(value) && flags & SCHEMA_LOOSE && i < 3; i++) {
		if (!strcasecmp(json_string_value(value), yes[i]))
			return json_true();
		if (!strcasecmp(json_string_value(value), no[i]))
			return json_false();
	}
	return refuse(f, value, e, "is neither true nor false");
}

static json_t *canonical_enum(const struct field *f, const json_t *value, struct error *e)
{
	char choices[CHOICES_TEXT] = "", number[24];
	const char *s = json_string_value(value);
	if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		s = number;
	}
	size_t n = 0;
	for (; f->choices[n]; n++) {
		if (s && !strcasecmp(s, f->choices[n]))
			return json_string(f->choices[n]);
	}
	refuse(f, value, e, "is not one of %s", field_range(f, choices, sizeof(choices)));
	const char *meant = s ? nearest(s, f->choices, n) : NULL;
	if (meant && e) {
		e->hint[0] = '\0';
		error_hint(e, "did you mean %s?", meant);
	}
	return NULL;
}

static json_t *canonical_duration(const struct field *f, const json_t *value, struct error *e)
{
	char range[RANGE_TEXT], text[DURATION_TEXT];
	int64_t ms;
	const char *s = json_string_value(value);
	field_range(f, range, sizeof(range));
	if (json_is_integer(value)) {
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
		s = text;
	}
	if (!s)
		return refuse(f, value, e, "is not a duration such as 30s or 5m (%s)", range);
	if (*s && strspn(s, "0123456789") == strlen(s)) {
		bool sane = strlen(s) <= 9;
		return sane ? refuse(f, value, e, "has no unit; write %ss or %sm (%s)", s, s, range)
			    : refuse(f, value, e, "has no unit; write 30s or 5m (%s)", range);
	}
	if (!duration_parse(s, &ms))
		return refuse(f, value, e, "is not a duration; write 500ms, 30s, 5m or 1h30m (%s)",
			      range);
	if ((f->min || f->max) && ms < f->min)
		return refuse(f, value, e, "is below the minimum %s (%s)",
			      duration_format(text, f->min), range);
	if ((f->min || f->max) && ms > f->max)
		return refuse(f, value, e, "is above the maximum %s (%s)",
			      duration_format(text, f->max), range);
	return json_string(duration_format(text, ms));
}

static json_t *canonical_size(const struct field *f, const json_t *value, struct error *e)
{
	char range[RANGE_TEXT], text[DURATION_TEXT];
	int64_t bytes = json_integer_value(value);
	const char *s = json_string_value(value);
	field_range(f, range, sizeof(range));
	if (!json_is_integer(value) && !(s && size_parse(s, &bytes)))
		return refuse(f, value, e, "is not a size; write 64KiB, 1MiB or bytes (%s)", range);
	if ((f->min || f->max) && bytes < f->min)
		return refuse(f, value, e, "is below the minimum %s (%s)",
			      size_format(text, sizeof(text), f->min), range);
	if (bytes < 0 || ((f->min || f->max) && bytes > f->max))
		return refuse(f, value, e, "is above the maximum %s (%s)",
			      size_format(text, sizeof(text), f->max), range);
	return json_string(size_format(text, sizeof(text), bytes));
}

/* Why another module refused the text, put into the words of this field. */
static json_t *refuse_with(const struct field *f, const json_t *value, const struct error *why,
			   struct error *e)
{
	const char *text = json_string_value(value);
	if (text && strchr(text, '@')) /* may hold a password: it is not repeated */
		error_field(e, ERR_INVALID, f->name, "%s: %s", f->name, why->text);
	else
		refuse(f, value, e, "is refused: %s", why->text);
	if (e && why->hint[0])
		snprintf(e->hint, sizeof(e->hint), "%s", why->hint);
	return NULL;
}

static json_t *canonical_url(const struct field *f, const json_t *value, struct error *e)
{
	struct url u;
	struct error why = {0};
	const char *s = json_string_value(value);
	static const char *const web[] = {"http", "https"};
	if (url_parse_schemes(s, f->choices ? f->choices : web, &u, &why))
		return refuse_with(f, value, &why, e);
	return json_string(s);
}

static json_t *canonical_host_port(const struct field *f, const json_t *value, struct error *e)
{
	static const struct {
		const char *name;
		uint16_t port;
	} schemes[] = {{"tcp://", 0},     {"tls://", 0},   {"http://", 80},
		       {"https://", 443}, {"smtp://", 25}, {"smtps://", 465}};
	char host[HOST_MAX], authority[HOST_MAX + 16];
	struct error why = {0};
	const char *s = json_string_value(value);
	uint16_t port = (uint16_t)f->min;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t n = strlen(schemes[i].name);
		if (strncasecmp(s, schemes[i].name, n))
			continue;
		s += n;
		port = schemes[i].port ? schemes[i].port : port;
		break;
	}
	/* From a URL only the host and port count; without a scheme a path is a mistake. */
	size_t n = s == json_string_value(value) ? strlen(s) : strcspn(s, "/?#");
	if (n >= sizeof(authority))
		return refuse(f, value, e, "is too long for host:port");
	memcpy(authority, s, n);
	authority[n] = '\0';
	if (host_port_parse(authority, port, host, &port, &why))
		return refuse_with(f, value, &why, e);
	bool v6 = strchr(host, ':') != NULL;
	return json_sprintf("%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

/* With a scheme before it, only the host counts; without one, a port or path is a mistake. */
static json_t *canonical_host(const struct field *f, const json_t *value, struct error *e)
{
	char host[HOST_MAX], authority[HOST_MAX + 16];
	struct error why = {0};
	const char *given = json_string_value(value), *scheme = strstr(given, "://");
	const char *s = scheme ? scheme + 3 : given;
	size_t n = scheme ? strcspn(s, "/?#") : strlen(s);
	struct in6_addr six;
	uint16_t port = 0;
	if (n + 3 >= sizeof(authority))
		return refuse(f, value, e, "is too long for a host");
	snprintf(authority, sizeof(authority), "%.*s", (int)n, s);
	if (inet_pton(AF_INET6, authority, &six) == 1)
		snprintf(authority, sizeof(authority), "[%.*s]", (int)n, s);
	if (host_port_parse(authority, 1, host, &port, &why))
		return refuse_with(f, value, &why, e);
	if (!scheme && strchr(authority, ':') && authority[strlen(authority) - 1] != ']')
		return refuse(f, value, e, "has a port, which means nothing here");
	n = strlen(host);
	if (host[n - 1] == '.')
		host[n - 1] = '\0';
	return json_string(host);
}

static json_t *canonical_status_set(const struct field *f, const json_t *value, struct error *e)
{
	char text[256];
	struct error why = {0};
	const char *s = json_string_value(value);
	if (json_is_integer(value)) {
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
		s = text;
	}
	if (!s)
		return refuse(f, value, e, "is not a set of HTTP statuses such as 200-299,301");
	char set[256];
	if (!status_set_canonical(s, set, sizeof(set), &why)) {
		error_field(e, ERR_INVALID, f->name, "%s: %s", f->name, why.text);
		error_hint(e, "%s", why.hint);
		return NULL;
	}
	return json_string(set);
}

static json_t *canonical_pattern(const struct field *f, const json_t *value, struct error *e)
{
	struct error why = {0};
	const char *s = json_string_value(value);
	if (!*s)
		return refuse(f, value, e, "is empty: it would match everything");
	if (has_controls(s, false))
		return refuse(f, value, e, "has control characters; write \\n, \\t or \\x1b");
	struct pattern *p = pattern_compile(s, &why);
	if (!p)
		return refuse_with(f, value, &why, e);
	pattern_free(p);
	return json_string(s);
}

static json_t *canonical_cron(const struct field *f, const json_t *value, struct error *e)
{
	struct cron c;
	struct error why = {0};
	if (cron_parse(json_string_value(value), &c, &why))
		return refuse_with(f, value, &why, e);
	struct tz *utc = tz_load("UTC", &why);
	bool comes = utc && cron_next(&c, utc, CRON_FROM_MS) >= 0;
	tz_free(utc);
	if (!comes) {
		error_set(&why, ERR_INVALID, "no such day ever comes");
		return refuse_with(f, value, &why, e);
	}
	return json_string(json_string_value(value));
}

static json_t *canonical_percent(const struct field *f, const json_t *value, struct error *e)
{
	char text[PERCENT_TEXT], range[RANGE_TEXT];
	int64_t v;
	if (!percent_parse(json_string_value(value), &v))
		return refuse(f, value, e,
			      "is not a percentage: digits, at most three after the point");
	if (f->max && (v < f->min || v > f->max))
		return refuse(f, value, e, "is out of range (%s)",
			      field_range(f, range, sizeof(range)));
	return json_string(percent_format(text, v));
}

static json_t *canonical_zone(const struct field *f, const json_t *value, struct error *e)
{
	struct error why = {0};
	struct tz *z = tz_load(json_string_value(value), &why);
	if (!z)
		return refuse_with(f, value, &why, e);
	tz_free(z);
	return json_string(json_string_value(value));
}

static json_t *canonical_name(const struct field *f, const json_t *value, struct error *e)
{
	struct error why = {0};
	const char *s = json_string_value(value);
	if (!name_valid(NULL, s, &why)) {
		const char *colon = strchr(why.text, ':');
		error_field(e, ERR_INVALID, f->name, "%s%s", f->name, colon ? colon : "");
		error_hint(e, "%s", why.hint);
		return NULL;
	}
	return json_string(s);
}

static json_t *canonical_secret(const struct field *f, const json_t *value, struct error *e)
{
	struct error why = {0};
	const char *name = secret_ref(value);
	if (!name) {
		/* The value may be the secret itself: it is not repeated. */
		error_field(
			e, ERR_INVALID, f->name,
			"%s: a secret is referred to by name, {secret: NAME}, never written here",
			f->name);
		error_hint(e, "sellersmart secret set NAME < file, then %s: {secret: NAME}",
			   f->name);
		return NULL;
	}
	if (!name_valid(NULL, name, &why)) {
		error_field(e, ERR_INVALID, f->name, "%s: the secret's %s", f->name, why.text);
		error_hint(e, "%s", why.hint);
		return NULL;
	}
	return json_pack("{s:s}", "secret", name);
}

static bool list_has(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!strcmp(json_string_value(json_array_get(list, i)), text))
			return true;
	}
	return false;
}

static json_t *canonical_list(const struct field *f, const json_t *value, unsigned flags,
			      struct error *e)
{
	char range[RANGE_TEXT];
	bool slugs = f->flags & FIELD_SLUGS;
	struct field entry = {.name = f->name,
			      .type = slugs ? FIELD_NAME : FIELD_TEXT,
			      .min = 1,
			      .example = f->example};
	json_t *one = NULL, *list = json_array();
	if (f->links)
		entry.type = FIELD_NAME;
	if (json_is_string(value) && flags & SCHEMA_LOOSE)
		value = one = json_pack("[O]", value);
	if (!json_is_array(value)) {
		refuse(f, value, e, "is not a list");
		goto fail;
	}
	if (json_array_size(value) > (size_t)(f->max ? f->max : ENTRIES_DEFAULT_MAX)) {
		refuse(f, value, e, "has %zu entries (%s)", json_array_size(value),
		       field_range(f, range, sizeof(range)));
		goto fail;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		json_t *text = field_canonical(&entry, json_array_get(value, i), flags, e);
		if (!text)
			goto fail;
		if (slugs && list_has(list, json_string_value(text)))
			json_decref(text);
		else
			json_array_append_new(list, text);
	}
	json_decref(one);
	return list;
fail:
	json_decref(one);
	json_decref(list);
	return NULL;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *canonical_entry(const struct field *f, const char *key, const json_t *value,
			       unsigned flags, struct error *e)
{
	char path[FIELD_PATH_MAX], shown[QUOTED_MAX];
	struct field entry = {.type = FIELD_TEXT, .name = path};
	snprintf(path, sizeof(path), "%s.%s", f->name, key);
	if (!*key || strlen(key) > NAME_MAX_BYTES * 2 || has_controls(key, false)) {
		error_field(e, ERR_INVALID, f->name, "%s: %s is not a key (1..%d bytes)", f->name,
			    quoted_text(shown, key), NAME_MAX_BYTES * 2);
		return NULL;
	}
	if (!strcmp(key, "secret")) {
		error_field(e, ERR_INVALID, f->name,
			    "%s: {secret: NAME} stands for one value, not for the mapping",
			    f->name);
		error_hint(e, "write %s: {KEY: ...}", f->name);
		return NULL;
	}
	if (secret_ref(value) && f->flags & FIELD_MAY_SECRET)
		return canonical_secret(&entry, value, e);
	if (json_is_string(value) && has_controls(json_string_value(value), false)) {
		error_field(e, ERR_INVALID, path, "%s: the value has control characters", path);
		return NULL;
	}
	if (json_is_string(value) || (flags & SCHEMA_LOOSE && json_is_integer(value)))
		return field_canonical(&entry, value, flags, e);
	error_field(e, ERR_INVALID, path, "%s: the value is not text%s", path,
		    f->flags & FIELD_MAY_SECRET ? " or {secret: NAME}" : "");
	return NULL;
}

static json_t *canonical_map(const struct field *f, const json_t *value, unsigned flags,
			     struct error *e)
{
	char range[RANGE_TEXT];
	if (!json_is_object(value))
		return refuse(f, value, e, "is not a mapping of keys to text");
	size_t n = json_object_size(value);
	if (n > (size_t)(f->max ? f->max : ENTRIES_DEFAULT_MAX))
		return refuse(f, value, e, "has %zu entries (%s)", n,
			      field_range(f, range, sizeof(range)));
	/* Sorted, so that equal maps are equal bytes. */
	const char **keys = mem_array(NULL, n + 1, sizeof(*keys)), *key;
	json_t *member, *map = json_object();
	n = 0;
	json_object_foreach((json_t *)value, key, member) keys[n++] = key;
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < n; i++) {
		json_t *text =
			canonical_entry(f, keys[i], json_object_get(value, keys[i]), flags, e);
		if (!text) {
			json_decref(map);
			map = NULL;
			break;
		}
		json_object_set_new(map, keys[i], text);
	}
	free(keys);
	return map;
}

/* For callers that take one fault only. */
static json_t *first_fault_of_objects(const struct field *f, const json_t *value, unsigned flags,
				      struct error *e)
{
	struct error_list *faults = mem_zalloc(sizeof(*faults));
	json_t *list = objects_canonical(f, value, flags, faults);
	if (!list && e)
		*e = faults->items[0];
	free(faults);
	return list;
}

static bool wants_text(enum field_type type)
{
	return type == FIELD_TEXT || type == FIELD_URL || type == FIELD_HOST_PORT ||
	       type == FIELD_HOST || type == FIELD_PATTERN || type == FIELD_CRON ||
	       type == FIELD_ZONE || type == FIELD_PERCENT || type == FIELD_NAME;
}

json_t *field_canonical(const struct field *f, const json_t *value, unsigned flags, struct error *e)
{
	if (wants_text(f->type) && !json_is_string(value))
		return refuse(f, value, e, "is not text");
	switch (f->type) {
	case FIELD_TEXT: return canonical_text(f, value, e);
	case FIELD_INT:
		if (json_is_string(value) && !(flags & SCHEMA_LOOSE))
			return refuse(f, value, e, "is text, not a number");
		return canonical_int(f, value, e);
	case FIELD_BOOL: return canonical_bool(f, value, flags, e);
	case FIELD_ENUM: return canonical_enum(f, value, e);
	case FIELD_DURATION: return canonical_duration(f, value, e);
	case FIELD_SIZE: return canonical_size(f, value, e);
	case FIELD_URL: return canonical_url(f, value, e);
	case FIELD_HOST_PORT: return canonical_host_port(f, value, e);
	case FIELD_HOST: return canonical_host(f, value, e);
	case FIELD_STATUS_SET: return canonical_status_set(f, value, e);
	case FIELD_PATTERN: return canonical_pattern(f, value, e);
	case FIELD_CRON: return canonical_cron(f, value, e);
	case FIELD_ZONE: return canonical_zone(f, value, e);
	case FIELD_PERCENT: return canonical_percent(f, value, e);
	case FIELD_NAME: return canonical_name(f, value, e);
	case FIELD_TEXT_LIST: return canonical_list(f, value, flags, e);
	case FIELD_TEXT_MAP: return canonical_map(f, value, flags, e);
	case FIELD_SECRET: return canonical_secret(f, value, e);
	case FIELD_OBJECTS: return first_fault_of_objects(f, value, flags, e);
	}
	return NULL;
}

json_t *field_default(const struct field *f)
{
	if (!f->dflt)
		return NULL;
	json_t *text = json_string(f->dflt);
	json_t *value = field_canonical(f, text, SCHEMA_LOOSE, NULL);
	json_decref(text);
	return value;
}
