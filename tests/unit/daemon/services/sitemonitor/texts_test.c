#include "daemon/services/sitemonitor/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static void texts__that_are_equal__are_one(void **state)
{
	struct texts t = {0};
	const char *a = NULL, *b = NULL, *c = NULL;
	texts_set(&t, &a, "HTTP 200 OK");
	texts_set(&t, &b, "HTTP 200 OK");
	texts_set(&t, &c, "HTTP 502 Bad Gateway");
	assert_ptr_equal(a, b);
	assert_string_equal(c, "HTTP 502 Bad Gateway");
	assert_int_equal(t.n, 2);
	texts_set(&t, &a, c); /* one that is held already */
	assert_ptr_equal(a, c);
	assert_string_equal(b, "HTTP 200 OK");
	texts_set(&t, &b, "");
	assert_null(b);
	assert_int_equal(t.n, 1);
	texts_set(&t, &a, NULL);
	texts_set(&t, &c, NULL);
	assert_int_equal(t.n, 0);
	texts_fini(&t);
}

static void texts__many__are_found_again(void **state)
{
	enum { MANY = 5000 };
	static const char *held[MANY];
	struct texts t = {0};
	char text[32];
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "answer %d", i);
		texts_set(&t, &held[i], text);
	}
	for (int i = 0; i < MANY; i++) {
		const char *again = NULL;
		snprintf(text, sizeof(text), "answer %d", i);
		texts_set(&t, &again, text);
		assert_ptr_equal(again, held[i]);
		texts_set(&t, &again, NULL);
	}
	assert_int_equal(t.n, MANY);
	for (int i = 0; i < MANY; i += 2)
		texts_set(&t, &held[i], NULL);
	assert_int_equal(t.n, MANY / 2);
	assert_string_equal(held[1], "answer 1");
	texts_fini(&t); /* frees what is still held */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts__that_are_equal__are_one),
		cmocka_unit_test(texts__many__are_found_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
