#pragma once
/* jq 1.6 holds every number in a double, so prices and long ids change on their way through it.
 * Before it reads a document, numbers with a fraction, an exponent or more than 15 digits become
 * strings: 19.90 is "19.90" to the program, and comes out as it went in. */
#include <stddef.h>

#include "shared/buf.h"

enum { NUMBERS_EXACT_DIGITS = 15 };

/** Append the JSON text with such numbers in quotes. What is not well-formed is left as it is, for
 *  the parser to complain about.  @return false when it does not fit in out */
bool numbers_protect(const char *json, size_t len, struct buf *out);
