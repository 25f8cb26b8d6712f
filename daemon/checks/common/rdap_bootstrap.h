#pragma once
/* Which RDAP server knows a domain: the bootstrap file of RFC 9224, compiled. Immutable. */
#include <stddef.h>

#include "shared/err.h"

enum { RDAP_BOOTSTRAP_MAX = 1024 * 1024 };

struct rdap_bootstrap;

/** @return NULL with e saying what is wrong with the file; one without any entry is refused too */
struct rdap_bootstrap *rdap_bootstrap_parse(const char *data, size_t len, struct error *e);
void rdap_bootstrap_free(struct rdap_bootstrap *b);
/** The base address for the longest suffix of name (ASCII, lower case) that is listed, https before
 *  http, with a slash at its end; NULL: none is. Borrowed from b. */
const char *rdap_bootstrap_find(const struct rdap_bootstrap *b, const char *name);
size_t rdap_bootstrap_count(const struct rdap_bootstrap *b);
