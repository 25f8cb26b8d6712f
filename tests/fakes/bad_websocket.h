#pragma once
/* WebSockets that misbehave on demand: what they do is in the path. Written apart from the client's
 * code, so that both are not wrong in the same way. */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>

#include "tests/fakes/bad_peer.h"

struct ws_frame {
	int first; /* byte */
	size_t len;
	char data[65536];
};

static bool ws_get_all(struct peer *p, void *data, size_t n)
{
	char *at = data;

	while (n) {
		ssize_t got = get(p, at, n);

		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

/* A client's frame: masked, or it is not read. */
static bool ws_get(struct peer *p, struct ws_frame *f)
{
	unsigned char head[2], length[2], mask[4];

	if (!ws_get_all(p, head, 2) || !(head[1] & 0x80))
		return false;
	f->first = head[0];
	f->len = head[1] & 0x7F;
	if (f->len == 127 || (f->len == 126 && !ws_get_all(p, length, 2)))
		return false;
	if (f->len == 126)
		f->len = (size_t)length[0] << 8 | length[1];
	if (!ws_get_all(p, mask, 4) || !ws_get_all(p, f->data, f->len))
		return false;
	for (size_t i = 0; i < f->len; i++)
		f->data[i] = (char)(f->data[i] ^ mask[i % 4]);
	return true;
}

static bool ws_put(struct peer *p, int first, const char *data, size_t n)
{
	unsigned char head[4] = {(unsigned char)first, (unsigned char)n};
	size_t used = 2;

	if (n > 125) {
		head[1] = 126;
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		used = 4;
	}
	return put(p, head, used) && put(p, data, n);
}

static bool ws_echo(struct peer *p, bool pings)
{
	struct ws_frame f;

	if (pings && (!ws_put(p, 0x89, "there?", 6) || !ws_get(p, &f) || f.first != 0x8A ||
		      f.len != 6 || memcmp(f.data, "there?", 6)))
		return false;
	if (pings && !(ws_put(p, 0x01, "Hel", 3) && ws_put(p, 0x89, "", 0) &&
		       ws_put(p, 0x00, "lo ", 3) && ws_put(p, 0x80, "world", 5)))
		return false;
	while (ws_get(p, &f)) {
		if (f.first == 0x88)
			return ws_put(p, 0x88, f.data, f.len) && false;
		if (f.first == 0x81 && !ws_put(p, 0x81, f.data, f.len))
			return false;
	}
	return false;
}

static bool ws_flood(struct peer *p)
{
	static const char large[60000];

	while (ws_put(p, 0x82, large, sizeof large))
		;
	return false;
}

/* What comes after a good handshake, as bytes; the connection stays open. */
static bool ws_bytes(struct peer *p, const char *path)
{
	static const struct {
		const char *path, *bytes;
		size_t n;
	} says[] = {
		{"/ws/masked",
		 "\x81\x82"
		 "abcd\0\0",
		 8},
		{"/ws/reserved", "\xC1\x02hi", 4},
		{"/ws/unknown", "\x83\x02hi", 4},
		{"/ws/huge", "\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10},
		{"/ws/long-length", "\x81\x7E\0\x02hi", 6},
		{"/ws/bad-utf8", "\x81\x02\xC3\x28", 4},
		{"/ws/continues-nothing", "\x80\x02hi", 4},
		{"/ws/close", "\x88\x0B\x03\xF5try later", 13},
		{"/ws/close-none", "\x88\0", 2},
		{"/ws/hello", "\x81\x07hi\033[31m", 9},
		{"/ws/silent", "", 0},
	};

	for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
		if (!strcmp(path, says[i].path))
			return (put(p, says[i].bytes, says[i].n) && hang(p)) || true;
	}
	return false;
}

static bool ws_handshake(struct peer *p, const char *path, const char *request)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const char *key = strstr(request, "\r\nSec-WebSocket-Key: ");
	const char *offered = strstr(request, "\r\nSec-WebSocket-Protocol: ");
	unsigned char hash[SHA_DIGEST_LENGTH], accept[32];
	char text[64 + sizeof guid], protocol[256] = "", head[1024];

	if (!key || !strstr(request, "\r\nUpgrade: websocket\r\n") ||
	    !strstr(request, "\r\nSec-WebSocket-Version: 13\r\n"))
		return put_text(p, "HTTP/1.1 426 Upgrade\r\nContent-Length: 0\r\n\r\n") && false;
	snprintf(text, sizeof text, "%.24s%s", key + 21, guid);
	SHA1((unsigned char *)text, strlen(text), hash);
	EVP_EncodeBlock(accept, hash, sizeof hash);
	if (!strcmp(path, "/ws/wrong-accept"))
		accept[0] ^= 1;
	if (!strcmp(path, "/ws/other-protocol"))
		snprintf(protocol, sizeof protocol, "Sec-WebSocket-Protocol: other\r\n");
	else if (offered && strcmp(path, "/ws/no-protocol") != 0)
		snprintf(protocol, sizeof protocol, "%.*s\r\n", (int)strcspn(offered + 2, "\r"),
			 offered + 2);
	snprintf(head, sizeof head,
		 "HTTP/1.1 101 Switching Protocols\r\nServer: badserver\r\n%s"
		 "Connection: keep-alive, Upgrade\r\n%s%s%s%s%s\r\n",
		 strcmp(path, "/ws/no-upgrade") ? "Upgrade: WebSocket\r\n" : "",
		 strcmp(path, "/ws/no-accept") ? "Sec-WebSocket-Accept: " : "",
		 strcmp(path, "/ws/no-accept") ? (char *)accept : "",
		 strcmp(path, "/ws/no-accept") ? "\r\n" : "", protocol,
		 strcmp(path, "/ws/extension")
			 ? ""
			 : "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	return put_text(p, head);
}

static inline bool websocket_respond(struct peer *p, const char *path, const char *request)
{
	if (!strcmp(path, "/ws/needs-key") && !strstr(request, "\r\nX-Api-Key: k1\r\n"))
		return put_text(p, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n") && false;
	if (!strcmp(path, "/ws/endless-head")) {
		put_text(p, "HTTP/1.1 101 Switching Protocols\r\n");
		while (put_text(p, "X-On: and on and on and on\r\n"))
			;
		return false;
	}
	if (!strcmp(path, "/ws/no-answer"))
		return false;
	if (!ws_handshake(p, path, request))
		return false;
	if (!strcmp(path, "/ws/drop"))
		return false;
	if (!strcmp(path, "/ws/flood"))
		return ws_flood(p);
	if (ws_bytes(p, path))
		return false;
	return ws_echo(p, !strcmp(path, "/ws/pings"));
}
