#pragma once
/* Bytes written as text: \r \n \t \0 \\ \" and \xHH (two hexadecimal digits); all else stands for
 * itself. */
#include <stddef.h>

#include "shared/err.h"

/** @return 0 and *len bytes in out (which may hold NUL), ERR_INVALID for an unknown or unfinished
 *  escape, ERR_TOO_LARGE when cap is too small */
enum err escapes_decode(const char *text, char *out, size_t cap, size_t *len, struct error *e)
	__attribute__((warn_unused_result));
