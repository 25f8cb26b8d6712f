/* Differences of texts: right, shortest, and readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/buf.h"
#include "shared/diff.h"

/* "-a+b c" for a removed, b added, c kept. */
static const char *script(const char *from, const char *to)
{
	static char out[512];
	struct diff d;
	size_t n = 0;
	diff_make(&d, from, to);
	for (size_t i = 0; i < d.n; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%c%.*s", " -+"[d.lines[i].op],
				      (int)d.lines[i].len, d.lines[i].text);
	out[n] = 0;
	diff_fini(&d);
	return out;
}

/* Applying the script to `from` gives `to`, and its lines are numbered as they stand. */
static void check(const char *from, const char *to, size_t edits)
{
	struct diff d;
	struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
	int x = 0, y = 0;
	diff_make(&d, from, to);
	for (size_t i = 0; i < d.n; i++) {
		const struct diff_line *l = &d.lines[i];
		if (l->op != DIFF_ADDED) {
			assert_int_equal(l->from, ++x);
			buf_printf(&a, "%.*s\n", (int)l->len, l->text);
		}
		if (l->op != DIFF_REMOVED) {
			assert_int_equal(l->to, ++y);
			buf_printf(&b, "%.*s\n", (int)l->len, l->text);
		}
	}
	assert_string_equal(buf_str(&a), from);
	assert_string_equal(buf_str(&b), to);
	if (edits != (size_t)-1)
		assert_int_equal(d.added + d.removed, edits);
	buf_fini(&a);
	buf_fini(&b);
	diff_fini(&d);
}

static void diff__of_equal_texts__is_nothing(void **state)
{
	check("", "", 0);
	check("a\nb\n", "a\nb\n", 0);
}

static void diff__of_one_line__is_old_and_new(void **state)
{
	assert_string_equal(script("36.99", "34.90"), "-36.99+34.90");
	assert_string_equal(script("", "x"), "+x");
	assert_string_equal(script("x\n", ""), "-x");
}

static void diff__is_shortest(void **state)
{
	check("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", 5); /* the example of the paper */
	check("1\n2\n3\n4\n5\n", "1\n3\n4\n5\n6\n", 2);
	check("a\nb\n", "b\na\n", 2);
}

static void diff__what_went_stands_before_what_came(void **state)
{
	assert_string_equal(script("k\na\nb\nz\n", "k\nc\nd\nz\n"), " k-a-b+c+d z");
}

static void diff__of_random_texts__rebuilds_both(void **state)
{
	unsigned seed = 7;
	for (int round = 0; round < 300; round++) {
		char text[2][200];
		for (int t = 0; t < 2; t++) {
			size_t n = 0;
			seed = seed * 1103515245 + 12345;
			int lines = (int)(seed >> 16) % 40;
			for (int i = 0; i < lines; i++) {
				seed = seed * 1103515245 + 12345;
				text[t][n++] = (char)('a' + (seed >> 16) % 3);
				text[t][n++] = '\n';
			}
			text[t][n] = 0;
		}
		check(text[0], text[1], (size_t)-1);
	}
}

static void diff__of_entirely_other_texts__is_rough_and_bounded(void **state)
{
	struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
	struct diff d;
	for (int i = 0; i < 5000; i++) {
		buf_printf(&a, "a%d\n", i);
		buf_printf(&b, "b%d\n", i);
	}
	diff_make(&d, buf_str(&a), buf_str(&b));
	assert_true(d.rough);
	assert_int_equal(d.removed, 5000);
	assert_int_equal(d.added, 5000);
	diff_fini(&d);
	buf_fini(&a);
	buf_fini(&b);
}

static void hunks__have_context_and_join_when_near(void **state)
{
	struct diff d;
	size_t at = 0, first, end;
	diff_make(&d, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
		  "1\n2\n3\nX\n5\n6\nY\n8\n9\n10\n11\nZ\n");
	assert_true(diff_hunk(&d, 2, &at, &first, &end));
	assert_int_equal(d.lines[first].from, 2);
	assert_int_equal(d.lines[end - 1].from, 9);
	assert_true(diff_hunk(&d, 2, &at, &first, &end));
	assert_int_equal(d.lines[first].from, 10);
	assert_int_equal(end, d.n);
	assert_false(diff_hunk(&d, 2, &at, &first, &end));
	diff_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(diff__of_equal_texts__is_nothing),
		cmocka_unit_test(diff__of_one_line__is_old_and_new),
		cmocka_unit_test(diff__is_shortest),
		cmocka_unit_test(diff__what_went_stands_before_what_came),
		cmocka_unit_test(diff__of_random_texts__rebuilds_both),
		cmocka_unit_test(diff__of_entirely_other_texts__is_rough_and_bounded),
		cmocka_unit_test(hunks__have_context_and_join_when_near),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
