#include "daemon/checks/common/ws_frame.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "shared/utf8.h"

enum { CLOSE_PROTOCOL = 1002, CLOSE_NONE = 1005, CLOSE_DATA = 1007, CLOSE_TOO_BIG = 1009 };

void ws_reader_init(struct ws_reader *r)
{
	*r = (struct ws_reader){.message = BUF_INIT(WS_MESSAGE_MAX)};
}

void ws_reader_fini(struct ws_reader *r)
{
	buf_fini(&r->message);
}

static enum ws_event broken(struct ws_item *out, int code, const char *why)
{
	out->code = code;
	out->why = why;
	return WS_BROKEN;
}

static bool is_utf8(const char *s, size_t n)
{
	while (n) {
		uint32_t c;
		size_t used = utf8_next(s, n, &c);

		if (c == UTF8_INVALID)
			return false;
		s += used;
		n -= used;
	}
	return true;
}

/* Length of the payload and of the header; header 0: not whole yet. */
static uint64_t read_length(const unsigned char *b, size_t len, size_t *header)
{
	unsigned small = b[1] & 0x7F;
	size_t more = small == 127 ? 8 : small == 126 ? 2 : 0;
	uint64_t n = more ? 0 : small;

	*header = len >= 2 + more ? 2 + more : 0;
	for (size_t i = 0; i < more && *header; i++)
		n = n << 8 | b[2 + i];
	return n;
}

static bool is_shortest(uint64_t n, size_t header)
{
	return header == 2 || n > (header == 4 ? 125 : 65535);
}

static bool may_be_sent(int code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

static enum ws_event read_control(enum ws_opcode opcode, bool fin, struct ws_item *out)
{
	const unsigned char *b = (const unsigned char *)out->data;

	if (!fin)
		return broken(out, CLOSE_PROTOCOL, "a control frame in parts");
	if (opcode == WS_OP_PING)
		return WS_PING;
	if (opcode == WS_OP_PONG)
		return WS_PONG;
	out->code = CLOSE_NONE;
	if (out->len == 0)
		return WS_CLOSE;
	if (out->len == 1)
		return broken(out, CLOSE_PROTOCOL, "a Close with half a code");
	out->code = b[0] << 8 | b[1];
	out->data += 2;
	out->len -= 2;
	if (!may_be_sent(out->code))
		return broken(out, CLOSE_PROTOCOL, "a Close with a code that is never sent");
	if (!is_utf8(out->data, out->len))
		return broken(out, CLOSE_DATA, "a Close whose words are not UTF-8");
	return WS_CLOSE;
}

static enum ws_event read_data(struct ws_reader *r, enum ws_opcode opcode, bool fin,
			       struct ws_item *out)
{
	if ((opcode == WS_OP_CONTINUATION) != (r->opcode != WS_OP_CONTINUATION))
		return broken(out, CLOSE_PROTOCOL,
			      opcode ? "a message inside another" : "a continuation of nothing");
	if (opcode != WS_OP_CONTINUATION) {
		buf_reset(&r->message);
		r->opcode = opcode;
	}
	if (!buf_add(&r->message, out->data, out->len))
		return broken(out, CLOSE_TOO_BIG, "a message of more than 64 kB");
	if (!fin)
		return WS_PART;
	opcode = r->opcode;
	r->opcode = WS_OP_CONTINUATION;
	out->data = buf_str(&r->message);
	out->len = r->message.len;
	if (opcode == WS_OP_TEXT && !is_utf8(out->data, out->len))
		return broken(out, CLOSE_DATA, "a text message that is not UTF-8");
	return WS_MESSAGE;
}

enum ws_event ws_read(struct ws_reader *r, const char *data, size_t len, struct ws_item *out)
{
	const unsigned char *b = (const unsigned char *)data;
	enum ws_opcode opcode;
	size_t header;
	uint64_t n;

	*out = (struct ws_item){.data = data};
	if (len < 2)
		return WS_MORE;
	opcode = b[0] & 0x0F;
	if (b[0] & 0x70)
		return broken(out, CLOSE_PROTOCOL, "a frame with reserved bits");
	if (b[1] & 0x80)
		return broken(out, CLOSE_PROTOCOL, "a masked frame from the server");
	if ((opcode > WS_OP_BINARY && opcode < WS_OP_CLOSE) || opcode > WS_OP_PONG)
		return broken(out, CLOSE_PROTOCOL, "a frame of an unknown kind");
	if (opcode >= WS_OP_CLOSE && (b[1] & 0x7F) > WS_CONTROL_MAX)
		return broken(out, CLOSE_PROTOCOL, "a control frame of more than 125 bytes");
	n = read_length(b, len, &header);
	if (!header)
		return WS_MORE;
	if (!is_shortest(n, header))
		return broken(out, CLOSE_PROTOCOL, "a length that is written too long");
	if (n > WS_MESSAGE_MAX)
		return broken(out, CLOSE_TOO_BIG, "a message of more than 64 kB");
	if (len - header < n)
		return WS_MORE;
	if (++r->frames > WS_FRAMES_MAX)
		return broken(out, CLOSE_TOO_BIG, "more than 1000 frames");
	out->used = header + (size_t)n;
	out->data = data + header;
	out->len = (size_t)n;
	return opcode >= WS_OP_CLOSE ? read_control(opcode, b[0] & 0x80, out)
				     : read_data(r, opcode, b[0] & 0x80, out);
}

bool ws_write(struct buf *out, enum ws_opcode opcode, const void *data, size_t len)
{
	unsigned char head[WS_HEADER_MAX] = {0x80 | (unsigned char)opcode};
	const unsigned char *from = data;
	size_t n = 2;
	char *to;

	if (len > WS_MESSAGE_MAX)
		return false;
	if (len <= WS_CONTROL_MAX) {
		head[1] = 0x80 | (unsigned char)len;
	} else if (len <= UINT16_MAX) {
		head[1] = 0x80 | 126;
		head[n++] = (unsigned char)(len >> 8);
		head[n++] = (unsigned char)len;
	} else {
		head[1] = 0x80 | 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			head[n++] = (unsigned char)((uint64_t)len >> shift);
	}
	randombytes_buf(head + n, 4);
	to = buf_reserve(out, n + 4 + len);
	if (!to)
		return false;
	memcpy(to, head, n + 4);
	for (size_t i = 0; i < len; i++)
		to[n + 4 + i] = (char)(from[i] ^ head[n + i % 4]);
	out->len += n + 4 + len;
	out->data[out->len] = '\0';
	return true;
}

bool ws_write_close(struct buf *out, int code)
{
	const unsigned char bytes[2] = {(unsigned char)(code >> 8), (unsigned char)code};

	return ws_write(out, WS_OP_CLOSE, bytes, sizeof bytes);
}
