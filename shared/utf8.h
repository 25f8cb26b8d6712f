#pragma once
/* UTF-8, strictly (RFC 3629, Unicode 15 table 3-7): one code point at a time. */
#include <stddef.h>
#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xFFFD, UTF8_MAX_BYTES = 4 };
#define UTF8_INVALID UINT32_MAX

/** Decode at s, n >= 1 bytes. An ill-formed sequence gives UTF8_INVALID for its longest well-formed
 *  beginning, so that one U+FFFD stands for it as in browsers. @return bytes consumed, >= 1 */
size_t utf8_next(const char *s, size_t n, uint32_t *cp);
/** Encode a scalar value; out holds UTF8_MAX_BYTES. @return bytes written */
size_t utf8_put(char *out, uint32_t cp);
/** Largest length <= n that does not end inside a sequence. */
size_t utf8_floor(const char *s, size_t n);
