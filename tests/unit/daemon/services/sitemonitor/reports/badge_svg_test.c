#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/services/sitemonitor/reports/badge_svg.h"

static char *draw(const char *label, const char *message, enum badge_color c)
{
	struct buf out = BUF_INIT(65536);
	badge_svg(&out, label, message, c);
	return buf_take(&out);
}

static void svg__escapes__whatever_a_name_has(void **state)
{
	char *svg = draw("<script>&\"'\x01", "a</text><x>\xEF\xBF\xBF", BADGE_BAD);
	assert_null(strstr(svg, "<script"));
	assert_null(strstr(svg, "<x>"));
	assert_null(strchr(svg, 1));
	assert_null(strstr(svg, "\xEF\xBF\xBF"));
	assert_non_null(strstr(svg, "&lt;script&gt;&amp;&quot;&#39;"));
	assert_non_null(strstr(svg, "a&lt;/text&gt;&lt;x&gt;"));
	free(svg);
}

static void svg__says__in_words_and_title_what_colour_says(void **state)
{
	char *svg = draw("shop", "down", BADGE_BAD);
	assert_non_null(strstr(svg, "role=\"img\""));
	assert_non_null(strstr(svg, "aria-label=\"shop: down\""));
	assert_non_null(strstr(svg, "<title>shop: down</title>"));
	assert_non_null(strstr(svg, ">down</text>"));
	free(svg);
}

static void svg__is__as_wide_as_its_texts(void **state)
{
	int width = 0;
	char *svg = draw("shop", "99.98% up, 30d", BADGE_GOOD);
	assert_int_equal(sscanf(strstr(svg, "width=\""), "width=\"%d\"", &width), 1);
	assert_int_equal(width, badge_text_px("shop") + badge_text_px("99.98% up, 30d") + 24);
	free(svg);
	assert_int_equal(badge_text_px(""), 0);
	assert_int_equal(badge_text_px("ii"), 6);
	assert_true(badge_text_px("MM") > 3 * badge_text_px("ii") - 3);
	assert_int_equal(badge_text_px("日本"), 22);
	assert_true(badge_text_px("\xff\xff") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(svg__escapes__whatever_a_name_has),
		cmocka_unit_test(svg__says__in_words_and_title_what_colour_says),
		cmocka_unit_test(svg__is__as_wide_as_its_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
