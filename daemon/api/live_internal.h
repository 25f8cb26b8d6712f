#pragma once
/* Live streams: what live.c (sending), live_routes.c (opening, watching, resuming) and watch.c
 * (which rows are on whose screen) share. */
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "daemon/api/internal.h"
#include "daemon/api/live.h"
#include "daemon/api/watch.h"

enum {
	LIVE_ROW_MS = WATCH_ROW_MS,
	LIVE_LIST_MS = 1000,
	LIVE_HEARTBEAT_MS = 15000,
	LIVE_PENDING_MAX = 10000, /* events between the writer and the loop */
	LIVE_REPLAY_MAX = 1000,   /* events to catch up with; more is a resync */
	LIVE_ID_TEXT = 40,
};

struct live_event {
	struct live_event *next;
	uint64_t seq;
	char topic[48];
	struct shared_bytes *bytes;
};

struct live_stream {
	struct live *live;
	struct live_stream *prev, *next;
	struct http_stream *stream;
	char id[LIVE_ID_TEXT];
	char *topics;   /* NULL: all */
	uint64_t seq;   /* of the last event it got or need not get */
	bool behind;    /* its backlog is full: nothing until it has drained */
	bool replaying; /* a worker reads what it missed */
	bool closed;    /* gone while a worker reads for it: the worker's return frees it */
};

struct live_kind {
	const struct resource_kind *kind;
	bool dirty;
	uint64_t sent_ms;
	bool (*write)(struct json_writer *w, uint64_t id, void *ctx); /* of facts, or NULL */
	void *ctx;
};

/* Exist while there are streams, so an idle daemon has no timers. Freed in their close callback. */
struct live_timers {
	uv_timer_t later, heartbeat;
	int open;
};

struct live {
	struct daemon *d;
	uint64_t epoch;
	_Atomic uint64_t seq; /* of the last commit, as the writer tells */
	atomic_size_t n_streams, n_watched;

	pthread_mutex_t
		lock; /* the watches' index and marks, lists' marks, pending, flush_posted */
	struct watches watches;
	struct live_kind *lists;
	size_t n_lists;
	struct live_event *pending, **pending_tail;
	size_t n_pending;
	bool overrun, flush_posted;

	/* The loop's own. */
	struct live_stream *streams;
	struct live_timers *timers;
	uint64_t event_seq; /* of the last event handed out */
	struct buf text;
};

void live_flush(void *live);
void live_send(struct live_stream *s, struct shared_bytes *b);
void live_resync(struct live_stream *s);
void live_events_free(struct live_event *e);
