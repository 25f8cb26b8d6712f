#pragma once
/* libyaml's events with everything refused that a resource file does not need: aliases, anchors,
 * tags, deep nesting, large items. Scalars stay text: the field's type decides, never YAML. */
#include <stdio.h>

#include "shared/schema/schema.h"

enum { YAML_DEPTH_MAX = JSON_DEPTH_MAX, YAML_ITEM_MAX = 256 * 1024 };

enum yaml_what {
	YAML_IS_FAULT, /* the reading is over */
	YAML_IS_END,
	YAML_IS_DOCUMENT,
	YAML_IS_DOCUMENT_END,
	YAML_IS_MAP,
	YAML_IS_MAP_END,
	YAML_IS_LIST,
	YAML_IS_LIST_END,
	YAML_IS_SCALAR,
};

struct yaml_token {
	enum yaml_what what;
	int line;
	const char *text; /* of a scalar, until the next call */
	size_t len;
	bool null; /* a plain scalar that is empty, ~ or null */
};

struct yaml_reader;

/** file: read and closed by the reader; or NULL, then data (borrowed). */
struct yaml_reader *yaml_reader_new(FILE *file, const char *data, size_t len);
void yaml_reader_free(struct yaml_reader *r);
/** After YAML_IS_FAULT e tells why (with its line), and so again at each further call. */
struct yaml_token yaml_next(struct yaml_reader *r, struct error *e);
/** An item begins here: its size is counted from now. */
void yaml_item_begins(struct yaml_reader *r);

/** What is built from events. Faults that leave the reading possible (duplicate keys) are added to
 *  errors; lines may be NULL. */
struct yaml_build {
	struct yaml_reader *reader;
	struct source_lines *lines;
	struct error_list *errors;
};

/** The value that begins with token. @return NULL after a fault of YAML (added to errors). */
json_t *yaml_build_value(struct yaml_build *b, const struct yaml_token *token, const char *path);
/** The rest of a mapping whose start, and whose first key (NULL: not yet), were read. */
json_t *yaml_build_map(struct yaml_build *b, const char *path, const char *first_key,
		       int first_line);
/** Read past a value that begins with token. False: fault of YAML. */
bool yaml_skip(struct yaml_reader *r, const struct yaml_token *token, struct error *e);
