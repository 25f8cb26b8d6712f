#include "daemon/net/transfers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/net/transfers_internal.h"
#include "shared/mem.h"

enum {
	IDLE_HANDLES_MAX = 64,
	SESSIONS_MAX = 2048,
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

/* curl reports ends only here. Called after every way into it, also the timer's: a lone exchange
 * that curl itself gave up would else never be reported. */
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
		   what == CURL_POLL_REMOVE
			   ? 0
			   : (what & CURL_POLL_IN ? (unsigned)POLLER_IN : 0) |
				     (what & CURL_POLL_OUT ? (unsigned)POLLER_OUT : 0));
	return 0;
}

static int on_socket_close(void *arg, curl_socket_t fd)
{
	struct transfers *ts = arg;

	poller_forget(ts->poller, fd);
	return close(fd);
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
		left_ms = sooner_ms(left_ms > 0 ? left_ms : 0,
				    (began_us - now_us + 999) / 1000 + limit_ms);
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

/* ---- handles ------------------------------------------------------------------------------- */

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
	transfer_prepare(t, on_socket_close);
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

enum err transfer_start(struct transfers *ts, const struct transfer_request *req,
			struct transfer **out, struct error *e)
{
	struct transfer *t = ts->idle;

	if (t) {
		ts->idle = t->next;
		ts->n_idle--;
	} else {
		t = transfer_make(ts);
		if (!t)
			return error_set(e, ERR_BUSY, "no handle for a transfer");
	}
	t->req = *req;
	transfer_set(t);
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
