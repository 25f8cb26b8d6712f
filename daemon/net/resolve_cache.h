#pragma once
/* Answers of the name servers, one name and family each, for as long as they may be kept. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/net/answers.h"

struct resolve_cache;
struct resolve_cache *resolve_cache_new(void);
void resolve_cache_free(struct resolve_cache *c);
/** Keep an answer (OK or NODATA) until now_ms + keep_ms. */
void resolve_cache_put(struct resolve_cache *c, const char *host, int family,
		       const struct answer *a, int64_t now_ms, int64_t keep_ms);
bool resolve_cache_get(struct resolve_cache *c, const char *host, int family, int64_t now_ms,
		       struct answer *out);
void resolve_cache_clear(struct resolve_cache *c);
