#include "daemon/checks/common/ws_handshake.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shared/text_safe.h"

enum { NONCE_BYTES = 16, SHA1_BYTES = 20 };

void ws_key_make(char key[static WS_KEY_TEXT])
{
	unsigned char nonce[NONCE_BYTES];

	randombytes_buf(nonce, sizeof nonce);
	EVP_EncodeBlock((unsigned char *)key, nonce, sizeof nonce);
}

void ws_accept_of(const char *key, char accept[static WS_ACCEPT_TEXT])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[WS_KEY_TEXT + 40];
	int n = snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);

	EVP_Digest(text, (size_t)n, hash, NULL, EVP_sha1(), NULL);
	EVP_EncodeBlock((unsigned char *)accept, hash, SHA1_BYTES);
}

/* ---- the answer ---------------------------------------------------------------------------- */

struct span {
	const char *s;
	size_t n;
};

static bool span_is(struct span a, const char *word)
{
	return a.n == strlen(word) && !strncasecmp(a.s, word, a.n);
}

static struct span trimmed(const char *s, size_t n)
{
	while (n && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return (struct span){s, n};
}

/* One of a list parted by commas. */
static bool list_has(struct span list, const char *word)
{
	const char *end = list.s + list.n;

	for (const char *s = list.s; s <= end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		size_t n = (size_t)((comma ? comma : end) - s);

		if (span_is(trimmed(s, n), word))
			return true;
		s += n + 1;
	}
	return false;
}

static bool read_status(struct span line, struct ws_answer *out)
{
	const char *s = line.s;

	if (line.n < 12 || (memcmp(s, "HTTP/1.1 ", 9) && memcmp(s, "HTTP/1.0 ", 9)) ||
	    (line.n > 12 && s[12] != ' '))
		return false;
	for (int i = 9; i < 12; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		out->status = out->status * 10 + (s[i] - '0');
	}
	return out->status >= 100 && out->status <= 599;
}

static void keep(char *out, size_t cap, struct span value)
{
	size_t n = value.n < cap - 1 ? value.n : cap - 1;

	memcpy(out, value.s, n);
	out[n] = '\0';
}

static bool read_header(struct span line, struct ws_answer *out)
{
	const char *colon = memchr(line.s, ':', line.n);
	struct span name, value;

	/* A space before the colon, or a line that goes on the one before, is how answers are
	 * read differently by two programs. */
	if (!colon || colon == line.s || colon[-1] == ' ' || colon[-1] == '\t' || *line.s == ' ' ||
	    *line.s == '\t' || memchr(line.s, '\0', line.n))
		return false;
	name = (struct span){line.s, (size_t)(colon - line.s)};
	value = trimmed(colon + 1, line.n - name.n - 1);
	if (span_is(name, "Upgrade")) {
		out->upgrade = out->upgrade || list_has(value, "websocket");
	} else if (span_is(name, "Connection")) {
		out->connection = out->connection || list_has(value, "upgrade");
	} else if (span_is(name, "Sec-WebSocket-Accept")) {
		if (out->has_accept)
			return false;
		out->has_accept = true;
		/* A longer one must not become right by being cut. */
		keep(out->accept, sizeof out->accept,
		     value.n < sizeof out->accept ? value : (struct span){"", 0});
	} else if (span_is(name, "Sec-WebSocket-Protocol")) {
		if (out->has_protocol)
			return false;
		out->has_protocol = true;
		keep(out->protocol, sizeof out->protocol, value);
	} else if (span_is(name, "Sec-WebSocket-Extensions")) {
		out->has_extensions = out->has_extensions || value.n;
	} else if (span_is(name, "Server")) {
		text_safe(out->server, sizeof out->server, value.s, value.n, 0, 0, NULL);
	}
	return true;
}

enum ws_head ws_answer_parse(const char *data, size_t len, struct ws_answer *out)
{
	size_t limit = len < WS_HEAD_MAX ? len : WS_HEAD_MAX, at = 0;

	memset(out, 0, sizeof *out);
	if (len && strncmp(data, "HTTP/1.", len < 7 ? len : 7))
		return WS_HEAD_BROKEN;
	while (at < limit) {
		struct span line = {data + at, 0};
		const char *end = memchr(line.s, '\n', limit - at);

		if (!end)
			break;
		line.n = (size_t)(end - line.s);
		at += line.n + 1;
		if (line.n && line.s[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0 && out->status) {
			out->used = at;
			return WS_HEAD_WHOLE;
		}
		if (out->status ? !read_header(line, out) : !read_status(line, out))
			return WS_HEAD_BROKEN;
	}
	return len >= WS_HEAD_MAX ? WS_HEAD_BROKEN : WS_HEAD_MORE;
}
