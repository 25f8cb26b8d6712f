#pragma once
/* Request targets: percent encoding, path segments, the query. */
#include "daemon/http/internal.h"

/** Decode n bytes. @return length, or -1: a bad escape, a control byte or ill-formed UTF-8 */
int target_decode(char *dst, const char *src, size_t n, bool plus_is_space);
/** Split r->target into path, segments and query, all decoded. @return NULL or what is wrong */
const char *target_split(struct request *r);
