#pragma once
/* One connection to the daemon on a libuv loop: bytes out, bytes in. Never blocks. */
#include <stddef.h>
#include <uv.h>

#include "shared/buf.h"
#include "tui/client/endpoint.h"

struct wire;

struct wire_events {
	void (*data)(void *arg, const char *data, size_t n);
	/** Once, when it could not be opened or ended; the wire is gone then. */
	void (*closed)(void *arg, const char *why);
};

/** Start connecting; what is sent before it is open waits. Events come from the loop, never from
 *  inside this call. */
struct wire *wire_open(uv_loop_t *loop, const struct endpoint *at, const struct wire_events *events,
		       void *arg);
/** Queue bytes; takes the memory of data. */
void wire_send(struct wire *w, struct buf *data);
/** Close; no event comes after this. Takes NULL. The memory goes in libuv's close callback. */
void wire_close(struct wire *w);
