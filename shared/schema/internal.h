#pragma once
/* What the files of shared/schema/ share with each other and nobody else. */
#include "shared/schema/schema.h"

enum { QUOTED_MAX = 96, FIELD_PATH_MAX = 96 };
/* Limits of a field that states none. */
enum { TEXT_DEFAULT_MAX = 4096, ENTRIES_DEFAULT_MAX = 100 };

/** A value as it may stand in a message: quoted, cut, safe for a terminal. */
const char *quoted(char out[static QUOTED_MAX], const json_t *value);
const char *quoted_text(char out[static QUOTED_MAX], const char *text);

/** "1s..24h", "1..200 bytes", "" when the type alone says it. */
const char *field_range(const struct field *f, char *out, size_t cap);

/** Append text bounded by cap; for building lists of words. */
void words_add(char *out, size_t cap, const char *separator, const char *word);

/** Canonical value of one field.
 *  @param path  what messages call it: "headers.X-A" inside a map
 *  @return new reference, or NULL with e filled */
json_t *field_canonical(const struct field *f, const json_t *value, unsigned flags,
			struct error *e);
/** Canonical value of a FIELD_OBJECTS field. Each fault of each entry goes to faults, its field a
 *  path: "steps[2].url". @return new reference, NULL when there was a fault */
json_t *objects_canonical(const struct field *f, const json_t *value, unsigned flags,
			  struct error_list *faults);
const struct field *field_member(const struct field *f, const char *name);
/** The member that names an entry, NULL when entries have no names. */
const struct field *objects_key(const struct field *f);
/** Does the canonical value say nothing but the default? */
bool field_is_default(const struct field *f, const json_t *value);
/** spec_write_effective and spec_diff of a list of objects; fn as there. */
void objects_write_effective(struct json_writer *w, const struct field *f, const json_t *list);
void objects_diff(const struct field *f, const char *path, const json_t *from, const json_t *to,
		  void (*fn)(const char *field, const char *from, const char *to, void *arg),
		  void *arg);
void write_default(struct json_writer *w, const struct field *f);
/** The default as canonical JSON; NULL when there is none. */
json_t *field_default(const struct field *f);

/** Bytes as text that size_parse reads: 1048576 -> "1MiB". */
const char *size_format(char *out, size_t cap, int64_t bytes);

/** Sorted, merged form of a status set; false with why. */
bool status_set_canonical(const char *text, char *out, size_t cap, struct error *e);

/** Variants of a kind that have a field of this name: "http and tls". "" when none has. */
const char *variants_having(const struct resource_kind *k, const char *field, char *out,
			    size_t cap);
bool variant_excludes(const struct variant *v, const char *field);

/** OpenAPI: the members of a field's schema, inside an open object; the name of a kind's schema;
 *  all of components. */
void openapi_field(struct json_writer *w, const struct field *f);
void openapi_schema_name(const struct resource_kind *k, const struct variant *v, bool input,
			 char *out, size_t cap);
void openapi_components(struct json_writer *w);
void openapi_path_parameters(struct json_writer *w, const char *path);
void openapi_refusal(struct json_writer *w); /* the default response */
/** "200": {"description": ..., "content": {"application/json": {"schema": {"data": shape}}}} */
void openapi_answer(struct json_writer *w, const char *status, const char *shape);
void openapi_routes(struct json_writer *w); /* paths of no resource */

struct source_lines *source_lines_new(void);
void source_lines_add(struct source_lines *lines, const char *path, int line);
