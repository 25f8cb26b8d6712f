#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/net/response_cache.h"

static void put(struct response_cache *c, int i, size_t len)
{
	static char body[100000];
	char url[64];

	memset(body, 'a' + i % 26, sizeof body);
	snprintf(url, sizeof url, "https://shop.test/p/%d", i);
	response_cache_put(c, url, "\"1\"", "", "text/html", body, len);
}

static struct kept_answer *get(struct response_cache *c, int i)
{
	char url[64];

	snprintf(url, sizeof url, "https://shop.test/p/%d", i);
	return response_cache_get(c, url);
}

static void cache__stays__within_its_bytes(void **state)
{
	struct response_cache *c = response_cache_new(100000);

	for (int i = 0; i < 5000; i++) {
		put(c, i, (size_t)(i % 9000));
		assert_true(response_cache_bytes(c) <= 100000);
	}
	assert_null(get(c, 1));
	put(c, 1, 20000); /* more than an eighth of all */
	assert_null(get(c, 1));
	response_cache_limit(c, 0);
	assert_int_equal(response_cache_bytes(c), 0);
	response_cache_free(c);
}

static void cache__forgets__what_was_used_longest_ago(void **state)
{
	struct response_cache *c = response_cache_new(100000);

	for (int i = 0; i < 9; i++)
		put(c, i, 10000);
	kept_answer_unref(get(c, 0));
	put(c, 9, 10000);
	kept_answer_unref(get(c, 0));
	assert_null(get(c, 1));
	response_cache_free(c);
}

static void answer__that_somebody_holds__outlives_its_place(void **state)
{
	struct response_cache *c = response_cache_new(100000);
	struct kept_answer *k;

	put(c, 1, 3);
	k = get(c, 1);
	assert_string_equal(k->body, "bbb");
	assert_string_equal(k->etag, "\"1\"");
	response_cache_put(c, "https://shop.test/p/1", "\"2\"", "", "", "new", 3);
	assert_string_equal(k->body, "bbb");
	kept_answer_unref(k);
	k = get(c, 1);
	assert_string_equal(k->body, "new");
	response_cache_free(c);
	assert_int_equal(k->len, 3);
	kept_answer_unref(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache__stays__within_its_bytes),
		cmocka_unit_test(cache__forgets__what_was_used_longest_ago),
		cmocka_unit_test(answer__that_somebody_holds__outlives_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
