#include "daemon/catalog/similarity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "daemon/catalog/catalog.h"
#include "shared/mem.h"
#include "tests/unit/daemon/catalog/title_pairs.h"

enum { RECALL_ONE = 90, RECALL_FOUND = 98, NOISE = 20 /* percent */, BRAND_MAX = 128 };

static void read_title(struct title *t, const char *brand, const char *text)
{
	char key[BRAND_MAX];

	brand_fold(brand, key, sizeof(key));
	title_read(t, text, key);
}

static void compare(const struct title_pair *p, bool turned, struct likeness *out)
{
	struct title *a = mem_alloc(sizeof(*a)), *b = mem_alloc(sizeof(*b));

	read_title(a, p->brand_a, p->a);
	read_title(b, p->brand_b, p->b);
	titles_compare(turned ? b : a, turned ? a : b, out);
	free(a);
	free(b);
}

/* The promise: no two that are not the same are made one without a person. */
static void titles__are_never_one__that_a_person_calls_different(void **state)
{
	int same = 0, one = 0, found = 0, other = 0, wrong = 0, asked = 0;
	bool loud = getenv("PAIRS") != NULL;

	assert_true(ARRAY_LEN(title_pairs) >= 150);
	for (size_t i = 0; i < ARRAY_LEN(title_pairs); i++) {
		const struct title_pair *p = &title_pairs[i];
		struct likeness l;

		compare(p, false, &l);
		same += p->same;
		other += !p->same;
		one += p->same && l.verdict == LIKENESS_ONE;
		found += p->same && l.verdict != LIKENESS_OTHER;
		asked += !p->same && l.verdict == LIKENESS_DOUBTFUL;
		wrong += !p->same && l.verdict == LIKENESS_ONE;
		if ((!p->same && l.verdict == LIKENESS_ONE) ||
		    (loud && l.verdict != (p->same ? LIKENESS_ONE : LIKENESS_OTHER)))
			print_message("%s %d %d: \"%s\" / \"%s\": %s\n",
				      p->same ? "same " : "other", l.verdict, l.score, p->a, p->b,
				      l.why);
	}
	print_message("%d same: %d made one, %d more asked; %d different: %d made one, %d asked; "
		      "precision %d%%, recall %d%%\n",
		      same, one, found - one, other, wrong, asked, 100 * one / (one + wrong),
		      100 * one / same);
	assert_int_equal(wrong, 0);
	assert_true(100 * one >= RECALL_ONE * same);
	assert_true(100 * found >= RECALL_FOUND * same);
	assert_true(100 * asked <= NOISE * other);
}

static void titles__compare__the_same_in_either_order(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(title_pairs); i++) {
		struct likeness l, turned;

		compare(&title_pairs[i], false, &l);
		compare(&title_pairs[i], true, &turned);
		if (l.verdict != turned.verdict)
			print_message("\"%s\" / \"%s\": %s; %s\n", title_pairs[i].a,
				      title_pairs[i].b, l.why, turned.why);
		assert_int_equal(l.verdict, turned.verdict);
	}
}

static void likeness__says__why(void **state)
{
	const struct title_pair opposed = {OTHER, "ACME", "ACME Arc lamp 40 cm", "ACME",
					   "ACME Arc lamp 60 cm"};
	const struct title_pair model = {SAME, "Sony", "Sony WH-1000XM4 headphones", "Sony",
					 "Sony WH1000XM4 headphones black"};
	struct likeness l;

	compare(&opposed, false, &l);
	assert_true(l.opposed);
	assert_non_null(strstr(l.why, "40cm against 60cm"));
	compare(&model, false, &l);
	assert_int_equal(l.verdict, LIKENESS_DOUBTFUL);
	assert_non_null(strstr(l.why, "both say wh1000xm4"));
	assert_non_null(strstr(l.why, "only one says black"));
}

static void titles__are_bounded(void **state)
{
	struct title *t = mem_alloc(sizeof(*t));
	char text[4000];

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = "ab1 -x9.,\xC3\xBC"[i % 11];
	text[sizeof(text) - 1] = '\0';
	title_read(t, text, text);
	assert_true(t->n <= TITLE_PARTS_MAX && t->n_brand <= TITLE_BRAND_WORDS);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles__are_never_one__that_a_person_calls_different),
		cmocka_unit_test(titles__compare__the_same_in_either_order),
		cmocka_unit_test(likeness__says__why),
		cmocka_unit_test(titles__are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
