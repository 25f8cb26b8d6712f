#pragma once
/* JSON as pages have it, mended only where no meaning is guessed: commas before a closing bracket,
 * comments of HTML, JavaScript and CDATA around or inside, line ends in strings, a semicolon at the
 * end. Numbers become strings, digit by digit as they stand there, because a price is no double. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"

enum { JSON_MEND_DEPTH_MAX = 64 };

/** @param text  UTF-8
 *  @param mended  whether it was not JSON as it stood; may be NULL
 *  @return a new reference, or NULL with e filled: line and column are of the mended text */
json_t *json_mend_read(const char *text, size_t len, bool *mended, struct error *e);
