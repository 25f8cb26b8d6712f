#include "shared/schema/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"
#include "shared/schema/yaml_reader.h"

enum { KINDS_MAX = 64, KEY_MAX = 128 };

struct resource_file {
	struct yaml_reader *reader;
	enum {
		BETWEEN_DOCUMENTS,
		AT_ROOT,    /* a document begins */
		IN_KINDS,   /* in a mapping of kinds, before a key */
		IN_LIST,    /* in the list of list_kind's items */
		AFTER_ROOT, /* before the document's end */
		OVER,
	} state;
	bool bare; /* the list is the document: items say their kind */
	const struct resource_kind *list_kind;
	const struct resource_kind *seen[KINDS_MAX]; /* headings of this document */
	size_t n_seen;
	const struct resource_kind *expected; /* of items that do not say their kind */
	const json_t *over;                   /* members put over those of each item */
};

struct resource_file *resource_file_from_memory(const char *data, size_t len)
{
	struct resource_file *f = mem_zalloc(sizeof(*f));
	f->reader = yaml_reader_new(NULL, data, len);
	return f;
}

struct resource_file *resource_file_open(const char *path, struct error *e)
{
	bool standard = !strcmp(path, "-");
	struct stat st;
	FILE *file = standard ? stdin : fopen(path, "rbe");
	int why = errno;
	if (file && !standard && !fstat(fileno(file), &st) && S_ISDIR(st.st_mode)) {
		fclose(file);
		file = NULL;
		why = EISDIR;
	}
	if (!file) {
		error_set(e,
			  why == ENOENT   ? ERR_NOT_FOUND
			  : why == EACCES ? ERR_DENIED
					  : ERR_IO,
			  "%.200s: %s", path, strerror(why));
		if (why == ENOENT)
			error_hint(e, "check the path, or use - for standard input");
		return NULL;
	}
	struct resource_file *f = mem_zalloc(sizeof(*f));
	f->reader = yaml_reader_new(file, NULL, 0);
	return f;
}

void resource_file_free(struct resource_file *f)
{
	if (!f)
		return;
	yaml_reader_free(f->reader);
	free(f);
}

void resource_file_expect(struct resource_file *f, const struct resource_kind *k,
			  const json_t *members)
{
	f->expected = k;
	f->over = members;
}

/* ---- faults ------------------------------------------------------------------------------- */

static int fault(struct resource_file *f, struct error_list *errors, const struct error *e)
{
	f->state = OVER;
	errors_add(errors, e);
	return -1;
}

static const char *plurals(const char *out[static KINDS_MAX], size_t *n, const char *near)
{
	*n = 0;
	for (size_t i = 0; resource_table[i] && *n < KINDS_MAX; i++) {
		if (resource_table[i]->ops & OP_ADD)
			out[(*n)++] = resource_table[i]->plural;
	}
	return near ? nearest(near, out, *n) : NULL;
}

static void hint_kinds(struct error *e, const char *word)
{
	const char *names[KINDS_MAX] = {0};
	size_t n;
	const char *meant = plurals(names, &n, word);
	if (meant) {
		error_hint(e, "did you mean %s?", meant);
		return;
	}
	char all[200] = "";
	for (size_t i = 0; i < n; i++)
		words_add(all, sizeof(all), ", ", names[i]);
	error_hint(e, "one of: %s", all);
}

static int item_fault(struct error_list *errors, int line, struct error *e)
{
	e->line = line;
	errors_add(errors, e);
	return -1;
}

/* ---- items -------------------------------------------------------------------------------- */

/* The kind an item names itself; NULL with a fault. */
static const struct resource_kind *own_kind(const json_t *object, int line,
					    struct error_list *errors)
{
	struct error e = {0};
	char shown[QUOTED_MAX];
	const json_t *given = json_object_get(object, "kind");
	const char *name = json_string_value(given);
	const struct resource_kind *k = name ? resource_kind_find(name) : NULL;
	if (k && k->ops & OP_ADD)
		return k;
	if (!given) {
		error_field(&e, ERR_INVALID, "kind", "kind: missing; what this is cannot be told");
		error_hint(&e, "put it below its heading (monitors:), or add kind: monitor");
	} else if (k) {
		error_field(&e, ERR_INVALID, "kind", "kind: %s are facts, they cannot be applied",
			    k->plural);
		error_hint(&e, "leave them out");
	} else {
		error_field(&e, ERR_INVALID, "kind", "kind: %s is not a kind of resource",
			    quoted(shown, given));
		hint_kinds(&e, name ? name : "");
	}
	item_fault(errors, line, &e);
	return NULL;
}

static bool kind_agrees(const struct resource_kind *k, const json_t *object, int line,
			struct error_list *errors)
{
	struct error e = {0};
	char shown[QUOTED_MAX];
	const json_t *given = json_object_get(object, "kind");
	const char *name = json_string_value(given);
	if (!given || (name && resource_kind_find(name) == k))
		return true;
	error_field(&e, ERR_INVALID, "kind", "kind: %s stands in the list of %s",
		    quoted(shown, given), k->plural);
	error_hint(&e, "move it, or leave kind out");
	item_fault(errors, line, &e);
	return false;
}

/* Build and validate the item whose mapping has begun. k NULL: it names its kind itself. */
static int read_item(struct resource_file *f, const struct resource_kind *k, int line,
		     const char *first_key, int first_line, struct resource_item *item,
		     struct error_list *errors)
{
	struct source_lines *lines = source_lines_new();
	struct yaml_build b = {f->reader, lines, errors};
	size_t before = errors->total;
	int result = -1;
	source_lines_add(lines, "", line);
	json_t *object = yaml_build_map(&b, "", first_key, first_line);
	if (!object) {
		f->state = OVER;
		goto out;
	}
	if (!k && !json_object_get(object, "kind"))
		k = f->expected;
	k = k ? kind_agrees(k, object, line, errors) ? k : NULL : own_kind(object, line, errors);
	if (!k)
		goto out;
	item->kind = k;
	item->line = line;
	if (f->over && k == f->expected)
		json_object_update(object, (json_t *)f->over);
	if (!resource_validate(k, object, SCHEMA_LOOSE, lines, &item->input, errors))
		goto out;
	if (errors->total == before)
		result = 1;
	else
		resource_input_fini(&item->input);
out:
	json_decref(object);
	source_lines_free(lines);
	return result;
}

/* ---- the top level ------------------------------------------------------------------------ */

/* Does a document that opens with this key describe one item? */
static bool opens_item(const char *key)
{
	static const char *const common[] = {"kind", "name", "labels", "renamed_from", "id"};
	for (size_t i = 0; i < ARRAY_LEN(common); i++) {
		if (!strcmp(key, common[i]))
			return true;
	}
	for (size_t i = 0; resource_table[i]; i++) {
		if (resource_field_any(resource_table[i], key))
			return true;
	}
	return false;
}

static const struct resource_kind *kind_of_heading(const char *key)
{
	const struct resource_kind *k = resource_kind_find(key);
	return k && k->ops & OP_ADD && !strcmp(k->plural, key) ? k : NULL;
}

/* A heading that this document had already: another reader would drop one of the two lists. */
static bool seen_before(struct resource_file *f, const struct resource_kind *k)
{
	for (size_t i = 0; i < f->n_seen; i++) {
		if (f->seen[i] == k)
			return true;
	}
	if (f->n_seen < KINDS_MAX)
		f->seen[f->n_seen++] = k;
	return false;
}

/* After the key of a mapping of kinds. @return 0: go on, -1: a fault was added */
static int read_heading(struct resource_file *f, const char *key, int line,
			struct error_list *errors)
{
	struct error e = {0};
	char shown[QUOTED_MAX];
	const struct resource_kind *k = kind_of_heading(key);
	struct yaml_token t = yaml_next(f->reader, &e);
	f->state = IN_KINDS;
	if (t.what == YAML_IS_FAULT)
		return fault(f, errors, &e);
	bool twice = k && seen_before(f, k);
	if (k && !twice && t.what == YAML_IS_LIST) {
		f->list_kind = k;
		f->bare = false;
		f->state = IN_LIST;
		return 0;
	}
	if (k && !twice && t.what == YAML_IS_SCALAR && t.null)
		return 0;
	if (!yaml_skip(f->reader, &t, &e))
		return fault(f, errors, &e);
	if (twice) {
		error_field(&e, ERR_INVALID, key, "%s: given twice in one document", key);
		error_hint(&e, "put all items below one heading, or --- between them");
	} else if (k) {
		error_field(&e, ERR_INVALID, key, "%s: must be a list of %s", key, k->plural);
		error_hint(&e, "begin each item with - name: ...");
	} else {
		error_field(&e, ERR_INVALID, "", "%s is not a kind of resource",
			    quoted_text(shown, key));
		hint_kinds(&e, key);
	}
	return item_fault(errors, line, &e);
}

/* A key of the top level, copied because the reader reuses its memory. */
static int take_key(struct resource_file *f, const struct yaml_token *t, char key[static KEY_MAX],
		    struct error_list *errors)
{
	struct error e = {0};
	if (t->what == YAML_IS_SCALAR && t->len < KEY_MAX && !memchr(t->text, 0, t->len)) {
		memcpy(key, t->text, t->len + 1);
		return 0;
	}
	error_set(&e, ERR_MALFORMED, "the top level needs the plural of a kind, such as monitors:");
	e.line = t->line;
	return fault(f, errors, &e);
}

static int read_root(struct resource_file *f, const struct yaml_token *t,
		     struct resource_item *item, struct error_list *errors)
{
	struct error e = {0};
	char key[KEY_MAX];
	if (t->what == YAML_IS_LIST) {
		f->list_kind = NULL;
		f->bare = true;
		f->state = IN_LIST;
		return 0;
	}
	if (t->what == YAML_IS_SCALAR && t->null) {
		f->state = AFTER_ROOT;
		return 0;
	}
	if (t->what != YAML_IS_MAP) {
		error_set(&e, ERR_MALFORMED, "not a resource file: it holds only text");
		error_hint(&e, "begin with monitors: and a list of items");
		e.line = t->line;
		return fault(f, errors, &e);
	}
	struct yaml_token first = yaml_next(f->reader, &e);
	if (first.what == YAML_IS_FAULT)
		return fault(f, errors, &e);
	if (first.what == YAML_IS_MAP_END) {
		f->state = AFTER_ROOT;
		return 0;
	}
	if (take_key(f, &first, key, errors))
		return -1;
	if (kind_of_heading(key) || !(opens_item(key) || f->expected))
		return read_heading(f, key, first.line, errors);
	f->state = AFTER_ROOT;
	return read_item(f, NULL, t->line, key, first.line, item, errors);
}

static int read_in_list(struct resource_file *f, const struct yaml_token *t,
			struct resource_item *item, struct error_list *errors)
{
	struct error e = {0};
	if (t->what == YAML_IS_LIST_END) {
		f->state = f->bare ? AFTER_ROOT : IN_KINDS;
		return 0;
	}
	if (t->what == YAML_IS_MAP)
		return read_item(f, f->list_kind, t->line, NULL, 0, item, errors);
	int line = t->line;
	if (!yaml_skip(f->reader, t, &e))
		return fault(f, errors, &e);
	error_set(&e, ERR_INVALID, "an item is a mapping of fields to values");
	error_hint(&e, "write - name: ... and its fields below");
	return item_fault(errors, line, &e);
}

int resource_file_next(struct resource_file *f, struct resource_item *item,
		       struct error_list *errors)
{
	int result = 0;
	*item = (struct resource_item){0};
	while (!result && f->state != OVER) {
		struct error e = {0};
		char key[KEY_MAX];
		struct yaml_token t = yaml_next(f->reader, &e);
		yaml_item_begins(f->reader);
		if (t.what == YAML_IS_FAULT)
			return fault(f, errors, &e);
		switch (f->state) {
		case BETWEEN_DOCUMENTS:
			f->state = t.what == YAML_IS_END ? OVER : AT_ROOT;
			f->n_seen = 0;
			break;
		case AT_ROOT: result = read_root(f, &t, item, errors); break;
		case IN_KINDS:
			if (t.what == YAML_IS_MAP_END)
				f->state = AFTER_ROOT;
			else if (take_key(f, &t, key, errors))
				result = -1;
			else
				result = read_heading(f, key, t.line, errors);
			break;
		case IN_LIST: result = read_in_list(f, &t, item, errors); break;
		case AFTER_ROOT: f->state = BETWEEN_DOCUMENTS; break;
		case OVER: break;
		}
	}
	return result;
}

json_t *yaml_read_mapping(const char *data, size_t len, struct source_lines **lines,
			  struct error *e)
{
	struct yaml_reader *reader = yaml_reader_new(NULL, data, len);
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	struct source_lines *found = source_lines_new();
	struct yaml_build b = {reader, found, errors};
	json_t *object = NULL;
	struct yaml_token t = yaml_next(reader, e);
	if (t.what == YAML_IS_DOCUMENT)
		t = yaml_next(reader, e);
	if (t.what == YAML_IS_END || (t.what == YAML_IS_SCALAR && t.null)) {
		object = json_object();
	} else if (t.what == YAML_IS_MAP) {
		object = yaml_build_map(&b, "", NULL, 0);
	} else if (t.what != YAML_IS_FAULT) {
		error_set(e, ERR_MALFORMED, "the file must be a mapping: name: value, one a line");
		if (e)
			e->line = t.line;
	}
	/* What follows the mapping must be its end: a second document would go unread. */
	while (object && !errors->total && t.what != YAML_IS_END) {
		t = yaml_next(reader, &errors->items[0]);
		if (t.what == YAML_IS_DOCUMENT)
			error_set(&errors->items[0], ERR_MALFORMED, "only one document is read");
		if (t.what == YAML_IS_FAULT || t.what == YAML_IS_DOCUMENT) {
			errors->items[0].line = t.line;
			errors->total = 1;
		}
	}
	if (errors->total) {
		if (e)
			*e = errors->items[0];
		json_decref(object);
		object = NULL;
	}
	if (object && lines)
		*lines = found;
	else
		source_lines_free(found);
	if (!object && lines)
		*lines = NULL;
	free(errors);
	yaml_reader_free(reader);
	return object;
}
