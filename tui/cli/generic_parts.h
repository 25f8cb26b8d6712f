#pragma once
/* What the verbs of every kind share among their files. */
#include "tui/cli/generic.h"

enum { VERB_FLAGS_MAX = 192 };

/* A generic command carries its kind behind the public struct. */
struct generic {
	struct command command;
	const struct resource_kind *kind;
	const struct action *action;
	char words[64], usage[160], summary[160];
	char sorts[200], filters[200]; /* help of those flags */
	struct flag flags[VERB_FLAGS_MAX];
	char names[VERB_FLAGS_MAX][48];
};

static inline const struct generic *generic_of(const struct invocation *in)
{
	return (const struct generic *)in->command;
}

/** "/v1/monitors/REF/VERB"; verb may be NULL. */
void generic_path(struct buf *path, const struct resource_kind *k, const char *ref,
		  const char *verb);
/** Its flag may be repeated, an entry each time. */
bool generic_has_entries(const struct field *f);
int generic_run_add(struct invocation *in);
int generic_run_edit(struct invocation *in);
