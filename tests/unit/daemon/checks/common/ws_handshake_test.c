#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/checks/common/ws_handshake.h"

#define HEAD "HTTP/1.1 101 Switching Protocols\r\n"

static void ws_accept__is_that_of_the_standard(void **state)
{
	char accept[WS_ACCEPT_TEXT], key[WS_KEY_TEXT], other[WS_KEY_TEXT];

	/* RFC 6455, 1.3 */
	ws_accept_of("dGhlIHNhbXBsZSBub25jZQ==", accept);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	ws_key_make(key);
	ws_key_make(other);
	assert_int_equal(strlen(key), 24);
	assert_string_not_equal(key, other);
}

static void ws_answer__is_read__however_it_is_cut(void **state)
{
	static const char text[] =
		HEAD "upgrade: WebSocket\r\nConnection: keep-alive ,upgrade\n"
		     "SEC-WEBSOCKET-ACCEPT:  s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \r\n"
		     "Sec-WebSocket-Protocol: chat\r\nServer: a\033b\r\n\r\n\x81";
	size_t head = sizeof text - 2;
	struct ws_answer a;

	assert_int_equal(ws_answer_parse(text, sizeof text - 1, &a), WS_HEAD_WHOLE);
	assert_int_equal(a.used, head);
	assert_int_equal(a.status, 101);
	assert_true(a.upgrade && a.connection && a.has_accept && a.has_protocol);
	assert_false(a.has_extensions);
	assert_string_equal(a.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	assert_string_equal(a.protocol, "chat");
	assert_null(strchr(a.server, '\033'));
	for (size_t n = 0; n < head; n++)
		assert_int_equal(ws_answer_parse(text, n, &a), WS_HEAD_MORE);
}

static void ws_answer__refuses__what_can_be_read_in_two_ways(void **state)
{
	static const char *const texts[] = {
		"HTTP/2 101\r\n\r\n",
		"HTTP/1.1 1010 x\r\n\r\n",
		"HTTP/1.1 099 x\r\n\r\n",
		"\r\nHTTP/1.1 101\r\n\r\n",
		HEAD "Upgrade : websocket\r\n\r\n",
		HEAD "Upgrade: websocket\r\n folded\r\n\r\n",
		HEAD "no colon\r\n\r\n",
		HEAD ": no name\r\n\r\n",
		HEAD "Sec-WebSocket-Accept: a\r\nSec-WebSocket-Accept: b\r\n\r\n",
		HEAD "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n\r\n",
	};
	static char large[WS_HEAD_MAX + 64];
	struct ws_answer a;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(ws_answer_parse(texts[i], strlen(texts[i]), &a), WS_HEAD_BROKEN);
	memset(large, 'x', sizeof large);
	memcpy(large, HEAD "X: ", sizeof HEAD + 2);
	assert_int_equal(ws_answer_parse(large, WS_HEAD_MAX - 1, &a), WS_HEAD_MORE);
	assert_int_equal(ws_answer_parse(large, WS_HEAD_MAX, &a), WS_HEAD_BROKEN);
}

static void ws_answer__does_not_make_an_accept_right__by_cutting_it(void **state)
{
	static const char text[] =
		HEAD "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=xxxx\r\n\r\n";
	struct ws_answer a;

	assert_int_equal(ws_answer_parse(text, sizeof text - 1, &a), WS_HEAD_WHOLE);
	assert_true(a.has_accept);
	assert_string_equal(a.accept, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ws_accept__is_that_of_the_standard),
		cmocka_unit_test(ws_answer__is_read__however_it_is_cut),
		cmocka_unit_test(ws_answer__refuses__what_can_be_read_in_two_ways),
		cmocka_unit_test(ws_answer__does_not_make_an_accept_right__by_cutting_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
