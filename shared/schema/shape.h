#pragma once
/* Shapes: what an answer or a query consists of, in a line that people read, written as JSON Schema
 * for the OpenAPI document.
 *
 *   str int num bool time uri any   a value ("time": RFC 3339)
 *   X?                              X or null
 *   [X]                             a list of X
 *   {a:X b?:Y}                      an object; b may be absent
 *   {*:X}                           an object of any members
 *   <up|down|3xx>                   one of these words
 *   =Monitor                        a schema of the document's components
 *
 * Only literals of ours are shapes: a faulty one is a bug and ends the program. */
#include "shared/json.h"

/** The members of the schema, inside an open object. */
void shape_write(struct json_writer *w, const char *shape);
/** The members of "{...}" into an open "properties", each read-only. */
void shape_write_outputs(struct json_writer *w, const char *shape);
/** Query parameters from the members "a:X b?:Y", as entries of an open array. */
void shape_write_query(struct json_writer *w, const char *members);
