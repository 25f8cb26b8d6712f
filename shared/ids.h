#pragma once
/* 63-bit ids: 41 bits of milliseconds since 2025-01-01, 10 bits node, 12 bits counter; never
 * backwards. In JSON a prefix and 13 Crockford base-32 characters: mon_01H5ZK3QW8F2A. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ID_TEXT = 24, ID_DIGITS = 13, ID_PREFIX_MAX = 8 };

struct id_source {
	pthread_mutex_t lock;
	uint64_t last; /* the last id given; restored from the store so that ids never go back */
	unsigned node;
};

void id_source_init(struct id_source *s, unsigned node, uint64_t last);
void id_source_fini(struct id_source *s);
/** Next id for wall time now_ms; larger than every id given before. Thread: any. */
uint64_t id_next(struct id_source *s, int64_t now_ms);
/** Wall time inside an id, ms since 1970. */
int64_t id_time_ms(uint64_t id);
const char *id_format(char out[static ID_TEXT], const char *prefix, uint64_t id);
/** False unless text is exactly prefix_ + 13 digits (case-insensitive, o=0, i=l=1). */
bool id_parse(const char *text, const char *prefix, uint64_t *id);
/** True for anything that looks like an id of any prefix: reserved, may not be a name. */
bool id_shaped(const char *text);
