#pragma once
/* Server-sent events: bytes in, messages out (WHATWG HTML, "Parsing an event stream"). */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"

enum { SSE_NAME_MAX = 64, SSE_ID_MAX = 64, SSE_DATA_MAX = 1 << 20 };

struct sse_message {
	const char *event; /* "message" when none was given */
	const char *id;    /* last id seen, "" when none */
	const char *data;
	size_t data_len;
};

/** @return false to stop reading */
typedef bool sse_fn(void *arg, const struct sse_message *m);

struct sse {
	struct buf line, data;
	char event[SSE_NAME_MAX];
	char id[SSE_ID_MAX]; /* of the last message given out: what Last-Event-ID takes */
	char next_id[SSE_ID_MAX];
	bool after_cr, have_data;
	sse_fn *fn;
	void *arg;
};

void sse_init(struct sse *s, sse_fn *fn, void *arg);
void sse_fini(struct sse *s);
/** Forget a half message (the connection ended); keeps the last id. */
void sse_restart(struct sse *s);
/** @return false when the callback stopped, or a line or message was over its limit */
bool sse_feed(struct sse *s, const char *data, size_t n);
