#pragma once
/* Routes of alerts, in sets: each file that answers some exports its own, and is named in hooks.c.
 * ctx of a handler is the struct alerts. */
#include "daemon/services/service.h"

struct route_group {
	const struct route *routes;
	size_t n;
};
/** NULL-routes-terminated. */
extern const struct route_group *const alerts_route_sets[];
extern const struct route_group brief_routes;
/** Before the server listens. */
void alerts_routes(struct daemon *d, struct alerts *a);

extern const struct route_group alert_routes, delivery_routes, silence_routes, rule_routes;

/** Try again what belongs to the alert or is the delivery (0: neither), and answer how many. */
struct answered redeliver_answer(struct request *r, struct alerts *a, uint64_t alert,
				 uint64_t delivery);

/* Parts of struct resource_live; ctx is the struct alerts. */
void silence_write(struct json_writer *w, const struct resource *r, void *ctx);
bool silence_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx);
const char *silence_filter(const struct resource *r, const char *name, char *out, void *ctx);
void notifier_write(struct json_writer *w, const struct resource *r, void *ctx);
const char *notifier_filter(const struct resource *r, const char *name, char *out, void *ctx);

/** Lines of the overview: open alerts of which something is told, each subject once. */
size_t alerts_attention(void *state, struct attention *out, size_t max, size_t *total);

void rule_write(struct json_writer *w, const struct resource *r, void *ctx);

/** A store_prune_fn: silences that are over for 30 days. */
enum err silences_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e);
/** service.check of rules. */
enum err rule_spec_check(void *alerts, const struct resource_kind *k, const json_t *spec,
			 const json_t *coming, struct error *e);
