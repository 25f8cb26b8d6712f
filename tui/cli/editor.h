#pragma once
/* NOUN edit NAME without flags: the YAML form in $VISUAL or $EDITOR, checked when it is saved. */
#include "tui/cli/cli.h"

/** @return exit status; 130 when the text was emptied, 0 also when nothing was changed */
int editor_edit(struct invocation *in, const struct resource_kind *k, const char *ref);

/** What a deleted or changed resource was, as a file that apply reads, in the state directory.
 *  @param path  receives where. @return false: it could not be kept */
bool editor_keep(const struct resource_kind *k, const json_t *objects, char *path, size_t cap);
