#include "daemon/jobs/item_fetch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/buf.h"
#include "shared/mem.h"

enum { PATIENCE_MS = 15000, SITEMAPS_BYTES = 64 << 10 };

struct item_fetch {
	struct item_net net;
	struct loop *loop;
	struct fetcher *fetcher;
	const struct clock *clock;
	struct fetching *first; /* net loop */
	bool closed;            /* net loop */
};

/* One fetch. Held by itself until done has returned, and by each cancel that is on its way. */
struct fetching {
	struct item_fetch *x;
	struct fetching *next, **at; /* at NULL: not begun, or over */
	atomic_uint refs;
	const struct item_request *request; /* until done */
	struct fetch *fetch;
	bool cancelled;
	void (*done)(void *arg, struct item_answer *a);
	void *arg;
};

static void drop(struct fetching *f)
{
	if (atomic_fetch_sub(&f->refs, 1) == 1)
		free(f);
}

/* ---- what it came to ------------------------------------------------------------------------- */

void item_answer_of(const struct fetch_result *r, int64_t now_ms, struct item_answer *out)
{
	*out = (struct item_answer){.err = fetch_end_err(r->end),
				    .end = r->end,
				    .status = r->status,
				    .at_ms = r->at_ms ? r->at_ms : now_ms,
				    .postponed = r->end == FETCH_NOT_YET};
	if (out->err == ERR_DENIED && fetch_end_passes(r->end, r->status))
		out->err = ERR_UNAVAILABLE; /* robots.txt cannot be had now */
	if (r->due_ms > now_ms)
		out->wait_ms = r->due_ms - now_ms;
	if (r->retry_after_ms > out->wait_ms)
		out->wait_ms = r->retry_after_ms;
	snprintf(out->text, sizeof(out->text), "%s", r->text);
	snprintf(out->url, sizeof(out->url), "%s", r->url);
	snprintf(out->type, sizeof(out->type), "%s", r->type);
}

static char *sitemaps_of(struct fetcher *fetcher, const char *url)
{
	struct buf lines = BUF_INIT(SITEMAPS_BYTES);
	const char *one;
	for (size_t i = 0; (one = fetcher_sitemap(fetcher, url, i)); i++)
		if (!strchr(one, '\n'))
			buf_printf(&lines, "%s\n", one);
	return lines.len ? buf_take(&lines) : (buf_fini(&lines), NULL);
}

static void tell(struct fetching *f, struct item_answer *a)
{
	if (f->at) {
		*f->at = f->next;
		if (f->next)
			f->next->at = f->at;
		f->at = NULL;
	}
	f->done(f->arg, a);
	drop(f);
}

static void on_fetched(const struct fetch_result *r, void *arg)
{
	struct fetching *f = arg;
	struct item_answer a;
	item_answer_of(r, clock_wall_ms(f->x->clock), &a);
	if (r->len && (r->end == FETCH_OK || r->end == FETCH_STATUS)) {
		a.body = mem_alloc(r->len + 1);
		memcpy(a.body, r->body, r->len + 1);
		a.len = r->len;
	}
	if (f->request->sitemaps)
		a.sitemaps = sitemaps_of(f->x->fetcher, a.url[0] ? a.url : f->request->url);
	tell(f, &a);
}

/* ---- beginning and ending -------------------------------------------------------------------- */

static void refuse(struct fetching *f, enum fetch_end end, enum err err, const char *why)
{
	struct item_answer a = {.err = err, .end = end};
	snprintf(a.text, sizeof(a.text), "%.*s", FETCH_TEXT - 1, why);
	tell(f, &a);
}

static void begin(void *arg)
{
	struct fetching *f = arg;
	struct item_fetch *x = f->x;
	struct error e = {0};
	const struct fetch_request q = {
		.url = f->request->url,
		.accept = f->request->accept,
		.body_max = (int64_t)f->request->bytes_max,
		.wait_ms = PATIENCE_MS,
		.pace_ms = f->request->pace_ms ? f->request->pace_ms : -1,
		.budget = -1,
		.done = on_fetched,
		.arg = f,
	};
	if (f->cancelled || x->closed) {
		refuse(f, FETCH_CANCELLED, ERR_CANCELLED, "cancelled");
		return;
	}
	f->next = x->first;
	f->at = &x->first;
	if (f->next)
		f->next->at = &f->next;
	x->first = f;
	enum err err = fetch_start(x->fetcher, &q, &f->fetch, &e);
	if (err)
		refuse(f, FETCH_OURS, err, e.text);
}

static void *start(void *ctx, const struct item_request *rq,
		   void (*done)(void *arg, struct item_answer *a), void *arg)
{
	struct fetching *f = mem_zalloc(sizeof(*f));
	f->x = ctx;
	f->request = rq;
	f->done = done;
	f->arg = arg;
	atomic_init(&f->refs, 1);
	loop_post(f->x->loop, begin, f);
	return f;
}

/* Its end, if that has not come meanwhile, drops it from the list. */
static void end_now(struct fetching *f)
{
	f->cancelled = true;
	if (f->at)
		fetch_cancel(f->fetch);
}

static void cancel_now(void *arg)
{
	struct fetching *f = arg;
	end_now(f);
	drop(f);
}

static void cancel(void *ctx, void *fetch)
{
	struct fetching *f = fetch;
	atomic_fetch_add(&f->refs, 1);
	loop_post(f->x->loop, cancel_now, f);
}

static void close_now(void *arg)
{
	struct item_fetch *x = arg;
	x->closed = true;
	while (x->first)
		end_now(x->first);
}

static void close_all(void *ctx)
{
	struct item_fetch *x = ctx;
	loop_call(x->loop, close_now, x); /* behind every start that was posted */
}

/* ---- life ------------------------------------------------------------------------------------ */

struct item_fetch *item_fetch_new(struct loop *net, struct fetcher *fetcher,
				  const struct clock *clock)
{
	struct item_fetch *x = mem_zalloc(sizeof(*x));
	x->loop = net;
	x->fetcher = fetcher;
	x->clock = clock;
	x->net = (struct item_net){.ctx = x, .start = start, .cancel = cancel, .close = close_all};
	return x;
}

const struct item_net *item_fetch_net(const struct item_fetch *x)
{
	return &x->net;
}

void item_fetch_free(struct item_fetch *x)
{
	free(x);
}
