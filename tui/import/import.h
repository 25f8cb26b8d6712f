#pragma once
/* Taking over what another program watches. An importer (tui/import/from/NAME.c exports `const
 * struct importer importer_NAME`) reads a foreign file into a plan: resources as a user would
 * write them, each with notes on what could not be carried over. The plan is shown, then applied
 * like any file of resources. Nothing is guessed silently: what is left out or means less than
 * before is a note, what would mean the opposite is skipped. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "shared/schema/schema.h"

enum { IMPORT_FILE_MAX = 64 << 20, IMPORT_FILES_MAX = 16, IMPORT_ITEMS_MAX = 200000 };

/** A file as it was read; path "-" is standard input. */
struct import_file {
	const char *path;
	char *data; /* with a NUL behind it */
	size_t len;
	json_t *json; /* parsed by import_json or import_yaml, for whoever asks again */
};

/** Bounded; ERR_TOO_LARGE, ERR_NOT_FOUND. Owns: free with import_file_fini. */
enum err import_file_read(const char *path, struct import_file *f, struct error *e);
void import_file_fini(struct import_file *f);
/** Parsed once, borrowed; NULL with e filled. */
const json_t *import_json(struct import_file *f, struct error *e);
const json_t *import_yaml(struct import_file *f, struct error *e);

struct import_item {
	const struct resource_kind *kind;
	char name[NAME_MAX_BYTES + 1]; /* unique in the plan */
	char *title;                   /* as in the file, safe */
	json_t *object;                /* fields as typed by a user (loose) */
	json_t *labels;
	json_t *notes;               /* array of safe text */
	bool skipped;                /* the last note says why */
	struct resource_input input; /* after import_finish, unless skipped */
};

struct import_secret {
	char name[NAME_MAX_BYTES + 1];
	char *value; /* wiped */
};

struct import_plan {
	const char *from;   /* "kuma": goes into the label "imported" */
	const char *prefix; /* of names, or NULL */
	struct import_item **items;
	size_t n, cap;
	struct import_secret *secrets;
	size_t n_secrets;
	json_t *notes; /* about the file as a whole */
	json_t *taken; /* names in use */
};

struct importer {
	const char *name;  /* "kuma" */
	const char *title; /* "Uptime Kuma: backup JSON or its SQLite file" */
	const char *files; /* for help: "backup.json | kuma.db" */
	/** Is that file this program's? */
	bool (*knows)(struct import_file *f);
	enum err (*read)(struct import_file *files, size_t n, struct import_plan *p,
			 struct error *e);
};
/** Generated from tui/import/from/; NULL-terminated. */
extern const struct importer *const importer_table[];

/* ---- building a plan ------------------------------------------------------------------------ */

void import_plan_init(struct import_plan *p, const char *from, const char *prefix);
void import_plan_fini(struct import_plan *p);
void import_note(struct import_plan *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** A new item named after title; origin (an id in the foreign program) goes into its labels.
 *  kind: "monitor". NULL when the plan is full. */
struct import_item *item_add(struct import_plan *p, const char *kind, const char *title,
			     const char *origin);
void item_note(struct import_item *i, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void item_skip(struct import_item *i, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Nothing is set for NULL or "". */
void item_text(struct import_item *i, const char *field, const char *text);
void item_value(struct import_item *i, const char *field, json_t *value); /* steals */
void item_ms(struct import_item *i, const char *field, int64_t ms);
/** One more entry of a list field. */
void item_append(struct import_item *i, const char *field, const char *text);
/** A header; one that holds credentials becomes a secret. */
void item_header(struct import_plan *p, struct import_item *i, const char *name, const char *value);
/** The field becomes {secret: NAME-purpose}, and the secret is stored before the items. */
void item_secret(struct import_plan *p, struct import_item *i, const char *field,
		 const char *purpose, const char *value);
/** A tag from any text. */
void item_tag(struct import_item *i, const char *text);

/** Validate each item as if it was typed; a field that is refused is left out with a note, an item
 *  that cannot do without it is skipped. */
void import_finish(struct import_plan *p);
/** The plan as a file that `apply` reads. Secrets' values are not in it. */
void import_write_yaml(const struct import_plan *p, struct buf *out);

/* ---- what several importers need ------------------------------------------------------------ */

/** Go's and Prometheus's durations: "1m30s", "500ms", "2h"; -1 when it is none. */
int64_t import_duration_ms(const char *text);
/** What an importer of Gatus does with its section "alerting".
 *  @param told  type of an alert -> array of names of monitors in the plan */
void gatus_alerting(struct import_plan *p, const json_t *alerting, const json_t *told,
		    size_t n_monitors);
/** Text of a scalar: strings as they are, numbers and booleans as written. "" for others. */
const char *import_scalar(const json_t *v, char out[static 32]);
/** Text as a JSON string, quotes and all, as jq reads it; free(). */
char *import_quoted(const char *text);
/** Is that a header or member that holds a credential? */
bool import_is_credential(const char *name);
/** A notifier for that service (slack, discord, ...; shared/resources/notifiers/template.c). The
 *  address is a secret where it is what lets one post; NULL or "": it has none. A value that is a
 *  variable of the environment becomes a secret that is to be set. */
struct import_item *import_chat(struct import_plan *p, const char *title, const char *origin,
				const char *service, const char *url, const char *token,
				const char *recipient);
/** It tells of those monitors only; of none: it is paused. */
void import_told_of(struct import_item *i, const json_t *names, size_t n_monitors);
/** Text with several addresses in it, as entries of the field. */
void import_addresses(struct import_item *i, const char *field, const char *list);
/** A field that is a secret, of a value that may be a variable of the environment. */
void import_variable(struct import_plan *p, struct import_item *i, const char *field,
		     const char *purpose, const char *value);
