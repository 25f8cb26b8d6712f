#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "daemon/checks/common/ws_frame.h"

static void ws_read__tells_frames_apart__however_they_are_cut(void **state)
{
	static const char text[] = "\x01\x03Hel\x89\x00\x80\x02lo\x88\x04\x03\xE9"
				   "ok";
	static const enum ws_event events[] = {WS_PART, WS_PING, WS_MESSAGE, WS_CLOSE};
	struct ws_reader r;
	struct ws_item m;
	size_t at = 0;

	ws_reader_init(&r);
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		size_t whole = 2 + (size_t)text[at + 1];

		for (size_t n = 0; n < whole; n++)
			assert_int_equal(ws_read(&r, text + at, n, &m), WS_MORE);
		assert_int_equal(ws_read(&r, text + at, sizeof text - 1 - at, &m), events[i]);
		assert_int_equal(m.used, whole);
		if (events[i] == WS_MESSAGE) {
			assert_int_equal(m.len, 5);
			assert_memory_equal(m.data, "Hello", 5);
		}
		at += m.used;
	}
	assert_int_equal(m.code, 1001);
	assert_memory_equal(m.data, "ok", 2);
	assert_int_equal(m.len, 2);
	ws_reader_fini(&r);
}

static void ws_read__says__what_is_wrong(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		int code;
		const char *why;
	} cases[] = {
		{"\x81\x80", 2, 1002, "masked"},
		{"\x91\x00", 2, 1002, "reserved"},
		{"\x8B\x00", 2, 1002, "unknown"},
		{"\x09\x00", 2, 1002, "in parts"},
		{"\x89\x7E", 2, 1002, "more than 125"},
		{"\x80\x00", 2, 1002, "continuation of nothing"},
		{"\x81\x7E\x00\x7D", 4, 1002, "too long"},
		{"\x81\x7F\x00\x00\x00\x00\x00\x00\xFF\xFF", 10, 1002, "too long"},
		{"\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x01", 10, 1009, "64 kB"},
		{"\x81\x01\xFF", 3, 1007, "not UTF-8"},
		{"\x88\x01\x03", 3, 1002, "half a code"},
		{"\x88\x02\x03\xED", 4, 1002, "never sent"},
		{"\x88\x03\x03\xE8\xFF", 5, 1007, "not UTF-8"},
	};
	struct ws_reader r;
	struct ws_item m;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ws_reader_init(&r);
		assert_int_equal(ws_read(&r, cases[i].bytes, cases[i].n, &m), WS_BROKEN);
		assert_int_equal(m.code, cases[i].code);
		assert_non_null(strstr(m.why, cases[i].why));
		ws_reader_fini(&r);
	}
}

static void ws_read__bounds__messages_and_frames(void **state)
{
	static char part[4 + 60000] = "\x02\x7E\xEA\x60";
	struct ws_reader r;
	struct ws_item m;

	ws_reader_init(&r);
	assert_int_equal(ws_read(&r, part, sizeof part, &m), WS_PART);
	part[0] = 0;
	assert_int_equal(ws_read(&r, part, sizeof part, &m), WS_BROKEN);
	assert_int_equal(m.code, 1009);
	ws_reader_fini(&r);
	ws_reader_init(&r);
	for (int i = 0; i < WS_FRAMES_MAX; i++)
		assert_int_equal(ws_read(&r, "\x8A\x00", 2, &m), WS_PONG);
	assert_int_equal(ws_read(&r, "\x8A\x00", 2, &m), WS_BROKEN);
	ws_reader_fini(&r);
}

static void ws_write__masks__with_fresh_bytes(void **state)
{
	struct buf a = BUF_INIT(64), b = BUF_INIT(64);

	assert_true(ws_write(&a, WS_OP_TEXT, "hello", 5));
	assert_true(ws_write(&b, WS_OP_TEXT, "hello", 5));
	assert_int_equal(a.len, 11);
	assert_memory_equal(a.data, "\x81\x85", 2);
	assert_memory_not_equal(a.data + 2, b.data + 2, 4);
	for (int i = 0; i < 5; i++)
		assert_int_equal(a.data[6 + i] ^ a.data[2 + i % 4], "hello"[i]);
	buf_reset(&a);
	assert_true(ws_write_close(&a, 1000));
	assert_memory_equal(a.data, "\x88\x82", 2);
	assert_false(ws_write(&a, WS_OP_TEXT,
			      "a text that does not fit into the sixty-four bytes of it", 56));
	buf_fini(&a);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ws_read__tells_frames_apart__however_they_are_cut),
		cmocka_unit_test(ws_read__says__what_is_wrong),
		cmocka_unit_test(ws_read__bounds__messages_and_frames),
		cmocka_unit_test(ws_write__masks__with_fresh_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
