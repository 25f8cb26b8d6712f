#pragma once
/* The opening of a WebSocket (RFC 6455, 4) as the client sees it; the server's part is read from
 * bytes that nobody vouches for. */
#include <stdbool.h>
#include <stddef.h>

enum { WS_HEAD_MAX = 16384, WS_KEY_TEXT = 25, WS_ACCEPT_TEXT = 29, WS_PROTOCOL_MAX = 128 };

/** A fresh random Sec-WebSocket-Key. */
void ws_key_make(char key[static WS_KEY_TEXT]);
/** The Sec-WebSocket-Accept that proves that the key was read. */
void ws_accept_of(const char *key, char accept[static WS_ACCEPT_TEXT]);

enum ws_head { WS_HEAD_MORE, WS_HEAD_WHOLE, WS_HEAD_BROKEN };

/** What the answer's head says. */
struct ws_answer {
	int status;
	size_t used; /* bytes of the head with its empty line */
	bool upgrade, connection, has_accept, has_protocol, has_extensions;
	char accept[WS_ACCEPT_TEXT];    /* "" when it is longer than a right one */
	char protocol[WS_PROTOCOL_MAX]; /* as it came, cut */
	char server[128];               /* safe */
};

/** Read the head at the beginning of data. Pure. More than WS_HEAD_MAX bytes without its end are
 *  broken. */
enum ws_head ws_answer_parse(const char *data, size_t len, struct ws_answer *out);
