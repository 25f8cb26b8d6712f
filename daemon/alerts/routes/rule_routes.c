/* GET /v1/rules/:ref/test?since=7d */
#include <string.h>

#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "daemon/alerts/rules/rule_replay.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

extern const struct resource_kind resource_rule;

#define SINCE_MAX_MS (INT64_C(90) * 86400000)

static bool read_since(struct request *r, int64_t now_ms, int64_t *since_ms, struct error *e)
{
	const char *text = request_query(r, "since", "7d");

	if (!time_parse_since(text, now_ms, since_ms)) {
		error_field(e, ERR_INVALID, "since",
			    "since: \"%.40s\" is neither a duration nor a time", text);
		error_hint(e, "write 1h, 7d, or 2026-11-22T17:00:00Z");
		return false;
	}
	if (*since_ms < now_ms - SINCE_MAX_MS || *since_ms >= now_ms) {
		error_field(e, ERR_INVALID, "since", "since: \"%.40s\" is not 0s..90d ago", text);
		error_hint(e, "write 7d");
		return false;
	}
	return true;
}

static void write_alert(struct json_writer *w, const struct replay *replay,
			const struct replayed_alert *a)
{
	int64_t end = a->resolved_ms ? a->resolved_ms : replay->until_ms;

	jw_object(w);
	jw_kv_time(w, "at", a->at_ms);
	jw_kv_time(w, "resolved_at", a->resolved_ms);
	jw_kv_int(w, "duration_ms", end > a->at_ms ? end - a->at_ms : 0);
	jw_kv_str(w, "severity", severity_name((enum severity)a->severity));
	jw_kv_str(w, "subject", a->subject);
	jw_kv_str(w, "topic", a->topic);
	jw_kv_str(w, "text", a->text);
	jw_object_end(w);
}

static void write_replay(struct json_writer *w, const struct replay *replay)
{
	jw_object(w);
	jw_key(w, "data");
	jw_object(w);
	jw_kv_time(w, "since", replay->since_ms);
	jw_kv_time(w, "until", replay->until_ms);
	jw_kv_int(w, "events", (int64_t)replay->events);
	jw_kv_int(w, "opened", (int64_t)replay->opened);
	jw_kv_int(w, "resolved", (int64_t)replay->resolved);
	jw_kv_int(w, "open", (int64_t)replay->open);
	jw_kv_str(w, "note", replay->note[0] ? replay->note : NULL);
	jw_key(w, "alerts");
	jw_array(w);
	for (size_t i = 0; i < replay->n; i++)
		write_alert(w, replay, &replay->alerts[i]);
	jw_array_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

static struct answered route_rule_test(struct request *r, void *ctx)
{
	struct alerts *a = ctx;
	const char *ref = request_param(r, "ref");
	const struct resource *rule = resource_get(a->d->store, &resource_rule, ref);
	struct replay replay = {0};
	struct error e = {0};
	struct json_writer w;
	int64_t since_ms;

	if (!rule) {
		error_set(&e, ERR_NOT_FOUND, "no rule \"%.80s\"", ref);
		error_hint(&e, "sellersmart rule list");
		return reply_error(r, &e);
	}
	if (!read_since(r, clock_wall_ms(a->d->clock), &since_ms, &e) ||
	    rule_replay(a->d, rule, since_ms, &replay, &e)) {
		resource_unref(rule);
		replay_fini(&replay);
		return reply_error(r, &e);
	}
	jw_init(&w, reply_body(r));
	write_replay(&w, &replay);
	resource_unref(rule);
	replay_fini(&replay);
	return reply_send(r, 200);
}

static const struct route routes[] = {
	{"GET", "/v1/rules/:ref/test", ROUTE_WORKER, ACCESS_READ, route_rule_test, 0},
};
const struct route_group rule_routes = {routes, ARRAY_LEN(routes)};

/* ---- what a list shows beside the fields ----------------------------------------------------- */

static void add_list(struct buf *out, const char *word, const json_t *list, const char *separator)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		buf_printf(out, "%s%s", i ? separator : word,
			   json_string_value(json_array_get(list, i)));
}

/* "monitor.down when tag=shop, 5 in 10m", "latency above 2s over 10m", "no order for usual" */
static void summarise(const json_t *spec, struct buf *out)
{
	const char *measure = json_str(spec, "measure", NULL),
		   *absent = json_str(spec, "absent", NULL),
		   *percent = json_str(spec, "percent", NULL),
		   *within = json_str(spec, "within", NULL);
	int64_t count = json_int(spec, "count", 0);

	if (measure) {
		buf_add_str(out, measure);
		buf_printf(out, " %s %s", json_object_get(spec, "above") ? "above" : "below",
			   json_str(spec, "above", json_str(spec, "below", "")));
		buf_printf(out, " over %s", within ? within : "5m");
		add_list(out, " of ", json_object_get(spec, "match"), " and ");
		return;
	}
	add_list(out, absent ? "no " : "", json_object_get(spec, "topics"), ", ");
	add_list(out, " when ", json_object_get(spec, "when"), " and ");
	if (absent)
		buf_printf(out, !strcmp(absent, "usual") ? " for twice the %s gap" : " for %s",
			   absent);
	else if (percent)
		buf_printf(out, ": %s %% in %s", percent, within ? within : "");
	else if (count && within)
		buf_printf(out, ": %lld in %s", (long long)count, within);
	else if (count)
		buf_printf(out, ": %lld in a row", (long long)count);
}

void rule_write(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct buf what = BUF_INIT(8192);
	json_t *spec = resource_spec(r);

	summarise(spec, &what);
	jw_kv_str(w, "what", buf_str(&what));
	json_decref(spec);
	buf_fini(&what);
}

enum err rule_spec_check(void *alerts, const struct resource_kind *k, const json_t *spec,
			 const json_t *coming, struct error *e)
{
	const struct alerts *a = alerts;

	return rule_check(a->d, k, spec, coming, e);
}
