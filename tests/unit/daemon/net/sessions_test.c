#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "daemon/net/sessions.h"

/* A session that can be told from others by its context. */
static SSL_SESSION *make(unsigned char mark)
{
	static const unsigned char secret[32] = {1};
	SSL_SESSION *s = SSL_SESSION_new();
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);

	SSL_SESSION_set_protocol_version(s, TLS1_2_VERSION);
	SSL_SESSION_set_cipher(s, sk_SSL_CIPHER_value(SSL_get_ciphers(ssl), 0));
	SSL_SESSION_set1_master_key(s, secret, sizeof secret);
	SSL_SESSION_set1_id(s, &mark, 1);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return s;
}

static int mark_of(struct sessions *all, const char *key)
{
	SSL_SESSION *s = sessions_get(all, key);
	unsigned len = 0;
	int mark = s ? SSL_SESSION_get_id(s, &len)[0] : -1;

	SSL_SESSION_free(s);
	return mark;
}

static void put(struct sessions *all, const char *key, unsigned char mark)
{
	SSL_SESSION *s = make(mark);

	sessions_put(all, key, s);
	SSL_SESSION_free(s);
}

static void sessions__give_back__the_last_of_each_key(void **state)
{
	struct sessions *all = sessions_new(10);

	assert_int_equal(mark_of(all, "va:443"), -1);
	put(all, "va:443", 1);
	put(all, "vb:443", 2);
	put(all, "va:443", 3);
	assert_int_equal(mark_of(all, "va:443"), 3);
	assert_int_equal(mark_of(all, "va:443"), 3);
	assert_int_equal(mark_of(all, "vb:443"), 2);
	assert_int_equal(mark_of(all, "na:443"), -1);
	sessions_drop(all, "va:443");
	assert_int_equal(mark_of(all, "va:443"), -1);
	sessions_free(all);
}

static void sessions__forget__what_was_used_longest_ago(void **state)
{
	struct sessions *all = sessions_new(3);
	char key[16];

	for (unsigned char i = 1; i <= 3; i++) {
		snprintf(key, sizeof key, "v%d:1", i);
		put(all, key, i);
	}
	assert_int_equal(mark_of(all, "v1:1"), 1);
	put(all, "v4:1", 4);
	assert_int_equal(mark_of(all, "v2:1"), -1);
	assert_int_equal(mark_of(all, "v1:1"), 1);
	assert_int_equal(mark_of(all, "v3:1"), 3);
	assert_int_equal(mark_of(all, "v4:1"), 4);
	sessions_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions__give_back__the_last_of_each_key),
		cmocka_unit_test(sessions__forget__what_was_used_longest_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
