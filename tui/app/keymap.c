#include "tui/app/keymap.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/term/key.h"

enum { LINE_MAX_BYTES = 256, FILE_MAX_LINES = 1000 };

struct entry {
	const struct binding *row;
	struct binding *owned; /* to free */
	uint32_t keys[KEYS_PER_BINDING];
	size_t n;
};

struct keymap {
	struct entry *entries;
	size_t n;
};

struct keymap *keymap_new(void)
{
	return mem_zalloc(sizeof(struct keymap));
}

void keymap_free(struct keymap *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++) {
		struct binding *b = m->entries[i].owned;

		if (!b)
			continue;
		free((char *)b->context);
		free((char *)b->keys);
		free((char *)b->action);
		free((char *)b->help);
		free((char *)b->brief);
		free(b);
	}
	free(m->entries);
	free(m);
}

/* @return false with the name of the key at fault in bad */
static bool parse_keys(const char *names, uint32_t *keys, size_t *n, char *bad, size_t cap)
{
	*n = 0;
	while (*(names += strspn(names, " \t"))) {
		size_t len = strcspn(names, " \t");

		snprintf(bad, cap, "%.*s", (int)len, names);
		if (*n >= KEYS_PER_BINDING || !key_parse(bad, &keys[*n]))
			return false;
		++*n;
		names += len;
	}
	return true;
}

static void add(struct keymap *m, const struct binding *row, struct binding *owned)
{
	struct entry *e;
	char bad[KEY_NAME];
	bool good;

	m->entries = mem_array(m->entries, m->n + 1, sizeof *m->entries);
	e = &m->entries[m->n++];
	memset(e, 0, sizeof *e);
	e->row = row;
	e->owned = owned;
	good = parse_keys(row->keys, e->keys, &e->n, bad, sizeof bad);
	assert(good);
	(void)good;
}

void keymap_add(struct keymap *m, const struct binding *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(m, &rows[i], NULL);
}

void keymap_add_copy(struct keymap *m, const struct binding *row)
{
	struct binding *b = mem_zalloc(sizeof *b);

	*b = *row;
	b->context = mem_strdup(row->context);
	b->keys = mem_strdup(row->keys);
	b->action = mem_strdup(row->action);
	b->help = mem_strdup(row->help);
	b->brief = row->brief ? mem_strdup(row->brief) : NULL;
	add(m, b, b);
}

static struct entry *entry_of(const struct keymap *m, const char *context, const char *action)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->entries[i].row->context, context) &&
		    !strcmp(m->entries[i].row->action, action))
			return &m->entries[i];
	return NULL;
}

static enum err apply_line(struct keymap *m, char *line, struct error *e)
{
	char *save = NULL, bad[LINE_MAX_BYTES];
	char *context = strtok_r(line, " \t\r", &save), *action = strtok_r(NULL, " \t\r", &save);
	struct entry *entry;

	if (!context || *context == '#')
		return ERR_NONE;
	if (!action) {
		error_set(e, ERR_CONFIG, "an action is missing after %.32s", context);
		error_hint(e, "write: context action keys...");
		return ERR_CONFIG;
	}
	entry = entry_of(m, context, action);
	if (!entry) {
		error_set(e, ERR_CONFIG, "no action %.32s in the context %.32s", action, context);
		error_hint(e, "? in the dashboard lists contexts and actions");
		return ERR_CONFIG;
	}
	if (!parse_keys(save ? save : "", entry->keys, &entry->n, bad, sizeof bad)) {
		error_set(e, ERR_CONFIG, "%.32s is not a key, or more than %d are given", bad,
			  KEYS_PER_BINDING);
		error_hint(e, "keys are written j, Ctrl-N, PgDn, F2, Space");
		return ERR_CONFIG;
	}
	return ERR_NONE;
}

static enum err find_conflict(const struct keymap *m, struct error *e)
{
	char name[KEY_NAME];

	for (size_t i = 0; i < m->n; i++)
		for (size_t j = i + 1; j < m->n; j++) {
			const struct entry *a = &m->entries[i], *b = &m->entries[j];

			if (strcmp(a->row->context, b->row->context) != 0)
				continue;
			for (size_t k = 0; k < a->n * b->n; k++) {
				if (a->keys[k / b->n] != b->keys[k % b->n])
					continue;
				error_set(e, ERR_CONFIG,
					  "%s is bound to both %s and %s in the context %s",
					  key_format(name, a->keys[k / b->n]), a->row->action,
					  b->row->action, a->row->context);
				error_hint(e, "give one of them other keys, or none");
				return ERR_CONFIG;
			}
		}
	return ERR_NONE;
}

enum err keymap_load(struct keymap *m, const char *text, const char *file_name, struct error *e)
{
	struct entry *before = mem_alloc((m->n + 1) * sizeof *before);
	char line[LINE_MAX_BYTES];
	enum err code = ERR_NONE;
	int number = 0;

	memcpy(before, m->entries, m->n * sizeof *before);
	while (*text && !code && number < FILE_MAX_LINES) {
		size_t n = strcspn(text, "\n");

		number++;
		snprintf(line, sizeof line, "%.*s", (int)n, text);
		code = apply_line(m, line, e);
		if (code)
			error_prefix(e, "%s:%d: ", file_name, number);
		text += n + (text[n] == '\n');
	}
	if (!code) {
		code = find_conflict(m, e);
		if (code)
			error_prefix(e, "%s: ", file_name);
	}
	if (code) {
		if (e)
			e->line = number;
		memcpy(m->entries, before, m->n * sizeof *before);
	}
	free(before);
	return code;
}

static bool has_key(const struct entry *e, uint32_t code)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->keys[i] == code)
			return true;
	return false;
}

const struct binding *keymap_find(const struct keymap *m, const char *const *contexts,
				  uint32_t code, const struct binding *from)
{
	bool passed = from == NULL;

	for (; *contexts; contexts++)
		for (size_t i = 0; i < m->n; i++) {
			const struct entry *e = &m->entries[i];

			if (strcmp(e->row->context, *contexts) != 0 || !has_key(e, code))
				continue;
			if (passed)
				return e->row;
			passed = e->row == from;
		}
	return NULL;
}

const struct binding *keymap_action(const struct keymap *m, const char *const *contexts,
				    const char *action)
{
	for (; *contexts; contexts++) {
		const struct entry *e = entry_of(m, *contexts, action);

		if (e)
			return e->row;
	}
	return NULL;
}

size_t keymap_count(const struct keymap *m)
{
	return m->n;
}

const struct binding *keymap_at(const struct keymap *m, size_t i)
{
	return m->entries[i].row;
}

static const struct entry *entry_for_row(const struct keymap *m, const struct binding *b)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->entries[i].row == b)
			return &m->entries[i];
	return NULL;
}

const char *keymap_keys(const struct keymap *m, const struct binding *b, char *out, size_t cap)
{
	const struct entry *e = entry_for_row(m, b);
	char name[KEY_NAME];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; e && i < e->n && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? ", " : "",
				      key_format(name, e->keys[i]));
	return out;
}

const char *keymap_first_key(const struct keymap *m, const struct binding *b, char *out, size_t cap)
{
	const struct entry *e = entry_for_row(m, b);
	char name[KEY_NAME];

	snprintf(out, cap, "%s", e && e->n ? key_format(name, e->keys[0]) : "");
	return out;
}
