#pragma once
/* The daemon's live stream, kept open: reconnects with back-off (0.25 s doubling to 5 s, with
 * jitter) and resumes after the last event seen. */
#include <uv.h>

#include "shared/err.h"
#include "tui/client/sse.h"

struct live;

struct live_events {
	/** A stream began: the first time, and after each reconnect. What is shown should be asked
	 *  for again. */
	void (*up)(void *arg);
	/** The daemon is away; said once until it is back. */
	void (*away)(void *arg, const struct error *why);
	/** "event", "row", "list" or "resync". */
	void (*message)(void *arg, const struct sse_message *m);
};

/** @param topics  comma-separated, NULL: all */
struct live *live_open(uv_loop_t *loop, const char *address, const char *topics,
		       const struct live_events *events, void *arg);
/** No event after this. The memory goes in libuv's close callback. */
void live_close(struct live *l);
/** The id for PUT /v1/streams/ID/watch, "" while away. */
const char *live_stream_id(const struct live *l);
/** Try now instead of when the back-off ends. */
void live_retry(struct live *l);
/** The wait before attempt n (0 first), ms, from a random number. */
int live_backoff_ms(unsigned attempt, uint32_t random);
