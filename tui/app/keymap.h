#pragma once
/* Keys as data: one table of rows {context, keys, action, help}. The footer, the help screen, the
 * command line's completion and the user's key file are all made from it.
 *
 * A key is looked up in the contexts of the screen, the most specific first. The user's file
 * ($XDG_CONFIG_HOME/sellersmart/keys) has a line for each change:
 *
 *     # context action keys...
 *     list cursor-down j Down Ctrl-N
 *     global quit Q            a row without keys: the action has none
 *
 * A line replaces the keys of its action. Two actions of one context on one key are an error. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

struct view;

struct binding {
	const char *context; /* "global", "list", a screen's name, a kind */
	const char *keys;    /* "j Down": names of key.h, separated by spaces; "" none */
	const char *action;  /* "cursor-down" */
	const char *help;    /* "next row" */
	const char *brief;   /* a word for the footer, NULL: not in the footer */
	/** @return false: not for me, look further */
	bool (*run)(struct view *v, const struct binding *b);
	const void *arg;   /* for run; a generated row's action */
	const char *needs; /* a kind this program must know for the row to be there; NULL: none */
	unsigned ops;      /* operations (OP_...) the kind must have for this row to be there */
	/** It is of use for what is shown now: else neither footer nor help have it. NULL: always.
	 */
	bool (*applies)(const struct view *v);
};

enum { KEYS_PER_BINDING = 6, CONTEXTS_MAX = 8 };

struct keymap;

struct keymap *keymap_new(void);
void keymap_free(struct keymap *m);
/** The rows must stay. A key that cannot be parsed or a conflict is a bug of ours (assert). */
void keymap_add(struct keymap *m, const struct binding *rows, size_t n);
/** A row made at run time; the strings are copied. */
void keymap_add_copy(struct keymap *m, const struct binding *row);
/** Read the user's file. A fault names its line; the map is unchanged then. */
enum err keymap_load(struct keymap *m, const char *text, const char *file_name, struct error *e)
	__attribute__((warn_unused_result));

/** contexts: NULL-terminated, the most specific first; from: rows after this one (NULL: the first).
 *  @return the next row for that key, NULL when there is none */
const struct binding *keymap_find(const struct keymap *m, const char *const *contexts,
				  uint32_t code, const struct binding *from);
/** The row of an action in these contexts. */
const struct binding *keymap_action(const struct keymap *m, const char *const *contexts,
				    const char *action);

size_t keymap_count(const struct keymap *m);
const struct binding *keymap_at(const struct keymap *m, size_t i);
/** "j, Down" as bound now. */
const char *keymap_keys(const struct keymap *m, const struct binding *b, char *out, size_t cap);
/** The first key as bound now, "" when there is none. */
const char *keymap_first_key(const struct keymap *m, const struct binding *b, char *out,
			     size_t cap);
