#include "daemon/net/transfers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "daemon/net/address.h"
#include "daemon/net/transfers_internal.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	IDLE_HANDLES_MAX = 64,
	SESSIONS_MAX = 2048,
	NAME_MAX_LEN = 128,
	HAPPY_EYEBALLS_MS = 250, /* RFC 8305, 8 */
	ENTRY_MAX = HOST_MAX + 16 + RESOLVE_MAX * ADDRESS_TEXT,
};

/* ---- the end of an exchange ---------------------------------------------------------------- */

static void transfer_destroy(struct transfer *t);

static void release(struct transfer *t)
{
	struct transfers *ts = t->owner;

	uv_timer_stop(&t->deadline);
	curl_slist_free_all(t->resolve);
	t->resolve = NULL;
	free(t->result.certificate_json);
	t->result.certificate_json = NULL;
	if (ts->closing || ts->n_idle >= IDLE_HANDLES_MAX) {
		transfer_destroy(t);
		return;
	}
	t->next = ts->idle;
	ts->idle = t;
	ts->n_idle++;
}

/* The result is filled: out of curl, tell, give back. */
static void finish(struct transfer *t)
{
	struct transfers *ts = t->owner;

	uv_timer_stop(&t->deadline);
	curl_multi_remove_handle(ts->multi, t->easy);
	transfer_tls_detach(t);
	tls_seen_fini(&t->seen);
	*(t->prev ? &t->prev->next : &ts->active) = t->next;
	if (t->next)
		t->next->prev = t->prev;
	t->next = t->prev = NULL;
	t->req.on_end(t, t->req.arg);
	release(t);
}

/* curl reports ends only here. Called after every way into it, also the timer's: a lone exchange that
 * curl itself gave up would else never be reported. */
static void drain(void *arg)
{
	struct transfers *ts = arg;
	CURLMsg *message;
	int left;

	while (!ts->closing && (message = curl_multi_info_read(ts->multi, &left))) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		char *private = NULL;
		struct transfer *t;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
		t = (struct transfer *)(void *)private;
		transfer_judge(t, code);
		finish(t);
	}
}

/* ---- curl and the loop --------------------------------------------------------------------- */

static void on_socket_event(int fd, unsigned events, void *arg)
{
	struct transfers *ts = arg;
	int flags = (events & POLLER_IN ? CURL_CSELECT_IN : 0) |
		    (events & POLLER_OUT ? CURL_CSELECT_OUT : 0) |
		    (events & POLLER_ERROR ? CURL_CSELECT_ERR : 0);
	int running;

	curl_multi_socket_action(ts->multi, fd, flags, &running);
}

static void on_curl_timer(uv_timer_t *timer)
{
	struct transfers *ts = timer->data;
	int running;

	curl_multi_socket_action(ts->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	drain(ts);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct transfers *ts = arg;

	if (ts->closing)
		return 0;
	if (timeout_ms < 0)
		uv_timer_stop(&ts->timer);
	else
		uv_timer_start(&ts->timer, on_curl_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct transfers *ts = arg;

	poller_set(ts->poller, fd,
		   what == CURL_POLL_REMOVE ? 0 :
					      (what & CURL_POLL_IN ? (unsigned)POLLER_IN : 0) |
						      (what & CURL_POLL_OUT ? (unsigned)POLLER_OUT : 0));
	return 0;
}

static curl_socket_t on_socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;
	int fd = socket(a->family, a->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->protocol);

	if (fd < 0) {
		t->socket_errno = errno;
		return CURL_SOCKET_BAD;
	}
	if (a->addrlen <= sizeof t->tried)
		memcpy(&t->tried, &a->addr, a->addrlen);
	return fd;
}

static int on_socket_close(void *arg, curl_socket_t fd)
{
	struct transfers *ts = arg;

	poller_forget(ts->poller, fd);
	return close(fd);
}

/* ---- the answer ---------------------------------------------------------------------------- */

static void begin_head(struct transfer *t, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	int status = space && len - (size_t)(space - line) >= 4 ? atoi(space + 1) : 0;

	t->in_head = true;
	t->final_head = false;
	t->result.status = status;
	snprintf(t->result.http_version, sizeof t->result.http_version, "%.*s",
		 space ? (int)(space - line - 5) : 0, line + 5);
}

static void give_header(struct transfer *t, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *end = line + len;
	char name[NAME_MAX_LEN];
	const char *value;

	if (!colon || (size_t)(colon - line) >= sizeof name)
		return;
	memcpy(name, line, (size_t)(colon - line));
	name[colon - line] = '\0';
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n'))
		end--;
	t->req.on_header(name, value, (size_t)(end - value), t->req.arg);
}

static size_t on_head_line(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n;

	if (t->is_https && !t->looked_at_tls)
		transfer_tls_look(t);
	t->header_bytes += len;
	if (t->header_bytes > HEADER_BYTES_MAX) {
		t->too_large = true;
		return 0;
	}
	if (!t->in_head && !t->final_head && len > 5 && !memcmp(line, "HTTP/", 5))
		begin_head(t, line, len);
	else if (t->in_head && len <= 2) { /* the empty line */
		t->in_head = false;
		t->final_head = t->result.status >= 200 || t->result.status == 101;
	} else if (t->in_head && t->result.status >= 200 && t->req.on_header)
		give_header(t, line, len);
	return len;
}

static size_t on_body_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n, room = (size_t)(t->req.body_max - t->result.body_bytes);
	size_t taken = len < room ? len : room;

	t->result.body_bytes += (int64_t)taken;
	if (taken && t->req.on_body && !t->req.on_body(data, taken, t->req.arg)) {
		t->stopped = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (taken < len) {
		t->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	return len;
}

/* ---- deadlines ----------------------------------------------------------------------------- */

static int64_t sooner_ms(int64_t a, int64_t limit)
{
	return limit > 0 && limit < a ? limit : a;
}

/* curl does not say when a phase begins, but afterwards when it began. So the timer looks often
 * enough: no later phase that begins after a look can be over its limit before the next one.
 * @return ms until the next look, <= 0 when the deadline has passed */
static int64_t time_left_ms(struct transfer *t)
{
	const struct transfer_request *q = &t->req;
	int64_t now_us = clock_boot_us(t->owner->clock) - t->started_us;
	struct transfer_times times;
	int64_t limit_ms = 0, began_us = 0, left_ms, later_ms = INT64_MAX / 2000;

	switch (transfer_phase(t, &times)) {
	case AT_CONNECT:
		limit_ms = q->connect_timeout_ms;
		later_ms = sooner_ms(later_ms, t->is_https ? q->tls_timeout_ms : 0);
		later_ms = sooner_ms(later_ms, q->first_byte_timeout_ms);
		later_ms = sooner_ms(later_ms, q->transfer_timeout_ms);
		break;
	case AT_TLS:
		limit_ms = q->tls_timeout_ms;
		began_us = times.connect_us;
		later_ms = sooner_ms(later_ms, q->first_byte_timeout_ms);
		later_ms = sooner_ms(later_ms, q->transfer_timeout_ms);
		break;
	case AT_FIRST_BYTE:
		limit_ms = q->first_byte_timeout_ms;
		began_us = times.connect_us + (times.tls_us > 0 ? times.tls_us : 0);
		later_ms = sooner_ms(later_ms, q->transfer_timeout_ms);
		break;
	case AT_TRANSFER:
	case AT_END:
		limit_ms = q->transfer_timeout_ms;
		began_us = times.connect_us + (times.tls_us > 0 ? times.tls_us : 0) +
			   times.first_byte_us;
		break;
	}
	left_ms = q->total_timeout_ms - now_us / 1000;
	if (limit_ms)
		left_ms = sooner_ms(left_ms > 0 ? left_ms : 0, (began_us - now_us + 999) / 1000 + limit_ms);
	if (limit_ms && (began_us - now_us) / 1000 + limit_ms <= 0)
		return 0;
	return sooner_ms(left_ms, later_ms);
}

/* curl still has the times of the handle's last use. */
static int64_t first_look_ms(const struct transfer *t)
{
	const struct transfer_request *q = &t->req;
	int64_t ms = q->total_timeout_ms;

	ms = sooner_ms(ms, q->connect_timeout_ms);
	ms = sooner_ms(ms, t->is_https ? q->tls_timeout_ms : 0);
	ms = sooner_ms(ms, q->first_byte_timeout_ms);
	ms = sooner_ms(ms, q->transfer_timeout_ms);
	return ms > 0 ? ms : 0;
}

static void on_deadline(uv_timer_t *timer)
{
	struct transfer *t = timer->data;
	int64_t left_ms = time_left_ms(t);

	if (left_ms > 0) {
		uv_timer_start(timer, on_deadline, (uint64_t)left_ms, 0);
		return;
	}
	transfer_judge_timeout(t);
	finish(t);
}

/* ---- setting a handle ---------------------------------------------------------------------- */

static struct transfer *transfer_make(struct transfers *ts)
{
	struct transfer *t;
	CURL *easy = curl_easy_init();

	if (!easy)
		return NULL;
	t = mem_zalloc(sizeof *t);
	t->easy = easy;
	t->owner = ts;
	t->set.verify = true;
	uv_timer_init(loop_uv(ts->loop), &t->deadline);
	t->deadline.data = t;
	ts->open_handles++;
	curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)t);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->curl_error);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, (long)HAPPY_EYEBALLS_MS);
	/* Entries are put in and taken out by hand: a scan for old ones at each end is in vain. */
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* Trust comes in transfer_tls_setup; with a CAPATH curl would load everything each time. */
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, transfer_tls_setup);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, t);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_socket_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, ts);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	return t;
}

static void on_all_closed(uv_handle_t *handle)
{
	struct transfers *ts = handle->data;

	if (!--ts->open_handles && ts->closing)
		free(ts);
}

static void on_deadline_closed(uv_handle_t *handle)
{
	struct transfer *t = handle->data;

	handle->data = t->owner;
	on_all_closed(handle);
	free(t);
}

static void transfer_destroy(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	uv_close((uv_handle_t *)&t->deadline, on_deadline_closed);
}

static void set_method(struct transfer *t)
{
	const struct transfer_request *q = &t->req;
	bool has_body = q->body != NULL;

	if (!has_body && !t->set.has_body && !strcmp(t->set.method, q->method))
		return;
	/* From a known state: each of these changes what the others mean. */
	curl_easy_setopt(t->easy, CURLOPT_NOBODY, 0L);
	curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
	if (has_body) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, q->body);
	} else if (!strcmp(q->method, "HEAD")) {
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	}
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST,
			 strcmp(q->method, "GET") || has_body ? q->method : NULL);
	t->set.has_body = has_body;
	snprintf(t->set.method, sizeof t->set.method, "%s", q->method);
}

static void set_user(struct transfer *t)
{
	const struct transfer_request *q = &t->req;

	if (!q->user && !t->set.has_user)
		return;
	curl_easy_setopt(t->easy, CURLOPT_USERNAME, q->user);
	curl_easy_setopt(t->easy, CURLOPT_PASSWORD, q->user ? q->password : NULL);
	t->set.has_user = q->user != NULL;
}

static void set_connection(struct transfer *t)
{
	const struct transfer_request *q = &t->req;

	if (t->set.fresh != q->fresh_connection) {
		curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, (long)q->fresh_connection);
		curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, (long)q->fresh_connection);
		t->set.fresh = q->fresh_connection;
	}
	if (t->set.verify != q->verify) {
		curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, (long)q->verify);
		curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, q->verify ? 2L : 0L);
		t->set.verify = q->verify;
	}
}

/* A literal address needs no entry, everything else gets its addresses here. */
static void set_addresses(struct transfer *t)
{
	const struct transfer_request *q = &t->req;
	struct sockaddr_storage literal;
	char entry[ENTRY_MAX], text[ADDRESS_TEXT];
	bool has_v4 = false, has_v6 = false;
	long ip_version;
	int len;

	if (t->set.resolved[0]) {
		snprintf(entry, sizeof entry, "-%s", t->set.resolved);
		t->resolve = curl_slist_append(t->resolve, entry);
		t->set.resolved[0] = '\0';
	}
	for (int i = 0; i < q->n_addrs; i++)
		*(q->addrs[i].ss_family == AF_INET6 ? &has_v6 : &has_v4) = true;
	t->prefers_ipv6 = has_v4 && has_v6 && q->addrs[0].ss_family == AF_INET6;
	if (!address_parse(q->url->host, &literal)) {
		len = snprintf(entry, sizeof entry, "%s:%u:", q->url->host, q->url->port);
		snprintf(t->set.resolved, sizeof t->set.resolved, "%.*s", len - 1, entry);
		for (int i = 0; i < q->n_addrs && len < (int)sizeof entry - ADDRESS_TEXT - 3; i++) {
			address_text(&q->addrs[i], text);
			len += snprintf(entry + len, sizeof entry - (size_t)len,
					strchr(text, ':') ? "%s[%s]" : "%s%s", i ? "," : "", text);
		}
		t->resolve = curl_slist_append(t->resolve, entry);
	}
	if (t->resolve)
		curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->resolve);
	/* A kept connection of one family must not serve a check that asks for the other. */
	ip_version = has_v4 == has_v6 ? CURL_IPRESOLVE_WHATEVER :
		     has_v6	      ? CURL_IPRESOLVE_V6 :
					CURL_IPRESOLVE_V4;
	if (ip_version != t->set.ip_version)
		curl_easy_setopt(t->easy, CURLOPT_IPRESOLVE, ip_version);
	t->set.ip_version = ip_version;
}

static void forget_last_use(struct transfer *t)
{
	memset(&t->result, 0, sizeof t->result);
	t->result.times = (struct transfer_times){-1, -1, -1, -1, -1};
	t->tried.ss_family = 0;
	t->socket_errno = 0;
	t->tls_began_us = 0;
	t->in_head = t->final_head = t->too_large = t->stopped = t->looked_at_tls = false;
	t->header_bytes = 0;
	t->curl_error[0] = '\0';
}

enum err transfer_start(struct transfers *ts, const struct transfer_request *req,
			struct transfer **out, struct error *e)
{
	struct transfer *t = ts->idle;
	char url[URL_MAX + HOST_MAX + 32];

	if (t) {
		ts->idle = t->next;
		ts->n_idle--;
	} else {
		t = transfer_make(ts);
		if (!t)
			return error_set(e, ERR_BUSY, "no handle for a transfer");
	}
	t->req = *req;
	forget_last_use(t);
	t->is_https = !strcmp(req->url->scheme, "https");
	snprintf(t->session_key, sizeof t->session_key, "%c%s:%u", req->verify ? 'v' : 'n',
		 req->url->host, req->url->port);
	curl_easy_setopt(t->easy, CURLOPT_URL, url_format(req->url, url, sizeof url));
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, req->headers);
	set_method(t);
	set_user(t);
	set_connection(t);
	set_addresses(t);
	t->req.addrs = NULL;
	t->started_us = clock_boot_us(ts->clock);
	if (curl_multi_add_handle(ts->multi, t->easy) != CURLM_OK) {
		t->next = NULL;
		release(t);
		return error_set(e, ERR_BUSY, "no handle for a transfer");
	}
	t->prev = NULL;
	t->next = ts->active;
	if (ts->active)
		ts->active->prev = t;
	ts->active = t;
	uv_timer_start(&t->deadline, on_deadline, (uint64_t)first_look_ms(t), 0);
	*out = t;
	return ERR_NONE;
}

void transfer_cancel(struct transfer *t)
{
	t->result.end = TRANSFER_CANCELLED;
	finish(t);
}

const struct transfer_result *transfer_result(const struct transfer *t)
{
	return &t->result;
}

struct trust *transfers_trust(const struct transfers *ts)
{
	return ts->trust;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct transfers *transfers_new(const struct transfers_options *o, struct error *e)
{
	struct transfers *ts = mem_zalloc(sizeof *ts);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	ts->loop = o->loop;
	ts->clock = o->clock;
	ts->trust = trust_new(o->ca_file, e);
	ts->poller = ts->trust ? poller_new(o->loop, on_socket_event, drain, ts, e) : NULL;
	ts->multi = ts->poller ? curl_multi_init() : NULL;
	if (!ts->multi) {
		if (ts->poller)
			error_set(e, ERR_BUSY, "cannot prepare transfers");
		poller_free(ts->poller);
		trust_free(ts->trust);
		free(ts);
		return NULL;
	}
	ts->sessions = sessions_new(SESSIONS_MAX);
	ts->handshake_index = transfer_tls_index();
	uv_timer_init(loop_uv(o->loop), &ts->timer);
	ts->timer.data = ts;
	ts->open_handles = 1;
	curl_multi_setopt(ts->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(ts->multi, CURLMOPT_SOCKETDATA, ts);
	curl_multi_setopt(ts->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(ts->multi, CURLMOPT_TIMERDATA, ts);
	curl_multi_setopt(ts->multi, CURLMOPT_MAXCONNECTS, o->max_connections);
	curl_multi_setopt(ts->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return ts;
}

void transfers_free(struct transfers *ts)
{
	if (!ts)
		return;
	while (ts->active)
		transfer_cancel(ts->active);
	ts->closing = true;
	while (ts->idle) {
		struct transfer *t = ts->idle;

		ts->idle = t->next;
		transfer_destroy(t);
	}
	curl_multi_cleanup(ts->multi);
	poller_free(ts->poller);
	sessions_free(ts->sessions);
	trust_free(ts->trust);
	uv_close((uv_handle_t *)&ts->timer, on_all_closed);
}
