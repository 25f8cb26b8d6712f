#include "daemon/net/fetch.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/fetch_internal.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

/* ---- queues -------------------------------------------------------------------------------- */

void fetch_unqueue(struct fetch *x)
{
	struct fetch_host *h = x->host;

	if (x->place != PLACE_QUEUE)
		return;
	*(x->prev ? &x->prev->next : &h->first) = x->next;
	*(x->next ? &x->next->prev : &h->last) = x->prev;
	x->next = x->prev = NULL;
	h->waiting -= !x->robots_host;
	x->waited_ms += fetcher_now(x->f) - x->queued_ms;
}

enum err fetch_queue(struct fetch *x, bool front, struct error *e)
{
	struct fetch_host *h = fetch_host_of(x->f, &x->url);

	if (!h || (!x->robots_host && h->waiting >= FETCH_QUEUE_MAX)) {
		error_set(e, ERR_BUSY, "too many pages wait for %s", h ? h->name : "their hosts");
		error_hint(e, "try again later");
		return ERR_BUSY;
	}
	x->host = h;
	x->place = PLACE_QUEUE;
	x->queued_ms = fetcher_now(x->f);
	x->prev = front ? NULL : h->last;
	x->next = front ? h->first : NULL;
	*(x->prev ? &x->prev->next : &h->first) = x;
	*(x->next ? &x->next->prev : &h->last) = x;
	h->waiting += !x->robots_host;
	fetcher_wake(x->f);
	return ERR_NONE;
}

void fetch_finish(struct fetch *x, enum fetch_end end, const char *fmt, ...)
{
	char words[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	text_safe(x->r.text, sizeof x->r.text, words, strlen(words), 0, 0, NULL);
	x->r.end = end;
	x->place = PLACE_ENDED;
	x->next = NULL;
	*x->f->ended_end = x;
	x->f->ended_end = &x->next;
	fetcher_wake(x->f);
}

/* ---- one fetch ----------------------------------------------------------------------------- */

static void copy(char *out, const char *text)
{
	snprintf(out, FETCH_VALUE, "%s", text && strlen(text) < FETCH_VALUE ? text : "");
}

struct fetch *fetch_new(struct fetcher *f, const struct fetch_request *q)
{
	struct fetch *x = mem_zalloc(sizeof *x);

	x->f = f;
	x->q = *q;
	copy(x->etag, q->etag);
	copy(x->modified, q->modified);
	copy(x->accept, q->accept);
	x->q.url = x->q.etag = x->q.modified = x->q.accept = NULL;
	if (!x->q.timeout_ms)
		x->q.timeout_ms = FETCH_TIMEOUT_MS;
	x->body.max = q->body_max ? (size_t)q->body_max : FETCH_BODY;
	return x;
}

void fetch_free(struct fetch *x)
{
	kept_answer_unref(x->kept);
	curl_slist_free_all(x->headers);
	buf_fini(&x->body);
	free(x);
}

enum err fetch_start(struct fetcher *f, const struct fetch_request *q, struct fetch **out,
		     struct error *e)
{
	struct url u;
	struct fetch *x;
	enum err err = f->closing ? error_set(e, ERR_CANCELLED, "the daemon is ending")
				  : url_parse(q->url, &u, e);

	if (!err)
		err = idn_to_ascii(u.host, e);
	if (err)
		return err;
	x = fetch_new(f, q);
	x->url = u;
	err = fetch_queue(x, q->first, e);
	if (err) {
		fetch_free(x);
		return err;
	}
	if (q->pace_ms >= 0)
		x->host->manners.own_pace_ms = q->pace_ms;
	if (q->budget >= 0)
		x->host->manners.own_budget = q->budget;
	if (out)
		*out = x;
	return ERR_NONE;
}

static int64_t host_due_wall(struct fetch_host *h)
{
	struct fetcher *f = h->f;
	int64_t now = fetcher_now(f), wall = fetcher_wall(f);
	int64_t due = manners_due_ms(&h->manners, &f->rules, now, wall);

	if (h->busy && due < now)
		due = now + manners_pace_ms(&h->manners, &f->rules);
	return wall + (due > now ? due - now : 0);
}

/* The last word, and its end. */
static void tell(struct fetch *x)
{
	struct fetch_result *r = &x->r;

	url_format(&x->url, r->url, sizeof r->url);
	r->body = r->from_cache ? x->kept->body : buf_str(&x->body);
	r->len = r->from_cache ? x->kept->len : x->body.len;
	if (r->end != FETCH_OK && r->end != FETCH_STATUS && r->end != FETCH_BLOCKED) {
		r->body = "";
		r->len = 0;
	}
	r->due_ms = host_due_wall(x->host);
	if (!r->at_ms)
		r->at_ms = fetcher_wall(x->f);
	if (x->robots_host)
		fetch_robots_read(x);
	else
		x->q.done(r, x->q.arg);
	fetch_free(x);
}

static void take_from_ended(struct fetch *x)
{
	struct fetcher *f = x->f;
	struct fetch **at = &f->ended;

	while (*at && *at != x)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = x->next;
	if (!*at)
		f->ended_end = at;
}

void fetch_cancel(struct fetch *x)
{
	struct fetcher *f = x->f;

	if (x->place == PLACE_ENDED) {
		take_from_ended(x);
	} else {
		fetch_unqueue(x);
		if (x->place == PLACE_BUSY)
			fetch_hop_stop(x);
		x->r.end = FETCH_CANCELLED;
		snprintf(x->r.text, sizeof x->r.text, "cancelled");
	}
	tell(x);
	fetcher_wake(f);
}

static const char *const end_names[] = {
	"ok",        "unchanged", "status",    "blocked",  "disallowed", "private",  "not_yet",
	"no_answer", "timeout",   "too_large", "redirect", "ours",       "cancelled"};

const char *fetch_end_name(enum fetch_end e)
{
	return end_names[e];
}

enum err fetch_end_err(enum fetch_end e)
{
	switch (e) {
	case FETCH_OK:
	case FETCH_UNCHANGED:
	case FETCH_STATUS: return ERR_NONE;
	case FETCH_BLOCKED:
	case FETCH_DISALLOWED:
	case FETCH_PRIVATE: return ERR_DENIED;
	case FETCH_NOT_YET: return ERR_NOT_NOW;
	case FETCH_NO_ANSWER: return ERR_UNAVAILABLE;
	case FETCH_TIMEOUT: return ERR_TIMEOUT;
	case FETCH_TOO_LARGE: return ERR_TOO_LARGE;
	case FETCH_REDIRECT: return ERR_INVALID;
	case FETCH_OURS: return ERR_BUSY;
	case FETCH_CANCELLED: return ERR_CANCELLED;
	}
	return ERR_INTERNAL;
}

bool fetch_end_passes(enum fetch_end e, int status)
{
	switch (e) {
	case FETCH_NOT_YET:
	case FETCH_NO_ANSWER:
	case FETCH_TIMEOUT:
	case FETCH_OURS:
	case FETCH_CANCELLED: return true;
	case FETCH_STATUS: return status == 408 || status == 429 || status >= 500;
	case FETCH_DISALLOWED: return status == 429 || status >= 500 || !status;
	case FETCH_OK:
	case FETCH_UNCHANGED:
	case FETCH_BLOCKED:
	case FETCH_PRIVATE:
	case FETCH_TOO_LARGE:
	case FETCH_REDIRECT: break;
	}
	return false;
}

/* ---- turns --------------------------------------------------------------------------------- */

/* Boot time after which it does not wait. */
static int64_t patience_ends(const struct fetch *x)
{
	int64_t left = x->q.wait_ms - x->waited_ms;

	return x->q.wait_ms < 0 ? INT64_MAX : x->queued_ms + (left > 0 ? left : 0);
}

static struct fetch *next_of(struct fetch_host *h)
{
	struct fetch *x = h->first;

	while (x && !x->robots_host && h->robots[fetch_origin(&x->url)].asking)
		x = x->next;
	return x;
}

static void begin_due(struct fetch_host *h)
{
	struct fetcher *f = h->f;
	struct fetch *x;

	while (!h->busy && manners_due_ms(&h->manners, &f->rules, fetcher_now(f),
					  fetcher_wall(f)) <= fetcher_now(f)) {
		x = next_of(h);
		if (!x)
			return;
		if (fetch_robots_allow(x))
			fetch_hop(x);
	}
}

/* @return when the queue is to be looked at again */
static int64_t give_up(struct fetch_host *h)
{
	struct fetcher *f = h->f;
	int64_t now = fetcher_now(f);
	int64_t due = manners_due_ms(&h->manners, &f->rules, now, fetcher_wall(f));
	int64_t earliest = h->busy || due <= now ? now + 1 : due, again = INT64_MAX;
	struct fetch *x, *next;

	for (x = h->first; x; x = next) {
		int64_t ends = patience_ends(x);

		next = x->next;
		if (earliest > ends) {
			fetch_unqueue(x);
			fetch_finish(x, FETCH_NOT_YET, "it is not yet the turn of %s", h->name);
		} else if (ends < again) {
			again = ends;
		}
	}
	if (h->first && !h->busy && due < again)
		again = due;
	return again;
}

static void tell_ended(struct fetcher *f)
{
	while (f->ended) {
		struct fetch *x = f->ended;

		f->ended = x->next;
		if (!f->ended)
			f->ended_end = &f->ended;
		tell(x);
	}
}

static void on_timer(uv_timer_t *t)
{
	fetcher_turn(t->data);
}

void fetcher_wake(struct fetcher *f)
{
	if (!f->turning && !f->closing)
		uv_timer_start(f->timer, on_timer, 0, 0);
}

void fetcher_turn(struct fetcher *f)
{
	int64_t again = INT64_MAX, now;

	if (f->turning || f->closing)
		return;
	f->turning = true;
	do {
		again = INT64_MAX;
		tell_ended(f);
		for (struct fetch_host *h = f->newest, *older; h; h = older) {
			int64_t at;

			older = h->older; /* who asks for its robots.txt becomes the newest */
			if (!h->first)
				continue;
			begin_due(h);
			at = give_up(h);
			again = at < again ? at : again;
		}
	} while (f->ended);
	f->turning = false;
	now = fetcher_now(f);
	uv_timer_stop(f->timer);
	if (again != INT64_MAX)
		uv_timer_start(f->timer, on_timer, again > now ? (uint64_t)(again - now) : 1, 0);
}

int64_t fetcher_due_ms(struct fetcher *f, const char *url)
{
	char name[HOST_MAX + 8];
	struct fetch_host *h;
	struct url u;
	struct error e;

	if (url_parse(url, &u, &e) || idn_to_ascii(u.host, &e))
		return 0;
	h = fetch_host_find(f, fetch_host_name(&u, name));
	return h ? host_due_wall(h) : 0;
}

/* ---- life ---------------------------------------------------------------------------------- */

void fetcher_configure(struct fetcher *f, const struct fetcher_settings *s)
{
	size_t n = 0;

	free(f->allow);
	f->n_allow = s->n_allow;
	f->allow = mem_array(NULL, s->n_allow + 1, sizeof *f->allow);
	if (s->n_allow)
		memcpy(f->allow, s->allow, s->n_allow * sizeof *f->allow);
	f->rules = s->rules;
	n = (size_t)snprintf(f->agent, sizeof f->agent, "SellerSmart/%s", SELLERSMART_VERSION);
	if (s->contact && *s->contact)
		snprintf(f->agent + n, sizeof f->agent - n, " (%s%s)",
			 strstr(s->contact, "://") ? "+" : "", s->contact);
	response_cache_limit(f->cache, (size_t)s->cache_bytes);
}

struct fetcher *fetcher_new(const struct fetcher_options *o)
{
	struct fetcher *f = mem_zalloc(sizeof *f);

	f->o = *o;
	f->ended_end = &f->ended;
	f->cache = response_cache_new(0);
	fetcher_configure(f, &o->settings);
	f->o.settings = (struct fetcher_settings){0};
	f->timer = mem_alloc(sizeof *f->timer);
	uv_timer_init(loop_uv(o->loop), f->timer);
	f->timer->data = f;
	return f;
}

static void on_timer_closed(uv_handle_t *h)
{
	free(h);
}

static void end_all(struct fetcher *f)
{
	for (struct fetch_host *h = f->newest; h; h = h->older) {
		if (h->busy)
			fetch_cancel(h->busy);
		while (h->first)
			fetch_cancel(h->first);
	}
	while (f->ended)
		fetch_cancel(f->ended);
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	f->closing = true;
	end_all(f);
	fetch_hosts_free(f);
	response_cache_free(f->cache);
	uv_close((uv_handle_t *)f->timer, on_timer_closed);
	free(f->allow);
	free(f);
}
