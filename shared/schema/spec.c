#include <stdlib.h>
#include <string.h>

#include "shared/schema/internal.h"
#include "shared/timefmt.h"

const json_t *spec_value(const struct resource_kind *k, const json_t *spec, const char *field)
{
	(void)k;
	const json_t *v = json_object_get(spec, field);
	return json_is_null(v) ? NULL : v;
}

/* The text of a value, or of the default. */
const char *spec_text(const struct resource_kind *k, const json_t *spec, const char *field)
{
	const json_t *v = spec_value(k, spec, field);
	if (json_is_string(v))
		return json_string_value(v);
	const struct field *f = v ? NULL : resource_field(k, resource_variant(k, spec), field);
	return f ? f->dflt : NULL;
}

int64_t spec_int(const struct resource_kind *k, const json_t *spec, const char *field)
{
	const json_t *v = spec_value(k, spec, field);
	if (json_is_integer(v))
		return json_integer_value(v);
	const char *text = spec_text(k, spec, field);
	return text ? strtoll(text, NULL, 10) : 0;
}

bool spec_bool(const struct resource_kind *k, const json_t *spec, const char *field)
{
	const json_t *v = spec_value(k, spec, field);
	if (json_is_boolean(v))
		return json_is_true(v);
	const char *text = spec_text(k, spec, field);
	return text && !strcmp(text, "true");
}

int64_t spec_ms(const struct resource_kind *k, const json_t *spec, const char *field)
{
	int64_t ms = 0;
	const char *text = spec_text(k, spec, field);
	return text && duration_parse(text, &ms) ? ms : 0;
}

int64_t spec_bytes(const struct resource_kind *k, const json_t *spec, const char *field)
{
	int64_t bytes = 0;
	const char *text = spec_text(k, spec, field);
	return text && size_parse(text, &bytes) ? bytes : 0;
}

const char *secret_ref(const json_t *v)
{
	return json_is_object(v) && json_object_size(v) == 1 ? json_str(v, "secret", NULL) : NULL;
}

void spec_each_secret(const json_t *spec, void (*fn)(const char *name, void *arg), void *arg)
{
	const char *key;
	json_t *value;
	size_t i;
	if (secret_ref(spec)) {
		fn(secret_ref(spec), arg);
		return;
	}
	json_object_foreach((json_t *)spec, key, value) spec_each_secret(value, fn, arg);
	json_array_foreach((json_t *)spec, i, value) spec_each_secret(value, fn, arg);
}

char *spec_dump(const json_t *spec)
{
	return json_dumps(spec, JSON_COMPACT);
}

void write_default(struct json_writer *w, const struct field *f)
{
	if (f->type == FIELD_INT)
		jw_int(w, strtoll(f->dflt, NULL, 10));
	else if (f->type == FIELD_BOOL)
		jw_bool(w, !strcmp(f->dflt, "true"));
	else
		jw_str(w, f->dflt);
}

void spec_write_effective(struct json_writer *w, const struct resource_kind *k, const json_t *spec)
{
	const struct field *fields[FIELDS_MAX];
	size_t n = resource_fields(k, resource_variant(k, spec), fields);
	for (size_t i = 0; i < n; i++) {
		const json_t *v = spec_value(k, spec, fields[i]->name);
		if (!v && !fields[i]->dflt)
			continue;
		jw_key(w, fields[i]->name);
		if (!v)
			write_default(w, fields[i]);
		else if (fields[i]->type == FIELD_OBJECTS)
			objects_write_effective(w, fields[i], v);
		else
			jw_value(w, v);
	}
}

void spec_diff(const struct resource_kind *k, const json_t *from, const json_t *to,
	       void (*fn)(const char *field, const char *from, const char *to, void *arg),
	       void *arg)
{
	const struct field *fields[FIELDS_MAX];
	char old[1024], new[1024];
	size_t n = resource_fields(k, resource_variant(k, to ? to : from), fields);
	for (size_t i = 0; i < n; i++) {
		const struct field *f = fields[i];
		const json_t *was = spec_value(k, from, f->name), *is = spec_value(k, to, f->name);
		if ((!was && !is) || (was && is && json_equal(was, is)))
			continue;
		if (f->type == FIELD_OBJECTS) {
			objects_diff(f, f->name, was, is, fn, arg);
			continue;
		}
		field_text(f, was, old, sizeof(old));
		field_text(f, is, new, sizeof(new));
		fn(f->name, was ? old : f->dflt, is ? new : f->dflt, arg);
	}
}
