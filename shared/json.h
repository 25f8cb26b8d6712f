#pragma once
/* JSON: jansson reads within stated limits, a small streaming writer writes. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"

enum { JSON_DEPTH_MAX = 32, JSON_BODY_MAX = 1 << 20 };

/** Parse one JSON text. Refuses duplicate keys, NUL in strings, depth > JSON_DEPTH_MAX, more than
 *  max_bytes. Error text gives line and column. @return new reference, or NULL with e filled. */
json_t *json_read(const char *data, size_t len, size_t max_bytes, struct error *e);

/** Member access without surprises: a missing or mistyped member yields the fallback. Borrowed. */
const char *json_str(const json_t *obj, const char *key, const char *fallback);
int64_t json_int(const json_t *obj, const char *key, int64_t fallback);
bool json_bool(const json_t *obj, const char *key, bool fallback);
double json_num(const json_t *obj, const char *key, double fallback);
/** Follow "last.phases_ms.tls"; NULL when absent. Borrowed. */
json_t *json_path(const json_t *obj, const char *dotted);

/** Streaming writer: commas and escaping are its business; misuse is a bug (assert). */
struct json_writer {
	struct buf *out;
	unsigned depth;
	bool first[JSON_DEPTH_MAX + 8];
	bool in_object[JSON_DEPTH_MAX + 8];
	bool after_key;
};

void jw_init(struct json_writer *w, struct buf *out);
void jw_object(struct json_writer *w);
void jw_object_end(struct json_writer *w);
void jw_array(struct json_writer *w);
void jw_array_end(struct json_writer *w);
void jw_key(struct json_writer *w, const char *key);
void jw_str(struct json_writer *w, const char *s); /* NULL writes null; invalid UTF-8 -> U+FFFD */
void jw_strn(struct json_writer *w, const char *s, size_t n);
void jw_int(struct json_writer *w, int64_t v);
void jw_bool(struct json_writer *w, bool v);
void jw_null(struct json_writer *w);
/** Decimal with `decimals` places from an integer scaled by 10^decimals: (12345, 3) -> 12.345 */
void jw_fixed(struct json_writer *w, int64_t scaled, unsigned decimals);
/** UTC RFC 3339 with milliseconds, or null when ms <= 0. */
void jw_time(struct json_writer *w, int64_t ms);
/** An already serialised value. */
void jw_raw(struct json_writer *w, const char *json, size_t n);
void jw_value(struct json_writer *w, const json_t *v);
/** key + value in one call. */
void jw_kv_str(struct json_writer *w, const char *key, const char *s);
void jw_kv_int(struct json_writer *w, const char *key, int64_t v);
void jw_kv_bool(struct json_writer *w, const char *key, bool v);
void jw_kv_time(struct json_writer *w, const char *key, int64_t ms);
void jw_kv_fixed(struct json_writer *w, const char *key, int64_t scaled, unsigned decimals);

/** RFC 9457 problem details for e: {type,title,status,detail,code,field,hint,line}. */
void json_problem(struct buf *out, const struct error *e, const char *request_id);
