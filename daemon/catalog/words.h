#pragma once
/* How rivals are written about, in JSON and in sentences. */
#include <stddef.h>
#include <stdint.h>

#include "shared/json.h"

enum { WORDS_AMOUNT = 48 };

/** "34.90" without its currency, from money_format. */
const char *words_amount(char out[static WORDS_AMOUNT], int64_t minor, const char *currency);
/** text cut to cap - 1 bytes between characters. */
void words_cut(char *out, size_t cap, const char *text);

/** "key": "prd_...". */
void words_id(struct json_writer *w, const char *key, const char *prefix, uint64_t id);
/** "key": 3490, or null for what is not known. */
void words_minor(struct json_writer *w, const char *key, int64_t minor);
/** Only when it is known. */
void words_minor_if(struct json_writer *w, const char *key, int64_t minor);
