#pragma once
/* Describe once: a configuration resource (or a read-only list of facts) is one const descriptor.
 * From it come validation, storage, routes, flags and help, forms, lists, files and manual tables.
 *
 * A value travels as JSON everywhere. In API bodies and files a duration is text with a unit
 * ("60s"), a size is text ("1MiB") or bytes, a secret is {"secret": "NAME"}. The canonical spec of
 * a resource holds only what differs from the defaults, in the descriptor's order, so that two
 * equal configurations are equal bytes. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "shared/json.h"

enum field_type {
	FIELD_TEXT, /* min..max: bytes */
	FIELD_INT,  /* min..max */
	FIELD_BOOL,
	FIELD_ENUM,       /* one of choices */
	FIELD_DURATION,   /* min..max: ms; "60s" */
	FIELD_SIZE,       /* min..max: bytes; "1MiB", "64KiB", 4096 */
	FIELD_URL,        /* shared/url.h; choices: two schemes, NULL: http and https */
	FIELD_HOST_PORT,  /* host:port, kept without a scheme; min: default port, 0: none */
	FIELD_HOST,       /* host name or address, kept without scheme, port and path */
	FIELD_STATUS_SET, /* HTTP statuses: "200-299,301" */
	FIELD_PATTERN,    /* a regular expression that PCRE2 compiles */
	FIELD_CRON,       /* five fields, shared/cron.h */
	FIELD_ZONE,       /* IANA time zone */
	FIELD_PERCENT,    /* "99.9", exact: shared/percent.h; min..max: thousandths */
	FIELD_NAME,       /* slug */
	FIELD_TEXT_LIST,  /* ["a", "b"]; max: entries */
	FIELD_TEXT_MAP,   /* {"k": "v"}; max: entries; see FIELD_MAY_SECRET */
	FIELD_SECRET,     /* only {"secret": NAME}; a literal is refused */
	FIELD_OBJECTS, /* [{...}]: entries of `members`; min..max: entries. Where the first member
			* is a FIELD_NAME no two entries share it, and loose input may be a mapping
			* of names to the other members */
};

enum field_flags {
	FIELD_REQUIRED = 1 << 0,
	FIELD_POSITIONAL = 1 << 1, /* may be given without its flag: monitor add TARGET */
	FIELD_MAY_SECRET = 1 << 2, /* map values may be {"secret": NAME} */
	FIELD_ADVANCED = 1 << 3,   /* forms fold it away until asked */
	FIELD_FIXED = 1 << 4,      /* cannot be changed after creation (type) */
	FIELD_MULTILINE = 1 << 5,
	FIELD_SLUGS = 1 << 6, /* entries of a list are names, each once */
};

struct field {
	const char *name; /* snake_case; the flag is the same with hyphens */
	const char *
		flag; /* what the flag and the filter are called instead: "tag" for tags; or NULL */
	enum field_type type;
	unsigned flags;
	int64_t min, max;           /* meaning by type; both 0: only the type's own limits */
	const char *dflt;           /* in the form a user would type; NULL: no default (absent) */
	const char *const *choices; /* NULL-terminated, for FIELD_ENUM */
	const char *help;           /* one line, no full stop */
	const char *example;
	const struct field *members; /* of an entry of FIELD_OBJECTS */
	size_t n_members;
	/** A FIELD_TEXT_LIST of names of resources of the same kind: they exist, they make no
	 * circle, a rename is followed, and what is named cannot be deleted. */
	bool links;
	/** Of a FIELD_SECRET, may be NULL: can this be its value? Asked before a value that is
	 * given together with the resource is stored; errors never repeat it. */
	enum err (*fits)(const char *value, size_t len, struct error *e);
};

/** Fields that exist only when the kind's variant field has this name (a check type). */
struct variant {
	const char *name;
	const char *title;          /* "HTTP or HTTPS request" */
	const char *const *schemes; /* of targets that mean it: "smtp", "smtps"; NULL: none */
	const struct field *fields;
	size_t n_fields;
	const char *const *examples; /* command lines, NULL-terminated */
	/** Fields of the kind that mean nothing for this variant: refused and not shown, yet
	 * spec_*() still answers their defaults. NULL-terminated, NULL: none. A variant's field of
	 * the same name as one of the kind replaces it (another default, another help). */
	const char *const *excludes;
	/** Cross-field rules after each field is valid; NULL when there are none. spec: canonical.
	 */
	enum err (*check)(const json_t *spec, struct error *e);
};

enum column_format {
	COLUMN_TEXT,
	COLUMN_STATE,
	COLUMN_AGE /* ms of a past RFC 3339 time */,
	COLUMN_SPAN /* ms, as "44s", "2h" */,
	COLUMN_TIME,
	COLUMN_MS,
	COLUMN_PERCENT,
	COLUMN_INT,
	COLUMN_SPARK /* text of . o x ? characters */,
	COLUMN_BOOL,
	COLUMN_NEXT,  /* age of the state, or what comes next: "ends 61d", of the whole row */
	COLUMN_TOLD,  /* text in the colour of how an alert's deliveries went, of the whole row */
	COLUMN_METER, /* done of found, of the whole row: "57 of 84", on the screen a bar */
	COLUMN_MONEY, /* minor units of the row's currency: "34.90" */
	COLUMN_SHARE, /* basis points: "-4.4%" */
	COLUMN_STOCK, /* an availability: "yes", "no", "?" */
	COLUMN_TREND, /* numbers, null where none is known, the newest last: a line */
};

struct column {
	const char *title;
	const char *path; /* into the object: "last.duration_ms" */
	enum column_format format;
	int min_width, weight; /* weight 0: fixed */
	int priority;          /* 0 stays longest; higher numbers go first on a narrow screen */
};

enum resource_ops {
	OP_LIST = 1,
	OP_SHOW = 2,
	OP_ADD = 4,
	OP_EDIT = 8,
	OP_RM = 16,
	OP_ALL = OP_LIST | OP_SHOW | OP_ADD | OP_EDIT | OP_RM,
};

/** A verb beyond list/show/add/edit/rm: METHOD /v1/PLURAL/REF/VERB. */
struct action {
	const char *verb;
	const char *help;
	const char *method; /* "POST", "GET" */
	bool confirm;       /* the dashboard and a terminal ask first */
	char key;           /* the dashboard's key in this kind's list and detail, 0: none */
	const struct field *params; /* of a GET in the query, else members of the body */
	size_t n_params;
	const char *answer; /* shape.h: "data" of the answer; NULL: the resource */
};

/** A resource that is there without set-up. Editing it makes a row that takes its place, deleting
 * that row brings it back; it cannot be renamed or deleted itself. */
struct builtin {
	uint64_t id; /* below BUILTIN_ID_END, of one builtin of all kinds, never another's */
	const char *name;
	const char *spec; /* canonical JSON text */
};
enum { BUILTIN_ID_END = 1 << 20, BUILTIN_VERSION = 1 };

struct resource_kind {
	const char *kind;   /* "monitor" */
	const char *plural; /* "monitors": path and file key */
	const char *prefix; /* "mon": id prefix */
	const char *title;  /* "Monitors" */
	const char *help;   /* one line */
	unsigned ops;
	const struct field *fields;
	size_t n_fields;
	const char *variant_field;             /* "type", NULL: no variants */
	const struct variant *const *variants; /* NULL-terminated */
	/** Guess the variant from the other input (monitor: from target's scheme); may be NULL. */
	const char *(*variant_guess)(const json_t *input);
	/** Propose a name when none is given (from the target); false: a name is required. */
	bool (*name_propose)(const json_t *input, char *out, size_t cap);
	const struct column *columns;
	size_t n_columns;
	const char *const *sorts;   /* names accepted by ?sort=, NULL-terminated; first is the
				     * default,   with - before it: descending */
	const char *const *filters; /* names accepted by filter[...], besides labels.KEY */
	const struct action *actions;
	size_t n_actions;
	const char *const *reserved; /* names that routes use */
	const char *const *examples;
	/** Members that the daemon adds to its answers, besides id, kind, version, created_at and
	 *  updated_at; ignored when an answer is sent back. NULL-terminated, may be NULL. */
	const char *const *outputs;
	/** What they look like, as shape.h writes it: "{state:<up|down> since:time}". */
	const char *live;
	const struct field *list_params; /* query members of the list beyond the common ones */
	size_t n_list_params;
	/** Cross-field rules of the kind after each field is valid; NULL: none. spec: canonical. */
	enum err (*check)(const json_t *spec, struct error *e);
	/** What a person who makes one may leave out (a window begins now), and what only a new one
	 *  must hold (its end is to come); before validation, at the command, the form and POST,
	 *  never for files. What is malformed is left to the validation. NULL: nothing. */
	enum err (*complete)(json_t *input, int64_t now_ms, struct error *e);
	/** Its answers have a member "origin": built-in, edited, own. */
	const struct builtin *builtins;
	size_t n_builtins;
	unsigned order; /* apply writes kinds of a lower order first (secrets before monitors) */
};

/** All kinds, generated from shared/resources/; NULL-terminated. */
extern const struct resource_kind *const resource_table[];
/** All check variants, generated from shared/resources/checks/; NULL-terminated. */
extern const struct variant *const check_variant_table[];
/** Their names, in the same order. */
extern const char *const check_variant_names[];
/** The same of notifier types, generated from shared/resources/notifiers/. */
extern const struct variant *const notifier_variant_table[];
extern const char *const notifier_variant_names[];

/** Names of the jobs that a schedule may start, generated from daemon/jobs/types/. */
extern const char *const job_names[];

const struct resource_kind *resource_kind_find(const char *kind_or_plural);
/** The kind whose ids begin as this one does, NULL: none. */
const struct resource_kind *resource_kind_of_id(const char *id);
/** By name, or by id when name is NULL; NULL: none is so called. */
const struct builtin *resource_builtin(const struct resource_kind *k, const char *name,
				       uint64_t id);
/** The field of the kind whose flag is called so: "tag" is tags. */
const struct field *resource_field_flagged(const struct resource_kind *k, const char *flag);
const struct variant *resource_variant(const struct resource_kind *k, const json_t *spec);
/** The field by which resources of this kind name others of it, or NULL. */
const struct field *resource_link_field(const struct resource_kind *k);
/** A field of the kind or of that variant (NULL: kind only). */
const struct field *resource_field(const struct resource_kind *k, const struct variant *v,
				   const char *name);
/** As resource_field, in the kind or whichever variant has it first: for flags, before the
 *  variant is known. */
const struct field *resource_field_any(const struct resource_kind *k, const char *name);
enum { FIELDS_MAX = 64 };
/** Fields in the order in which people read them (specs, forms, files): the variant field, what is
 *  positional, the kind's, the variant's. v NULL: the kind's only. @return how many, <= FIELDS_MAX
 */
size_t resource_fields(const struct resource_kind *k, const struct variant *v,
		       const struct field *out[static FIELDS_MAX]);
/** The field that labels are: a text map; for --label KEY=VALUE through field_collect. */
const struct field *resource_labels_field(void);

/* ---- validation ------------------------------------------------------------------------- */

enum schema_flags {
	SCHEMA_LOOSE = 1, /* scalars are text (YAML, flags): the field's type decides */
	SCHEMA_PARTIAL =
		2, /* a patch: required fields may be absent, null means "back to default" */
};

enum { NAME_MAX_BYTES = 63, LABELS_MAX = 16, ERRORS_MAX = 64 };

/** Faults of one input, in order; further ones are only counted. */
struct error_list {
	struct error items[ERRORS_MAX];
	size_t n, total;
};
/** @return false, for `return errors_add(...)` */
bool errors_add(struct error_list *list, const struct error *e);

/** Where members of an input were written: lines[i] belongs to paths[i] ("target", "headers.X"). */
struct source_lines;
int source_line(const struct source_lines *lines, const char *path); /* 0: unknown */

/** One resource as given by a user: name and labels apart from the fields. */
struct resource_input {
	char name[NAME_MAX_BYTES + 1]; /* "" when absent */
	char renamed_from[NAME_MAX_BYTES + 1];
	json_t *labels; /* object of text, or NULL when absent */
	json_t *spec;   /* canonical */
};
void resource_input_fini(struct resource_input *in);

/** Validate a whole object: {"name", "labels", "renamed_from", fields...}. Members that the daemon
 *  adds to its answers (id, kind, version, created_at, updated_at and the kind's outputs) are
 *  ignored, so what was read can be sent back. A name that is missing is proposed where the kind
 *  can; a kind without OP_ADD has no name. With SCHEMA_PARTIAL the spec holds the given members
 *  only, defaults and nulls kept, ready for resource_patch.
 *  @param lines   may be NULL
 *  @param errors  receives every fault: field, value, limit and hint are in each text
 *  @return true when there was none; then out owns its members */
bool resource_validate(const struct resource_kind *k, const json_t *input, unsigned flags,
		       const struct source_lines *lines, struct resource_input *out,
		       struct error_list *errors);

/** Apply a patch (RFC 7396: null resets) to a canonical spec and validate the result. */
bool resource_patch(const struct resource_kind *k, const char *name, const json_t *spec,
		    const json_t *labels, const json_t *patch, unsigned flags,
		    struct resource_input *out, struct error_list *errors);

/** Refuse a change of a FIELD_FIXED field: for PUT and apply, where a whole spec comes again. */
enum err resource_fixed_check(const struct resource_kind *k, const json_t *before,
			      const json_t *after, struct error *e);

bool name_valid(const struct resource_kind *k, const char *name, struct error *e);
/** "Https://Shop.Example/x" -> "shop-example-x"; always valid, or "" when nothing is left. */
void name_slug(const char *text, char *out, size_t cap);

/** What an action was given: each member is one of its params and acceptable (text as a flag has it
 *  is taken, too); those that are absent have their defaults, if any.
 *  @param input  an object, or NULL: nothing
 *  @return new object, or NULL with e naming the member, its value and what to try */
json_t *action_params(const struct action *a, const json_t *input, struct error *e);

/* ---- typed access to a canonical spec, defaults filled ------------------------------------ */
/* An absent value without a default, or a field that the kind does not have, is NULL, 0, false. */

const char *spec_text(const struct resource_kind *k, const json_t *spec, const char *field);
int64_t spec_int(const struct resource_kind *k, const json_t *spec, const char *field);
bool spec_bool(const struct resource_kind *k, const json_t *spec, const char *field);
int64_t spec_ms(const struct resource_kind *k, const json_t *spec, const char *field);
int64_t spec_bytes(const struct resource_kind *k, const json_t *spec, const char *field);
/** Borrowed list, map or secret reference; NULL when absent. */
const json_t *spec_value(const struct resource_kind *k, const json_t *spec, const char *field);
/** Name in {"secret": NAME}, NULL when v is not one. */
const char *secret_ref(const json_t *v);
/** The same of a member of an entry of FIELD_OBJECTS: its text, or its default. */
const char *member_text(const struct field *objects, const json_t *entry, const char *member);
int64_t member_int(const struct field *objects, const json_t *entry, const char *member);
int64_t member_ms(const struct field *objects, const json_t *entry, const char *member);
bool member_bool(const struct field *objects, const json_t *entry, const char *member);
/** Call fn for each secret name a spec refers to, however deep. */
void spec_each_secret(const json_t *spec, void (*fn)(const char *name, void *arg), void *arg);

bool status_set_contains(const char *set, int status); /* "200-299,301" */

/** Canonical spec as compact JSON text (what is stored and compared); free(). */
char *spec_dump(const json_t *spec);
/** Members with all defaults filled in, in descriptor order, appended inside an open object. */
void spec_write_effective(struct json_writer *w, const struct resource_kind *k, const json_t *spec);
/** One line a difference: fn(field, from, to); from or to is NULL for an absent value. Entries of
 *  FIELD_OBJECTS are compared by name ("steps.login.url"), without names by place ("steps[2].url").
 */
void spec_diff(const struct resource_kind *k, const json_t *from, const json_t *to,
	       void (*fn)(const char *field, const char *from, const char *to, void *arg),
	       void *arg);

/** "text, 1..200 bytes", "duration, 1s..24h, default 60s": for help, manual and forms. */
void field_describe(const struct field *f, char *out, size_t cap);
/** "--retry-interval" from "retry_interval"; "--tag" from "tags", which is so called. */
void field_flag(const struct field *f, char *out, size_t cap);
/** Bytes from "1MiB", "64KiB", "10MB", "4096B" or "4096"; false when it is not a size. */
bool size_parse(const char *text, int64_t *bytes);
/** One value as typed by a person (a flag, a form line) to JSON for resource_validate LOOSE. A list
 *  or map collects repeated calls and lines: headers "X-A: 1" / "k=v". "secret:NAME" makes a
 *  reference. An empty text is null: back to the default. */
enum err field_collect(const struct field *f, json_t *object, const char *text, struct error *e);
/** The value as a person would type it, for forms and tables; "" when absent. Entries of a list or
 *  map are lines with FIELD_MULTILINE, else parted by ", ". Of FIELD_OBJECTS only the names of the
 *  entries: what they hold is not typed in a line. */
void field_text(const struct field *f, const json_t *value, char *out, size_t cap);

/** The nearest of names (Damerau-Levenshtein), NULL when none is near enough to be meant. */
const char *nearest(const char *word, const char *const *names, size_t n);
