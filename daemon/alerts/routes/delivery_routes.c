/* Deliveries by the API. */
#include "daemon/alerts/routes/alert_list.h"
#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "shared/mem.h"

extern const struct resource_kind resource_delivery;

static struct answered list_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	return sql_list_page(r, &delivery_list, a->d->store, a);
}

static struct answered show_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	return sql_list_show(r, &delivery_list, a->d->store, a);
}

struct answered redeliver_answer(struct request *r, struct alerts *a, uint64_t alert,
				 uint64_t delivery)
{
	struct error e = {0};
	struct json_writer w;
	size_t n = 0;
	if (outbox_redeliver(alerts_outbox(a), alert, delivery, &n, &e))
		return reply_error(r, &e);
	if (!n) {
		error_set(&e, ERR_NOT_NOW, "nothing of it waits or was given up");
		error_hint(&e, "sellersmart delivery list%s%.20s shows what was sent",
			   alert ? " --filter alert=" : "", alert ? request_param(r, "ref") : "");
		return reply_error(r, &e);
	}
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_int(&w, "redelivered", (int64_t)n);
	jw_object_end(&w);
	jw_object_end(&w);
	return reply_send(r, 200);
}

static struct answered redeliver_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	struct error e = {0};
	uint64_t id;
	enum err err = sql_list_find(&delivery_list, a->d->store, request_param(r, "ref"), &id, &e);
	return err ? reply_error(r, &e) : redeliver_answer(r, a, 0, id);
}

static const struct route routes[] = {
	{"GET", "/v1/deliveries", ROUTE_WORKER, ACCESS_READ, list_route, 0},
	{"GET", "/v1/deliveries/:ref", ROUTE_WORKER, ACCESS_READ, show_route, 0},
	{"POST", "/v1/deliveries/:ref/redeliver", ROUTE_WORKER, ACCESS_WRITE, redeliver_route, 0},
};
const struct route_group delivery_routes = {routes, ARRAY_LEN(routes)};
