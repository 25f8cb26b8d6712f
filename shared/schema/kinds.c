#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"

const struct resource_kind *resource_kind_find(const char *kind_or_plural)
{
	for (size_t i = 0; resource_table[i]; i++) {
		const struct resource_kind *k = resource_table[i];
		if (!strcmp(k->kind, kind_or_plural) || !strcmp(k->plural, kind_or_plural))
			return k;
	}
	return NULL;
}

const struct resource_kind *resource_kind_of_id(const char *id)
{
	size_t n = strcspn(id, "_");

	for (size_t i = 0; id[n] && resource_table[i]; i++)
		if (strlen(resource_table[i]->prefix) == n &&
		    !strncmp(resource_table[i]->prefix, id, n))
			return resource_table[i];
	return NULL;
}

const struct builtin *resource_builtin(const struct resource_kind *k, const char *name, uint64_t id)
{
	for (size_t i = 0; i < k->n_builtins; i++) {
		const struct builtin *b = &k->builtins[i];

		if (name ? !strcmp(b->name, name) : b->id == id)
			return b;
	}
	return NULL;
}

const struct field *resource_link_field(const struct resource_kind *k)
{
	for (size_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].links)
			return &k->fields[i];
	return NULL;
}

const struct variant *resource_variant(const struct resource_kind *k, const json_t *spec)
{
	const char *name = k->variant_field ? json_str(spec, k->variant_field, NULL) : NULL;
	if (!name)
		return NULL;
	for (size_t i = 0; k->variants[i]; i++) {
		if (!strcmp(k->variants[i]->name, name))
			return k->variants[i];
	}
	return NULL;
}

static const struct field *find(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

const struct field *resource_field_flagged(const struct resource_kind *k, const char *flag)
{
	for (size_t i = 0; i < k->n_fields; i++) {
		if (k->fields[i].flag && !strcmp(k->fields[i].flag, flag))
			return &k->fields[i];
	}
	return NULL;
}

bool variant_excludes(const struct variant *v, const char *field)
{
	for (size_t i = 0; v && v->excludes && v->excludes[i]; i++) {
		if (!strcmp(v->excludes[i], field))
			return true;
	}
	return false;
}

const struct field *resource_field(const struct resource_kind *k, const struct variant *v,
				   const char *name)
{
	const struct field *f = v ? find(v->fields, v->n_fields, name) : NULL;
	return f ? f : find(k->fields, k->n_fields, name);
}

const struct field *resource_field_any(const struct resource_kind *k, const char *name)
{
	const struct field *f = find(k->fields, k->n_fields, name);
	for (size_t i = 0; !f && k->variants && k->variants[i]; i++)
		f = find(k->variants[i]->fields, k->variants[i]->n_fields, name);
	return f;
}

size_t resource_fields(const struct resource_kind *k, const struct variant *v,
		       const struct field *out[static FIELDS_MAX])
{
	size_t n = 0;
	/* Rounds: the variant field, positional ones, the kind's others, the variant's others. */
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < k->n_fields && n < FIELDS_MAX; i++) {
			const struct field *f = resource_field(k, v, k->fields[i].name);
			bool chooses = k->variant_field && !strcmp(f->name, k->variant_field);
			int belongs = chooses ? 0 : f->flags & FIELD_POSITIONAL ? 1 : 2;
			if (belongs == round && !variant_excludes(v, f->name))
				out[n++] = f;
		}
		for (size_t i = 0; v && i < v->n_fields && n < FIELDS_MAX; i++) {
			const struct field *f = &v->fields[i];
			int belongs = f->flags & FIELD_POSITIONAL ? 1 : 3;
			if (belongs == round && !find(k->fields, k->n_fields, f->name))
				out[n++] = f;
		}
	}
	return n;
}

const struct field *resource_labels_field(void)
{
	static const struct field labels = {
		.name = "labels",
		.type = FIELD_TEXT_MAP,
		.max = LABELS_MAX,
		.flags = FIELD_ADVANCED,
		.help = "Words to group and filter by",
		.example = "shop=lamps",
	};
	return &labels;
}

const char *variants_having(const struct resource_kind *k, const char *field, char *out, size_t cap)
{
	size_t total = 0, seen = 0;
	out[0] = '\0';
	for (size_t i = 0; k->variants && k->variants[i]; i++)
		total += find(k->variants[i]->fields, k->variants[i]->n_fields, field) != NULL;
	for (size_t i = 0; k->variants && k->variants[i]; i++) {
		const struct variant *v = k->variants[i];
		if (!find(v->fields, v->n_fields, field))
			continue;
		seen++;
		words_add(out, cap, seen == total ? " and " : ", ", v->name);
	}
	return out;
}
