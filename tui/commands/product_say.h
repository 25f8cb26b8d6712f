#pragma once
/* What commands share that say something of a product. */
#include "tui/commands/command.h"

/** POST it ("floor") with a price or --none, and print what is so now. @return exit status */
int product_say(struct invocation *in, const char *what, const char *title);
