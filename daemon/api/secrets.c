/* PUT /v1/secrets/NAME/value: the body is the value. It is wiped wherever it was. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "daemon/store/secrets.h"
#include "shared/mem.h"

struct putting {
	struct store_op op;
	struct api_state *api;
	struct request *request;
	char name[NAME_MAX_BYTES + 1];
	char *value;
	size_t len;
	bool existed;
	enum err code;
	struct error error;
};

static enum err run(struct txn *t, void *arg, struct error *e)
{
	struct putting *p = arg;

	return secret_put(t, p->name, p->value, p->len, e);
}

static void putting_free(struct putting *p)
{
	sodium_memzero(p->value, p->len);
	free(p->value);
	free(p);
}

static void finished(void *arg)
{
	struct putting *p = arg;
	struct api_state *a = p->api;
	const struct resource_kind *kind = resource_kind_find("secret");
	const struct resource *res;

	if (p->code) {
		request_finish_error(p->request, &p->error);
	} else {
		res = resource_get(a->d->store, kind, p->name);
		if (res)
			answer_resource(p->request, api_kind_of(a, kind), res);
		resource_unref(res);
		request_finish(p->request, p->existed ? 200 : 201);
	}
	putting_free(p);
}

static void done(void *arg, enum err code, const struct error *e)
{
	struct putting *p = arg;

	p->code = code;
	if (code)
		p->error = *e;
	loop_post(p->api->d->api, finished, p);
}

static struct answered value_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	const struct resource_kind *kind = resource_kind_find("secret");
	const char *name = request_param(r, "ref"), *body;
	struct putting *p;
	struct error e;
	size_t len;

	request_body_secret(r);
	body = request_body(r, &len);
	if (!kind || name_valid(kind, name, &e) == false)
		return reply_error(r, &e);
	if (len && body[len - 1] == '\n')
		len--;
	if (!len || len > SECRET_MAX) {
		error_field(&e, len ? ERR_TOO_LARGE : ERR_INVALID, "value",
			    "value: %zu bytes, 1..%d are possible", len, SECRET_MAX);
		error_hint(&e, "sellersmart secret set %s < file", name);
		return reply_error(r, &e);
	}
	p = mem_zalloc(sizeof *p);
	p->api = a;
	p->request = r;
	p->existed = secret_exists(a->d->store, name);
	snprintf(p->name, sizeof p->name, "%s", name);
	p->value = mem_alloc(len);
	memcpy(p->value, body, len);
	p->len = len;
	p->op = (struct store_op){.run = run, .done = done, .arg = p};
	if (!store_submit(a->d->store, OP_PEOPLE, &p->op, &e))
		return reply_later(r);
	putting_free(p);
	return reply_error(r, &e);
}

struct route_set secrets_routes(void)
{
	static const struct route routes[] = {
		{"PUT", "/v1/secrets/:ref/value", ROUTE_INLINE, ACCESS_WRITE, value_handle,
		 SECRET_MAX + 2},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
