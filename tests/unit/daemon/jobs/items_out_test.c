/* What an item yields has bounds, and what is over them is refused whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/jobs/items_internal.h"
#include "shared/mem.h"

static const struct job_type type = {.name = "fake", .facts_free = free};

static void add__refuses__what_is_too_long(void **state)
{
	struct item_out o;
	struct error e = {0};
	char *long_text = mem_alloc(ITEM_PAYLOAD_MAX + 2);
	memset(long_text, 'x', ITEM_PAYLOAD_MAX + 1);
	long_text[ITEM_PAYLOAD_MAX + 1] = 0;
	item_out_init(&o);
	const struct item_new payload = {.key = "a", .payload = long_text};
	const struct item_new key = {.key = long_text};
	const struct item_new host = {.key = "a", .host = long_text};
	assert_int_equal(item_out_add(&o, &payload, &e), ERR_TOO_LARGE);
	assert_int_equal(item_out_add(&o, &key, &e), ERR_TOO_LARGE);
	assert_int_equal(item_out_add(&o, &host, &e), ERR_TOO_LARGE);
	assert_int_equal(o.n, 0);
	long_text[ITEM_PAYLOAD_MAX] = 0;
	assert_int_equal(item_out_add(&o, &payload, &e), 0);
	item_out_fini(&o, &type);
	free(long_text);
}

static void add__stops__at_the_most_that_one_item_adds(void **state)
{
	struct item_out o;
	struct error e = {0};
	const struct item_new n = {.key = "a"};
	item_out_init(&o);
	for (int i = 0; i < ITEM_NEW_MAX; i++)
		assert_int_equal(item_out_add(&o, &n, &e), 0);
	assert_int_equal(item_out_add(&o, &n, &e), ERR_TOO_LARGE);
	item_out_fini(&o, &type);
}

static void log__is_safe_and_bounded(void **state)
{
	struct item_out o;
	item_out_init(&o);
	for (int i = 0; i < ITEM_LOG_MAX + 5; i++)
		item_out_log(&o, LOG_INFO, "%d \033[31m", i);
	assert_int_equal(o.n_lines, ITEM_LOG_MAX);
	assert_null(strchr(o.lines[0].text, '\033'));
	/* the engine's own word has room */
	item_out_say(&o, LOG_WARN, "given up");
	assert_string_equal(o.lines[ITEM_LOG_MAX - 1].text, "given up");
	item_out_fini(&o, &type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add__refuses__what_is_too_long),
		cmocka_unit_test(add__stops__at_the_most_that_one_item_adds),
		cmocka_unit_test(log__is_safe_and_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
