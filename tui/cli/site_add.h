#pragma once
/* The part of `add` that makes a rival or shop and stays until its products were found. */
#include "tui/commands/command.h"

/** @param kind      "rival", "shop"
 *  @param monitors  what became of the monitors of the same address, for programs; NULL: none
 *  @return exit status */
int site_add(struct invocation *in, const char *kind, const json_t *monitors);
