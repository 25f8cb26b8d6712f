#pragma once
/* What commands do with alerts by their numbers. */
#include "tui/cli/cli.h"

/** POST /v1/alerts/N/VERB for each argument, or /v1/alerts/VERB without one, with the given flags
 * as the body; "14 garden: acknowledged" each. @return exit status: the first fault's */
int alerts_act(struct invocation *in, const char *verb, const char *done);
