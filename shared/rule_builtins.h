#pragma once
/* Rules that need no set-up. Each is a resource like any other until somebody edits it; then a row
 * of the same name takes its place, and deleting that row brings it back. */
#include "shared/schema/schema.h"

enum { RULE_BUILTINS = 20 };
extern const struct builtin rule_builtins[RULE_BUILTINS];
