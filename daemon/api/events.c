/* GET /v1/events: pages of the log of events, newest first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "daemon/api/text.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "shared/topic.h"

enum { TOPIC_MAX = 64, WORD_MAX = 64 };

struct events_asked {
	struct api_state *api;
	const char *topic, *severity, *name;
	uint64_t subject;
	const char *subject_name;
	char word[WORD_MAX];
	int64_t since_ms, until_ms;
	bool ascending;
	size_t limit;
};

struct event_text {
	uint64_t seq;
	char *text;
	size_t len;
};
struct event_page {
	struct event_text *items;
	size_t n, cap;
};

static bool matches(const struct events_asked *q, const struct event *ev)
{
	if (q->topic && !topic_in_words(q->topic, ev->topic))
		return false;
	if (q->severity && strcmp(q->severity, severity_name(ev->severity)))
		return false;
	if (q->subject_name && strcmp(q->subject_name, ev->name))
		return false;
	if (q->name && strcmp(q->name, ev->name))
		return false;
	return !q->word[0] || text_contains(ev->name, strlen(ev->name), q->word) ||
	       text_contains(ev->topic, strlen(ev->topic), q->word) ||
	       (ev->text && text_contains(ev->text, strlen(ev->text), q->word));
}

static void page_add(struct event_page *p, const struct events_asked *q, const struct event *ev)
{
	struct buf text = BUF_INIT(64 * 1024);
	struct json_writer w;
	size_t len;

	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 128;
		p->items = mem_array(p->items, p->cap, sizeof *p->items);
	}
	jw_init(&w, &text);
	event_write_json(&w, store_epoch(q->api->d->store), ev);
	len = text.len;
	p->items[p->n++] = (struct event_text){ev->seq, buf_take(&text), len};
}

static void page_fini(struct event_page *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->items[i].text);
	free(p->items);
}

static void page_reverse(struct event_page *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		struct event_text t = p->items[i];

		p->items[i] = p->items[p->n - 1 - i];
		p->items[p->n - 1 - i] = t;
	}
}

/* ---- scanning
 * ------------------------------------------------------------------------------------- */

struct scan {
	const struct events_asked *q;
	struct event_page *page;
	size_t max; /* of the page */
};

static bool on_event(const struct event *ev, void *arg)
{
	struct scan *s = arg;

	if (matches(s->q, ev))
		page_add(s->page, s->q, ev);
	return s->page->n < s->max;
}

/* Between two positions, both exclusive (before 0: none), until the page has max rows. */
static enum err scan(const struct events_asked *q, uint64_t after, uint64_t before,
		     bool newest_first, size_t max, struct event_page *page, struct error *e)
{
	struct scan s = {q, page, max};
	struct event_query query = {
		.after = after,
		.before = before,
		.since_ms = q->since_ms,
		.until_ms = q->until_ms,
		.subject = q->subject,
		.newest_first = newest_first,
	};

	return page->n < max ? feed_events(q->api->d->store, &query, on_event, &s, e) : ERR_NONE;
}

/* ---- the query
 * ------------------------------------------------------------------------------------ */

static bool subject_read(struct events_asked *q, const char *text)
{
	char prefix[ID_PREFIX_MAX + 1];
	size_t n = strcspn(text, "_");

	if (n <= ID_PREFIX_MAX && id_shaped(text)) {
		memcpy(prefix, text, n);
		prefix[n] = '\0';
		return id_parse(text, prefix, &q->subject);
	}
	q->subject_name = text;
	return true;
}

static const char *either(const struct request *r, const char *name, const char *filter)
{
	const char *v = request_query(r, name, NULL);

	v = v ? v : request_query(r, filter, NULL);
	return v && *v ? v : NULL;
}

static bool number(const char *text, uint64_t *out)
{
	char *end;

	if (!*text || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = strtoull(text, &end, 10);
	return *out <= INT64_MAX;
}

static bool query_read(struct events_asked *q, struct request *r, struct error *e)
{
	int64_t now_ms = clock_wall_ms(q->api->d->clock);
	const char *text, *words = request_query(r, "q", "");
	uint64_t limit = LIST_LIMIT;

	q->topic = either(r, "topic", "filter[topic]");
	q->severity = either(r, "severity", "filter[severity]");
	if (q->topic && strlen(q->topic) > TOPIC_MAX) {
		error_field(e, ERR_INVALID, "topic", "topic: longer than %d bytes", TOPIC_MAX);
		return false;
	}
	q->name = request_query(r, "filter[name]", NULL);
	text = either(r, "subject", "filter[subject]");
	if (text && !subject_read(q, text)) {
		error_field(e, ERR_INVALID, "subject", "subject: \"%.64s\" is no id", text);
		return false;
	}
	for (size_t i = 0; words[i] && i + 1 < WORD_MAX; i++)
		q->word[i] =
			words[i] >= 'A' && words[i] <= 'Z' ? (char)(words[i] | 0x20) : words[i];
	text = request_query(r, "since", "");
	if (*text && !time_parse_since(text, now_ms, &q->since_ms)) {
		error_field(e, ERR_INVALID, "since", "since: \"%.64s\" is no time", text);
		error_hint(e, "1h, 7d or 2026-11-22T17:48:03Z");
		return false;
	}
	text = request_query(r, "until", "");
	if (*text && !time_parse_since(text, now_ms, &q->until_ms)) {
		error_field(e, ERR_INVALID, "until", "until: \"%.64s\" is no time", text);
		error_hint(e, "1h, 7d or 2026-11-22T17:48:03Z");
		return false;
	}
	text = request_query(r, "limit", "");
	if (*text && (!number(text, &limit) || !limit || limit > LIST_LIMIT_MAX)) {
		error_field(e, ERR_INVALID, "limit", "limit: \"%.32s\" is not 1..%d", text,
			    LIST_LIMIT_MAX);
		return false;
	}
	q->limit = (size_t)limit;
	text = request_query(r, "sort", "-at");
	if (strcmp(text, "at") && strcmp(text, "-at")) {
		error_field(e, ERR_INVALID, "sort", "sort: events are sorted by at or -at");
		return false;
	}
	q->ascending = !strcmp(text, "at");
	return true;
}

/* "EPOCH-SEQ" of this epoch, or a bare number. */
static bool event_ref(const struct events_asked *q, const char *text, uint64_t *seq)
{
	uint64_t epoch;
	int used = 0;

	if (text && sscanf(text, "%" SCNu64 "-%" SCNu64 "%n", &epoch, seq, &used) == 2 &&
	    !text[used])
		return epoch == store_epoch(q->api->d->store);
	return text && number(text, seq);
}

/* ---- the answer
 * ----------------------------------------------------------------------------------- */

static void answer(struct request *r, struct event_page *p, const struct events_asked *q, bool more,
		   bool before)
{
	struct json_writer w;
	char id[64];

	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_array(&w);
	for (size_t i = 0; i < p->n; i++)
		jw_raw(&w, p->items[i].text, p->items[i].len);
	jw_array_end(&w);
	jw_key(&w, "meta");
	jw_object(&w);
	jw_kv_int(&w, "limit", (int64_t)q->limit);
	snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64, store_epoch(q->api->d->store),
		 p->n ? p->items[0].seq : 0);
	jw_kv_str(&w, "prev", before && p->n ? id : NULL);
	snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64, store_epoch(q->api->d->store),
		 p->n ? p->items[p->n - 1].seq : 0);
	jw_kv_str(&w, "next", more && p->n ? id : NULL);
	jw_object_end(&w);
	jw_object_end(&w);
}

static void drop_last(struct event_page *p, size_t limit, bool *more)
{
	*more = p->n > limit;
	while (p->n > limit)
		free(p->items[--p->n].text);
}

/* One page. The cursors say where in the order asked for; its other end is found by one row more.
 */
static enum err page_read(const struct events_asked *q, struct request *r, struct event_page *p,
			  bool *more, bool *before, struct error *e)
{
	const char *cursor = request_query(r, "after", NULL),
		   *back = request_query(r, "before", NULL);
	const char *text = request_query(r, "after_seq", "");
	const char *around = request_query(r, "around", NULL),
		   *last = request_query(r, "last", "0");
	bool up = q->ascending || *text;
	uint64_t floor = 0, seq = 0;
	size_t max = q->limit + 1;
	enum err rc;

	if (strcmp(last, "0") && strcmp(last, "1"))
		return error_field(e, ERR_INVALID, "last", "last: 0 or 1, not \"%.32s\"", last);
	if (*text && !number(text, &floor))
		return error_field(e, ERR_INVALID, "after_seq", "after_seq: \"%.32s\" is no number",
				   text);
	if (event_ref(q, back, &seq) || strcmp(last, "0")) {
		/* Towards the beginning of the order: read that way, then turned round. */
		*more = seq > 0;
		rc = scan(q, up ? floor : seq, up ? seq : 0, up, max, p, e);
		drop_last(p, q->limit, before);
		page_reverse(p);
		return rc;
	}
	if (event_ref(q, around, &seq) && seq && !up) {
		rc = scan(q, seq - 1, 0, false, q->limit / 2 + 1, p, e);
		page_reverse(p);
		*before = p->n > q->limit / 2;
		rc = rc ? rc : scan(q, floor, seq, true, max, p, e);
	} else {
		*before = event_ref(q, cursor, &seq) && seq;
		if (up)
			rc = scan(q, *before && seq > floor ? seq : floor, 0, false, max, p, e);
		else
			rc = scan(q, floor, *before ? seq : 0, true, max, p, e);
	}
	drop_last(p, q->limit, more);
	return rc;
}

/* Who has seen a state finds its event here. */
static void settle(struct api_state *a)
{
	for (size_t i = 0; i < a->n_services; i++)
		if (a->services[i].service->settle)
			a->services[i].service->settle(a->services[i].state);
}

static struct answered events_handle(struct request *r, void *ctx)
{
	struct events_asked q = {.api = ctx};
	struct event_page page = {0};
	struct error e;
	bool more = false, before = false;
	struct answered a;

	if (!query_read(&q, r, &e))
		return reply_error(r, &e);
	settle(ctx);
	if (page_read(&q, r, &page, &more, &before, &e)) {
		a = reply_error(r, &e);
	} else {
		answer(r, &page, &q, more, before);
		a = reply_send(r, 200);
	}
	page_fini(&page);
	return a;
}

static struct answered event_handle(struct request *r, void *ctx)
{
	struct events_asked q = {.api = ctx};
	struct event_page page = {0};
	const char *ref = request_param(r, "ref");
	struct error e = {0};
	struct answered a;
	uint64_t seq = 0;
	enum err rc = ERR_NONE;

	if (event_ref(&q, ref, &seq) && seq)
		rc = scan(&q, seq - 1, seq + 1, false, 1, &page, &e);
	if (rc) {
		a = reply_error(r, &e);
	} else if (!page.n || page.items[0].seq != seq) {
		a = answer_not_found(r, resource_kind_find("event"), ref);
	} else {
		buf_add_str(reply_body(r), "{\"data\":");
		buf_add(reply_body(r), page.items[0].text, page.items[0].len);
		buf_add_str(reply_body(r), "}");
		a = reply_send(r, 200);
	}
	page_fini(&page);
	return a;
}

struct route_set events_routes(void)
{
	static const struct route routes[] = {
		{"GET", "/v1/events", ROUTE_WORKER, ACCESS_READ, events_handle, 0},
		{"GET", "/v1/events/:ref", ROUTE_WORKER, ACCESS_READ, event_handle, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
