/* PUT /v1/secrets/NAME/value: the body is the value. It is wiped wherever it was. */
#include "daemon/api/internal.h"
#include "daemon/store/secrets.h"
#include "shared/mem.h"

struct putting {
	const char *name, *value;
	size_t len;
};

static enum err run(struct txn *t, void *arg, struct error *e)
{
	struct putting *p = arg;

	return secret_put(t, p->name, p->value, p->len, e);
}

static struct answered value_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	const struct resource_kind *kind = resource_kind_find("secret");
	struct putting p = {.name = request_param(r, "ref")};
	const struct resource *res;
	struct error e;
	bool existed;

	request_body_secret(r);
	p.value = request_body(r, &p.len);
	if (!name_valid(kind, p.name, &e))
		return reply_error(r, &e);
	if (p.len && p.value[p.len - 1] == '\n')
		p.len--;
	if (!p.len || p.len > SECRET_MAX) {
		error_field(&e, p.len ? ERR_TOO_LARGE : ERR_INVALID, "value",
			    "value: %zu bytes, 1..%d are possible", p.len, SECRET_MAX);
		error_hint(&e, "sellersmart secret set %s < file", p.name);
		return reply_error(r, &e);
	}
	existed = secret_exists(a->d->store, p.name);
	if (store_run(a->d->store, OP_PEOPLE, run, &p, &e))
		return reply_error(r, &e);
	waiting_resume(a, p.name);
	res = resource_get(a->d->store, kind, p.name);
	if (res)
		answer_resource(r, api_kind_of(a, kind), res);
	resource_unref(res);
	return reply_send(r, existed ? 200 : 201);
}

struct route_set secrets_routes(void)
{
	static const struct route routes[] = {
		{"PUT", "/v1/secrets/:ref/value", ROUTE_WORKER, ACCESS_WRITE, value_handle,
		 SECRET_MAX + 2},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
