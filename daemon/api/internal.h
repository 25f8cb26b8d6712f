#pragma once
/* What the files of the API share. */
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/api/api.h"

struct api_state;
struct render_cache;

enum { API_SERVICES_MAX = 16, LIST_LIMIT = 100, LIST_LIMIT_MAX = 1000 };

/** One kind of resource_table with what a service adds to it; handed to the generic handlers. */
struct api_kind {
	struct api_state *api;
	const struct resource_kind *kind;
	const struct resource_live *live; /* NULL: none */
	void *live_ctx;
	bool pausable;        /* has a boolean field "paused" */
	struct route *routes; /* own memory: their paths too */
	size_t n_routes;
};

struct api_service {
	const struct service *service;
	void *state;
};

struct api_state {
	struct daemon *d;
	struct api_kind *kinds;
	size_t n_kinds;
	struct api_service services[API_SERVICES_MAX];
	size_t n_services;
	struct render_cache *cache;
	_Atomic uint64_t seen_seq; /* what the user has looked at */
	_Atomic int64_t seen_ms;
};

struct api_kind *api_kind_of(struct api_state *a, const struct resource_kind *k);

/* ---- render.c: thread any ---------------------------------------------------------------------
 */

struct render_cache *render_cache_new(void);
void render_cache_free(struct render_cache *c);
/** The whole object; live false: without what changes by itself (what was deleted). */
void render_resource(struct api_kind *k, struct json_writer *w, const struct resource *r,
		     bool live);
/** "built-in", "edited" (a row in its place), "own". */
const char *resource_origin(const struct resource *r);
/** Members named in fields ("a,b"), in the object's order, from a rendered object; id always. */
void render_projection(struct buf *out, const char *object, size_t len, const char *fields);

/* ---- answers ----------------------------------------------------------------------------------
 */

/** {"data":{object}} into the body, ETag in the headers. */
void answer_resource(struct request *r, struct api_kind *k, const struct resource *res);
/** 422 with every fault in errors[]. */
struct answered answer_faults(struct request *r, const struct error_list *faults);
struct answered answer_not_found(struct request *r, const struct resource_kind *k, const char *ref);
/** The queue of the workers is full. */
struct answered answer_busy(struct request *r);
/** One fault as an object: code, field, detail, hint, line. */
void write_fault(struct json_writer *w, const struct error *e);

/** Ask the services whether what spec names is there. false: faults has why. */
bool api_check(const struct api_kind *k, const json_t *spec, const json_t *coming,
	       struct error_list *faults);

/* ---- list.c, write.c: handlers; ctx is a struct api_kind ----------------------------------------
 */

struct answered list_handle(struct request *r, void *ctx);
struct answered create_handle(struct request *r, void *ctx);
struct answered replace_handle(struct request *r, void *ctx);
struct answered patch_handle(struct request *r, void *ctx);
struct answered delete_handle(struct request *r, void *ctx);
struct answered pause_handle(struct request *r, void *ctx);
struct answered resume_handle(struct request *r, void *ctx);

/* ---- waiting.c: secrets that are not there yet -------------------------------------------------
 */

enum { MISSING_MAX = 16 };
struct missing_secrets {
	char names[MISSING_MAX][NAME_MAX_BYTES + 1];
	size_t n;
	bool pauses; /* what needs them was paused for that */
};

/** Names of secrets in spec that have no value. */
void missing_find(struct store *s, const json_t *spec, struct missing_secrets *out);
/** "missing_secrets": [...] */
void missing_write(struct json_writer *w, const struct missing_secrets *m);
/** What needs a missing secret starts paused, where its kind can be. False: faults. */
bool missing_pause(const struct api_kind *k, struct resource_input *in,
		   struct missing_secrets *missing, struct error_list *faults);
/** Remember inside the operation that wrote r that it waits. */
enum err missing_note(struct txn *t, const struct missing_secrets *m, const struct resource *r,
		      struct error *e);
/** secret was stored: resume what waited for it alone. Blocks. */
void waiting_resume(struct api_state *a, const char *secret);

/* ---- routes of the other files; ctx is the api_state
 * ---------------------------------------------- */

struct route_set {
	const struct route *routes;
	size_t n;
};
struct route_set batch_routes(void);
struct route_set overview_routes(void);
struct route_set events_routes(void);
struct route_set doctor_routes(void);
struct route_set hosts_routes(void);
struct route_set health_routes(void);
struct route_set secrets_routes(void);
struct route_set live_routes(void);
struct route_set extract_routes(void);
struct route_set recipes_routes(void);
