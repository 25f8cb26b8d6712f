#include "daemon/services/sitemonitor/texts.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shared/hash.h"
#include "shared/mem.h"

enum { SLOTS_MIN = 64 };

struct text_entry {
	struct text_entry *next;
	uint32_t hash, held;
	char text[];
};

static struct text_entry *entry_of(const char *text)
{
	return (struct text_entry *)(uintptr_t)(text - offsetof(struct text_entry, text));
}

void texts_fini(struct texts *t)
{
	for (size_t i = 0; i < t->cap; i++) {
		for (struct text_entry *e = t->slots[i], *next; e; e = next) {
			next = e->next;
			free(e);
		}
	}
	free(t->slots);
	*t = (struct texts){0};
}

static void grow(struct texts *t)
{
	struct texts bigger = {.n = t->n, .cap = t->cap ? t->cap * 2 : SLOTS_MIN};
	bigger.slots = mem_zalloc(bigger.cap * sizeof(*bigger.slots));
	for (size_t i = 0; i < t->cap; i++) {
		for (struct text_entry *e = t->slots[i], *next; e; e = next) {
			struct text_entry **slot = &bigger.slots[e->hash & (bigger.cap - 1)];
			next = e->next;
			e->next = *slot;
			*slot = e;
		}
	}
	free(t->slots);
	*t = bigger;
}

static const char *hold(struct texts *t, const char *text)
{
	size_t n = strlen(text);
	uint32_t hash = (uint32_t)hash_bytes(text, n);
	if (t->n == t->cap)
		grow(t);
	struct text_entry **slot = &t->slots[hash & (t->cap - 1)];
	for (struct text_entry *e = *slot; e; e = e->next) {
		if (e->hash == hash && !strcmp(e->text, text)) {
			e->held++;
			return e->text;
		}
	}
	struct text_entry *e = mem_alloc(sizeof(*e) + n + 1);
	*e = (struct text_entry){.next = *slot, .hash = hash, .held = 1};
	memcpy(e->text, text, n + 1);
	*slot = e;
	t->n++;
	return e->text;
}

static void give_back(struct texts *t, const char *text)
{
	struct text_entry *e = text ? entry_of(text) : NULL;
	if (!e || --e->held)
		return;
	struct text_entry **p = &t->slots[e->hash & (t->cap - 1)];
	while (*p != e)
		p = &(*p)->next;
	*p = e->next;
	t->n--;
	free(e);
}

void texts_set(struct texts *t, const char **to, const char *text)
{
	const char *old = *to;
	if (old && text && !strcmp(old, text))
		return;
	*to = text && *text ? hold(t, text) : NULL;
	give_back(t, old);
}
