/* Notifiers: what the lists show beside their fields, and a test for real. */
#include <string.h>

#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "daemon/api/text.h"
#include "shared/mem.h"

enum { LIVE_TEXT = 4096, STATE_TEXT = 64 };

extern const struct resource_kind resource_notifier;

void notifier_write(struct json_writer *w, const struct resource *r, void *ctx)
{
	outbox_write_live(alerts_outbox(ctx), w, r);
}

const char *notifier_filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	struct buf text = BUF_INIT(LIVE_TEXT);
	struct json_writer w;
	if (strcmp(name, "state") != 0)
		return NULL;
	jw_init(&w, &text);
	jw_object(&w);
	notifier_write(&w, r, ctx);
	jw_object_end(&w);
	text_value(text_member(buf_str(&text), "state"), out, STATE_TEXT);
	buf_fini(&text);
	return out;
}

static struct answered test_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	struct error e = {0};
	struct notifier_answer answer = {0};
	struct json_writer w;
	const char *ref = request_param(r, "ref");
	const struct resource *notifier = resource_get(a->d->store, &resource_notifier, ref);
	if (!notifier) {
		error_set(&e, ERR_NOT_FOUND, "no notifier \"%.64s\"", ref);
		error_hint(&e, "sellersmart notifier list");
		return reply_error(r, &e);
	}
	outbox_test(alerts_outbox(a), notifier, &answer);
	resource_unref(notifier);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_bool(&w, "ok", answer.end == NOTIFIER_SENT);
	jw_kv_int(&w, "status", answer.status);
	jw_kv_int(&w, "took_ms", answer.took_ms);
	jw_kv_str(&w, "text", answer.text);
	jw_kv_str(&w, "hint", answer.hint[0] ? answer.hint : NULL);
	jw_object_end(&w);
	jw_object_end(&w);
	return reply_send(r, 200);
}

static const struct route routes[] = {
	{"POST", "/v1/notifiers/:ref/test", ROUTE_WORKER, ACCESS_WRITE, test_route, 0},
};
const struct route_group notifier_routes = {routes, ARRAY_LEN(routes)};
