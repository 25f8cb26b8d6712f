#pragma once
/* Text as it is compared: "Größe Ⅻ" and "grösse XII" are one. Small letters without marks, wide and
 * narrow forms as the plain ones, letters that Unicode does not take apart as they are mostly
 * written instead (ø o, ł l, æ ae). */
#include <stddef.h>

/** At most cap-1 bytes, never half a character; what is not UTF-8 becomes a blank. Punctuation and
 *  blanks stay. @return bytes written without the NUL */
size_t text_fold(char *out, size_t cap, const char *text);
/** The same with capitals and marks kept: only forms of compatibility ("㎖", "２", "²"). */
size_t text_plain(char *out, size_t cap, const char *text);
