#include "tests/unit/shared/schema/support.h"

#include "shared/schema/surrogates.h"

/* Fed in pieces of every size, the result is the same. */
static void rewrites(const char *in, const char *expected)
{
	for (size_t piece = 1; piece <= strlen(in); piece++) {
		struct surrogates s = {.n = 0};
		char out[512];
		size_t n = 0;
		for (size_t at = 0; at < strlen(in); at += piece) {
			size_t left = strlen(in) - at;
			n += surrogates_feed(&s, in + at, left < piece ? left : piece, out + n);
		}
		n += surrogates_end(&s, out + n);
		out[n] = '\0';
		assert_string_equal(out, expected);
	}
}

static void feed__rewrites__pairs_only(void **state)
{
	rewrites("\"\\ud83d\\ude00\"", "\"\\U0001F600\"");
	rewrites("\\uDBFF\\uDFFF\\uD800\\uDC00", "\\U0010FFFF\\U00010000");
	rewrites("\\u00e9 \\n \\\\ \\\" x", "\\u00e9 \\n \\\\ \\\" x");
	rewrites("\\\\ud83d\\ude00", "\\\\ud83d\\ude00");
	rewrites("\\\\\\ud83d\\ude00", "\\\\\\U0001F600");
	rewrites("\\ud83d", "\\ud83d");
	rewrites("\\ud83dx", "\\ud83dx");
	rewrites("\\ud83d\\n", "\\ud83d\\n");
	rewrites("\\ud83d\\u0041", "\\ud83d\\u0041");
	rewrites("\\u12", "\\u12");
	rewrites("\\u12\\\"", "\\u12\\\"");
	rewrites("\\", "\\");
	rewrites("plain", "plain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feed__rewrites__pairs_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
