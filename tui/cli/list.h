#pragma once
/* NOUN list: rows page by page, and with --watch what changes afterwards. */
#include "tui/cli/cli.h"

/** @return exit status */
int list_run(struct invocation *in, const struct resource_kind *k);
/** Rows of the kind are open or not: the list has --exit-status. */
bool list_may_be_open(const struct resource_kind *k);
