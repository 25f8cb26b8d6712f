#pragma once
/* Patterns of topics of events, as rules and subscriptions have them. */
#include <jansson.h>
#include <stdbool.h>

#include "shared/err.h"

/** Does topic belong to one of the patterns: "monitor.down" itself, "monitor" or "monitor.*" all
 *  below it, "*" everything. */
bool topic_in(const json_t *patterns, const char *topic);
/** The same of "a,b", as queries have them. */
bool topic_in_words(const char *patterns, const char *topic);
/** "monitor.down", "monitor", "monitor.*", "*": can it be the pattern of a topic? */
bool topic_pattern_valid(const char *pattern, struct error *e);
/** For a descriptor's check, as matchers_check_field. */
enum err topics_check_field(const json_t *spec, const char *field, struct error *e);
