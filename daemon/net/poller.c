#include "daemon/net/poller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/mem.h"

enum { ROUND = 128 };

struct entry {
	uint8_t wanted, applied;
	bool listed; /* in changed[] */
};

struct poller {
	uv_poll_t ready;
	uv_prepare_t before_sleep;
	int epoll_fd, open_handles;
	bool freed;
	poller_fn *fn;
	void (*after)(void *arg);
	void *arg;
	struct entry *entries; /* by descriptor */
	size_t n_entries;
	int *changed;
	size_t n_changed, changed_cap;
};

static uint32_t to_epoll(unsigned events)
{
	return (events & POLLER_IN ? (uint32_t)EPOLLIN : 0) |
	       (events & POLLER_OUT ? (uint32_t)EPOLLOUT : 0);
}

static void on_ready(uv_poll_t *handle, int status, int events)
{
	struct poller *p = handle->data;
	struct epoll_event got[ROUND];
	int n = epoll_wait(p->epoll_fd, got, ROUND, 0);

	(void)status, (void)events;
	for (int i = 0; i < n && !p->freed; i++) {
		int fd = got[i].data.fd;
		unsigned happened = 0;

		/* An earlier event of this round may have closed it or lost interest. */
		if (!p->entries[fd].wanted)
			continue;
		if (got[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			happened |= POLLER_IN;
		if (got[i].events & (EPOLLOUT | EPOLLERR))
			happened |= POLLER_OUT;
		if (got[i].events & EPOLLERR)
			happened |= POLLER_ERROR;
		p->fn(fd, happened, p->arg);
	}
	if (!p->freed)
		p->after(p->arg);
}

static void apply(struct poller *p, int fd)
{
	struct entry *entry = &p->entries[fd];
	struct epoll_event event = {.events = to_epoll(entry->wanted), .data.fd = fd};
	int op = !entry->wanted ? EPOLL_CTL_DEL : entry->applied ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	int rc;

	entry->listed = false;
	if (entry->wanted == entry->applied)
		return;
	rc = epoll_ctl(p->epoll_fd, op, fd, &event);
	if (rc && op == EPOLL_CTL_ADD && errno == EEXIST)
		rc = epoll_ctl(p->epoll_fd, EPOLL_CTL_MOD, fd, &event);
	if (rc && op == EPOLL_CTL_MOD && errno == ENOENT)
		rc = epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	if (rc && op != EPOLL_CTL_DEL)
		log_error("net", "cannot watch descriptor %d: %s", fd, strerror(errno));
	entry->applied = entry->wanted;
}

static void before_sleep(uv_prepare_t *handle)
{
	struct poller *p = handle->data;

	for (size_t i = 0; i < p->n_changed; i++)
		apply(p, p->changed[i]);
	p->n_changed = 0;
}

struct poller *poller_new(struct loop *l, poller_fn *fn, void (*after)(void *arg), void *arg,
			  struct error *e)
{
	struct poller *p = mem_zalloc(sizeof *p);

	p->fn = fn;
	p->after = after;
	p->arg = arg;
	p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll_fd < 0 || uv_poll_init(loop_uv(l), &p->ready, p->epoll_fd)) {
		error_set(e, ERR_BUSY, "cannot watch sockets: %s", strerror(errno));
		if (p->epoll_fd >= 0)
			close(p->epoll_fd);
		free(p);
		return NULL;
	}
	uv_prepare_init(loop_uv(l), &p->before_sleep);
	p->open_handles = 2;
	p->ready.data = p->before_sleep.data = p;
	uv_poll_start(&p->ready, UV_READABLE, on_ready);
	uv_prepare_start(&p->before_sleep, before_sleep);
	return p;
}

static void on_closed(uv_handle_t *handle)
{
	struct poller *p = handle->data;

	if (--p->open_handles)
		return;
	close(p->epoll_fd);
	free(p->entries);
	free(p->changed);
	free(p);
}

void poller_free(struct poller *p)
{
	if (!p)
		return;
	p->freed = true;
	uv_close((uv_handle_t *)&p->ready, on_closed);
	uv_close((uv_handle_t *)&p->before_sleep, on_closed);
}

void poller_set(struct poller *p, int fd, unsigned events)
{
	struct entry *entry;

	if ((size_t)fd >= p->n_entries) {
		size_t n = (size_t)fd + 64;

		p->entries = mem_array(p->entries, n, sizeof *p->entries);
		memset(p->entries + p->n_entries, 0, (n - p->n_entries) * sizeof *p->entries);
		p->n_entries = n;
	}
	entry = &p->entries[fd];
	entry->wanted = (uint8_t)events;
	if (entry->listed || entry->wanted == entry->applied)
		return;
	if (p->n_changed == p->changed_cap) {
		p->changed_cap = p->changed_cap ? p->changed_cap * 2 : 64;
		p->changed = mem_array(p->changed, p->changed_cap, sizeof *p->changed);
	}
	p->changed[p->n_changed++] = fd;
	entry->listed = true;
}

void poller_forget(struct poller *p, int fd)
{
	/* The kernel drops a closed descriptor by itself. */
	if ((size_t)fd < p->n_entries)
		p->entries[fd].wanted = p->entries[fd].applied = 0;
}
