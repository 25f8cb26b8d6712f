#pragma once
/* The verbs that every kind has, from its descriptor. */
#include "tui/cli/cli.h"

/** A command made from a descriptor; owned by the caller, generic_free. NULL: the kind has no such
 * verb. */
struct command *generic_command(const struct resource_kind *k, const char *verb);
void generic_free(struct command *c);
/** Verbs of a kind, NULL-terminated into out; returns the count. */
size_t generic_verbs(const struct resource_kind *k, const char **out, size_t max);

/** Fields given as flags and positional words as loose JSON, validated here before anything is
 * sent.
 *  @return new reference or NULL */
json_t *generic_input(struct invocation *in, const struct resource_kind *k, int first_arg,
		      struct error *e);
/** Say every fault of a list on stderr. @return exit status */
int generic_fail(const struct error_list *errors);
