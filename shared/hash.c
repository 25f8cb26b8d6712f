#include "shared/hash.h"

#include <string.h>

static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

uint64_t hash_bytes(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return mix(h);
}

uint64_t hash_text(const char *text)
{
	return hash_bytes(text, strlen(text));
}

uint64_t hash_id(uint64_t id)
{
	return mix(id + UINT64_C(0x9e3779b97f4a7c15));
}
