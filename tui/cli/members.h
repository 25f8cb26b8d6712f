#pragma once
/* The names that --json FIELDS takes. */
#include "shared/err.h"
#include "tui/cli/output.h"

/** One a line: what a bare --json asks for. */
void members_print(struct output *o, const struct resource_kind *k);
/** Is every one of FIELDS a member that objects of this kind may have? ERR_USAGE with the nearest.
 */
enum err members_check(const struct resource_kind *k, const char *fields, struct error *e);
