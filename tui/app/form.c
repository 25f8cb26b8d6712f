#include "tui/app/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/form_internal.h"

static const struct field name_field = {
	.name = "name",
	.type = FIELD_NAME,
	.help = "How commands and lists call it; made from the address when left out",
	.example = "shop",
};
static const struct field labels_field = {
	.name = "labels",
	.type = FIELD_TEXT_MAP,
	.flags = FIELD_ADVANCED,
	.help = "Words to find and group by: key=value",
	.example = "shop=garden",
};
static const char *const yes_no[] = {"true", "false", NULL};

struct form *form_new(const struct resource_kind *kind)
{
	struct form *f = mem_zalloc(sizeof *f);

	f->kind = kind;
	return f;
}

void form_free(struct form *f)
{
	while (f->texts) {
		struct form_text *t = f->texts;

		f->texts = t->next;
		free(t->initial);
		free(t);
	}
	json_decref(f->original);
	scroll_fini(&f->scroll);
	free(f);
}

/* ---- texts
 * ------------------------------------------------------------------------------------------- */

static struct form_text *text_named(const struct form *f, const char *name)
{
	for (struct form_text *t = f->texts; t; t = t->next)
		if (!strcmp(t->field->name, name))
			return t;
	return NULL;
}

static struct form_text *text_for(struct form *f, const struct field *field)
{
	struct form_text *t = text_named(f, field->name);

	if (t) {
		t->field = field; /* another variant's field of the same name */
		return t;
	}
	t = mem_zalloc(sizeof *t);
	t->field = field;
	t->next = f->texts;
	f->texts = t;
	if (f->original) {
		struct field lines = *field; /* one entry a line, whatever the field prefers */
		char value[EDIT_MAX];

		if (field->type != FIELD_OBJECTS)
			lines.flags |= FIELD_MULTILINE;
		field_text(&lines, json_object_get(f->original, field->name), value, sizeof value);
		edit_set(&t->edit, value);
	} else {
		edit_set(&t->edit, "");
	}
	t->initial = mem_strdup(t->edit.text);
	return t;
}

/* The input as far as it is typed, for guesses. */
static json_t *typed(const struct form *f)
{
	json_t *o = json_object();

	for (const struct form_text *t = f->texts; t; t = t->next)
		if (t->edit.len && t->field->type != FIELD_TEXT_MAP &&
		    t->field->type != FIELD_TEXT_LIST && t->field->type != FIELD_OBJECTS)
			json_object_set_new(o, t->field->name, json_string(t->edit.text));
	return o;
}

/* Before an address is typed there is nothing to guess from. */
static const char *guessed_variant(const struct form *f)
{
	json_t *input = typed(f);
	const struct form_text *target = text_named(f, "target");
	const char *guess = NULL;

	if (f->kind->variant_guess && target && target->edit.len)
		guess = f->kind->variant_guess(input);

	json_decref(input);
	return guess;
}

static const struct variant *variant_now(const struct form *f)
{
	const struct form_text *t =
		f->kind->variant_field ? text_named(f, f->kind->variant_field) : NULL;
	const char *name = t && t->edit.len ? t->edit.text : NULL;

	if (!f->kind->variants)
		return NULL;
	if (!name)
		name = guessed_variant(f);
	for (size_t i = 0; name && f->kind->variants[i]; i++)
		if (!strcmp(f->kind->variants[i]->name, name))
			return f->kind->variants[i];
	return f->kind->variants[0];
}

/* ---- rows
 * -------------------------------------------------------------------------------------------- */

static void add_row(struct form *f, const struct field *field)
{
	if (f->n < FORM_ROWS_MAX)
		f->rows[f->n++] = (struct form_row){
			.field = field, .what = ROW_FIELD, .text = text_for(f, field)};
}

static bool has_row(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->rows[i].field && !strcmp(f->rows[i].field->name, name))
			return true;
	return false;
}

static void add_fields(struct form *f, const struct field *fields, size_t n, unsigned wanted,
		       unsigned mask)
{
	for (size_t i = 0; i < n; i++)
		if ((fields[i].flags & mask) == wanted && !has_row(f, fields[i].name))
			add_row(f, &fields[i]);
}

static void build_rows(struct form *f)
{
	const struct resource_kind *k = f->kind;
	const struct variant *v = variant_now(f);
	const struct field *type =
		k->variant_field ? resource_field(k, NULL, k->variant_field) : NULL;
	const struct field *here = f->n ? f->rows[f->at].field : NULL;
	unsigned both = FIELD_REQUIRED | FIELD_ADVANCED;

	f->n = 0;
	/* What must be known first, then what it is called, then how it is done. */
	if (v)
		add_fields(f, v->fields, v->n_fields, FIELD_REQUIRED, both);
	add_row(f, &name_field);
	if (type)
		add_row(f, type);
	add_fields(f, k->fields, k->n_fields, 0, FIELD_ADVANCED);
	if (v)
		add_fields(f, v->fields, v->n_fields, 0, FIELD_ADVANCED);
	f->rows[f->n++] = (struct form_row){.what = ROW_FOLD};
	if (f->unfolded) {
		add_fields(f, k->fields, k->n_fields, FIELD_ADVANCED, FIELD_ADVANCED);
		if (v)
			add_fields(f, v->fields, v->n_fields, FIELD_ADVANCED, FIELD_ADVANCED);
		add_row(f, &labels_field);
	}
	f->rows[f->n++] = (struct form_row){.what = ROW_SAVE};
	for (size_t i = 0; here && i < f->n; i++)
		if (f->rows[i].field && !strcmp(f->rows[i].field->name, here->name))
			f->at = i;
	if (f->at >= f->n)
		f->at = f->n - 1;
}

void form_start(struct form *f, json_t *original, const char *target)
{
	f->original = original ? json_incref(original) : NULL;
	f->ready = true;
	f->n = f->at = 0;
	if (f->original && f->kind->variant_field) {
		const struct field *type = resource_field(f->kind, NULL, f->kind->variant_field);

		text_for(f, type); /* what it is decides which fields there are */
	}
	build_rows(f);
	if (target && *target) {
		edit_set(&f->rows[0].text->edit, target);
		build_rows(f);
	}
	while (f->at + 1 < f->n && form_row_fixed(f, &f->rows[f->at]))
		f->at++;
}

bool form_row_fixed(const struct form *f, const struct form_row *row)
{
	if (row->field && row->field->type == FIELD_OBJECTS)
		return true; /* a list of mappings is written in an editor */
	return f->original && row->field && row->field->flags & FIELD_FIXED;
}

const char *const *form_choices(const struct field *field)
{
	return field->type == FIELD_BOOL   ? yes_no
	       : field->type == FIELD_ENUM ? field->choices
					   : NULL;
}

void form_placeholder(const struct form *f, const struct form_row *row, char *out, size_t cap)
{
	const struct field *field = row->field;
	const struct variant *v;

	out[0] = '\0';
	if (field == &name_field && f->kind->name_propose) {
		json_t *input = typed(f);

		if (!f->kind->name_propose(input, out, cap))
			out[0] = '\0';
		json_decref(input);
	} else if (f->kind->variant_field && !strcmp(field->name, f->kind->variant_field)) {
		v = variant_now(f);
		snprintf(out, cap, "%s", v ? v->name : "");
	} else if (field->type == FIELD_OBJECTS) {
		snprintf(out, cap, "in a file: sellersmart %s add -f FILE", f->kind->kind);
	} else if (field->dflt) {
		snprintf(out, cap, "%s", field->dflt);
	}
}

/* ---- keys
 * ---------------------------------------------------------------------------------------------- */

void form_move(struct form *f, int by)
{
	size_t at = f->at;

	do
		at = (at + f->n + (size_t)by) % f->n;
	while (form_row_fixed(f, &f->rows[at]) && at != f->at);
	f->at = at;
}

void form_fold(struct form *f)
{
	f->unfolded = !f->unfolded;
	build_rows(f);
}

static void cycle(struct form *f, struct form_row *row, int by)
{
	const char *const *choices = form_choices(row->field);
	char now[256];
	size_t n = 0, at = 0;

	if (row->text->edit.len)
		snprintf(now, sizeof now, "%.255s", row->text->edit.text);
	else
		form_placeholder(f, row, now, sizeof now);
	for (; choices[n]; n++)
		if (!strcmp(choices[n], now))
			at = n;
	edit_set(&row->text->edit, choices[(at + n + (size_t)by) % n]);
	row->text->fault[0] = '\0';
}

static bool holds_entries(const struct field *f)
{
	return f->type == FIELD_TEXT_LIST || f->type == FIELD_TEXT_MAP ||
	       f->flags & FIELD_MULTILINE;
}

static enum form_key field_key(struct form *f, struct form_row *row, const struct key *k)
{
	if (form_choices(row->field)) {
		if (k->code == KEY_CODE_LEFT || k->code == KEY_CODE_RIGHT ||
		    k->code == KEY_CODE_SPACE) {
			cycle(f, row, k->code == KEY_CODE_LEFT ? -1 : 1);
			build_rows(f);
			return FORM_TAKEN;
		}
		if (k->code == KEY_CODE_BACKSPACE || k->code == KEY_CODE_DELETE) {
			edit_set(&row->text->edit, "");
			build_rows(f);
			return FORM_TAKEN;
		}
		/* A letter in a form is never a command. */
		return key_printable(k->code) ? FORM_TAKEN : FORM_IGNORED;
	}
	if (k->pasted && k->code == KEY_CODE_ENTER && holds_entries(row->field)) {
		edit_insert(&row->text->edit, '\n');
		return FORM_TAKEN;
	}
	if (!edit_key(&row->text->edit, k))
		return FORM_IGNORED;
	row->text->fault[0] = '\0';
	build_rows(f);
	return FORM_TAKEN;
}

static void check_row(struct form *f, struct form_row *row);

enum form_key form_take_key(struct form *f, const struct key *k)
{
	struct form_row *row = &f->rows[f->at];

	if (k->code == KEY_CODE_ENTER && !k->pasted) {
		if (row->what == ROW_SAVE)
			return FORM_SAVE;
		if (row->what == ROW_FOLD)
			form_fold(f);
		else if (holds_entries(row->field) && row->text->edit.len)
			edit_insert(&row->text->edit, '\n');
		else
			form_move(f, 1);
		return FORM_TAKEN;
	}
	if (row->what != ROW_FIELD)
		return k->code == KEY_CODE_SPACE && row->what == ROW_FOLD
			       ? (form_fold(f), FORM_TAKEN)
		       : key_printable(k->code) ? FORM_TAKEN
						: FORM_IGNORED;
	if (k->code == KEY_CODE_TAB || k->code == KEY_CODE_DOWN || k->code == KEY_CODE_BACKTAB ||
	    k->code == KEY_CODE_UP)
		check_row(f, row);
	if (form_row_fixed(f, row))
		return key_printable(k->code) ? FORM_TAKEN : FORM_IGNORED;
	return field_key(f, row, k);
}

bool form_changed(const struct form *f)
{
	for (const struct form_text *t = f->texts; t; t = t->next)
		if (strcmp(t->edit.text, t->initial) != 0)
			return true;
	return false;
}

/* ---- checking
 * -------------------------------------------------------------------------------------------- */

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

/* Everything typed on the rows that exist now. Entries of another variant stay out. */
static json_t *collect(struct form *f, bool changed_only)
{
	json_t *o = json_object();

	for (struct form_text *t = f->texts; t; t = t->next) {
		const struct field *known = resource_field(f->kind, variant_now(f), t->field->name);
		struct error e = {0};

		if (!known && t->field != &name_field && t->field != &labels_field)
			continue;
		if (t->field->type == FIELD_OBJECTS) {
			json_t *kept = json_object_get(f->original, t->field->name);

			if (kept && !changed_only)
				json_object_set(o, t->field->name, kept);
			continue;
		}
		if (changed_only ? !strcmp(t->edit.text, t->initial) : t->edit.len == 0)
			continue;
		if (field_collect(t->field, o, t->edit.text, &e))
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

static json_t *new_body(struct form *f)
{
	json_t *input = collect(f, false), *body = NULL;
	struct resource_input in = {0};
	struct error_list *faults = mem_zalloc(sizeof *faults);

	if (f->kind->complete)
		f->kind->complete(input, (int64_t)time(NULL) * 1000);
	if (faultless(f) && resource_validate(f->kind, input, SCHEMA_LOOSE, NULL, &in, faults)) {
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
static void check_row(struct form *f, struct form_row *row)
{
	json_t *input;
	struct resource_input in = {0};
	struct error_list *faults;

	if (!row->text->edit.len || form_row_fixed(f, row))
		return;
	faults = mem_zalloc(sizeof *faults);
	input = collect(f, false);
	if (f->kind->complete && !f->original)
		f->kind->complete(input, (int64_t)time(NULL) * 1000);
	if (resource_validate(f->kind, input, SCHEMA_LOOSE, NULL, &in, faults))
		resource_input_fini(&in);
	row->text->fault[0] = '\0';
	for (size_t i = 0; i < faults->n; i++)
		if (concerns(faults->items[i].field, row->field->name))
			put_fault(f, &faults->items[i]);
	json_decref(input);
	free(faults);
}
