#pragma once
/* NOUN list: rows page by page, and with --watch what changes afterwards. */
#include "tui/cli/cli.h"

/** @return exit status */
int list_run(struct invocation *in, const struct resource_kind *k);
