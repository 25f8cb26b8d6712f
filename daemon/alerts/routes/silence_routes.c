/* Silences: what the lists show beside their fields, their end by hand, and the going of old ones.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "daemon/api/api.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { GONE_AT_ONCE = 16 };
static const int64_t gone_after_ms = INT64_C(30) * 86400000; /* over for as long: forgotten */

extern const struct resource_kind resource_silence;

static int64_t ends_ms(const struct resource *r)
{
	json_t *spec = resource_spec(r);
	int64_t ms = 0;
	time_parse(json_str(spec, "until", ""), &ms);
	json_decref(spec);
	return ms;
}

/* ---- live ----------------------------------------------------------------------------------- */

static bool is_active(const struct alerts *a, const struct resource *r)
{
	return ends_ms(r) > clock_wall_ms(a->d->clock);
}

void silence_write(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct alerts *a = ctx;
	jw_kv_str(w, "state", is_active(a, r) ? "active" : "over");
	jw_kv_int(w, "covered", (int64_t)alerts_covered(a, r->id));
	jw_kv_time(w, "ends_at", ends_ms(r));
}

/* Active ones first, the next to end before others; then what was over last. */
bool silence_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx)
{
	int64_t now = clock_wall_ms(((struct alerts *)ctx)->d->clock), ends = ends_ms(r);
	if (strcmp(sort, "ends") != 0)
		return false;
	*key = ends > now ? ends - now : INT64_MAX / 2 - ends;
	return true;
}

const char *silence_filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	if (strcmp(name, "state") != 0)
		return NULL;
	return is_active(ctx, r) ? "active" : "over"; /* a literal does as well as out */
}

/* ---- the end -------------------------------------------------------------------------------- */

struct ending {
	const struct resource *silence;
	int64_t now_ms;
	struct resource_put put;
};

static enum err put_end(struct txn *t, void *arg, struct error *e)
{
	struct ending *end = arg;
	const struct resource *r = end->silence;
	char until[TIME_TEXT];
	json_t *spec = resource_spec(r);
	json_object_set_new(spec, "until", json_string(time_rfc3339(until, end->now_ms)));
	char *text = spec_dump(spec);
	end->put = (struct resource_put){.kind = r->kind,
					 .mode = PUT_REPLACE,
					 .id = r->id,
					 .name = r->name,
					 .spec = text,
					 .if_version = r->version};
	enum err err = resource_put(t, &end->put, e);
	free(text);
	json_decref(spec);
	return err;
}

static struct answered end_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	struct error e = {0};
	struct ending end = {.now_ms = clock_wall_ms(a->d->clock)};
	struct json_writer w;
	const char *ref = request_param(r, "ref");
	end.silence = resource_get(a->d->store, &resource_silence, ref);
	if (!end.silence) {
		error_set(&e, ERR_NOT_FOUND, "no silence \"%.64s\"", ref);
		error_hint(&e, "sellersmart silence list");
	} else if (!is_active(a, end.silence)) {
		error_set(&e, ERR_NOT_NOW, "%s is over already", end.silence->name);
		error_hint(&e, "sellersmart silence list --filter state=active");
	} else {
		store_run(a->d->store, OP_PEOPLE, put_end, &end, &e);
	}
	resource_unref(end.silence);
	if (e.code)
		return reply_error(r, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	api_write_resource(a->d, &w, end.put.result);
	jw_object_end(&w);
	resource_unref(end.put.result);
	return reply_send(r, 200);
}

enum err silences_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e)
{
	int64_t limit = clock_wall_ms(store_clock(txn_store(t))) - gone_after_ms;
	size_t n, gone = 0;
	const struct resource **all = resource_list(txn_store(t), &resource_silence, &n);
	enum err err = ERR_NONE;
	for (size_t i = 0; i < n; i++) {
		bool old = ends_ms(all[i]) <= limit;
		if (old && gone++ < GONE_AT_ONCE && !err)
			err = resource_delete(t, &resource_silence, all[i]->id, 0, NULL, e);
		resource_unref(all[i]);
	}
	free(all);
	*more = gone > GONE_AT_ONCE;
	return err;
}

static const struct route routes[] = {
	{"POST", "/v1/silences/:ref/end", ROUTE_WORKER, ACCESS_WRITE, end_route, 0},
};
const struct route_group silence_routes = {routes, ARRAY_LEN(routes)};
