#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/buf.h"

static void add__keeps__nul_after_contents(void **state)
{
	struct buf b = BUF_INIT(100);

	assert_string_equal(buf_str(&b), "");
	assert_true(buf_add_str(&b, "abc"));
	assert_true(buf_add_char(&b, 'd'));
	assert_true(buf_printf(&b, "-%d", 42));
	assert_string_equal(b.data, "abcd-42");
	assert_int_equal(b.len, 7);
	buf_fini(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 100);
}

static void add__past_max__drops_whole_and_remembers(void **state)
{
	struct buf b = BUF_INIT(5);

	assert_true(buf_add(&b, "abc", 3));
	assert_false(buf_add(&b, "def", 3));
	assert_true(b.overflow);
	assert_string_equal(buf_str(&b), "abc");
	assert_true(buf_add(&b, "de", 2));
	assert_false(buf_add_char(&b, 'f'));
	assert_false(buf_printf(&b, "%s", "g"));
	assert_null(buf_reserve(&b, 1));
	assert_string_equal(buf_str(&b), "abcde");
	assert_true(b.overflow);
	buf_reset(&b);
	assert_false(b.overflow);
	assert_string_equal(buf_str(&b), "");
	buf_fini(&b);
}

static void grow__never_takes_more_than_max_and_nul(void **state)
{
	struct buf b = BUF_INIT(1000);

	for (int i = 0; i < 1000; i++)
		assert_true(buf_add_char(&b, 'x'));
	assert_int_equal(b.cap, 1001);
	assert_false(buf_add_char(&b, 'x'));
	buf_fini(&b);
}

static void printf__longer_than_stack_copy__is_whole(void **state)
{
	struct buf b = BUF_INIT(10000);

	assert_true(buf_printf(&b, "%2000d|", 7));
	assert_int_equal(b.len, 2001);
	assert_string_equal(b.data + 1998, " 7|");
	b.max = 2500;
	assert_false(buf_printf(&b, "%500d", 7));
	assert_int_equal(strlen(buf_str(&b)), 2001);
	buf_fini(&b);
}

static void reserve__commit__is_readable_as_string(void **state)
{
	struct buf b = BUF_INIT(100);
	char *at = buf_reserve(&b, 50);

	memset(at, 'z', 50);
	b.len += 3;
	assert_string_equal(buf_str(&b), "zzz");
	buf_fini(&b);
}

static void consume__drops_the_front(void **state)
{
	struct buf b = BUF_INIT(100);

	buf_consume(&b, 5);
	buf_add_str(&b, "hello world");
	buf_consume(&b, 6);
	assert_string_equal(buf_str(&b), "world");
	buf_consume(&b, 100);
	assert_string_equal(buf_str(&b), "");
	buf_fini(&b);
}

static void take__empties_and_never_gives_null(void **state)
{
	struct buf b = BUF_INIT(100);
	char *s = buf_take(&b);

	assert_string_equal(s, "");
	free(s);
	buf_add_str(&b, "abc");
	s = buf_take(&b);
	assert_string_equal(s, "abc");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	free(s);
}

static void caller_storage__is_never_grown(void **state)
{
	char storage[8];
	struct buf b = {.data = storage, .cap = sizeof storage, .max = sizeof storage - 1};

	assert_true(buf_add_str(&b, "1234567"));
	assert_false(buf_add_char(&b, '8'));
	assert_ptr_equal(b.data, storage);
	assert_string_equal(storage, "1234567");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add__keeps__nul_after_contents),
		cmocka_unit_test(add__past_max__drops_whole_and_remembers),
		cmocka_unit_test(grow__never_takes_more_than_max_and_nul),
		cmocka_unit_test(printf__longer_than_stack_copy__is_whole),
		cmocka_unit_test(reserve__commit__is_readable_as_string),
		cmocka_unit_test(consume__drops_the_front),
		cmocka_unit_test(take__empties_and_never_gives_null),
		cmocka_unit_test(caller_storage__is_never_grown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
