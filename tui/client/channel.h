#pragma once
/* Requests that never wait: a few kept connections to the daemon on a libuv loop.
 *
 * Calls start in order; a slow one (a check that runs now) does not hold up the others. */
#include <uv.h>

#include "tui/client/reply.h"

struct channel;
struct call;

/** Exactly once for each call that is not cancelled, from the loop. r is the caller's to read until
 *  return; take what should stay with json_incref. e is filled when code is not ERR_NONE. */
typedef void reply_fn(void *arg, enum err code, struct reply *r, const struct error *e);

/** @param address  as for client_new(); looked up again at each connection */
struct channel *channel_new(uv_loop_t *loop, const char *address);
/** Ends all calls with ERR_CANCELLED; nothing may be sent from then on. The loop must run on until
 *  the handles are closed. */
void channel_free(struct channel *ch);

/** Calls wait for an answer. */
bool channel_busy(const struct channel *ch);

/** Copies what q points to. */
struct call *channel_send(struct channel *ch, const struct client_request *q, reply_fn *done,
			  void *arg);
struct call *channel_get(struct channel *ch, const char *path, reply_fn *done, void *arg);
/** Forget the reply. Takes NULL. A request that was already sent still takes effect. */
void call_cancel(struct call *c);
