#pragma once
/* Many sockets behind one descriptor of the loop.
 *
 * libuv's uv_poll makes two epoll_ctl calls for each change of interest and one more for each end:
 * a third of the system calls of a short exchange. Here interest is only noted; what is still
 * wanted when the loop is about to sleep goes to the kernel, and a closed descriptor costs nothing.
 * Everything on the loop's thread. */
#include "daemon/core/loop.h"
#include "shared/err.h"

enum poller_events { POLLER_IN = 1, POLLER_OUT = 2, POLLER_ERROR = 4 };

struct poller;
/** @param events  what happened, POLLER_* */
typedef void poller_fn(int fd, unsigned events, void *arg);

/** after(arg) is called once when all events of a round were given to fn. */
struct poller *poller_new(struct loop *l, poller_fn *fn, void (*after)(void *arg), void *arg,
			  struct error *e);
/** No callback afterwards; descriptors stay open. */
void poller_free(struct poller *p);
/** What fd shall be watched for; 0: nothing. */
void poller_set(struct poller *p, int fd, unsigned events);
/** The caller is about to close fd. */
void poller_forget(struct poller *p, int fd);
