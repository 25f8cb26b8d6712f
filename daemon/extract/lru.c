#include "daemon/extract/lru.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared/hash.h"
#include "shared/mem.h"

void lru_init(struct lru *l, size_t size, void (*value_free)(void *value))
{
	assert(size > 0);
	*l = (struct lru){.size = size, .value_free = value_free};
	l->entries = mem_zalloc(size * sizeof *l->entries);
}

static void drop(struct lru *l, struct lru_entry *entry)
{
	if (!entry->key)
		return;
	l->value_free(entry->value);
	free(entry->key);
	*entry = (struct lru_entry){0};
}

void lru_fini(struct lru *l)
{
	for (size_t i = 0; i < l->size; i++)
		drop(l, &l->entries[i]);
	free(l->entries);
}

void *lru_get(struct lru *l, const char *key)
{
	uint64_t hash = hash_text(key);

	for (size_t i = 0; i < l->size; i++) {
		struct lru_entry *entry = &l->entries[i];

		if (entry->hash == hash && entry->key && !strcmp(entry->key, key)) {
			entry->used = ++l->clock;
			return entry->value;
		}
	}
	return NULL;
}

void lru_put(struct lru *l, const char *key, void *value)
{
	struct lru_entry *oldest = &l->entries[0];

	for (size_t i = 1; i < l->size; i++) {
		if (l->entries[i].used < oldest->used)
			oldest = &l->entries[i];
	}
	drop(l, oldest);
	*oldest = (struct lru_entry){mem_strdup(key), value, ++l->clock, hash_text(key)};
}
