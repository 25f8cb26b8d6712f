/* What a form is worth: its entries checked by the one validator, faults beside their fields, and
 * what is sent of them. */
#include "tui/app/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/form_internal.h"

/* ---- faults ---------------------------------------------------------------------------------- */

static bool concerns(const char *fault_field, const char *field)
{
	size_t n = strlen(field);

	return !strncmp(fault_field, field, n) &&
	       (fault_field[n] == '\0' || fault_field[n] == '.' || fault_field[n] == '[');
}

static bool put_fault(struct form *f, const struct error *e)
{
	for (size_t i = 0; i < f->n; i++) {
		struct form_text *t = f->rows[i].text;

		if (!t || !concerns(e->field, f->rows[i].field->name))
			continue;
		if (!*t->fault) {
			snprintf(t->fault, sizeof t->fault, "%s", e->text);
			snprintf(t->hint, sizeof t->hint, "%s", e->hint);
		}
		return true;
	}
	return false;
}

static void clear_faults(struct form *f)
{
	for (struct form_text *t = f->texts; t; t = t->next)
		t->fault[0] = t->hint[0] = '\0';
}

static void go_to_fault(struct form *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->rows[i].text && *f->rows[i].text->fault) {
			f->at = i;
			return;
		}
}

void form_take_faults(struct form *f, const struct error_list *faults, const struct error *e)
{
	clear_faults(f);
	for (size_t i = 0; i < faults->n; i++) {
		if (put_fault(f, &faults->items[i]) || f->unfolded)
			continue;
		form_fold(f); /* it may be about a folded field */
		put_fault(f, &faults->items[i]);
	}
	go_to_fault(f);
}

/* ---- what is sent ---------------------------------------------------------------------------- */

/* A type that nothing guesses and the name of a secret are what the empty field shows. */
static bool shown_is_meant(const struct form *f, const struct field *field)
{
	const struct resource_kind *k = f->kind;

	return field->type == FIELD_SECRET ||
	       (k->variant_field && !k->variant_guess && !strcmp(field->name, k->variant_field));
}

/* In a form the field's help says that it is a secret: its name is enough. */
static enum err take(const struct field *field, json_t *o, const char *text, struct error *e)
{
	char slug[NAME_MAX_BYTES + 1], named[NAME_MAX_BYTES + 16];

	name_slug(text, slug, sizeof slug);
	if (field->type != FIELD_SECRET || !*text || strcmp(slug, text) != 0)
		return field_collect(field, o, text, e);
	snprintf(named, sizeof named, "secret:%s", slug);
	return field_collect(field, o, named, e);
}

/* Everything typed on the rows that exist now. Entries of another variant stay out. */
static json_t *collect(struct form *f, bool changed_only)
{
	json_t *o = json_object();

	for (struct form_text *t = f->texts; t; t = t->next) {
		const struct field *known =
			resource_field(f->kind, form_variant(f), t->field->name);
		struct error e = {0};

		if (!known && t->field != &form_name_field && t->field != &form_labels_field)
			continue;
		if (t->field->type == FIELD_OBJECTS) {
			json_t *kept = json_object_get(f->original, t->field->name);

			if (kept && !changed_only)
				json_object_set(o, t->field->name, kept);
			continue;
		}
		if (!t->edit.len && !f->original && shown_is_meant(f, t->field)) {
			const struct form_row row = {.field = t->field, .text = t};
			char proposed[EDIT_MAX];

			form_placeholder(f, &row, proposed, sizeof proposed);
			if (*proposed && known && !take(t->field, o, proposed, &e))
				continue;
		}
		if (changed_only ? !strcmp(t->edit.text, t->initial) : t->edit.len == 0)
			continue;
		if (take(t->field, o, t->edit.text, &e))
			put_fault(f, &e);
	}
	return o;
}

static bool faultless(const struct form *f)
{
	for (const struct form_text *t = f->texts; t; t = t->next)
		if (*t->fault)
			return false;
	return true;
}

/* Of what is new: what may be left out. */
static bool complete(const struct form *f, json_t *input, struct error_list *faults)
{
	struct error e = {0};

	if (f->kind->complete && !f->original &&
	    f->kind->complete(input, (int64_t)time(NULL) * 1000, &e))
		return errors_add(faults, &e);
	return true;
}

static json_t *new_body(struct form *f)
{
	json_t *input = collect(f, false), *body = NULL;
	struct resource_input in = {0};
	struct error_list *faults = mem_zalloc(sizeof *faults);

	if (complete(f, input, faults) && faultless(f) &&
	    resource_validate(f->kind, input, SCHEMA_LOOSE, NULL, &in, faults)) {
		body = json_deep_copy(in.spec);
		if (*in.name)
			json_object_set_new(body, "name", json_string(in.name));
		if (in.labels)
			json_object_set(body, "labels", in.labels);
		resource_input_fini(&in);
	}
	if (faults->n)
		form_take_faults(f, faults, &faults->items[0]);
	json_decref(input);
	free(faults);
	return body;
}

/* RFC 7396: what is not there any more is sent as null. */
static json_t *map_patch(const json_t *before, const json_t *after)
{
	json_t *patch = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)before, key, value) if (!json_object_get(after, key))
		json_object_set_new(patch, key, json_null());
	json_object_update(patch, (json_t *)after);
	return patch;
}

/* What was typed, as a merge: a map that is typed replaces the one that was there. */
static void make_merge(const struct form *f, json_t *patch)
{
	json_t *value;
	const char *key;
	void *next;

	json_object_foreach_safe(patch, next, key, value)
	{
		const json_t *before = json_object_get(f->original, key);

		if (json_is_object(value) && json_is_object(before) && !secret_ref(value))
			json_object_set_new(patch, key, map_patch(before, value));
	}
}

static json_t *typed_patch(const struct form *f, const json_t *patch,
			   const struct resource_input *in)
{
	json_t *body = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)patch, key, value)
	{
		const bool labels = !strcmp(key, "labels");
		json_t *canonical = labels ? in->labels : json_object_get(in->spec, key);

		if (!strcmp(key, "name"))
			json_object_set_new(body, key, json_string(in->name));
		else if (json_is_object(canonical) && !secret_ref(canonical))
			json_object_set_new(
				body, key, map_patch(json_object_get(f->original, key), canonical));
		else if (canonical)
			json_object_set(body, key, canonical);
		else /* equal to the default, which a canonical spec leaves out */
			json_object_set_new(body, key, json_null());
	}
	return body;
}

static json_t *patch_body(struct form *f)
{
	json_t *patch = collect(f, true), *body = NULL;
	struct resource_input before = {0}, after = {0};
	struct error_list *faults = mem_zalloc(sizeof *faults);

	if (!faultless(f))
		goto out;
	if (!resource_validate(f->kind, f->original, 0, NULL, &before, faults))
		goto out;
	make_merge(f, patch);
	if (resource_patch(f->kind, before.name, before.spec, before.labels, patch, SCHEMA_LOOSE,
			   &after, faults)) {
		body = typed_patch(f, patch, &after);
		resource_input_fini(&after);
	}
	resource_input_fini(&before);
out:
	if (faults->n)
		form_take_faults(f, faults, &faults->items[0]);
	json_decref(patch);
	free(faults);
	return body;
}

json_t *form_body(struct form *f)
{
	clear_faults(f);
	return f->original ? patch_body(f) : new_body(f);
}

/* Leaving a field checks it: the whole is validated, only this field's fault is told. */
void form_check_row(struct form *f, struct form_row *row)
{
	json_t *input;
	struct resource_input in = {0};
	struct error_list *faults;

	if (!row->text->edit.len || form_row_fixed(f, row))
		return;
	faults = mem_zalloc(sizeof *faults);
	input = collect(f, false);
	if (complete(f, input, faults) &&
	    resource_validate(f->kind, input, SCHEMA_LOOSE, NULL, &in, faults))
		resource_input_fini(&in);
	row->text->fault[0] = '\0';
	for (size_t i = 0; i < faults->n; i++)
		if (concerns(faults->items[i].field, row->field->name))
			put_fault(f, &faults->items[i]);
	json_decref(input);
	free(faults);
}
