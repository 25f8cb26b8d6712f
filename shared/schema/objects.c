/* Lists of objects: each entry is checked, completed and compared member by member. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"
#include "shared/timefmt.h"

const struct field *field_member(const struct field *f, const char *name)
{
	for (size_t i = 0; i < f->n_members; i++) {
		if (!strcmp(f->members[i].name, name))
			return &f->members[i];
	}
	return NULL;
}

const struct field *objects_key(const struct field *f)
{
	return f->n_members && f->members[0].type == FIELD_NAME ? &f->members[0] : NULL;
}

bool field_is_default(const struct field *f, const json_t *value)
{
	if (json_is_string(value) && f->dflt && !strcmp(json_string_value(value), f->dflt))
		return true;
	json_t *dflt = field_default(f);
	bool same = dflt ? json_equal(dflt, value)
			 : (json_is_array(value) && !json_array_size(value)) ||
				    (json_is_object(value) && !json_object_size(value));
	json_decref(dflt);
	return same;
}

/* ---- checking ------------------------------------------------------------------------------- */

static void missing(const char *path, const struct field *m, struct error_list *faults)
{
	struct error e = {0};
	error_field(&e, ERR_INVALID, path, "%s: missing; %s", path, m->help);
	if (m->example)
		error_hint(&e, "for example %s: %s", m->name, m->example);
	errors_add(faults, &e);
}

static void check_member(const char *entry, const struct field *m, const json_t *given,
			 unsigned flags, json_t *out, struct error_list *faults)
{
	char path[FIELD_PATH_MAX];
	struct error e = {0};
	struct field placed = *m;
	json_t *value;
	snprintf(path, sizeof(path), "%.60s.%.32s", entry, m->name);
	placed.name = path;
	if (!given || json_is_null(given)) {
		if (m->flags & FIELD_REQUIRED)
			missing(path, m, faults);
		return;
	}
	if (m->type == FIELD_OBJECTS) {
		value = objects_canonical(&placed, given, flags, faults);
	} else {
		value = field_canonical(&placed, given, flags, &e);
		if (!value)
			errors_add(faults, &e);
	}
	if (value && field_is_default(&placed, value))
		json_decref(value);
	else if (value)
		json_object_set_new(out, m->name, value);
}

static void unknown_member(const char *entry, const struct field *f, const char *name,
			   struct error_list *faults)
{
	const char *names[FIELDS_MAX];
	char path[FIELD_PATH_MAX], shown[QUOTED_MAX], all[200] = "";
	struct error e = {0};
	size_t n = 0;
	for (; n < f->n_members && n < FIELDS_MAX; n++) {
		names[n] = f->members[n].name;
		words_add(all, sizeof(all), ", ", names[n]);
	}
	const char *meant = nearest(name, names, n);
	snprintf(path, sizeof(path), "%.40s.%.48s", entry, name);
	error_field(&e, ERR_INVALID, path, "%s: no field is called %s here", entry,
		    quoted_text(shown, name));
	if (meant)
		error_hint(&e, "did you mean %s?", meant);
	else
		error_hint(&e, "one of: %s", all);
	errors_add(faults, &e);
}

/* @return new reference; what was at fault is not in it */
static json_t *check_entry(const char *path, const struct field *f, const json_t *given,
			   unsigned flags, struct error_list *faults)
{
	json_t *out = json_object(), *value;
	struct error e = {0};
	char shown[QUOTED_MAX];
	const char *name;
	if (!json_is_object(given)) {
		error_field(&e, ERR_INVALID, path, "%s: %s is not a mapping", path,
			    quoted(shown, given));
		error_hint(&e, "begin each entry with - %s: ...", f->members[0].name);
		errors_add(faults, &e);
		return out;
	}
	json_object_foreach((json_t *)given, name, value)
	{
		if (!field_member(f, name))
			unknown_member(path, f, name, faults);
	}
	for (size_t i = 0; i < f->n_members; i++)
		check_member(path, &f->members[i], json_object_get(given, f->members[i].name),
			     flags, out, faults);
	return out;
}

static void check_unique(const struct field *f, const json_t *list, struct error_list *faults)
{
	const struct field *key = objects_key(f);
	const char *name, *other;
	size_t i;
	json_t *entry;
	json_array_foreach((json_t *)list, i, entry)
	{
		name = key ? json_str(entry, key->name, NULL) : NULL;
		for (size_t j = 0; name && j < i; j++) {
			char path[FIELD_PATH_MAX];
			struct error e = {0};
			other = json_str(json_array_get(list, j), key->name, "");
			if (strcmp(name, other))
				continue;
			snprintf(path, sizeof(path), "%.50s[%zu].%.16s", f->name, i, key->name);
			error_field(&e, ERR_INVALID, path, "%s: \"%s\" is taken by %s[%zu]", path,
				    name, f->name, j);
			error_hint(&e, "each needs a %s of its own", key->name);
			errors_add(faults, &e);
			break;
		}
	}
}

/* {csrf: {css: x}} is [{name: csrf, css: x}]. */
static json_t *from_mapping(const struct field *f, const json_t *mapping)
{
	const struct field *key = objects_key(f);
	json_t *list = json_array(), *given;
	const char *name;
	json_object_foreach((json_t *)mapping, name, given)
	{
		json_t *entry = json_is_object(given) ? json_object() : json_incref(given);
		if (json_is_object(given)) {
			json_object_set_new(entry, key->name, json_string(name));
			json_object_update_missing(entry, given);
		}
		json_array_append_new(list, entry);
	}
	return list;
}

json_t *objects_canonical(const struct field *f, const json_t *value, unsigned flags,
			  struct error_list *faults)
{
	size_t before = faults->total, i;
	int64_t max = f->max ? f->max : ENTRIES_DEFAULT_MAX, n;
	json_t *list = json_array(), *entry;
	json_t *mapped = json_is_object(value) && objects_key(f) && flags & SCHEMA_LOOSE
				 ? from_mapping(f, value)
				 : NULL;
	struct error e = {0};
	char shown[QUOTED_MAX], range[QUOTED_MAX];
	value = mapped ? mapped : value;
	n = (int64_t)json_array_size(value);
	if (!json_is_array(value)) {
		error_field(&e, ERR_INVALID, f->name, "%s: %s is not a list", f->name,
			    quoted(shown, value));
		error_hint(&e, "begin each entry with - %s: ...", f->members[0].name);
		errors_add(faults, &e);
	} else if (n < f->min || n > max) {
		error_field(&e, ERR_INVALID, f->name, "%s: has %" PRId64 " entries (%s)", f->name,
			    n, field_range(f, range, sizeof(range)));
		errors_add(faults, &e);
	} else {
		json_array_foreach((json_t *)value, i, entry)
		{
			char path[FIELD_PATH_MAX];
			snprintf(path, sizeof(path), "%.70s[%zu]", f->name, i);
			json_array_append_new(list, check_entry(path, f, entry,
								flags & ~(unsigned)SCHEMA_PARTIAL,
								faults));
		}
		check_unique(f, list, faults);
	}
	json_decref(mapped);
	if (faults->total == before)
		return list;
	json_decref(list);
	return NULL;
}

/* ---- reading -------------------------------------------------------------------------------- */

const char *member_text(const struct field *objects, const json_t *entry, const char *member)
{
	const struct field *m = field_member(objects, member);
	const char *text = json_str(entry, member, NULL);
	return text ? text : m ? m->dflt : NULL;
}

int64_t member_int(const struct field *objects, const json_t *entry, const char *member)
{
	const json_t *v = json_object_get(entry, member);
	const char *text = v ? NULL : member_text(objects, entry, member);
	return json_is_integer(v) ? json_integer_value(v) : text ? strtoll(text, NULL, 10) : 0;
}

int64_t member_ms(const struct field *objects, const json_t *entry, const char *member)
{
	int64_t ms = 0;
	const char *text = member_text(objects, entry, member);
	return text && duration_parse(text, &ms) ? ms : 0;
}

bool member_bool(const struct field *objects, const json_t *entry, const char *member)
{
	const json_t *v = json_object_get(entry, member);
	const char *text = v ? NULL : member_text(objects, entry, member);
	return v ? json_is_true(v) : text && !strcmp(text, "true");
}

void objects_write_effective(struct json_writer *w, const struct field *f, const json_t *list)
{
	size_t i;
	json_t *entry;
	jw_array(w);
	json_array_foreach((json_t *)list, i, entry)
	{
		jw_object(w);
		for (size_t m = 0; m < f->n_members; m++) {
			const struct field *member = &f->members[m];
			const json_t *v = json_object_get(entry, member->name);
			if (!v && !member->dflt)
				continue;
			jw_key(w, member->name);
			if (!v)
				write_default(w, member);
			else if (member->type == FIELD_OBJECTS)
				objects_write_effective(w, member, v);
			else
				jw_value(w, v);
		}
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* ---- comparing ------------------------------------------------------------------------------ */

struct compared {
	const struct field *field;
	void (*fn)(const char *field, const char *from, const char *to, void *arg);
	void *arg;
};

/* The entry of that name, or in that place. */
static const json_t *counterpart(const struct field *f, const json_t *list, const json_t *entry,
				 size_t place)
{
	const struct field *key = objects_key(f);
	size_t i;
	json_t *other;
	if (!key)
		return json_array_get(list, place);
	json_array_foreach((json_t *)list, i, other)
	{
		if (!strcmp(json_str(entry, key->name, ""), json_str(other, key->name, "")))
			return other;
	}
	return NULL;
}

static void diff_entry(const struct compared *c, const char *path, const json_t *from,
		       const json_t *to)
{
	char inner[FIELD_PATH_MAX], old[1024], new[1024];
	for (size_t i = 0; i < c->field->n_members; i++) {
		const struct field *m = &c->field->members[i];
		const json_t *was = json_object_get(from, m->name);
		const json_t *is = json_object_get(to, m->name);
		if ((!was && !is) || (was && is && json_equal(was, is)) ||
		    m == objects_key(c->field))
			continue;
		snprintf(inner, sizeof(inner), "%.60s.%.32s", path, m->name);
		if (m->type == FIELD_OBJECTS) {
			objects_diff(m, inner, was, is, c->fn, c->arg);
			continue;
		}
		field_text(m, was, old, sizeof(old));
		field_text(m, is, new, sizeof(new));
		c->fn(inner, was ? old : m->dflt, is ? new : m->dflt, c->arg);
	}
}

void objects_diff(const struct field *f, const char *path, const json_t *from, const json_t *to,
		  void (*fn)(const char *field, const char *from, const char *to, void *arg),
		  void *arg)
{
	struct compared c = {f, fn, arg};
	const struct field *key = objects_key(f);
	char old[1024], new[1024], inner[FIELD_PATH_MAX];
	json_t *entry;
	size_t i;
	/* Which there are and in what order, then what is different in each. */
	field_text(f, from, old, sizeof(old));
	field_text(f, to, new, sizeof(new));
	if (!from || !to || strcmp(old, new))
		fn(path, from ? old : NULL, to ? new : NULL, arg);
	json_array_foreach((json_t *)to, i, entry)
	{
		if (key)
			snprintf(inner, sizeof(inner), "%.48s.%.40s", path,
				 json_str(entry, key->name, ""));
		else
			snprintf(inner, sizeof(inner), "%.70s[%zu]", path, i);
		diff_entry(&c, inner, counterpart(f, from, entry, i), entry);
	}
}
