#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "shared/gtin.h"
#include "shared/mem.h"

static void expect(const char *text, const char *gtin)
{
	char out[GTIN_TEXT];

	if (gtin_read(text, out, NULL) || !gtin[0])
		out[0] = '\0';
	assert_string_equal(out, gtin);
}

static void gtin__pads__to_fourteen_digits(void **state)
{
	expect("96385074", "00000096385074");
	expect("036000291452", "00036000291452");
	expect("4006381333931", "04006381333931");
	expect("10012345678902", "10012345678902");
	expect("400-6381 333931", "04006381333931");
}

static void gtin__makes__isbn_13_of_isbn_10(void **state)
{
	expect("0-306-40615-2", "09780306406157");
	expect("080442957X", "09780804429573");
	expect("080442957x", "09780804429573");
	expect("9780306406157", "09780306406157");
}

static void gtin__refuses__what_is_not_one(void **state)
{
	static const char *const wrong[] = {"",
					    "4006381333932", /* check digit */
					    "400638133393",  /* a digit lost */
					    "0306406153",    /* ISBN-10's check digit */
					    "00000000",      /* all zero */
					    "00000000000000",
					    "123456789",
					    "123456789012345",
					    "40063813339X1",
					    "EAN 4006381333931",
					    "X000000000"};
	char out[GTIN_TEXT] = "old";
	struct error e = {0};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_not_equal(gtin_read(wrong[i], out, NULL), ERR_NONE);
	assert_string_equal(out, "");
	assert_int_equal(gtin_read("4006381333932", out, &e), ERR_INVALID);
	assert_int_equal(gtin_read("lamp", out, &e), ERR_MALFORMED);
}

static void gtin__finds__every_wrong_digit(void **state)
{
	char text[] = "04006381333931", out[GTIN_TEXT];

	for (size_t i = 0; i < sizeof text - 1; i++) {
		char right = text[i];

		for (char c = '0'; c <= '9'; c++) {
			text[i] = c;
			assert_int_equal(gtin_read(text, out, NULL),
					 c == right ? ERR_NONE : ERR_INVALID);
		}
		text[i] = right;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gtin__pads__to_fourteen_digits),
		cmocka_unit_test(gtin__makes__isbn_13_of_isbn_10),
		cmocka_unit_test(gtin__refuses__what_is_not_one),
		cmocka_unit_test(gtin__finds__every_wrong_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
