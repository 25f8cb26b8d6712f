#pragma once
/* Character references in texts of XML, and in texts that somebody escaped once too often: only
 * those with a semicolon, so that "a&b=c" stays. */
#include <stddef.h>

#include "shared/buf.h"

/** Append the text, decoded once, as far as it fits. */
void references_decode(const char *s, size_t n, struct buf *out);
