#pragma once
/* Help and manual tables, written from the descriptors. */
#include "shared/schema/schema.h"

/** man(7): a paragraph a field, the kind's first, then each variant's under its own heading. */
void schema_write_man(struct buf *out, const struct resource_kind *k);
/** Plain text for `NOUN VERB --help`: examples first, then the flags. verb: list, show, add, edit,
 *  rm or one of the kind's actions; v: only that variant's flags, NULL: all of them by variant. */
void schema_write_help(struct buf *out, const struct resource_kind *k, const char *verb,
		       const struct variant *v);
