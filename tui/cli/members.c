#include "tui/cli/members.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { NAMES_MAX = 256 };

struct names {
	const char *all[NAMES_MAX];
	size_t n;
};

static void add(struct names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->all[i], name))
			return;
	if (l->n < NAMES_MAX)
		l->all[l->n++] = name;
}

/* The members every one has, then those of its variants. */
static struct names names_of(const struct resource_kind *k, bool variants)
{
	static const char *const always[] = {"kind",    "id",         "name",      "labels",
					     "version", "created_at", "updated_at"};
	const struct field *fields[FIELDS_MAX];
	struct names l = {0};
	bool facts = !(k->ops & OP_ADD);
	for (size_t i = 0; i < (facts ? 2 : ARRAY_LEN(always)); i++)
		add(&l, always[i]);
	size_t n = resource_fields(k, NULL, fields);
	for (size_t i = 0; i < n; i++)
		add(&l, fields[i]->name);
	for (size_t i = 0; k->outputs && k->outputs[i]; i++)
		add(&l, k->outputs[i]);
	for (size_t v = 0; variants && k->variants && k->variants[v]; v++)
		for (size_t i = 0; i < k->variants[v]->n_fields; i++)
			add(&l, k->variants[v]->fields[i].name);
	return l;
}

void members_print(struct output *o, const struct resource_kind *k)
{
	struct names l = names_of(k, false);
	for (size_t i = 0; i < l.n; i++)
		fprintf(o->to, "%s\n", l.all[i]);
}

static bool has(const struct names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->all[i], name))
			return true;
	return false;
}

enum err members_check(const struct resource_kind *k, const char *fields, struct error *e)
{
	struct names l = names_of(k, true);
	char *copy = mem_strdup(fields ? fields : ""), *save = NULL;
	enum err err = ERR_NONE;
	for (char *f = strtok_r(copy, ", ", &save); f && !err; f = strtok_r(NULL, ", ", &save)) {
		f[strcspn(f, ".")] = 0; /* of a path only the first is known */
		if (has(&l, f))
			continue;
		const char *meant = nearest(f, l.all, l.n);
		err = error_set(e, ERR_USAGE, "--json %.64s: a %s has no such member", f, k->kind);
		if (meant)
			error_hint(e, "did you mean %s?", meant);
		else
			error_hint(e, "a bare --json lists them");
	}
	free(copy);
	return err;
}
