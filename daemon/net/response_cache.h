#pragma once
/* Answers that can be asked about again (they have an ETag or Last-Modified), in memory within a
 * number of bytes; the one that was used longest ago goes first. One thread. */
#include <stddef.h>
#include <stdint.h>

/** Immutable; counted. */
struct kept_answer {
	char *etag, *modified, *type; /* "" when absent */
	char *body;                   /* NUL after len bytes */
	size_t len;
	int refs;
};

struct response_cache;
struct response_cache *response_cache_new(size_t bytes_max);
void response_cache_free(struct response_cache *c);
/** Fewer bytes: what is too much goes at once. */
void response_cache_limit(struct response_cache *c, size_t bytes_max);
/** A reference for the caller, kept_answer_unref; NULL: there is none. */
struct kept_answer *response_cache_get(struct response_cache *c, const char *url);
/** Copies; takes the place of an older one. What is larger than an eighth of all is not kept. */
void response_cache_put(struct response_cache *c, const char *url, const char *etag,
			const char *modified, const char *type, const char *body, size_t len);
void response_cache_drop(struct response_cache *c, const char *url);
size_t response_cache_bytes(const struct response_cache *c);
void kept_answer_unref(struct kept_answer *k);
