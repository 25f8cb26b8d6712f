#pragma once
/* What every target shares: the entry point's prototype, and the input as a string. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the header that does not hold is a crash, also where assert is off. */
#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* A copy of exactly that size with a NUL, so that reading past the end is seen. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *s = mem_alloc(size + 1);

	if (size)
		memcpy(s, data, size);
	s[size] = '\0';
	return s;
}
