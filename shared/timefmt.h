#pragma once
/* Times are UTC milliseconds since 1970 in the store, RFC 3339 in JSON. Durations are ms. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIME_TEXT = 32, DURATION_TEXT = 32 };

/** "2026-11-22T17:48:03.120Z". Returns out. */
const char *time_rfc3339(char out[static TIME_TEXT], int64_t ms);
/** Any RFC 3339 offset and fraction; false when it is not one or out of 1970..9999. */
bool time_parse(const char *text, int64_t *ms);
/** "250ms" "2s" "1m30s" "24h" "7d" "2w"; a bare number is refused (unit missing). */
bool duration_parse(const char *text, int64_t *ms);
/** Shortest exact form, as accepted by duration_parse: 90000 -> "90s"; 3600000 -> "1h". */
const char *duration_format(char out[static DURATION_TEXT], int64_t ms);
/** For people, at most four characters: "now" "41s" "31m" "5h" "12d" "2y"; minutes once >= 60 s. */
const char *age_format(char out[static DURATION_TEXT], int64_t ms);
/** A moment in the past: RFC 3339, or a duration before now ("1h"), or "now". */
bool time_parse_since(const char *text, int64_t now_ms, int64_t *ms);
