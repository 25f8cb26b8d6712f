#pragma once
/* Frames of a WebSocket (RFC 6455, 5): the server's are read from bytes that nobody vouches for,
 * the client's are written masked. No extensions. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"

enum {
	WS_MESSAGE_MAX = 65536,
	WS_FRAMES_MAX = 1000, /* of one connection */
	WS_CONTROL_MAX = 125,
	WS_HEADER_MAX = 14,
};

enum ws_opcode {
	WS_OP_CONTINUATION = 0,
	WS_OP_TEXT = 1,
	WS_OP_BINARY = 2,
	WS_OP_CLOSE = 8,
	WS_OP_PING = 9,
	WS_OP_PONG = 10,
};

enum ws_event {
	WS_MORE,    /* no whole frame yet */
	WS_PART,    /* of a message that goes on */
	WS_MESSAGE, /* text or binary, whole */
	WS_PING,
	WS_PONG,
	WS_CLOSE,
	WS_BROKEN, /* the connection is of no use any more */
};

/** What was read; data is borrowed until the next call. */
struct ws_item {
	size_t used; /* bytes of the frame */
	const char *data;
	size_t len;
	int code;        /* CLOSE: 1000..4999, 1005 for none; BROKEN: what to close with */
	const char *why; /* BROKEN: in words */
};

struct ws_reader {
	struct buf message;
	enum ws_opcode opcode; /* of the message that goes on; CONTINUATION: none does */
	int frames;
};
void ws_reader_init(struct ws_reader *r);
void ws_reader_fini(struct ws_reader *r);
/** Read the frame at the beginning of data. */
enum ws_event ws_read(struct ws_reader *r, const char *data, size_t len, struct ws_item *out);

/** Append one whole frame, masked with four fresh random bytes; false when out is full. */
bool ws_write(struct buf *out, enum ws_opcode opcode, const void *data, size_t len);
/** Append a Close with a code and no words. */
bool ws_write_close(struct buf *out, int code);
