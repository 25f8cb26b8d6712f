#pragma once
/* YAML that other programs' users wrote: with anchors, aliases and merge keys, which our own files
 * refuse. Aliases multiply, so what they unfold to is counted. */
#include <jansson.h>

#include "shared/err.h"

enum { YAML_FOREIGN_NODES = 200000, YAML_FOREIGN_DEPTH = 64 };

/** The first document. Plain scalars become null, booleans, integers as in YAML 1.2's core schema;
 *  all else stays text, as do numbers with a fraction or more than 15 digits. A repeated key: the
 *  last one counts, an explicit one wins over a merged one. Keys that are not scalars are refused.
 *  @return new reference, or NULL with e filled (with the line) */
json_t *yaml_read_foreign(const char *data, size_t len, struct error *e);
