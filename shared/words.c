#include "shared/words.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { HASHES = 4096, WINDOW_MAX = 200 };

static unsigned hash(const char *pair)
{
	unsigned a = (unsigned char)pair[0] | 0x20, b = (unsigned char)pair[1] | 0x20;

	return (a << 5 ^ b) % HASHES;
}

static bool begins_with_one(const char *text, size_t len, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t word = strlen(list[i]);

		if (word <= len && !strncasecmp(text, list[i], word))
			return true;
	}
	return false;
}

/* From pair to pair of bytes, as far as no word can begin in between (Wu and Manber). */
bool words_has_one(const char *text, size_t len, const char *const *list, size_t n)
{
	uint8_t jumps[HASHES];
	size_t window = strlen(list[0]), at;

	for (size_t i = 1; i < n; i++)
		window = strlen(list[i]) < window ? strlen(list[i]) : window;
	window = window < WINDOW_MAX ? window : WINDOW_MAX;
	memset(jumps, (int)window - 1, sizeof jumps);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k + 2 <= window; k++) {
			uint8_t *jump = &jumps[hash(list[i] + k)];

			*jump = *jump < window - 2 - k ? *jump : (uint8_t)(window - 2 - k);
		}
	}
	for (at = window - 2; at + 2 <= len; at++) {
		size_t begin = at - (window - 2), jump = jumps[hash(text + at)];

		if (jump)
			at += jump - 1;
		else if (begins_with_one(text + begin, len - begin, list, n))
			return true;
	}
	return false;
}
