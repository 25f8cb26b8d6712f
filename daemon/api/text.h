#pragma once
/* Looking into our own compact JSON text (canonical specs, labels, rendered objects) without
 * parsing it: a list of 10,000 rows is filtered in milliseconds. Only for text that our writer
 * made. */
#include <stdbool.h>
#include <stddef.h>

struct json_slice {
	const char *s;
	size_t n;
}; /* a whole value; strings with their quotes */

/** Walk the members of an object: *at starts as the object's text and moves on. False: no more. */
bool text_next_member(const char **at, struct json_slice *key, struct json_slice *value);
/** Value of a top-level member, s NULL when absent. */
struct json_slice text_member(const char *object, const char *key);
/** A string's contents, a number or word as it is; cut to cap. */
void text_value(struct json_slice v, char *out, size_t cap);
bool text_equals(struct json_slice v, const char *wanted);
/** Whether word (lower case) occurs, in whatever case. */
bool text_contains(const char *s, size_t n, const char *word);
