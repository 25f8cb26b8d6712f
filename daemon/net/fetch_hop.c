/* One exchange of a fetch: its host's turn has come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "daemon/net/address.h"
#include "daemon/net/blocked.h"
#include "daemon/net/fetch_internal.h"
#include "daemon/net/http_date.h"
#include "daemon/net/idn.h"
#include "shared/http_reason.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

static void cache_key(const struct fetch *x, char out[static URL_MAX + HOST_MAX + FETCH_VALUE + 40])
{
	char url[URL_MAX + HOST_MAX + 32];

	snprintf(out, URL_MAX + HOST_MAX + FETCH_VALUE + 40, "%s\n%s",
		 url_format(&x->url, url, sizeof url), x->accept);
}

/* ---- its end ------------------------------------------------------------------------------- */

/* The host is free again. */
static void leave(struct fetch *x, enum manners_outcome o)
{
	struct fetch_host *h = x->host;
	struct fetcher *f = x->f;

	curl_slist_free_all(x->headers);
	x->headers = NULL;
	h->busy = NULL;
	x->r.took_ms += fetcher_now(f) - x->hop_ms;
	x->r.at_ms = fetcher_wall(f);
	if (x->counted || o == MANNERS_FAILED)
		manners_ended(&h->manners, &f->rules, o, x->r.retry_after_ms, randombytes_random(),
			      fetcher_now(f));
	x->counted = false;
	if (o == MANNERS_FINE)
		h->text[0] = '\0';
	fetcher_wake(f);
}

/* Why a host is left alone, for who looks at it. */
static void blame(struct fetch *x)
{
	memcpy(x->host->text, x->r.text, sizeof x->host->text);
}

static void end_without_answer(struct fetch *x, const struct transfer_result *r)
{
	enum fetch_end end = FETCH_NO_ANSWER;
	enum manners_outcome o = MANNERS_FAILED;

	if (r->forbidden) {
		leave(x, MANNERS_OURS);
		fetch_finish(x, FETCH_PRIVATE, "%s leads to %s (%s), where no scrape goes",
			     x->url.host, x->address,
			     x->forbidden ? x->forbidden : "not a public address");
		return;
	}
	if (r->end == TRANSFER_LOCAL || r->end == TRANSFER_CANCELLED) {
		end = r->end == TRANSFER_LOCAL ? FETCH_OURS : FETCH_CANCELLED;
		o = MANNERS_OURS;
	} else if (r->end == TRANSFER_TIMEOUT) {
		end = FETCH_TIMEOUT;
	} else if (r->end == TRANSFER_TOO_LARGE) {
		end = FETCH_TOO_LARGE;
		o = MANNERS_FINE;
	}
	leave(x, o);
	fetch_finish(x, end, "%s: %s", x->host->name, r->message);
	if (o == MANNERS_FAILED)
		blame(x);
}

static bool is_redirect(const struct fetch *x)
{
	int s = x->r.status;

	return (s == 301 || s == 302 || s == 303 || s == 307 || s == 308) && x->location[0];
}

static void follow(struct fetch *x)
{
	struct error e = {0};
	struct url next;

	if (x->r.redirects >= FETCH_REDIRECTS) {
		fetch_finish(x, FETCH_REDIRECT, "more than %d redirects, the last from %s",
			     FETCH_REDIRECTS, x->host->name);
		return;
	}
	if (strlen(x->location) >= URL_MAX || url_resolve(&x->url, x->location, &next, &e) ||
	    idn_to_ascii(next.host, &e)) {
		fetch_finish(x, FETCH_REDIRECT, "%s redirects to no http or https address: %s",
			     x->host->name, e.text[0] ? e.text : "it is too long");
		return;
	}
	x->r.redirects++;
	x->url = next;
	x->etag[0] = x->modified[0] = '\0'; /* of the caller's copy of the first one */
	kept_answer_unref(x->kept);
	x->kept = NULL;
	if (fetch_queue(x, true, &e))
		fetch_finish(x, FETCH_OURS, "%s", e.text);
}

static void end_unchanged(struct fetch *x)
{
	if (x->kept) {
		x->r.status = 200;
		x->r.from_cache = true;
		snprintf(x->r.type, sizeof x->r.type, "%s", x->kept->type);
		snprintf(x->r.etag, sizeof x->r.etag, "%s", x->kept->etag);
		snprintf(x->r.modified, sizeof x->r.modified, "%s", x->kept->modified);
		fetch_finish(x, FETCH_OK, "%s", "");
	} else if (x->etag[0] || x->modified[0]) {
		fetch_finish(x, FETCH_UNCHANGED, "%s", "");
	} else {
		fetch_finish(x, FETCH_STATUS, "%s answered 304 though nobody asked for that",
			     x->host->name);
	}
}

static void keep(struct fetch *x)
{
	char key[URL_MAX + HOST_MAX + FETCH_VALUE + 40];

	cache_key(x, key);
	if (x->r.status == 200 && x->may_keep && (x->r.etag[0] || x->r.modified[0]))
		response_cache_put(x->f->cache, key, x->r.etag, x->r.modified, x->r.type,
				   buf_str(&x->body), x->body.len);
	else
		response_cache_drop(x->f->cache, key);
}

static void end_with_answer(struct fetch *x)
{
	int status = x->r.status;
	const char *wall = x->robots_host
				   ? NULL
				   : blocked_page(status, x->wall, buf_str(&x->body), x->body.len);

	x->r.retry_after_ms = http_retry_after_ms(x->retry_after, fetcher_wall(x->f));
	x->host->status = status;
	if (wall) {
		leave(x, MANNERS_BLOCKED);
		fetch_finish(x, FETCH_BLOCKED, "%s does not let us in: %s", x->host->name, wall);
		blame(x);
		return;
	}
	leave(x, status == 429 || status == 503 ? MANNERS_SLOW_DOWN
		 : status >= 500                ? MANNERS_FAILED
						: MANNERS_FINE);
	if (is_redirect(x)) {
		follow(x);
	} else if (status == 304) {
		end_unchanged(x);
	} else if (status >= 200 && status < 300) {
		if (!x->robots_host)
			keep(x);
		fetch_finish(x, FETCH_OK, "%s", "");
	} else {
		if (status == 404 || status == 410)
			keep(x);
		fetch_finish(x, FETCH_STATUS, "%s answered %d %s", x->host->name, status,
			     http_reason(status));
		if (status == 429 || status >= 500)
			blame(x);
	}
}

/* ---- the exchange -------------------------------------------------------------------------- */

static void take(char *out, size_t cap, const char *value, size_t len)
{
	if (len >= cap) /* half an ETag is none */
		len = 0;
	memcpy(out, value, len);
	out[len] = '\0';
}

static void on_header(const char *name, const char *value, size_t len, void *arg)
{
	struct fetch *x = arg;

	if (!strcasecmp(name, "Content-Type"))
		text_safe(x->r.type, sizeof x->r.type, value, len, 0, 0, NULL);
	else if (!strcasecmp(name, "ETag"))
		take(x->r.etag, sizeof x->r.etag, value, len);
	else if (!strcasecmp(name, "Last-Modified"))
		take(x->r.modified, sizeof x->r.modified, value, len);
	else if (!strcasecmp(name, "Location"))
		take(x->location, sizeof x->location, value, len);
	else if (!strcasecmp(name, "Retry-After"))
		take(x->retry_after, sizeof x->retry_after, value, len);
	else if (!strcasecmp(name, "Cache-Control") && len < FETCH_VALUE) {
		char text[FETCH_VALUE];

		take(text, sizeof text, value, len);
		x->may_keep = x->may_keep && !strcasestr(text, "no-store");
	} else if (blocked_header(name, value, len))
		x->wall = true;
}

static bool on_body(const char *data, size_t len, void *arg)
{
	struct fetch *x = arg;
	size_t room = x->body.max - x->body.len;

	buf_add(&x->body, data, len < room ? len : room);
	return !x->robots_host || x->body.len < x->body.max; /* enough of robots.txt */
}

static bool may_connect(const struct sockaddr *a, void *arg)
{
	struct fetch *x = arg;
	struct sockaddr_storage copy = {0};
	const char *why;

	if (address_allowed(a, x->f->allow, x->f->n_allow, &why))
		return true;
	memcpy(&copy, a,
	       a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	address_text(&copy, x->address);
	x->forbidden = why;
	return false;
}

static void on_end(struct transfer *t, void *arg)
{
	struct fetch *x = arg;
	const struct transfer_result *r = transfer_result(t);
	bool enough = r->end == TRANSFER_STOPPED && !r->forbidden;

	x->transfer = NULL;
	x->r.status = r->status;
	if (x->f->closing || x->place == PLACE_ENDED)
		return;
	if (r->end == TRANSFER_DONE || enough)
		end_with_answer(x);
	else
		end_without_answer(x, r);
}

static void add_header(struct fetch *x, const char *name, const char *value)
{
	char *line;

	if (!*value || strpbrk(value, "\r\n"))
		return;
	line = mem_printf("%s: %s", name, value);
	x->headers = curl_slist_append(x->headers, line);
	free(line);
}

static void add_headers(struct fetch *x)
{
	char key[URL_MAX + HOST_MAX + FETCH_VALUE + 40];
	const char *etag = x->etag, *modified = x->modified;

	add_header(x, "User-Agent", x->f->agent);
	add_header(x, "Accept", x->accept[0] ? x->accept : "*/*");
	if (!*etag && !*modified && !x->robots_host) {
		cache_key(x, key);
		x->kept = response_cache_get(x->f->cache, key);
		if (x->kept && (int64_t)x->kept->len > (int64_t)x->body.max) {
			kept_answer_unref(x->kept);
			x->kept = NULL;
		}
		etag = x->kept ? x->kept->etag : "";
		modified = x->kept ? x->kept->modified : "";
	}
	if (*etag)
		add_header(x, "If-None-Match", etag);
	else
		add_header(x, "If-Modified-Since", modified);
}

static void forget_answer(struct fetch *x)
{
	x->r.status = 0;
	x->r.type[0] = x->r.etag[0] = x->r.modified[0] = '\0';
	x->r.retry_after_ms = 0;
	x->location[0] = x->retry_after[0] = '\0';
	x->wall = false;
	x->may_keep = true;
	buf_reset(&x->body);
}

static void transfer(struct fetch *x, const struct resolved *r)
{
	struct sockaddr_storage addrs[RESOLVE_MAX];
	struct transfer_request q = {
		.url = &x->url,
		.addrs = addrs,
		.method = "GET",
		.verify = true,
		.total_timeout_ms = x->q.timeout_ms,
		.body_max = (int64_t)x->body.max + (x->robots_host ? 65536 : 0),
		.on_header = on_header,
		.on_body = on_body,
		.on_end = on_end,
		.may_connect = may_connect,
		.arg = x,
	};
	struct error e = {0};

	for (int i = 0; i < r->n; i++)
		if (may_connect((const struct sockaddr *)&r->addr[i], x))
			addrs[q.n_addrs++] = r->addr[i];
	if (!q.n_addrs) {
		leave(x, MANNERS_OURS);
		fetch_finish(x, FETCH_PRIVATE,
			     "%s leads to %s (%s), where no scrape goes; net.allow_private lists "
			     "exceptions",
			     x->url.host, x->address, x->forbidden);
		return;
	}
	forget_answer(x);
	add_headers(x);
	q.headers = x->headers;
	manners_began(&x->host->manners, fetcher_wall(x->f));
	x->counted = true;
	x->host->asked_ms = fetcher_wall(x->f);
	if (transfer_start(x->f->o.transfers, &q, &x->transfer, &e)) {
		leave(x, MANNERS_OURS);
		fetch_finish(x, FETCH_OURS, "%s", e.text);
	}
}

static void use_addresses(struct fetch *x, const struct resolved *r)
{
	bool ours = r->status == RESOLVE_FAILED || r->status == RESOLVE_CANCELLED;

	if (r->status == RESOLVE_OK) {
		transfer(x, r);
		return;
	}
	leave(x, ours ? MANNERS_OURS : MANNERS_FAILED);
	/* A name server that does not answer is not asked again for each page that waits. */
	if (ours)
		x->host->manners.hold_ms = fetcher_now(x->f) + x->f->rules.pace_ms;
	fetch_finish(x, ours ? FETCH_OURS : FETCH_NO_ANSWER, "%s: %s", x->url.host, r->message);
	blame(x);
}

static void on_resolved(const struct resolved *r, void *arg)
{
	struct fetch *x = arg;

	x->query = NULL;
	if (x->f->closing || x->place == PLACE_ENDED)
		return;
	use_addresses(x, r);
}

void fetch_hop(struct fetch *x)
{
	struct fetcher *f = x->f;
	struct resolved known;

	fetch_unqueue(x);
	x->place = PLACE_BUSY;
	x->host->busy = x;
	x->hop_ms = fetcher_now(f);
	if (resolver_known(f->o.resolver, x->url.host, IP_AUTO, true, &known))
		use_addresses(x, &known);
	else
		x->query = resolver_start_within(f->o.resolver, x->url.host, IP_AUTO, true,
						 x->q.timeout_ms, on_resolved, x);
}

void fetch_hop_stop(struct fetch *x)
{
	x->place = PLACE_ENDED; /* what ends now is not heard */
	if (x->query)
		resolver_cancel(x->query);
	if (x->transfer)
		transfer_cancel(x->transfer);
	leave(x, MANNERS_OURS);
}
