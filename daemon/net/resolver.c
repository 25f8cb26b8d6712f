#include "daemon/net/resolver.h"

#include <ares.h>
#include <ares_nameser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/net/address.h"
#include "daemon/net/answers.h"
#include "daemon/net/hosts.h"
#include "daemon/net/resolve_cache.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/url.h"

enum {
	OTHER_FAMILY_MS = 50, /* how long one family's answer waits for the other's (RFC 8305, 3) */
	CONF_LOOK_MS = 2000,
};
#define RESOLV_CONF "/etc/resolv.conf"

enum { V4 = ANSWER_V4, V6 = ANSWER_V6, FAMILIES = ANSWERS };
static const int families[FAMILIES] = {AF_INET, AF_INET6};

struct resolver {
	struct resolver_options opt;
	char *nameservers; /* "": resolv.conf */
	ares_channel channel;
	char server[72]; /* the first one, for messages */
	struct dns_socket *sockets;
	uv_timer_t timer; /* c-ares' */
	struct hosts *hosts;
	struct resolve_cache *cache;
	struct resolve_query *queries;
	int open_handles;
	bool closing;
	int64_t conf_looked_ms;
	struct timespec conf_modified;
	ino_t conf_inode;
};

struct dns_socket {
	uv_poll_t poll;
	struct resolver *r;
	ares_channel channel;
	ares_socket_t fd;
	struct dns_socket *next;
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
	bool starting, waits_for_other;
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

static void on_handle_closed(struct resolver *r)
{
	if (--r->open_handles || !r->closing)
		return;
	hosts_free(r->hosts);
	resolve_cache_free(r->cache);
	free(r->nameservers);
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
		answers_compose(r->server, family, a, 0, out);
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
		answers_compose(r->server, family, a, 0, out);
		return true;
	}
	if (!use_cache)
		return false;
	for (int i = 0; i < FAMILIES; i++)
		known[i] = resolve_cache_get(r->cache, host, families[i], now_ms(r), &a[i]);
	if (!(family == IP_AUTO ? known[V4] && known[V6] : known[family == IP_4 ? V4 : V6]))
		return false;
	answers_compose(r->server, family, a, 0, out);
	return true;
}

/* ---- queries ------------------------------------------------------------------------------- */

static void on_query_closed(uv_handle_t *handle)
{
	struct resolve_query *q = handle->data;

	on_handle_closed(q->r);
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

	answers_compose(q->r->server, q->family, q->answers, now_ms(q->r) - q->began_ms, &out);
	deliver(q, &out);
}

static void on_query_timer(uv_timer_t *timer)
{
	struct resolve_query *q = timer->data;

	for (int i = 0; i < FAMILIES; i++) {
		if (q->open[i])
			q->answers[i] = (struct answer){.status = RESOLVE_FAILED, .timed_out = true};
	}
	deliver_answers(q);
}

static void consider(struct resolve_query *q)
{
	bool waiting = false, found = false, no_such_name = false;

	for (int i = 0; i < FAMILIES; i++) {
		waiting = waiting || q->open[i];
		found = found || (!q->open[i] && q->answers[i].status == RESOLVE_OK);
		no_such_name = no_such_name || (!q->open[i] && q->answers[i].status == RESOLVE_NXDOMAIN);
	}
	if (!waiting || no_such_name) {
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

static void read_answer(int status, const unsigned char *bytes, int len, int which, struct answer *a)
{
	*a = (struct answer){.status = RESOLVE_FAILED};
	switch (status) {
	case ARES_SUCCESS:
		(which == V4 ? parse_v4 : parse_v6)(bytes, len, a);
		a->status = a->n ? RESOLVE_OK : RESOLVE_NODATA;
		break;
	case ARES_ENODATA:
		a->status = RESOLVE_NODATA;
		break;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME:
		a->status = RESOLVE_NXDOMAIN;
		break;
	case ARES_ETIMEOUT:
		a->timed_out = true;
		break;
	default: /* c-ares' numbers are an open set */
		break;
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

static void ask(struct resolve_query *q, int which);

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

static void arm(struct resolver *r);

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
	/* A name with a dot is meant as it is: with the search list a shop that vanished could turn
	 * into a host of ours. */
	if (strchr(q->host, '.'))
		ares_query(q->r->channel, question->host, ns_c_in, type, on_answer, question);
	else
		ares_search(q->r->channel, question->host, ns_c_in, type, on_answer, question);
}

/* ---- c-ares and the loop ------------------------------------------------------------------- */

static void on_ares_timer(uv_timer_t *timer)
{
	struct resolver *r = timer->data;

	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	arm(r);
}

static void arm(struct resolver *r)
{
	struct timeval tv, *left;

	if (r->closing)
		return;
	left = ares_timeout(r->channel, NULL, &tv);
	if (!left)
		uv_timer_stop(&r->timer);
	else
		uv_timer_start(&r->timer, on_ares_timer,
			       (uint64_t)left->tv_sec * 1000 + (uint64_t)(left->tv_usec + 999) / 1000, 0);
}

static void on_dns_event(uv_poll_t *poll, int status, int events)
{
	struct dns_socket *s = poll->data;
	struct resolver *r = s->r;
	bool readable = status < 0 || (events & UV_READABLE);
	bool writable = status < 0 || (events & UV_WRITABLE);

	ares_process_fd(s->channel, readable ? s->fd : ARES_SOCKET_BAD,
			writable ? s->fd : ARES_SOCKET_BAD);
	arm(r);
}

static void on_dns_socket_closed(uv_handle_t *handle)
{
	struct dns_socket *s = handle->data;

	on_handle_closed(s->r);
	free(s);
}

/* c-ares closes the descriptor right after it says that it wants nothing any more. */
static void on_dns_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = arg;
	struct dns_socket **at = &r->sockets, *s;

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	s = *at;
	if (!readable && !writable) {
		if (!s)
			return;
		*at = s->next;
		uv_close((uv_handle_t *)&s->poll, on_dns_socket_closed);
		return;
	}
	if (!s) {
		s = mem_zalloc(sizeof *s);
		if (uv_poll_init_socket(loop_uv(r->opt.loop), &s->poll, fd)) {
			free(s);
			return;
		}
		s->r = r;
		s->fd = fd;
		s->channel = r->channel;
		s->poll.data = s;
		s->next = r->sockets;
		r->sockets = s;
		r->open_handles++;
	}
	uv_poll_start(&s->poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0),
		      on_dns_event);
}

static void note_server(struct resolver *r)
{
	struct ares_addr_port_node *servers = NULL;
	struct sockaddr_storage a = {0};
	char text[ADDRESS_TEXT];

	snprintf(r->server, sizeof r->server, "the name server");
	if (ares_get_servers_ports(r->channel, &servers) != ARES_SUCCESS || !servers)
		return;
	a.ss_family = (sa_family_t)servers->family;
	if (servers->family == AF_INET)
		((struct sockaddr_in *)&a)->sin_addr = servers->addr.addr4;
	else
		memcpy(&((struct sockaddr_in6 *)&a)->sin6_addr, &servers->addr.addr6, 16);
	snprintf(r->server, sizeof r->server, "name server %s", address_text(&a, text));
	ares_free_data(servers);
}

static bool open_channel(struct resolver *r, ares_channel *channel, struct error *e)
{
	char lookups[] = "b";
	struct ares_options o = {
		.timeout = r->opt.timeout_ms,
		.tries = r->opt.tries,
		.sock_state_cb = on_dns_socket_state,
		.sock_state_cb_data = r,
		.lookups = lookups,
	};
	const char *servers = r->nameservers;
	int status = ares_init_options(channel, &o,
				       ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB |
					       ARES_OPT_LOOKUPS);

	if (status == ARES_SUCCESS && servers[0]) {
		status = ares_set_servers_ports_csv(*channel, servers);
		if (status != ARES_SUCCESS)
			ares_destroy(*channel);
	}
	if (status != ARES_SUCCESS) {
		error_set(e, ERR_CONFIG, "name servers \"%s\": %s", servers,
			  ares_strerror(status));
		error_hint(e, "write addresses like 192.0.2.53,[2001:db8::53]:5353");
		return false;
	}
	return true;
}

static bool conf_changed(struct resolver *r)
{
	struct stat st;

	if (now_ms(r) - r->conf_looked_ms < CONF_LOOK_MS)
		return false;
	r->conf_looked_ms = now_ms(r);
	if (stat(RESOLV_CONF, &st))
		memset(&st, 0, sizeof st);
	if (st.st_ino == r->conf_inode && st.st_mtim.tv_sec == r->conf_modified.tv_sec &&
	    st.st_mtim.tv_nsec == r->conf_modified.tv_nsec)
		return false;
	r->conf_inode = st.st_ino;
	r->conf_modified = st.st_mtim;
	return true;
}

/* A laptop that came into another network has other name servers. */
static void follow_conf(struct resolver *r)
{
	ares_channel old = r->channel;

	if (r->nameservers[0] || !conf_changed(r))
		return;
	if (!open_channel(r, &r->channel, NULL)) {
		r->channel = old;
		return;
	}
	resolve_cache_clear(r->cache);
	ares_destroy(old);
	note_server(r);
	log_info("net", "%s changed: asking %s", RESOLV_CONF, r->server);
}

struct resolve_query *resolver_start_within(struct resolver *r, const char *host, enum ip_family family,
					    bool use_cache, int64_t timeout_ms, resolve_fn *fn, void *arg)
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
			struct answer *a = &q->answers[known.addr[i].ss_family == AF_INET6 ? V6 : V4];

			a->addr[a->n++] = known.addr[i];
		}
		for (int i = 0; known.status == RESOLVE_OK && i < FAMILIES; i++)
			q->answers[i].status = q->answers[i].n ? RESOLVE_OK : RESOLVE_NODATA;
		consider(q);
	} else {
		follow_conf(r);
		uv_timer_start(&q->timer, on_query_timer,
			       timeout_ms > 0 ? (uint64_t)timeout_ms : UINT64_C(3600000), 0);
		if (family != IP_6)
			ask(q, V4);
		if (family != IP_4)
			ask(q, V6);
		consider(q);
		arm(r);
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

/* ---- life ---------------------------------------------------------------------------------- */

struct resolver *resolver_new(const struct resolver_options *o, struct error *e)
{
	struct resolver *r = mem_zalloc(sizeof *r);

	r->opt = *o;
	r->nameservers = mem_strdup(o->nameservers ? o->nameservers : "");
	if (r->opt.timeout_ms <= 0)
		r->opt.timeout_ms = 2000;
	if (r->opt.tries <= 0)
		r->opt.tries = 3;
	r->conf_looked_ms = -CONF_LOOK_MS;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS || !open_channel(r, &r->channel, e)) {
		free(r->nameservers);
		free(r);
		return NULL;
	}
	conf_changed(r);
	note_server(r);
	r->hosts = hosts_new(o->hosts_file);
	r->cache = resolve_cache_new();
	uv_timer_init(loop_uv(o->loop), &r->timer);
	r->timer.data = r;
	r->open_handles = 1;
	return r;
}

static void on_timer_closed(uv_handle_t *handle)
{
	on_handle_closed(handle->data);
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	r->closing = true;
	while (r->queries)
		resolver_cancel(r->queries);
	ares_destroy(r->channel);
	uv_close((uv_handle_t *)&r->timer, on_timer_closed);
}
