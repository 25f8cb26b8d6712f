#pragma once
/* Whom an event is about, with what people filter by. */
#include <jansson.h>
#include <stdint.h>

struct store;

struct subject {
	char kind[16];
	uint64_t id;
	char name[64];
	json_t *labels; /* object of text */
	json_t *tags;   /* array of text */
};
/** Of a resource as it is now; what is gone has its name and nothing else. */
void subject_of(struct store *store, const char *kind, uint64_t id, const char *name,
		struct subject *out);
void subject_fini(struct subject *s);
