/* GET /v1/brief?since=&until=, POST /v1/brief/seen. "last" begins where the last brief that
 * somebody said to have read has ended; it stands in the store as "brief.seen". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/brief.h"
#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { DAY_MS = 86400000, SPAN_MAX_DAYS = 366, TEXT_MAX = 64 * 1024 };
static const char seen_key[] = "brief.seen";

struct asked {
	int64_t now_ms, since_ms, until_ms;
	bool last;
	const char *language;
	struct tz *zone;
};

/* ---- what is asked for ---------------------------------------------------------------------- */

static bool take_time(struct request *r, const char *name, const char *fallback, int64_t now_ms,
		      int64_t *ms, struct error *e)
{
	const char *text = request_query(r, name, fallback);
	if (time_parse_since(text, now_ms, ms))
		return true;
	error_field(e, ERR_INVALID, name, "%s: \"%.40s\" is neither a duration nor a time", name,
		    text);
	error_hint(e, "write %s7d, or 2026-11-22T17:00:00Z",
		   strcmp(name, "since") ? "" : "last, 24h, ");
	return false;
}

static int64_t last_seen(struct store *s, int64_t now_ms)
{
	char *text = store_meta_get(s, seen_key);
	int64_t ms = text ? strtoll(text, NULL, 10) : 0;
	free(text);
	return ms > 0 && ms <= now_ms ? ms : now_ms - DAY_MS;
}

static bool take_span(struct request *r, struct store *s, struct asked *a, struct error *e)
{
	const char *since = request_query(r, "since", "last");
	a->last = !strcmp(since, "last");
	if (!take_time(r, "until", "now", a->now_ms, &a->until_ms, e))
		return false;
	if (a->until_ms > a->now_ms)
		a->until_ms = a->now_ms;
	if (a->last)
		a->since_ms = last_seen(s, a->now_ms);
	else if (!take_time(r, "since", "last", a->now_ms, &a->since_ms, e))
		return false;
	if (a->last && a->since_ms >= a->until_ms)
		a->since_ms = a->until_ms - 1;
	if (a->since_ms >= a->until_ms) {
		error_field(e, ERR_INVALID, "since", "since: must be before until");
		return false;
	}
	if (a->until_ms - a->since_ms > SPAN_MAX_DAYS * INT64_C(86400000)) {
		error_field(e, ERR_INVALID, "since", "since: a brief covers at most %d days",
			    SPAN_MAX_DAYS);
		error_hint(e, "sellersmart monitor report has longer spans");
		return false;
	}
	return true;
}

static bool take_wording(struct request *r, struct asked *a, struct error *e)
{
	const char *zone = request_query(r, "zone", "UTC");
	a->language = request_query(r, "language", "en");
	a->zone = tz_load(zone, e);
	if (a->zone)
		return true;
	error_field(e, ERR_INVALID, "zone", "zone: \"%.40s\" is not a time zone", zone);
	error_hint(e, "write a name such as Europe/Berlin");
	return false;
}

/* ---- answering ------------------------------------------------------------------------------ */

static void answer(struct request *r, const json_t *message, const struct wording *w, bool last)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	struct json_writer out;
	message_text(message, w, &text);
	jw_init(&out, reply_body(r));
	jw_object(&out);
	jw_key(&out, "data");
	jw_object(&out);
	jw_kv_str(&out, "since", json_str(message, "since", NULL));
	jw_kv_str(&out, "until", json_str(message, "until", NULL));
	jw_kv_bool(&out, "last", last);
	jw_kv_bool(&out, "quiet", json_bool(message, "quiet", false));
	jw_kv_str(&out, "title", json_str(message, "title", ""));
	jw_key(&out, "sections");
	jw_value(&out, json_object_get(message, "sections"));
	jw_kv_str(&out, "text", buf_str(&text));
	jw_object_end(&out);
	jw_object_end(&out);
	buf_fini(&text);
}

static struct answered handle_brief(struct request *r, void *ctx)
{
	struct daemon *d = ((struct alerts *)ctx)->d;
	struct asked a = {.now_ms = clock_wall_ms(d->clock)};
	struct error e = {0};
	if (!take_span(r, d->store, &a, &e) || !take_wording(r, &a, &e))
		return reply_error(r, &e);
	struct wording w = {a.language, a.zone, a.now_ms};
	json_t *message = brief_make(d, a.since_ms, a.until_ms, &w);
	answer(r, message, &w, a.last);
	json_decref(message);
	tz_free(a.zone);
	return reply_send(r, 200);
}

/* ---- seen ----------------------------------------------------------------------------------- */

static enum err write_seen(struct txn *t, void *arg, struct error *e)
{
	return txn_meta_set(t, seen_key, arg, e);
}

/* {"until": ...} of the brief that was read; without a body: now. */
static bool take_until(struct request *r, int64_t now_ms, int64_t *ms, struct error *e)
{
	size_t n = 0;
	*ms = now_ms;
	request_body(r, &n);
	if (!n)
		return true;
	const json_t *body = request_json(r, e);
	if (!body)
		return false;
	const json_t *until = json_object_get(body, "until");
	if (!until)
		return true;
	if (json_is_string(until) && time_parse(json_string_value(until), ms) && *ms <= now_ms)
		return true;
	error_field(e, ERR_INVALID, "until", "until: not a time up to now");
	error_hint(e, "send the `until` of the brief that was read, or no body");
	return false;
}

static struct answered handle_seen(struct request *r, void *ctx)
{
	struct daemon *d = ((struct alerts *)ctx)->d;
	struct error e = {0};
	struct json_writer w;
	char value[32];
	int64_t ms;
	if (!take_until(r, clock_wall_ms(d->clock), &ms, &e))
		return reply_error(r, &e);
	snprintf(value, sizeof(value), "%lld", (long long)ms);
	if (store_run(d->store, OP_PEOPLE, write_seen, value, &e))
		return reply_error(r, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_time(&w, "since", ms);
	jw_object_end(&w);
	jw_object_end(&w);
	return reply_send(r, 200);
}

static const struct route routes[] = {
	{"GET", "/v1/brief", ROUTE_WORKER, ACCESS_READ, handle_brief, 0},
	{"POST", "/v1/brief/seen", ROUTE_WORKER, ACCESS_WRITE, handle_seen, 4096},
};

const struct route_group brief_routes = {routes, ARRAY_LEN(routes)};
