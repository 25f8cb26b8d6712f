#pragma once
/* Compiled expressions; the least recently used one goes first. One thread. */
#include <stddef.h>
#include <stdint.h>

struct lru_entry {
	char *key; /* NULL: unused */
	void *value;
	uint64_t used;
	uint64_t hash;
};

struct lru {
	struct lru_entry *entries;
	size_t size;
	uint64_t clock;
	void (*value_free)(void *value);
};

void lru_init(struct lru *l, size_t size, void (*value_free)(void *value));
void lru_fini(struct lru *l);
/** @return the value, or NULL. Borrowed until the next lru_put. */
void *lru_get(struct lru *l, const char *key);
/** Owner of value from now on: the cache. The key must not be there. */
void lru_put(struct lru *l, const char *key, void *value);
