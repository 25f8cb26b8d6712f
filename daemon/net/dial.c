#include "daemon/net/dial.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/timefmt.h"

enum { NEXT_AFTER_MS = 250 };

struct attempt {
	struct dial *d;
	uv_poll_t poll;
	int fd; /* -1: over */
	bool polling;
	struct sockaddr_storage addr;
};

struct dial {
	struct loop *loop;
	struct attempt attempts[RESOLVE_MAX];
	int n, started, running;
	uv_timer_t next, deadline;
	int open_handles;
	int64_t timeout_ms;
	bool prefers_ipv6;
	int last_error, last_tried;
	uint16_t port;
	dial_fn *fn;
	void *arg;
};

static void on_closed(uv_handle_t *handle)
{
	struct dial *d = handle->data;

	if (!--d->open_handles)
		free(d);
}

static void on_next(uv_timer_t *timer);

static void close_attempt(struct attempt *a, bool keep_fd)
{
	if (a->fd < 0)
		return;
	if (a->polling) {
		a->poll.data = a->d;
		uv_close((uv_handle_t *)&a->poll, on_closed);
	}
	if (!keep_fd)
		close(a->fd);
	a->fd = -1;
	a->d->running--;
}

static void finish(struct dial *d, struct dial_result *r)
{
	for (int i = 0; i < d->started; i++)
		close_attempt(&d->attempts[i], false);
	uv_close((uv_handle_t *)&d->next, on_closed);
	uv_close((uv_handle_t *)&d->deadline, on_closed);
	d->fn(r, d->arg);
}

static void fail(struct dial *d)
{
	const struct sockaddr_storage *a = &d->attempts[d->last_tried].addr;
	struct dial_result r = {.fd = -1, .end = TRANSFER_UNREACHABLE};

	address_text(a, r.address);
	if (address_error_is_local(d->last_error, a->ss_family)) {
		r.end = TRANSFER_LOCAL;
		snprintf(r.message, sizeof r.message,
			 "this machine could not open a connection: %s", strerror(d->last_error));
	} else if (d->last_error == ECONNREFUSED) {
		r.end = TRANSFER_REFUSED;
		snprintf(r.message, sizeof r.message, "%s port %u refused the connection",
			 r.address, d->port);
	} else if (d->last_error == ECONNRESET) {
		r.end = TRANSFER_RESET;
		snprintf(r.message, sizeof r.message, "%s port %u reset the connection", r.address,
			 d->port);
	} else {
		snprintf(r.message, sizeof r.message, "%s port %u cannot be reached: %s", r.address,
			 d->port, strerror(d->last_error));
	}
	finish(d, &r);
}

static void succeed(struct attempt *a)
{
	struct dial *d = a->d;
	struct dial_result r = {.fd = a->fd, .end = TRANSFER_DONE, .peer = a->addr};

	address_text(&a->addr, r.address);
	r.ipv6_skipped = d->prefers_ipv6 && a->addr.ss_family == AF_INET;
	close_attempt(a, true);
	finish(d, &r);
}

/* Never ends the dial by itself: it may run inside dial_start. */
static void attempt_failed(struct attempt *a, int error)
{
	struct dial *d = a->d;

	d->last_error = error;
	d->last_tried = (int)(a - d->attempts);
	close_attempt(a, false);
	uv_timer_start(&d->next, on_next, 0, 0);
}

static void on_connected(uv_poll_t *poll, int status, int events)
{
	struct attempt *a = poll->data;
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	if (error)
		attempt_failed(a, error);
	else
		succeed(a);
}

static void begin(struct attempt *a)
{
	struct dial *d = a->d;

	a->fd = socket(a->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0) {
		d->last_error = errno;
		d->last_tried = (int)(a - d->attempts);
		uv_timer_start(&d->next, on_next, 0, 0);
		return;
	}
	d->running++;
	if (connect(a->fd, (struct sockaddr *)&a->addr, address_len(&a->addr)) &&
	    errno != EINPROGRESS) {
		attempt_failed(a, errno);
		return;
	}
	if (uv_poll_init_socket(loop_uv(d->loop), &a->poll, a->fd)) {
		attempt_failed(a, EMFILE);
		return;
	}
	a->polling = true;
	a->poll.data = a;
	d->open_handles++;
	uv_poll_start(&a->poll, UV_WRITABLE, on_connected);
	if (d->started < d->n)
		uv_timer_start(&d->next, on_next, NEXT_AFTER_MS, 0);
}

static void on_next(uv_timer_t *timer)
{
	struct dial *d = timer->data;

	if (d->started < d->n)
		begin(&d->attempts[d->started++]);
	else if (!d->running)
		fail(d);
}

static void on_deadline(uv_timer_t *timer)
{
	struct dial *d = timer->data;
	struct dial_result r = {.fd = -1, .end = TRANSFER_TIMEOUT};
	char after[DURATION_TEXT];

	address_text(&d->attempts[0].addr, r.address);
	snprintf(r.message, sizeof r.message, "no connection to %s port %u within %s", r.address,
		 d->port, duration_format(after, (d->timeout_ms + 50) / 100 * 100));
	finish(d, &r);
}

/* The families take turns, the first address's family begins. */
static void take_turns(struct dial *d, const struct sockaddr_storage *addrs, int n)
{
	int at[2] = {0, 0};
	sa_family_t families[2] = {addrs[0].ss_family,
				   addrs[0].ss_family == AF_INET ? AF_INET6 : AF_INET};

	if (n > RESOLVE_MAX)
		n = RESOLVE_MAX;
	for (int turn = 0; d->n < n; turn = !turn) {
		int *i = &at[turn];

		while (*i < n && addrs[*i].ss_family != families[turn])
			(*i)++;
		if (*i < n)
			d->attempts[d->n++].addr = addrs[(*i)++];
	}
}

struct dial *dial_start(struct loop *l, const struct sockaddr_storage *addrs, int n, uint16_t port,
			int64_t timeout_ms, dial_fn *fn, void *arg)
{
	struct dial *d = mem_zalloc(sizeof *d);

	assert(n > 0);
	d->loop = l;
	d->port = port;
	d->timeout_ms = timeout_ms;
	d->fn = fn;
	d->arg = arg;
	take_turns(d, addrs, n);
	for (int i = 0; i < d->n; i++) {
		d->attempts[i].d = d;
		d->attempts[i].fd = -1;
		address_set_port(&d->attempts[i].addr, port);
		d->prefers_ipv6 = d->prefers_ipv6 || (d->attempts[0].addr.ss_family == AF_INET6 &&
						      d->attempts[i].addr.ss_family == AF_INET);
	}
	uv_timer_init(loop_uv(l), &d->next);
	uv_timer_init(loop_uv(l), &d->deadline);
	d->next.data = d->deadline.data = d;
	d->open_handles = 2;
	uv_timer_start(&d->deadline, on_deadline, (uint64_t)timeout_ms, 0);
	begin(&d->attempts[d->started++]);
	return d;
}

void dial_cancel(struct dial *d)
{
	struct dial_result r = {.fd = -1, .end = TRANSFER_CANCELLED};

	finish(d, &r);
}
