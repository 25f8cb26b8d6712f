#pragma once
/* Configuration resources: one table, and an in-memory copy of immutable, counted objects that any
 * thread may read without touching the database. */
#include <stdatomic.h>

#include "daemon/store/store.h"
#include "shared/schema/schema.h"

/** Immutable. */
struct resource {
	const struct resource_kind *kind;
	uint64_t id, version; /* version: 1, 2, ... */
	int64_t created_ms, updated_ms;
	const char *name;   /* inside the object */
	const char *labels; /* JSON object text */
	const char *spec;   /* canonical JSON text */
	atomic_uint refs;
};

/** A counted reference, or NULL. ref: a name or an id of that kind. Thread: any. */
const struct resource *resource_get(struct store *s, const struct resource_kind *k,
				    const char *ref);
const struct resource *resource_by_id(struct store *s, uint64_t id);
const struct resource *resource_ref(const struct resource *r);
void resource_unref(const struct resource *r);
size_t resource_count(struct store *s, const struct resource_kind *k);
/** Without what is built in and was not edited: what somebody wrote. */
size_t resource_count_own(struct store *s, const struct resource_kind *k);
/** It is built in, and nobody has edited it. */
bool resource_is_builtin(const struct resource *r);
/** Counted references to all of one kind in name order; unref each and free() the array. */
const struct resource **resource_list(struct store *s, const struct resource_kind *k, size_t *n);
json_t *resource_spec(const struct resource *r); /* new reference, canonical */
json_t *resource_labels(const struct resource *r);

/* ---- operations (call inside store_op.run) ------------------------------------------------- */

enum put_mode { PUT_CREATE /* ERR_EXISTS */, PUT_REPLACE /* ERR_NOT_FOUND */, PUT_UPSERT };
enum put_outcome { PUT_CREATED, PUT_CHANGED, PUT_UNCHANGED };

struct resource_put {
	const struct resource_kind *kind;
	enum put_mode mode;
	uint64_t id;               /* 0: by name */
	const char *name;          /* new name (a rename when id or renamed_from is given) */
	const char *renamed_from;  /* NULL, or the old name: history is kept */
	const char *labels, *spec; /* JSON text; labels NULL keeps what is there */
	uint64_t if_version;       /* 0: any; else ERR_CONFLICT when it differs */
	/* out */
	enum put_outcome outcome;
	const struct resource *result; /* counted, visible to others after the commit */
};
enum err resource_put(struct txn *t, struct resource_put *p, struct error *e);
/** Deletes; *gone (may be NULL) gets a counted reference to what was there. */
enum err resource_delete(struct txn *t, const struct resource_kind *k, uint64_t id,
			 uint64_t if_version, const struct resource **gone, struct error *e);

/** Fields that are links (schema.h) hold after each operation, whatever the order of its writes;
 *  the writer looks at its end. An operation that is not to be written asks itself.
 *  @param promised  may be NULL: {kind: {name: anything}}, taken as if they were there
 *  @param at_fault  may be NULL: id of the resource that refers to what is not there, or in a
 * circle
 */
enum err resource_links_check(struct txn *t, const json_t *promised, uint64_t *at_fault,
			      struct error *e);

/** Told after the commit on the writer thread, before the operation's done: old NULL = created, new
 *  NULL = deleted. Must only take notes (loop_post). */
typedef void resource_listener_fn(const struct resource *old, const struct resource *now,
				  void *arg);
void resource_listen(struct store *s, resource_listener_fn *fn, void *arg);
/** After this fn is not called any more (and, from another thread, is not running). */
void resource_unlisten(struct store *s, resource_listener_fn *fn, void *arg);

/** Stored replies of Idempotency-Key, 24 h. @return true with a copy in *reply when key is known.
 */
bool idempotency_find(struct txn *t, const char *key, int *status, char **reply);
enum err idempotency_keep(struct txn *t, const char *key, int status, const char *reply,
			  struct error *e);
