#pragma once
/* Hashes for tables in memory and for comparing: quick, the same on every machine and in every run.
 * Not for hostile keys. */
#include <stddef.h>
#include <stdint.h>

/** FNV-1a with the final mix of MurmurHash3, so that any of its bits may choose a bucket. */
uint64_t hash_bytes(const void *data, size_t n);
uint64_t hash_text(const char *text);
/** Of a number: neighbours end up far apart. */
uint64_t hash_id(uint64_t id);
