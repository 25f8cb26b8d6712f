#pragma once
/* Talking to the daemon, one call after another: for commands. The dashboard uses channel.h and
 * live.h, which never wait. A connection is kept and reused. Thread: one at a time. */
#include "tui/client/endpoint.h"
#include "tui/client/reply.h"
#include "tui/client/sse.h"

struct client;

/** @param address  a socket's path or host:port; NULL: where the daemon usually is.
 *  Nothing is connected yet. @return NULL with e filled when the address cannot be one */
struct client *client_new(const char *address, struct error *e);
void client_free(struct client *c);
const struct endpoint *client_endpoint(const struct client *c);

/** Send a request, wait for the reply. A daemon that is away gives ERR_UNAVAILABLE with the remedy;
 *  a refusal gives its code, with e as the daemon worded it and all faults in r->faults.
 *  @param r  zeroed; the caller calls reply_fini() in every case */
enum err client_send(struct client *c, const struct client_request *q, struct reply *r,
		     struct error *e) __attribute__((warn_unused_result));
/** The same with a JSON body, or none when json is NULL. */
enum err client_call(struct client *c, const char *method, const char *path, const char *json,
		     struct reply *r, struct error *e) __attribute__((warn_unused_result));
/** Read an event stream until fn returns false (ERR_NONE), the daemon goes (ERR_UNAVAILABLE) or
 *  timeout_ms passed since the start (ERR_TIMEOUT; 0: no limit). Uses a connection of its own. */
enum err client_follow(struct client *c, const char *path, const char *last_id, sse_fn *fn,
		       void *arg, int timeout_ms, struct error *e)
	__attribute__((warn_unused_result));
