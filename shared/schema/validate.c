#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"

/* One validation under way. */
struct check {
	const struct resource_kind *kind;
	const struct variant *variant;
	const json_t *input;
	bool guessed; /* the variant was not given */
	unsigned flags;
	const struct source_lines *lines;
	struct error_list *errors;
	size_t before; /* faults in errors when this began */
};

/* Members of every answer that are not fields. */
static const char *const common_outputs[] = {
	"id", "kind", "version", "created_at", "updated_at",
};
static const char *const given_apart[] = {"name", "labels", "renamed_from"};

static void fault(struct check *c, struct error *e)
{
	char path[FIELD_PATH_MAX];
	/* "headers.X-A" or "steps[2].url" has a line of its own only when it was written on one:
	 * else the line of what it is in. */
	snprintf(path, sizeof(path), "%s", e->field);
	e->line = source_line(c->lines, path);
	while (!e->line && *path) {
		size_t n = strlen(path) - 1;
		while (n && path[n] != '.' && path[n] != '[')
			n--;
		path[n] = '\0';
		e->line = source_line(c->lines, path);
	}
	errors_add(c->errors, e);
}

static bool listed(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n && names[i]; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

static bool is_output(const struct resource_kind *k, const char *name)
{
	return listed(name, common_outputs, ARRAY_LEN(common_outputs)) ||
	       (k->outputs && listed(name, k->outputs, SIZE_MAX));
}

/* ---- name, labels ------------------------------------------------------------------------- */

static void check_name(struct check *c, struct resource_input *out)
{
	struct error e = {0};
	json_t *name = json_object_get(c->input, "name");
	char shown[QUOTED_MAX];
	if (!(c->kind->ops & OP_ADD) && !name)
		return;
	if (!name || json_is_null(name)) {
		if (c->flags & SCHEMA_PARTIAL)
			return;
		bool proposed = c->kind->name_propose &&
				c->kind->name_propose(c->input, out->name, sizeof(out->name));
		if (!proposed) {
			out->name[0] = '\0';
			name_valid(c->kind, "", &e);
			fault(c, &e);
		}
		return;
	}
	if (!json_is_string(name)) {
		error_field(&e, ERR_INVALID, "name", "name: %s is not text", quoted(shown, name));
		fault(c, &e);
	} else if (!name_valid(c->kind, json_string_value(name), &e)) {
		fault(c, &e);
	} else {
		snprintf(out->name, sizeof(out->name), "%s", json_string_value(name));
	}
}

static void check_renamed_from(struct check *c, struct resource_input *out)
{
	struct error e = {0};
	char shown[QUOTED_MAX];
	json_t *old = json_object_get(c->input, "renamed_from");
	if (!old || json_is_null(old))
		return;
	if (!json_is_string(old) || !name_valid(NULL, json_string_value(old), NULL)) {
		error_field(&e, ERR_INVALID, "renamed_from",
			    "renamed_from: %s is not the former name of a %s", quoted(shown, old),
			    c->kind->kind);
		fault(c, &e);
		return;
	}
	snprintf(out->renamed_from, sizeof(out->renamed_from), "%s", json_string_value(old));
}

static void check_labels(struct check *c, struct resource_input *out)
{
	struct error e = {0};
	json_t *labels = json_object_get(c->input, "labels");
	if (!labels || json_is_null(labels))
		return;
	out->labels = field_canonical(resource_labels_field(), labels, c->flags, &e);
	const char *key;
	json_t *value;
	json_object_foreach(out->labels, key, value)
	{
		if (name_valid(NULL, key, NULL))
			continue;
		char shown[QUOTED_MAX];
		error_field(&e, ERR_INVALID, "labels",
			    "labels: %s is not a key (1..%d of a-z 0-9 - _ .)",
			    quoted_text(shown, key), NAME_MAX_BYTES);
		error_hint(&e, "for example labels: {shop: lamps}");
		json_decref(out->labels);
		out->labels = NULL;
		break;
	}
	if (!out->labels)
		fault(c, &e);
}

/* ---- the variant and unknown members ------------------------------------------------------ */

static const struct variant *variant_named(const struct resource_kind *k, const char *name)
{
	for (size_t i = 0; name && k->variants[i]; i++) {
		if (!strcmp(k->variants[i]->name, name))
			return k->variants[i];
	}
	return NULL;
}

/* Sets c->variant. False: the kind has variants and this input names none (a fault, or a patch). */
static bool find_variant(struct check *c, json_t *spec)
{
	const char *field = c->kind->variant_field;
	struct error e = {0};
	if (!field)
		return true;
	const struct field *f = resource_field(c->kind, NULL, field);
	json_t *given = json_object_get(c->input, field);
	json_t *chosen = NULL;
	if (given && !json_is_null(given)) {
		chosen = field_canonical(f, given, c->flags, &e);
	} else if (!(c->flags & SCHEMA_PARTIAL)) {
		const char *guess =
			c->kind->variant_guess ? c->kind->variant_guess(c->input) : NULL;
		char choices[200] = "";
		chosen = guess ? json_string(guess) : NULL;
		c->guessed = true;
		error_field(&e, ERR_INVALID, field, "%s: missing; one of %s", field,
			    field_range(f, choices, sizeof(choices)));
	} else {
		return false;
	}
	if (!chosen) {
		fault(c, &e);
		return false;
	}
	c->variant = variant_named(c->kind, json_string_value(chosen));
	json_object_set_new(spec, field, chosen);
	return c->variant != NULL;
}

static void unknown_member(struct check *c, const char *name)
{
	struct error e = {0};
	char shown[QUOTED_MAX], having[96];
	if (c->errors->n == ERRORS_MAX) {
		c->errors->total++;
		return;
	}
	quoted_text(shown, name);
	char path[FIELD_PATH_MAX];
	snprintf(path, sizeof(path), "%.64s", name);
	variants_having(c->kind, name, having, sizeof(having));
	if (c->variant && variant_excludes(c->variant, name)) {
		error_field(&e, ERR_INVALID, path, "%s: a %s %s has none", name, c->variant->name,
			    c->kind->kind);
		if (c->guessed)
			error_hint(&e, "%s was guessed; give it, or what it is guessed from",
				   c->kind->variant_field);
		error_hint(&e, "leave it out");
	} else if (*having) {
		error_field(&e, ERR_INVALID, path, "%s: not a field of a %s %s; %s %ss have it",
			    name, c->variant ? c->variant->name : "", c->kind->kind, having,
			    c->kind->kind);
		error_hint(&e, "leave it out, or choose another %s", c->kind->variant_field);
	} else {
		const struct field *fields[FIELDS_MAX];
		const char *names[FIELDS_MAX + ARRAY_LEN(given_apart)];
		size_t n = resource_fields(c->kind, c->variant, fields);
		for (size_t i = 0; i < n; i++)
			names[i] = fields[i]->name;
		for (size_t i = 0; i < ARRAY_LEN(given_apart); i++)
			names[n++] = given_apart[i];
		const char *meant = nearest(name, names, n);
		error_field(&e, ERR_INVALID, path, "%.*s: a %s has no such field",
			    (int)strlen(shown) - 2, shown + 1, c->kind->kind);
		if (meant)
			error_hint(&e, "did you mean %s?", meant);
		else if (c->kind->ops)
			error_hint(&e, "sellersmart help %s lists the fields", c->kind->kind);
		else
			error_hint(&e, "man sellersmart.yaml lists the fields");
	}
	fault(c, &e);
}

static void check_unknown(struct check *c)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)c->input, name, value)
	{
		if (listed(name, given_apart, ARRAY_LEN(given_apart)) || is_output(c->kind, name))
			continue;
		bool known = resource_field(c->kind, c->variant, name) != NULL;
		if (!known && !c->variant)
			known = resource_field_any(c->kind, name) != NULL;
		/* "None of that" is right for a variant that cannot have it. */
		if (json_is_null(value) && resource_field_any(c->kind, name))
			continue;
		if (!known || variant_excludes(c->variant, name))
			unknown_member(c, name);
	}
}

/* ---- fields ------------------------------------------------------------------------------- */

/* Every fault of every entry, not only the first. */
static json_t *check_objects(struct check *c, const struct field *f, const json_t *given)
{
	struct error_list *faults = mem_zalloc(sizeof(*faults));
	json_t *list = objects_canonical(f, given, c->flags, faults);
	for (size_t i = 0; i < faults->n; i++)
		fault(c, &faults->items[i]);
	c->errors->total += faults->total - faults->n;
	free(faults);
	return list;
}

static void check_field(struct check *c, const struct field *f, json_t *spec)
{
	struct error e = {0};
	bool partial = c->flags & SCHEMA_PARTIAL;
	json_t *given = json_object_get(c->input, f->name);
	if (partial && json_is_null(given))
		json_object_set_new(spec, f->name, json_null());
	if (!given || json_is_null(given)) {
		if (!(f->flags & FIELD_REQUIRED) || (partial && !given))
			return;
		error_field(&e, ERR_INVALID, f->name, "%s: missing; %s", f->name, f->help);
		if (f->example)
			error_hint(&e, "for example %s: %s", f->name, f->example);
		fault(c, &e);
		return;
	}
	bool objects = f->type == FIELD_OBJECTS;
	json_t *value =
		objects ? check_objects(c, f, given) : field_canonical(f, given, c->flags, &e);
	if (!value && !objects)
		fault(c, &e);
	else if (!partial && field_is_default(f, value))
		json_decref(value);
	else if (value)
		json_object_set_new(spec, f->name, value);
}

/* A patch that does not say which variant it is for: any variant's understanding will do, the
 * final word is resource_patch's. */
static void check_of_any_variant(struct check *c, json_t *spec)
{
	const char *name;
	json_t *given;
	json_object_foreach((json_t *)c->input, name, given)
	{
		struct error first = {0}, e = {0};
		json_t *value = NULL;
		if (resource_field(c->kind, NULL, name) || json_is_null(given)) {
			if (json_is_null(given) && resource_field_any(c->kind, name))
				json_object_set_new(spec, name, json_null());
			continue;
		}
		bool tried = false;
		for (size_t i = 0; !value && c->kind->variants[i]; i++) {
			const struct field *f = resource_field(c->kind, c->kind->variants[i], name);
			if (!f)
				continue;
			value = field_canonical(f, given, c->flags, tried ? &e : &first);
			tried = true;
		}
		if (value)
			json_object_set_new(spec, name, value);
		else if (tried)
			fault(c, &first);
	}
}

void resource_input_fini(struct resource_input *in)
{
	json_decref(in->labels);
	json_decref(in->spec);
	*in = (struct resource_input){0};
}

bool resource_validate(const struct resource_kind *k, const json_t *input, unsigned flags,
		       const struct source_lines *lines, struct resource_input *out,
		       struct error_list *errors)
{
	struct check c = {.kind = k,
			  .input = input,
			  .flags = flags,
			  .lines = lines,
			  .errors = errors,
			  .before = errors->total};
	*out = (struct resource_input){0};
	if (!json_is_object(input)) {
		struct error e = {0};
		error_set(&e, ERR_INVALID, "a %s is a mapping of fields to values", k->kind);
		fault(&c, &e);
		return false;
	}
	out->spec = json_object();
	bool sure = find_variant(&c, out->spec);
	check_name(&c, out);
	check_renamed_from(&c, out);
	check_labels(&c, out);
	/* Without its variant most members would be called unknown: one fault is enough. */
	if (sure || flags & SCHEMA_PARTIAL) {
		const struct field *fields[FIELDS_MAX];
		size_t n = resource_fields(k, c.variant, fields);
		check_unknown(&c);
		for (size_t i = 0; i < n; i++) {
			if (!k->variant_field || strcmp(fields[i]->name, k->variant_field))
				check_field(&c, fields[i], out->spec);
		}
		if (!sure)
			check_of_any_variant(&c, out->spec);
	}
	bool fine = errors->total == c.before;
	if (fine && c.variant && c.variant->check && !(flags & SCHEMA_PARTIAL)) {
		struct error e = {0};
		if (c.variant->check(out->spec, &e)) {
			fault(&c, &e);
			fine = false;
		}
	}
	if (fine && k->check && !(flags & SCHEMA_PARTIAL)) {
		struct error e = {0};
		if (k->check(out->spec, &e)) {
			fault(&c, &e);
			fine = false;
		}
	}
	if (!fine)
		resource_input_fini(out);
	return fine;
}

/* ---- patches ------------------------------------------------------------------------------ */

enum err resource_fixed_check(const struct resource_kind *k, const json_t *before,
			      const json_t *after, struct error *e)
{
	const struct field *fields[FIELDS_MAX];
	size_t n = resource_fields(k, resource_variant(k, before), fields);
	for (size_t i = 0; i < n; i++) {
		const struct field *f = fields[i];
		const json_t *was = json_object_get(before, f->name);
		const json_t *is = json_object_get(after, f->name);
		if (!(f->flags & FIELD_FIXED) || (!was && !is) ||
		    (was && is && json_equal(was, is)))
			continue;
		char old[QUOTED_MAX], new[QUOTED_MAX];
		error_field(e, ERR_INVALID, f->name,
			    "%s: cannot change from %s to %s after the %s was made", f->name,
			    was ? quoted(old, was) : "nothing", is ? quoted(new, is) : "nothing",
			    k->kind);
		error_hint(e, "make another %s, or remove this one first", k->kind);
		return ERR_INVALID;
	}
	return ERR_NONE;
}

/* RFC 7396 into target, which is ours to change. */
static void merge(json_t *target, const json_t *patch, int depth)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)patch, key, value)
	{
		json_t *there = json_object_get(target, key);
		bool reference = secret_ref(value) || secret_ref(there);
		if (json_is_null(value)) {
			json_object_del(target, key);
		} else if (json_is_object(value) && json_is_object(there) && !reference &&
			   depth < JSON_DEPTH_MAX) {
			merge(there, value, depth + 1);
		} else if (json_is_object(value) && !reference && depth < JSON_DEPTH_MAX) {
			json_t *fresh = json_object();
			merge(fresh, value, depth + 1);
			json_object_set_new(target, key, fresh);
		} else {
			json_object_set(target, key, value);
		}
	}
}

bool resource_patch(const struct resource_kind *k, const char *name, const json_t *spec,
		    const json_t *labels, const json_t *patch, unsigned flags,
		    struct resource_input *out, struct error_list *errors)
{
	struct error e = {0};
	*out = (struct resource_input){0};
	if (!json_is_object(patch)) {
		error_set(&e, ERR_INVALID, "a change is a mapping of fields to values");
		return errors_add(errors, &e);
	}
	json_t *whole = json_deep_copy(spec);
	json_object_set_new(whole, "name", json_string(name));
	json_object_set_new(whole, "labels", labels ? json_deep_copy(labels) : json_object());
	merge(whole, patch, 0);
	if (!json_object_get(whole, "labels"))
		json_object_set_new(whole, "labels", json_object());
	/* A name or the variant cannot go back to a default: there is none. */
	if (json_is_null(json_object_get(patch, "name")))
		json_object_set_new(whole, "name", json_string(""));
	if (k->variant_field && json_is_null(json_object_get(patch, k->variant_field)))
		json_object_set(whole, k->variant_field, json_object_get(spec, k->variant_field));
	bool fine =
		resource_validate(k, whole, flags & ~(unsigned)SCHEMA_PARTIAL, NULL, out, errors);
	if (fine && resource_fixed_check(k, spec, out->spec, &e)) {
		fine = errors_add(errors, &e);
		resource_input_fini(out);
	}
	json_decref(whole);
	return fine;
}
