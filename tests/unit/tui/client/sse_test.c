#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tui/client/live.h"
#include "tui/client/sse.h"

struct seen {
	struct buf log;
	int stop_after;
};

static bool note(void *arg, const struct sse_message *m)
{
	struct seen *s = arg;

	buf_printf(&s->log, "%s(%s):%s\n", m->event, m->id, m->data);
	return s->stop_after == 0 || --s->stop_after > 0;
}

static const char *read_in_parts(const char *text, size_t part, struct seen *s)
{
	struct sse sse;
	size_t n = strlen(text);

	buf_reset(&s->log);
	sse_init(&sse, note, s);
	for (size_t i = 0; i < n; i += part)
		assert_true(sse_feed(&sse, text + i, n - i < part ? n - i : part));
	sse_fini(&sse);
	return buf_str(&s->log);
}

static void messages__are_the_same__in_any_parts(void **state)
{
	static const char text[] =
		": hello\nevent: row\ndata: {\"a\":1}\n\nid: 1-7\r\nevent: event\r\n"
		"data: one\r\ndata: two\r\n\r\ndata:x\rid\r\r: \n\n";
	struct seen s = {.log = BUF_INIT(4096)};

	for (size_t part = 1; part < sizeof text; part++)
		assert_string_equal(read_in_parts(text, part, &s),
				    "row():{\"a\":1}\nevent(1-7):one\ntwo\nmessage():x\n");
	buf_fini(&s.log);
}

static void restart__drops_half_a_message__and_keeps_the_id(void **state)
{
	struct seen s = {.log = BUF_INIT(4096)};
	struct sse sse;

	sse_init(&sse, note, &s);
	sse_feed(&sse, "id: 1-7\ndata: a\n\nid: 1-8\ndata: half", 36);
	sse_restart(&sse);
	assert_string_equal(sse.id, "1-7");
	sse_feed(&sse, "data: b\n\n", 9);
	assert_string_equal(buf_str(&s.log), "message(1-7):a\nmessage(1-7):b\n");
	sse_fini(&sse);
	buf_fini(&s.log);
}

static void feed__stops__when_told_and_at_its_limit(void **state)
{
	struct seen s = {.log = BUF_INIT(4096), .stop_after = 1};
	struct sse sse;
	char *long_line = malloc(SSE_DATA_MAX + 10);

	sse_init(&sse, note, &s);
	assert_false(sse_feed(&sse, "data: a\n\ndata: b\n\n", 18));
	assert_string_equal(buf_str(&s.log), "message():a\n");
	sse_restart(&sse);
	memset(long_line, 'x', SSE_DATA_MAX + 10);
	assert_false(sse_feed(&sse, long_line, SSE_DATA_MAX + 10));
	free(long_line);
	sse_fini(&sse);
	buf_fini(&s.log);
}

static void backoff__grows__from_a_quarter_to_five_seconds(void **state)
{
	for (unsigned attempt = 0; attempt < 100; attempt++)
		for (uint32_t random = 0; random < 4000; random += 501) {
			int ms = live_backoff_ms(attempt, random);

			assert_true(ms <= 5000 && ms >= 187);
			if (attempt == 0)
				assert_true(ms <= 250);
			if (attempt > 5)
				assert_true(ms >= 3750);
		}
	assert_int_not_equal(live_backoff_ms(3, 1), live_backoff_ms(3, 400));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages__are_the_same__in_any_parts),
		cmocka_unit_test(restart__drops_half_a_message__and_keeps_the_id),
		cmocka_unit_test(feed__stops__when_told_and_at_its_limit),
		cmocka_unit_test(backoff__grows__from_a_quarter_to_five_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
