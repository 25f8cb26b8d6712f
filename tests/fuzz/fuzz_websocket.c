/* What a WebSocket server may send: the head of its answer, then frames. Limits hold, and what was
 * written is read as it was meant. */
#include "tests/fuzz/fuzz.h"

#include "daemon/checks/common/ws_frame.h"
#include "daemon/checks/common/ws_handshake.h"

static void read_frames(const char *data, size_t len)
{
	struct ws_reader r;
	struct ws_item m;
	enum ws_event event;
	size_t at = 0;

	ws_reader_init(&r);
	while ((event = ws_read(&r, data + at, len - at, &m)) != WS_MORE) {
		if (event == WS_BROKEN) {
			MUST(m.why && m.code >= 1000);
			break;
		}
		MUST(m.used >= 2 && m.used <= len - at && m.len <= WS_MESSAGE_MAX);
		MUST(event == WS_MESSAGE || event == WS_PART || m.len <= WS_CONTROL_MAX);
		MUST(event != WS_CLOSE || (m.code >= 1000 && m.code <= 4999));
		at += m.used;
	}
	MUST(r.frames <= WS_FRAMES_MAX + 1);
	ws_reader_fini(&r);
}

/* Masking is its own inverse: unmask what we write, and our reader gets it back. */
static void write_and_read(const char *data, size_t len)
{
	struct buf out = BUF_INIT(WS_MESSAGE_MAX + WS_HEADER_MAX);
	size_t header = len <= 125 ? 2 : len <= 65535 ? 4 : 10;
	struct ws_reader r;
	struct ws_item m;

	if (len <= WS_MESSAGE_MAX) {
		MUST(ws_write(&out, WS_OP_BINARY, data, len) && out.len == header + 4 + len);
		MUST(out.data[1] & 0x80);
		for (size_t i = 0; i < len; i++)
			out.data[header + 4 + i] ^= out.data[header + i % 4];
		memmove(out.data + header, out.data + header + 4, len);
		out.data[1] &= 0x7F;
		ws_reader_init(&r);
		MUST(ws_read(&r, out.data, header + len, &m) == WS_MESSAGE);
		MUST(m.len == len && !memcmp(m.data, data, len));
		ws_reader_fini(&r);
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct ws_answer a, again;

	if (ws_answer_parse(text, size, &a) == WS_HEAD_WHOLE) {
		MUST(a.used <= size && a.used <= WS_HEAD_MAX && a.status >= 100 && a.status <= 599);
		MUST(strlen(a.accept) < sizeof a.accept && strlen(a.protocol) < sizeof a.protocol);
		MUST(ws_answer_parse(text, a.used, &again) == WS_HEAD_WHOLE);
		MUST(again.used == a.used && !strcmp(again.accept, a.accept));
		MUST(ws_answer_parse(text, a.used - 1, &again) == WS_HEAD_MORE);
		read_frames(text + a.used, size - a.used);
	} else {
		read_frames(text, size);
	}
	write_and_read(text, size);
	free(text);
	return 0;
}
