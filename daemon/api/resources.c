/* The generic routes of every kind in resource_table, by its operations. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "shared/mem.h"

enum { KIND_ROUTES_MAX = 10 };

struct api_kind *api_kind_of(struct api_state *a, const struct resource_kind *k)
{
	for (size_t i = 0; i < a->n_kinds; i++) {
		if (a->kinds[i].kind == k)
			return &a->kinds[i];
	}
	return NULL;
}

static struct answered show_handle(struct request *r, void *ctx)
{
	struct api_kind *k = ctx;
	const char *ref = request_param(r, "ref"), *fields = request_query(r, "fields", "");
	const struct resource *res = resource_get(k->api->d->store, k->kind, ref);
	struct buf *out = reply_body(r), whole = BUF_INIT(1 << 20);

	if (!res)
		return answer_not_found(r, k->kind, ref);
	answer_resource(r, k, res);
	if (*fields) {
		buf_add(&whole, out->data, out->len);
		buf_reset(out);
		buf_add_str(out, "{\"data\":");
		render_projection(out, buf_str(&whole) + 8, whole.len - 8, fields);
		buf_add_char(out, '}');
		buf_fini(&whole);
	}
	resource_unref(res);
	return reply_send(r, 200);
}

static void add(struct api_kind *k, const char *method, const char *tail, enum route_access access,
		struct answered (*handle)(struct request *r, void *ctx))
{
	struct route *r = &k->routes[k->n_routes++];

	*r = (struct route){
		.method = method,
		.path = mem_printf("/v1/%s%s", k->kind->plural, tail),
		.mode = ROUTE_INLINE,
		.access = access,
		.handle = handle,
	};
}

static void routes_of(struct api_kind *k)
{
	unsigned ops = k->kind->ops;
	const struct field *paused = resource_field(k->kind, NULL, "paused");

	/* Facts (incidents, events) have tables and routes of their own. */
	if (!(ops & OP_ADD))
		return;
	k->routes = mem_zalloc(KIND_ROUTES_MAX * sizeof *k->routes);
	k->pausable = paused && paused->type == FIELD_BOOL && (ops & OP_EDIT);
	add(k, "POST", "", ACCESS_WRITE, create_handle);
	add(k, "POST", "/create", ACCESS_WRITE, create_handle);
	if (ops & OP_LIST)
		add(k, "GET", "", ACCESS_READ, list_handle);
	if (ops & OP_SHOW)
		add(k, "GET", "/:ref", ACCESS_READ, show_handle);
	if (ops & OP_EDIT) {
		add(k, "PUT", "/:ref", ACCESS_WRITE, replace_handle);
		add(k, "PATCH", "/:ref", ACCESS_WRITE, patch_handle);
	}
	if (ops & OP_RM)
		add(k, "DELETE", "/:ref", ACCESS_WRITE, delete_handle);
	if (k->pausable) {
		add(k, "POST", "/:ref/pause", ACCESS_WRITE, pause_handle);
		add(k, "POST", "/:ref/resume", ACCESS_WRITE, resume_handle);
	}
	http_routes(k->api->d->http, k->routes, k->n_routes, k);
}

enum err api_init(struct daemon *d, struct error *e)
{
	static struct route_set (*const sets[])(void) = {
		batch_routes,   overview_routes, events_routes, doctor_routes,  health_routes,
		secrets_routes, live_routes,     hosts_routes,  extract_routes, recipes_routes,
	};
	struct api_state *a = mem_zalloc(sizeof *a);
	char *seen = store_meta_get(d->store, "overview.seen"), *end;

	a->d = d;
	d->api_state = a;
	a->cache = render_cache_new();
	if (seen) { /* "SEQ MS" */
		atomic_store(&a->seen_seq, strtoull(seen, &end, 10));
		atomic_store(&a->seen_ms, strtoll(end, NULL, 10));
		free(seen);
	}
	while (resource_table[a->n_kinds])
		a->n_kinds++;
	a->kinds = mem_zalloc((a->n_kinds + 1) * sizeof *a->kinds);
	for (size_t i = 0; i < a->n_kinds; i++) {
		a->kinds[i].api = a;
		a->kinds[i].kind = resource_table[i];
		routes_of(&a->kinds[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		struct route_set set = sets[i]();

		http_routes(d->http, set.routes, set.n, a);
	}
	return ERR_NONE;
}

void api_add_service(struct daemon *d, const struct service *s, void *state)
{
	struct api_state *a = d->api_state;

	if (a->n_services == API_SERVICES_MAX)
		return;
	a->services[a->n_services++] = (struct api_service){s, state};
	for (const struct resource_live *l = s->live; l && l->kind; l++) {
		struct api_kind *k = api_kind_of(a, l->kind);

		if (k) {
			k->live = l;
			k->live_ctx = state;
		}
	}
}

bool api_check(const struct api_kind *k, const json_t *spec, const json_t *coming,
	       struct error_list *faults)
{
	const struct api_state *a = k->api;
	struct error e = {0};

	for (size_t i = 0; i < a->n_services; i++) {
		const struct service *s = a->services[i].service;

		if (s->check && s->check(a->services[i].state, k->kind, spec, coming, &e))
			return errors_add(faults, &e);
	}
	return true;
}

void api_write_resource(struct daemon *d, struct json_writer *w, const struct resource *r)
{
	render_resource(api_kind_of(d->api_state, r->kind), w, r, true);
}

struct answered api_create(struct daemon *d, struct request *r, const struct resource_kind *k)
{
	return create_handle(r, api_kind_of(d->api_state, k));
}

void api_fini(struct daemon *d)
{
	struct api_state *a = d->api_state;

	if (!a)
		return;
	for (size_t i = 0; i < a->n_kinds; i++) {
		for (size_t n = 0; n < a->kinds[i].n_routes; n++)
			free((char *)a->kinds[i].routes[n].path);
		free(a->kinds[i].routes);
	}
	render_cache_free(a->cache);
	free(a->kinds);
	free(a);
	d->api_state = NULL;
}
