#include "daemon/net/resolver.h"

#include <ares.h>
#include <ares_nameser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/address.h"
#include "daemon/net/answers.h"
#include "daemon/net/dns_channel.h"
#include "daemon/net/hosts.h"
#include "daemon/net/resolve_cache.h"
#include "shared/mem.h"
#include "shared/url.h"

enum {
	OTHER_FAMILY_MS = 50, /* how long one family's answer waits for the other's (RFC 8305, 3) */
};

enum { V4 = ANSWER_V4, V6 = ANSWER_V6, FAMILIES = ANSWERS };
static const int families[FAMILIES] = {AF_INET, AF_INET6};

struct resolver {
	struct resolver_options opt;
	struct dns_channel *channel;
	struct hosts *hosts;
	struct resolve_cache *cache;
	struct resolve_query *queries;
	int open_handles;
	bool closing;
};

struct resolve_query {
	struct resolver *r;
	struct resolve_query *next, *prev;
	enum ip_family family;
	resolve_fn *fn;
	void *arg;
	int64_t began_ms, timeout_ms;
	struct answer answers[FAMILIES];
	struct question *open[FAMILIES]; /* what c-ares still works on */
	bool starting, waits_for_other, asked_other;
	uv_timer_t timer;
	char host[HOST_MAX];
};

/* One question to c-ares. c-ares cannot drop a single one, so it may outlive its query; its answer
 * then goes into the cache only. */
struct question {
	struct resolver *r;
	struct resolve_query *q; /* NULL: nobody waits any more */
	int which;
	char host[];
};

static int64_t now_ms(const struct resolver *r)
{
	return clock_boot_ms(r->opt.clock);
}

static void maybe_free(struct resolver *r)
{
	if (r->open_handles || !r->closing)
		return;
	hosts_free(r->hosts);
	resolve_cache_free(r->cache);
	free(r);
}

/* ---- without asking ------------------------------------------------------------------------ */

static void add_local(struct answer *a, const char *text)
{
	a->status = RESOLVE_OK;
	a->n = 1;
	address_parse(text, &a->addr[0]);
}

/* RFC 6761, 6.3: never asked of anybody. */
static bool is_localhost(const char *host)
{
	size_t n = strlen(host);

	return !strcmp(host, "localhost") || (n > 10 && !strcmp(host + n - 10, ".localhost"));
}

bool resolver_known(struct resolver *r, const char *host, enum ip_family family, bool use_cache,
		    struct resolved *out)
{
	struct answer a[FAMILIES];
	struct sockaddr_storage literal;
	bool named = false, known[FAMILIES] = {false};

	for (int i = 0; i < FAMILIES; i++)
		a[i].status = RESOLVE_NODATA;
	if (address_parse(host, &literal)) {
		struct answer *one = &a[literal.ss_family == AF_INET6 ? V6 : V4];

		one->status = RESOLVE_OK;
		one->n = 1;
		one->ttl_ms = 0;
		one->addr[0] = literal;
		answers_compose(dns_channel_server(r->channel), family, a, 0, out);
		return true;
	}
	for (int i = 0; i < FAMILIES; i++) {
		a[i].ttl_ms = 0;
		a[i].n = hosts_find(r->hosts, host, families[i], now_ms(r), a[i].addr, RESOLVE_MAX,
				    &named);
		if (a[i].n)
			a[i].status = RESOLVE_OK;
	}
	if (!named && is_localhost(host)) {
		add_local(&a[V4], "127.0.0.1");
		add_local(&a[V6], "::1");
		named = true;
	}
	if (named && (family == IP_AUTO || a[family == IP_4 ? V4 : V6].status == RESOLVE_OK)) {
		answers_compose(dns_channel_server(r->channel), family, a, 0, out);
		return true;
	}
	if (!use_cache)
		return false;
	for (int i = 0; i < FAMILIES; i++)
		known[i] = resolve_cache_get(r->cache, host, families[i], now_ms(r), &a[i]);
	if (!(family == IP_AUTO ? known[V4] && known[V6] : known[family == IP_4 ? V4 : V6]))
		return false;
	answers_compose(dns_channel_server(r->channel), family, a, 0, out);
	return true;
}

/* ---- queries ------------------------------------------------------------------------------- */

static void on_query_closed(uv_handle_t *handle)
{
	struct resolve_query *q = handle->data;

	q->r->open_handles--;
	maybe_free(q->r);
	free(q);
}

static void deliver(struct resolve_query *q, const struct resolved *out)
{
	for (int i = 0; i < FAMILIES; i++) {
		if (q->open[i])
			q->open[i]->q = NULL;
	}
	*(q->prev ? &q->prev->next : &q->r->queries) = q->next;
	if (q->next)
		q->next->prev = q->prev;
	uv_timer_stop(&q->timer);
	q->fn(out, q->arg);
	uv_close((uv_handle_t *)&q->timer, on_query_closed);
}

static void deliver_answers(struct resolve_query *q)
{
	struct resolved out;

	answers_compose(dns_channel_server(q->r->channel), q->family, q->answers,
			now_ms(q->r) - q->began_ms, &out);
	deliver(q, &out);
}

static void on_query_timer(uv_timer_t *timer)
{
	struct resolve_query *q = timer->data;

	for (int i = 0; i < FAMILIES; i++) {
		if (q->open[i])
			q->answers[i] =
				(struct answer){.status = RESOLVE_FAILED, .timed_out = true};
	}
	deliver_answers(q);
}

static void ask(struct resolve_query *q, int which);

/* One family is denied: does the name exist at all? The hosts file may have it, and some servers
 * deny a name that they know with addresses of the other family. @return an answer is to come */
static bool ask_other(struct resolve_query *q)
{
	int one = q->family == IP_6 ? V6 : V4, other = one == V4 ? V6 : V4;
	struct answer *a = &q->answers[other];
	bool named;

	if (q->family == IP_AUTO || q->asked_other || q->open[one] ||
	    q->answers[one].status != RESOLVE_NXDOMAIN)
		return false;
	q->asked_other = true;
	a->n = hosts_find(q->r->hosts, q->host, families[other], now_ms(q->r), a->addr, RESOLVE_MAX,
			  &named);
	a->status = a->n ? RESOLVE_OK : RESOLVE_NODATA;
	if (!a->n) {
		bool starting = q->starting;

		q->starting = true; /* an answer at once is looked at by the caller */
		ask(q, other);
		q->starting = starting;
	}
	return q->open[other];
}

static void consider(struct resolve_query *q)
{
	if (ask_other(q))
		return;
	bool waiting = false, found = false;

	for (int i = 0; i < FAMILIES; i++) {
		waiting = waiting || q->open[i];
		found = found || (!q->open[i] && q->answers[i].status == RESOLVE_OK);
	}
	if (!waiting) {          /* also for a denial: of one family alone it is not of the name */
		if (q->starting) /* answered at once: tell from the loop */
			uv_timer_start(&q->timer, on_query_timer, 0, 0);
		else
			deliver_answers(q);
	} else if (found && !q->waits_for_other) {
		q->waits_for_other = true;
		uv_timer_start(&q->timer, on_query_timer, OTHER_FAMILY_MS, 0);
	}
}

static void parse_v4(const unsigned char *bytes, int len, struct answer *a)
{
	struct ares_addrttl found[RESOLVE_MAX];
	int n = RESOLVE_MAX;

	if (ares_parse_a_reply(bytes, len, NULL, found, &n) != ARES_SUCCESS)
		n = 0;
	for (int i = 0; i < n; i++) {
		struct sockaddr_in *to = (struct sockaddr_in *)&a->addr[i];

		memset(&a->addr[i], 0, sizeof a->addr[i]);
		to->sin_family = AF_INET;
		to->sin_addr = found[i].ipaddr;
		if (!i || found[i].ttl * INT64_C(1000) < a->ttl_ms)
			a->ttl_ms = found[i].ttl * INT64_C(1000);
	}
	a->n = n;
}

static void parse_v6(const unsigned char *bytes, int len, struct answer *a)
{
	struct ares_addr6ttl found[RESOLVE_MAX];
	int n = RESOLVE_MAX;

	if (ares_parse_aaaa_reply(bytes, len, NULL, found, &n) != ARES_SUCCESS)
		n = 0;
	for (int i = 0; i < n; i++) {
		struct sockaddr_in6 *to = (struct sockaddr_in6 *)&a->addr[i];

		memset(&a->addr[i], 0, sizeof a->addr[i]);
		to->sin6_family = AF_INET6;
		memcpy(&to->sin6_addr, &found[i].ip6addr, sizeof to->sin6_addr);
		if (!i || found[i].ttl * INT64_C(1000) < a->ttl_ms)
			a->ttl_ms = found[i].ttl * INT64_C(1000);
	}
	a->n = n;
}

static void read_answer(int status, const unsigned char *bytes, int len, int which,
			struct answer *a)
{
	*a = (struct answer){.status = RESOLVE_FAILED};
	switch (status) {
	case ARES_SUCCESS:
		(which == V4 ? parse_v4 : parse_v6)(bytes, len, a);
		a->status = a->n ? RESOLVE_OK : RESOLVE_NODATA;
		break;
	case ARES_ENODATA: a->status = RESOLVE_NODATA; break;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME: a->status = RESOLVE_NXDOMAIN; break;
	case ARES_ETIMEOUT: a->timed_out = true; break;
	default: /* c-ares' numbers are an open set */ break;
	}
}

static void keep(struct resolver *r, const char *host, int which, const struct answer *a)
{
	int64_t ms = a->status == RESOLVE_OK ? a->ttl_ms : r->opt.cache_min_ms;

	if (a->status != RESOLVE_OK && a->status != RESOLVE_NODATA)
		return;
	if (ms < r->opt.cache_min_ms)
		ms = r->opt.cache_min_ms;
	if (ms > r->opt.cache_max_ms)
		ms = r->opt.cache_max_ms;
	if (ms > 0)
		resolve_cache_put(r->cache, host, families[which], a, now_ms(r), ms);
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct question *question = arg;
	struct resolver *r = question->r;
	struct resolve_query *q = question->q;
	int which = question->which;
	struct answer a;

	if (q)
		q->open[which] = NULL;
	if (status == ARES_EDESTRUCTION) {
		/* The name servers changed: ask the new ones. */
		if (q && !r->closing)
			ask(q, which);
		free(question);
		return;
	}
	read_answer(status, bytes, len, which, &a);
	keep(r, question->host, which, &a);
	free(question);
	if (!q)
		return;
	q->answers[which] = a;
	if (!q->starting)
		consider(q);
}

static void ask(struct resolve_query *q, int which)
{
	size_t len = strlen(q->host) + 1;
	struct question *question = mem_alloc(sizeof *question + len);
	int type = which == V4 ? ns_t_a : ns_t_aaaa;

	question->r = q->r;
	question->q = q;
	question->which = which;
	memcpy(question->host, q->host, len);
	q->open[which] = question;
	dns_channel_ask(q->r->channel, question->host, type, on_answer, question);
}

struct resolve_query *resolver_start_within(struct resolver *r, const char *host,
					    enum ip_family family, bool use_cache,
					    int64_t timeout_ms, resolve_fn *fn, void *arg)
{
	struct resolve_query *q = mem_zalloc(sizeof *q);
	struct resolved known;

	q->r = r;
	q->family = family;
	q->fn = fn;
	q->arg = arg;
	q->began_ms = now_ms(r);
	q->timeout_ms = timeout_ms;
	snprintf(q->host, sizeof q->host, "%s", host);
	for (int i = 0; i < FAMILIES; i++)
		q->answers[i].status = RESOLVE_NODATA;
	uv_timer_init(loop_uv(r->opt.loop), &q->timer);
	q->timer.data = q;
	r->open_handles++;
	q->next = r->queries;
	if (q->next)
		q->next->prev = q;
	r->queries = q;
	q->starting = true;
	if (resolver_known(r, host, family, use_cache, &known)) {
		for (int i = 0; i < FAMILIES; i++)
			q->answers[i].status = known.status;
		for (int i = 0; i < known.n; i++) {
			struct answer *a =
				&q->answers[known.addr[i].ss_family == AF_INET6 ? V6 : V4];

			a->addr[a->n++] = known.addr[i];
		}
		for (int i = 0; known.status == RESOLVE_OK && i < FAMILIES; i++)
			q->answers[i].status = q->answers[i].n ? RESOLVE_OK : RESOLVE_NODATA;
		consider(q);
	} else {
		if (dns_channel_follow(r->channel))
			resolve_cache_clear(r->cache);
		uv_timer_start(&q->timer, on_query_timer,
			       timeout_ms > 0 ? (uint64_t)timeout_ms : UINT64_C(3600000), 0);
		if (family != IP_6)
			ask(q, V4);
		if (family != IP_4)
			ask(q, V6);
		consider(q);
	}
	q->starting = false;
	return q;
}

struct resolve_query *resolver_start(struct resolver *r, const char *host, enum ip_family family,
				     bool use_cache, resolve_fn *fn, void *arg)
{
	return resolver_start_within(r, host, family, use_cache, 0, fn, arg);
}

void resolver_cancel(struct resolve_query *q)
{
	struct resolved out = {.status = RESOLVE_CANCELLED};

	deliver(q, &out);
}

const char *resolver_nameservers(const struct resolver *r)
{
	return dns_channel_nameservers(r->channel);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct resolver *resolver_new(const struct resolver_options *o, struct error *e)
{
	struct resolver *r = mem_zalloc(sizeof *r);

	r->opt = *o;
	r->channel = dns_channel_new(o->loop, o->clock, o->nameservers, o->timeout_ms, o->tries, e);
	if (!r->channel) {
		free(r);
		return NULL;
	}
	r->hosts = hosts_new(o->hosts_file);
	r->cache = resolve_cache_new();
	return r;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	r->closing = true;
	while (r->queries)
		resolver_cancel(r->queries);
	dns_channel_free(r->channel);
	maybe_free(r);
}
