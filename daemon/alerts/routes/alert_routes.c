/* Alerts by the API: lists, one with all that is known of it, and what people do. */
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/routes/alert_list.h"
#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { BY_MAX = 61, NUMBERS_NAMED = 12 };

extern const struct resource_kind resource_alert;

/* ---- looking -------------------------------------------------------------------------------- */

static struct answered list_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	return sql_list_page(r, &alert_list, a->d->store, a);
}

static void about_monitors(struct sql_query *q, struct request *r)
{
	sql_where(q, "a.subject_kind = 'monitor'");
}

static struct answered monitors_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	return sql_list_page_of(r, &alert_list, a->d->store, a, about_monitors);
}

static void about_brands(struct sql_query *q, struct request *r)
{
	sql_where(q, "a.subject_kind = 'brand'");
}

static struct answered brands_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	return sql_list_page_of(r, &alert_list, a->d->store, a, about_brands);
}

static void about_rivals(struct sql_query *q, struct request *r)
{
	sql_where(q, "(a.topic GLOB 'price.*' OR a.topic GLOB 'rival.*')");
}

static struct answered competitors_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	return sql_list_page_of(r, &alert_list, a->d->store, a, about_rivals);
}

static struct answered show_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	return sql_list_show(r, &alert_list, a->d->store, a);
}

/* ---- doing ---------------------------------------------------------------------------------- */

static const struct action *action_named(const char *verb)
{
	for (size_t i = 0; i < resource_alert.n_actions; i++)
		if (!strcmp(resource_alert.actions[i].verb, verb))
			return &resource_alert.actions[i];
	return NULL;
}

/* What the body says, or that of "you" when nobody says who it is. */
struct said {
	json_t *params;
	const char *by, *note;
	char user[BY_MAX];
};

static enum err said_read(struct said *s, struct request *r, const char *verb, struct error *e)
{
	size_t n = 0;
	request_body(r, &n);
	const json_t *body = n ? request_json(r, e) : NULL;
	*s = (struct said){0};
	if (n && !body)
		return e->code;
	s->params = action_params(action_named(verb), body, e);
	if (!s->params)
		return e->code;
	if (!request_user(r, s->user, sizeof(s->user)))
		snprintf(s->user, sizeof(s->user), "you");
	s->by = json_str(s->params, "by", s->user);
	s->note = json_str(s->params, "note", NULL);
	return ERR_NONE;
}

static struct answered answer_alert(struct request *r, struct alerts *a, uint64_t id)
{
	struct error e = {0};
	struct json_writer w;
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	if (sql_list_write_one(&w, &alert_list, a->d->store, id, a, &e)) {
		buf_reset(reply_body(r));
		return reply_error(r, &e);
	}
	jw_object_end(&w);
	return reply_send(r, 200);
}

static enum err acknowledge(struct alerts *a, uint64_t id, const struct said *s, struct error *e)
{
	return alert_acknowledge(a, id, s->by, s->note, e);
}

static enum err unacknowledge(struct alerts *a, uint64_t id, const struct said *s, struct error *e)
{
	return alert_unacknowledge(a, id, s->by, e);
}

static enum err snooze(struct alerts *a, uint64_t id, const struct said *s, struct error *e)
{
	int64_t ms = 0;
	duration_parse(json_str(s->params, "for", ""), &ms);
	return alert_snooze(a, id, ms ? clock_wall_ms(a->d->clock) + ms : 0, s->by, e);
}

static enum err resolve(struct alerts *a, uint64_t id, const struct said *s, struct error *e)
{
	return alert_resolve(a, id, s->by, s->note, e);
}

typedef enum err doing(struct alerts *a, uint64_t id, const struct said *s, struct error *e);

static struct answered act_on(struct request *r, struct alerts *a, uint64_t id, const char *verb,
			      doing *fn)
{
	struct error e = {0};
	struct said s;
	enum err err = said_read(&s, r, verb, &e);
	if (!err)
		err = fn(a, id, &s, &e);
	json_decref(s.params);
	/* It is over: no version is at odds, which is what a conflict is elsewhere. */
	if (err == ERR_CONFLICT)
		e.code = ERR_NOT_NOW;
	return err ? reply_error(r, &e) : answer_alert(r, a, id);
}

static struct answered act(struct request *r, struct alerts *a, const char *verb, doing *fn)
{
	struct error e = {0};
	uint64_t id;
	if (sql_list_find(&alert_list, a->d->store, request_param(r, "ref"), &id, &e))
		return reply_error(r, &e);
	return act_on(r, a, id, verb, fn);
}

static struct answered ack_route(struct request *r, void *ctx)
{
	return act(r, ctx, "ack", acknowledge);
}

static struct answered unack_route(struct request *r, void *ctx)
{
	return act(r, ctx, "unack", unacknowledge);
}

static struct answered snooze_route(struct request *r, void *ctx)
{
	return act(r, ctx, "snooze", snooze);
}

static struct answered resolve_route(struct request *r, void *ctx)
{
	return act(r, ctx, "resolve", resolve);
}

/* ---- the only one --------------------------------------------------------------------------- */

struct open_ones {
	uint64_t id;
	size_t n;
	char numbers[160];
};

static void take_open(const struct alert_view *v, void *arg)
{
	struct open_ones *o = arg;
	size_t len = strlen(o->numbers);
	if (v->acknowledged)
		return;
	o->id = v->id;
	if (o->n++ < NUMBERS_NAMED)
		snprintf(o->numbers + len, sizeof(o->numbers) - len, " %lld", (long long)v->number);
}

static struct answered ack_only_route(struct request *r, void *ctx)
{
	struct open_ones o = {0};
	struct error e = {0};
	alerts_each(ctx, take_open, &o);
	if (o.n == 1)
		return act_on(r, ctx, o.id, "ack", acknowledge);
	if (!o.n) {
		error_set(&e, ERR_NOT_FOUND, "no alert is open");
		error_hint(&e, "sellersmart alert list shows those that were acknowledged");
	} else {
		error_set(&e, ERR_NOT_NOW, "%zu alerts are open: which one?", o.n);
		error_hint(&e, "sellersmart ack%s%s", o.numbers,
			   o.n > NUMBERS_NAMED ? " ...; alert list has all" : "");
	}
	return reply_error(r, &e);
}

static struct answered redeliver_route(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	struct error e = {0};
	uint64_t id;
	enum err err = sql_list_find(&alert_list, a->d->store, request_param(r, "ref"), &id, &e);
	return err ? reply_error(r, &e) : redeliver_answer(r, a, id, 0);
}

static const struct route routes[] = {
	{"GET", "/v1/alerts", ROUTE_WORKER, ACCESS_READ, list_route, 0},
	{"GET", "/v1/monitors/alerts", ROUTE_WORKER, ACCESS_READ, monitors_route, 0},
	{"GET", "/v1/brands/alerts", ROUTE_WORKER, ACCESS_READ, brands_route, 0},
	{"GET", "/v1/competitors/alerts", ROUTE_WORKER, ACCESS_READ, competitors_route, 0},
	{"GET", "/v1/alerts/:ref", ROUTE_WORKER, ACCESS_READ, show_route, 0},
	{"POST", "/v1/alerts/ack", ROUTE_WORKER, ACCESS_WRITE, ack_only_route, 0},
	{"POST", "/v1/alerts/:ref/ack", ROUTE_WORKER, ACCESS_WRITE, ack_route, 0},
	{"POST", "/v1/alerts/:ref/unack", ROUTE_WORKER, ACCESS_WRITE, unack_route, 0},
	{"POST", "/v1/alerts/:ref/snooze", ROUTE_WORKER, ACCESS_WRITE, snooze_route, 0},
	{"POST", "/v1/alerts/:ref/resolve", ROUTE_WORKER, ACCESS_WRITE, resolve_route, 0},
	{"POST", "/v1/alerts/:ref/redeliver", ROUTE_WORKER, ACCESS_WRITE, redeliver_route, 0},
};
const struct route_group alert_routes = {routes, ARRAY_LEN(routes)};
