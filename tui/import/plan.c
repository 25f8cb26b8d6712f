/* Plans: items with unique names, notes, secrets. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "shared/text_safe.h"
#include "tui/import/import.h"

enum { NOTE_MAX = 300, TITLE_MAX = 120, ROUNDS_MAX = 12 };

void import_plan_init(struct import_plan *p, const char *from, const char *prefix)
{
	*p = (struct import_plan){
		.from = from, .prefix = prefix, .notes = json_array(), .taken = json_object()};
}

static void item_free(struct import_item *i)
{
	if (json_object_size(i->object) || i->input.spec)
		resource_input_fini(&i->input);
	free(i->title);
	json_decref(i->object);
	json_decref(i->labels);
	json_decref(i->notes);
	free(i);
}

void import_plan_fini(struct import_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		item_free(p->items[i]);
	for (size_t i = 0; i < p->n_secrets; i++) {
		sodium_memzero(p->secrets[i].value, strlen(p->secrets[i].value));
		free(p->secrets[i].value);
	}
	free(p->items);
	free(p->secrets);
	json_decref(p->notes);
	json_decref(p->taken);
}

static void note(json_t *notes, const char *fmt, va_list args)
{
	char raw[NOTE_MAX];
	vsnprintf(raw, sizeof(raw), fmt, args);
	char *safe = text_safe_dup(raw, strlen(raw), NOTE_MAX);
	json_array_append_new(notes, json_string(safe));
	free(safe);
}

void import_note(struct import_plan *p, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	note(p->notes, fmt, args);
	va_end(args);
}

void item_note(struct import_item *i, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	note(i->notes, fmt, args);
	va_end(args);
}

void item_skip(struct import_item *i, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	note(i->notes, fmt, args);
	va_end(args);
	i->skipped = true;
}

/* ---- names ---------------------------------------------------------------------------------- */

static void name_item(struct import_plan *p, struct import_item *i, const char *title)
{
	char text[256], slug[NAME_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1];
	snprintf(text, sizeof(text), "%s%.180s", p->prefix ? p->prefix : "", title);
	name_slug(text, slug, sizeof(slug) - 5); /* room for a number */
	if (!slug[0])
		snprintf(slug, sizeof(slug), "%.20s-%.20s", p->from, i->kind->kind);
	if (!name_valid(i->kind, slug, NULL)) {
		snprintf(text, sizeof(text), "%.40s-%.16s", slug, i->kind->kind);
		name_slug(text, slug, sizeof(slug) - 5);
	}
	snprintf(name, sizeof(name), "%s", slug);
	for (unsigned n = 2; json_object_get(p->taken, name) && n < 10000; n++)
		snprintf(name, sizeof(name), "%.*s-%u", NAME_MAX_BYTES - 6, slug, n % 10000);
	json_object_set_new(p->taken, name, json_true());
	snprintf(i->name, sizeof(i->name), "%s", name);
}

struct import_item *item_add(struct import_plan *p, const char *kind, const char *title,
			     const char *origin)
{
	char label[64], from[80];
	const struct resource_kind *k = resource_kind_find(kind);
	if (p->n >= IMPORT_ITEMS_MAX || !k)
		return NULL;
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 64;
		p->items = mem_array(p->items, p->cap, sizeof(*p->items));
	}
	struct import_item *i = mem_zalloc(sizeof(*i));
	i->kind = k;
	i->title = text_safe_dup(title, strlen(title), TITLE_MAX);
	i->object = json_object();
	i->labels = json_object();
	i->notes = json_array();
	/* A label's value is short and plain, whatever the other program's ids look like. */
	name_slug(origin && *origin ? origin : title, label, sizeof(label));
	snprintf(from, sizeof(from), "%.16s.%.40s", p->from, label);
	json_object_set_new(i->labels, "imported", json_string(from));
	name_item(p, i, title);
	return p->items[p->n++] = i;
}

/* ---- values --------------------------------------------------------------------------------- */

void item_value(struct import_item *i, const char *field, json_t *value)
{
	json_object_set_new(i->object, field, value);
}

void item_text(struct import_item *i, const char *field, const char *text)
{
	if (text && *text)
		item_value(i, field, json_string(text));
}

void item_ms(struct import_item *i, const char *field, int64_t ms)
{
	char text[32];
	if (ms % 1000)
		snprintf(text, sizeof(text), "%lldms", (long long)ms);
	else
		snprintf(text, sizeof(text), "%llds", (long long)ms / 1000);
	item_value(i, field, json_string(text));
}

void item_append(struct import_item *i, const char *field, const char *text)
{
	json_t *list = json_object_get(i->object, field);
	if (!list)
		json_object_set_new(i->object, field, list = json_array());
	json_array_append_new(list, json_string(text));
}

void item_tag(struct import_item *i, const char *text)
{
	char slug[NAME_MAX_BYTES + 1];
	size_t n;
	const json_t *had;
	name_slug(text, slug, sizeof(slug));
	json_array_foreach(json_object_get(i->object, "tags"), n, had)
	{
		if (!strcmp(json_string_value(had), slug))
			return;
	}
	if (slug[0])
		item_append(i, "tags", slug);
}

static json_t *secret_new(struct import_plan *p, const struct import_item *i, const char *purpose,
			  const char *value)
{
	char text[160], slug[NAME_MAX_BYTES + 1];
	p->secrets = mem_array(p->secrets, p->n_secrets + 1, sizeof(*p->secrets));
	struct import_secret *s = &p->secrets[p->n_secrets++];
	snprintf(text, sizeof(text), "%.40s-%.40s", i->name, purpose);
	name_slug(text, slug, sizeof(slug));
	snprintf(s->name, sizeof(s->name), "%s", slug);
	s->value = mem_strdup(value);
	return json_pack("{s:s}", "secret", s->name);
}

void item_secret(struct import_plan *p, struct import_item *i, const char *field,
		 const char *purpose, const char *value)
{
	if (value && *value)
		item_value(i, field, secret_new(p, i, purpose, value));
}

void item_header(struct import_plan *p, struct import_item *i, const char *name, const char *value)
{
	json_t *headers = json_object_get(i->object, "headers");
	if (!headers)
		json_object_set_new(i->object, "headers", headers = json_object());
	json_object_set_new(headers, name,
			    import_is_credential(name) ? secret_new(p, i, name, value)
						       : json_string(value));
}

/* ---- the end -------------------------------------------------------------------------------- */

/* The member at fault: "headers.X-A" belongs to headers, "steps[2].url" to steps. */
static void drop_field(struct import_item *i, const struct error *fault)
{
	char field[96];
	snprintf(field, sizeof(field), "%.*s", (int)strcspn(fault->field, ".["), fault->field);
	const struct field *f = resource_field_any(i->kind, field);
	if (!field[0] || !json_object_get(i->object, field) || !strcmp(field, "type") ||
	    (f && f->flags & FIELD_REQUIRED)) {
		item_skip(i, "%s", fault->text);
		return;
	}
	json_object_del(i->object, field);
	item_note(i, "left out: %s", fault->text);
}

static void finish_item(struct import_item *i, struct error_list *errors)
{
	for (int round = 0; round < ROUNDS_MAX && !i->skipped; round++) {
		json_t *whole = json_copy(i->object);
		json_object_set_new(whole, "name", json_string(i->name));
		json_object_set(whole, "labels", i->labels);
		errors->n = errors->total = 0;
		bool good =
			resource_validate(i->kind, whole, SCHEMA_LOOSE, NULL, &i->input, errors);
		json_decref(whole);
		if (good)
			return;
		drop_field(i, &errors->items[0]);
	}
	if (!i->skipped)
		item_skip(i, "too much of it is refused");
}

void import_finish(struct import_plan *p)
{
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	for (size_t i = 0; i < p->n; i++)
		finish_item(p->items[i], errors);
	free(errors);
	/* A secret whose field was left out, or whose item was, has no use. */
	size_t kept = 0;
	for (size_t s = 0; s < p->n_secrets; s++) {
		bool used = false;
		for (size_t i = 0; i < p->n && !used; i++) {
			char *spec =
				p->items[i]->skipped ? NULL : spec_dump(p->items[i]->input.spec);
			char quoted[NAME_MAX_BYTES + 16];
			snprintf(quoted, sizeof(quoted), "{\"secret\":\"%s\"}", p->secrets[s].name);
			used = spec && strstr(spec, quoted);
			free(spec);
		}
		if (used) {
			p->secrets[kept++] = p->secrets[s];
		} else {
			sodium_memzero(p->secrets[s].value, strlen(p->secrets[s].value));
			free(p->secrets[s].value);
		}
	}
	p->n_secrets = kept;
}

void import_write_yaml(const struct import_plan *p, struct buf *out)
{
	const struct resource_kind *kind = NULL;
	struct import_item **sorted = mem_array(NULL, p->n + 1, sizeof(*sorted));
	size_t n = 0;
	for (size_t k = 0; resource_table[k]; k++)
		for (size_t i = 0; i < p->n; i++)
			if (p->items[i]->kind == resource_table[k] && !p->items[i]->skipped)
				sorted[n++] = p->items[i];
	for (size_t i = 0; i < n; i++) {
		if (sorted[i]->kind != kind)
			resource_write_yaml_heading(out, kind = sorted[i]->kind);
		resource_write_yaml(out, kind, sorted[i]->name, sorted[i]->input.labels,
				    sorted[i]->input.spec);
	}
	free(sorted);
}
