/* What actions take beside their subject. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"

enum { PARAMS_MAX = 16 };

static enum err unknown(const struct action *a, const char *name, struct error *e)
{
	const char *names[PARAMS_MAX];
	char shown[QUOTED_MAX], field[FIELD_PATH_MAX];
	size_t n = 0;
	for (; n < a->n_params && n < PARAMS_MAX; n++)
		names[n] = a->params[n].name;
	const char *meant = nearest(name, names, n);
	snprintf(field, sizeof(field), "%.64s", name);
	error_field(e, ERR_INVALID, field, "%s: %s takes no such thing", quoted_text(shown, name),
		    a->verb);
	if (meant)
		error_hint(e, "did you mean %s?", meant);
	return ERR_INVALID;
}

static const struct field *param(const struct action *a, const char *name)
{
	for (size_t i = 0; i < a->n_params; i++)
		if (!strcmp(a->params[i].name, name))
			return &a->params[i];
	return NULL;
}

json_t *action_params(const struct action *a, const json_t *input, struct error *e)
{
	json_t *out = json_object(), *value;
	const char *name;
	json_object_foreach((json_t *)input, name, value)
	{
		const struct field *f = param(a, name);
		if (json_is_null(value) && f)
			continue;
		json_t *good = f ? field_canonical(f, value, SCHEMA_LOOSE, e) : NULL;
		if (!good && (f || unknown(a, name, e))) {
			json_decref(out);
			return NULL;
		}
		json_object_set_new(out, name, good);
	}
	for (size_t i = 0; i < a->n_params; i++)
		if (a->params[i].dflt && !json_object_get(out, a->params[i].name))
			json_object_set_new(out, a->params[i].name, field_default(&a->params[i]));
	return out;
}
