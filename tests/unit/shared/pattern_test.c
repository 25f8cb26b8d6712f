#include "shared/pattern.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "shared/mem.h"

static enum pattern_result match(const char *pattern, const char *subject, size_t len)
{
	struct error e = {0};
	struct pattern *p = pattern_compile(pattern, &e);
	if (!p)
		fail_msg("%s: %s", pattern, e.text);
	enum pattern_result r = pattern_match(p, subject, len);
	pattern_free(p);
	return r;
}

static void match__finds__anywhere(void **state)
{
	static const struct {
		const char *pattern, *subject;
		enum pattern_result result;
	} cases[] = {
		{"b+", "aabbcc", PATTERN_MATCHED},
		{"^a", "ba", PATTERN_NOT_MATCHED},
		{"(?m)^b$", "a\nb\nc", PATTERN_MATCHED},
		{"c$", "abc", PATTERN_MATCHED},
		{"x", "", PATTERN_NOT_MATCHED},
		{"^$", "", PATTERN_MATCHED},
		{"(?i)GESCH\xc3\x84"
		 "FT",
		 "gesch\xc3\xa4"
		 "ft",
		 PATTERN_MATCHED},
		{"(a)(b)\\2\\1", "abba", PATTERN_MATCHED},
		{"(?<=€)\\d", "€5", PATTERN_MATCHED},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			match(cases[i].pattern, cases[i].subject, strlen(cases[i].subject)),
			cases[i].result);
}

/* The search goes in windows: a match is found at each place, across each border. */
static void match__finds__at_every_position(void **state)
{
	enum { LEN = 3000 };
	static char text[LEN];
	struct pattern *p = pattern_compile("(?<=a)needle|^needle", NULL);
	for (size_t at = 0; at + 6 <= LEN; at++) {
		memset(text, 'a', LEN);
		memcpy(text + at, "needle", 6);
		assert_int_equal(pattern_match(p, text, LEN), PATTERN_MATCHED);
	}
	memset(text, 'a', LEN);
	assert_int_equal(pattern_match(p, text, LEN), PATTERN_NOT_MATCHED);
	pattern_free(p);
}

static void match__bears__bytes_that_are_not_utf8(void **state)
{
	char text[64];
	for (size_t at = 0; at + 3 < sizeof(text); at++) {
		memset(text, 0xff, sizeof(text));
		memcpy(text + at, "\xc3\xa9z", 3);
		assert_int_equal(match("\xc3\xa9z", text, sizeof(text)), PATTERN_MATCHED);
	}
	memset(text, 0x80, sizeof(text));
	assert_int_equal(match(".", text, sizeof(text)), PATTERN_NOT_MATCHED);
	memcpy(text, "a\0b", 3);
	assert_int_equal(match("a\\x00b", text, sizeof(text)), PATTERN_MATCHED);
}

static int64_t cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Each of these would take from seconds to the age of the universe. */
static void match__ends__hostile_patterns(void **state)
{
	static const char *const patterns[] = {
		"(a+)+$",     "(a|aa)+b",    "(?:a?){40}a{40}b", "a{0,200}a{0,200}b",
		"(.*)*x\\1y", "(a*)*(a*)*b", "(?:.|\\n)*foo",    "a*a*a*a*b",
	};
	enum { LEN = 1 << 20 };
	char *text = mem_alloc(LEN);
	memset(text, 'a', LEN);
	text[LEN - 1] = 'c';
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		int64_t begun = cpu_ms();
		/* Some PCRE2 sees through: then the answer is known. */
		assert_int_not_equal(match(patterns[i], text, LEN), PATTERN_MATCHED);
		/* Generous: sanitizers slow this down manyfold. Unbounded would be hours. */
		assert_true(cpu_ms() - begun < 5000);
	}
	assert_int_equal(match("(a+)+$", text, LEN), PATTERN_LIMIT);
	assert_int_equal(match("a{0,300}a{0,300}[bd]", text, LEN), PATTERN_LIMIT);
	free(text);
}

static void match__reads__a_whole_body(void **state)
{
	enum { LEN = 1 << 20 };
	char *text = mem_alloc(LEN);
	for (size_t i = 0; i < LEN; i++)
		text[i] = "<p>text </p>\n"[i % 13];
	memcpy(text + LEN - 20, "In stock: 42", 12);
	assert_int_equal(match("(?i)in stock: [1-9]", text, LEN), PATTERN_MATCHED);
	assert_int_equal(match("out of stock", text, LEN), PATTERN_NOT_MATCHED);
	free(text);
}

static void compile__says__what_is_wrong(void **state)
{
	static const char *const bad[] = {"(a",  "a)", "[a", "*a", "a{2,1}", "(?<n>a)(?<n>b)",
					  "\\C", "\\"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct error e = {0};
		assert_null(pattern_compile(bad[i], &e));
		assert_int_equal(e.code, ERR_INVALID);
		assert_non_null(strstr(e.text, "at character"));
	}
	char *big = mem_zalloc(PATTERN_MAX_BYTES + 2);
	memset(big, 'a', PATTERN_MAX_BYTES + 1);
	struct error e = {0};
	assert_null(pattern_compile(big, &e));
	assert_non_null(strstr(e.text, "at most 4096"));
	free(big);
	assert_null(pattern_compile("((a{1000}){1000}){1000}", &e));
}

struct worker {
	const struct pattern *pattern;
	int wrong;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	for (int i = 0; i < 2000; i++) {
		w->wrong += pattern_match(w->pattern, "xx shop-42 yy", 13) != PATTERN_MATCHED;
		w->wrong += pattern_match(w->pattern, "xx shop- yy", 11) != PATTERN_NOT_MATCHED;
	}
	return NULL;
}

static void match__is__shared_by_threads(void **state)
{
	struct pattern *p = pattern_compile("shop-(\\d+)", NULL);
	struct worker workers[4];
	pthread_t threads[4];
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		workers[i] = (struct worker){.pattern = p};
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].wrong, 0);
	}
	pattern_free(p);
}

/* All places, joined by |. */
static const char *places(const char *pattern, const char *subject, size_t len, char *out)
{
	struct error e = {0};
	struct pattern *p = pattern_compile(pattern, &e);
	struct pattern_search s;
	size_t begin, end, n = 0;

	assert_non_null(p);
	out[0] = '\0';
	pattern_search_init(&s, p, subject, len);
	while (pattern_search_next(&s, &begin, &end) == PATTERN_MATCHED) {
		assert_true(begin <= end && end <= len);
		if (n)
			out[n++] = '|';
		memcpy(out + n, subject + begin, end - begin);
		n += end - begin;
		out[n] = '\0';
	}
	pattern_free(p);
	return out;
}

static void search__finds__every_place_and_its_first_group(void **state)
{
	static const struct {
		const char *pattern, *subject, *places;
	} cases[] = {
		{"b", "abcb", "b|b"},
		{"id=(\\d+)", "id=1 id=22 id=x", "1|22"},
		{"(a)|b", "ab", "a|b"},
		{"x*", "€xx", "xx|"},
		{"(?=(€))", "€€", "€|€"},
		{"\\bä+", "ää aä ä", "ä"},
		{"c", "", ""},
		{"^", "ab", ""},
		{"\xC3\xA4", "\xFF\xC3\xA4\xC3", "\xC3\xA4"},
	};
	char out[64];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			places(cases[i].pattern, cases[i].subject, strlen(cases[i].subject), out),
			cases[i].places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match__finds__anywhere),
		cmocka_unit_test(search__finds__every_place_and_its_first_group),
		cmocka_unit_test(match__finds__at_every_position),
		cmocka_unit_test(match__bears__bytes_that_are_not_utf8),
		cmocka_unit_test(match__ends__hostile_patterns),
		cmocka_unit_test(match__reads__a_whole_body),
		cmocka_unit_test(compile__says__what_is_wrong),
		cmocka_unit_test(match__is__shared_by_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
