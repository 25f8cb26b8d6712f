#pragma once
/* The in-memory copy of all resources: by id, by kind and name, and in name order. */
#include "daemon/store/resources.h"

struct resource_cache;

struct resource_cache *resource_cache_new(void);
void resource_cache_free(struct resource_cache *c);
/** Make a committed change visible: old NULL = created, now NULL = deleted. Takes its own
 * references. */
void resource_cache_apply(struct resource_cache *c, const struct resource *old,
			  const struct resource *now);
/** A new object with one reference, in one allocation. */
struct resource *resource_make(const struct resource_kind *k, uint64_t id, const char *name,
			       const char *labels, const char *spec);
/** As it is while nobody has edited it. */
struct resource *resource_make_builtin(const struct resource_kind *k, const struct builtin *b);
/** Builtins of names that no resource has. */
void resource_cache_add_builtins(struct resource_cache *c);
