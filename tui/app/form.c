#include "tui/app/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/form_internal.h"

const struct field form_name_field = {
	.name = "name",
	.type = FIELD_NAME,
	.help = "How commands and lists call it",
	.example = "shop",
};
const struct field form_labels_field = {
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
	json_decref(f->body);
	explicit_bzero(f->made, sizeof f->made);
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

const struct variant *form_variant(const struct form *f)
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
	const struct variant *v = form_variant(f);
	const struct field *type =
		k->variant_field ? resource_field(k, NULL, k->variant_field) : NULL;
	const struct field *here = f->n ? f->rows[f->at].field : NULL;
	/* A name that is made of the rest is seldom typed. */
	bool name_last = k->name_propose && !k->variants && !f->original;
	unsigned both = FIELD_REQUIRED | FIELD_ADVANCED;

	f->n = 0;
	if (type && !k->variant_guess) {
		/* Nothing to guess from: the type decides what else there is to say. */
		add_row(f, type);
		add_row(f, &form_name_field);
		if (v)
			add_fields(f, v->fields, v->n_fields, 0, FIELD_ADVANCED);
	}
	/* What must be known first, then what it is called, then how it is done. */
	if (v)
		add_fields(f, v->fields, v->n_fields, FIELD_REQUIRED, both);
	if (!name_last && !has_row(f, form_name_field.name))
		add_row(f, &form_name_field);
	if (type && k->variant_guess)
		add_row(f, type);
	add_fields(f, k->fields, k->n_fields, 0, FIELD_ADVANCED);
	if (v)
		add_fields(f, v->fields, v->n_fields, 0, FIELD_ADVANCED);
	if (name_last)
		add_row(f, &form_name_field);
	f->rows[f->n++] = (struct form_row){.what = ROW_FOLD};
	if (f->unfolded) {
		add_fields(f, k->fields, k->n_fields, FIELD_ADVANCED, FIELD_ADVANCED);
		if (v)
			add_fields(f, v->fields, v->n_fields, FIELD_ADVANCED, FIELD_ADVANCED);
		add_row(f, &form_labels_field);
	}
	f->rows[f->n++] = (struct form_row){.what = ROW_SAVE};
	for (size_t i = 0; here && i < f->n; i++)
		if (f->rows[i].field && !strcmp(f->rows[i].field->name, here->name))
			f->at = i;
	if (f->at >= f->n)
		f->at = f->n - 1;
}

/* First entries by field: {"match": ["subject=garden"], "for": "2h"}. */
static void fill(struct form *f, const char *json)
{
	json_t *entries = json_read(json, strlen(json), EDIT_MAX, NULL), *value;
	const char *key;

	json_object_foreach(entries, key, value)
	{
		const struct field *field = resource_field(f->kind, form_variant(f), key);
		struct field lines;
		char text[EDIT_MAX];

		if (!field)
			continue;
		lines = *field;
		lines.flags |= FIELD_MULTILINE;
		field_text(&lines, value, text, sizeof text);
		edit_set(&text_for(f, field)->edit, text);
	}
	json_decref(entries);
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
	if (target && *target == '{') {
		fill(f, target);
		build_rows(f);
	} else if (target && *target) {
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
	if (field == &form_name_field && f->kind->name_propose) {
		json_t *input = typed(f);

		if (!f->kind->name_propose(input, out, cap))
			out[0] = '\0';
		json_decref(input);
	} else if (f->kind->variant_field && !strcmp(field->name, f->kind->variant_field)) {
		v = form_variant(f);
		snprintf(out, cap, "%s", v ? v->name : "");
	} else if (field->type == FIELD_OBJECTS) {
		snprintf(out, cap, "in a file: sellersmart %s add -f FILE", f->kind->kind);
	} else if (field->type == FIELD_SECRET && field->flags & FIELD_REQUIRED && !f->original) {
		/* As the command calls the one it is given: NAME-FIELD. */
		const struct form_text *name = text_named(f, form_name_field.name);

		if (name && name->edit.len)
			snprintf(out, cap, "%.40s-%s", name->edit.text, field->name);
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

/* The next choice that begins with that letter, if any. */
static void choose_letter(struct form_row *row, uint32_t letter)
{
	const char *const *choices = form_choices(row->field);
	size_t n = 0, at = 0;

	for (; choices[n]; n++)
		if (!strcmp(choices[n], row->text->edit.text))
			at = n + 1;
	for (size_t i = 0; i < n; i++)
		if ((uint32_t)(unsigned char)choices[(at + i) % n][0] == letter) {
			edit_set(&row->text->edit, choices[(at + i) % n]);
			row->text->fault[0] = '\0';
			return;
		}
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
		if (!key_printable(k->code))
			return FORM_IGNORED;
		/* A letter in a form is never a command: it chooses what begins with it. */
		choose_letter(row, k->code);
		build_rows(f);
		return FORM_TAKEN;
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
		form_check_row(f, row);
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
