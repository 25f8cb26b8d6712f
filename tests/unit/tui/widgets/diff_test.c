#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/mem.h"
#include "tui/widgets/diff.h"

static struct canvas canvas;
static struct buf text;

static int set_up(void **state)
{
	text = BUF_INIT(65536);
	canvas.ascii = false;
	canvas_reset(&canvas, 8, 24);
	return 0;
}

static int tear_down(void **state)
{
	canvas_fini(&canvas);
	buf_fini(&text);
	return 0;
}

static const char *dump(void)
{
	buf_reset(&text);
	canvas_dump(&canvas, &text);
	return buf_str(&text);
}

/* lines: "-old\n+new\n" */
static int draw(const char *lines, size_t *left)
{
	json_t *list = json_array(), *diff;
	int y;

	for (const char *p = lines; *p;) {
		size_t n = strcspn(p, "\n");

		json_array_append_new(
			list, json_pack("{s:s%, s:s%}", "op", p, (size_t)1, "text", p + 1, n - 1));
		p += n + 1;
	}
	diff = json_pack("{s:[{s:i, s:i, s:o}]}", "hunks", "from_line", 3, "to_line", 4, "lines",
			 list);
	y = diff_draw(surface_all(&canvas), 0, diff, left);
	json_decref(diff);
	return y;
}

/* Which columns of a row are underlined, as a line of '_' and ' '. */
static const char *underlined(int y)
{
	static char out[32];

	for (int x = 0; x < canvas.width; x++)
		out[x] = canvas.cells[y * canvas.width + x].style & STYLE_UNDERLINE ? '_' : ' ';
	out[canvas.width] = '\0';
	return out;
}

static void lines__carry__their_mark(void **state)
{
	size_t left;

	assert_int_equal(draw(" same\n-gone\n+come\n", &left), 4);
	assert_int_equal(left, 0);
	assert_string_equal(dump(), "@@ -3,2 +4,2 @@\n  same\n- gone\n+ come\n\n\n\n\n");
}

static void change__inside_a_line__is_underlined(void **state)
{
	size_t left;

	draw("-Price 36.50 EUR\n+Price 34.90 EUR\n", &left);
	assert_string_equal(underlined(1), "         ___            ");
	assert_string_equal(underlined(2), "         ___            ");
	draw("-quite another\n+LINE OF TEXT\n", &left);
	assert_null(strchr(underlined(1), '_'));
}

static void added_line__has__no_counterpart(void **state)
{
	size_t left;

	draw("+Price 34.90 EUR\n Price 36.50 EUR\n", &left);
	assert_null(strchr(underlined(1), '_'));
}

static void long_line__goes_on__in_the_next_row(void **state)
{
	size_t left;

	assert_int_equal(draw("+abcdefghijklmnopqrstuvwxyz\n", &left), 3);
	assert_string_equal(dump(),
			    "@@ -3,0 +4,1 @@\n+ abcdefghijklmnopqrstu\n  vwxyz\n\n\n\n\n\n");
}

static void what_finds_no_room__is_counted(void **state)
{
	size_t left;

	assert_int_equal(draw("+1\n+2\n+3\n+4\n+5\n+6\n+7\n+8\n+9\n", &left), 7);
	assert_int_equal(left, 3);
}

static void escapes__are_made_safe(void **state)
{
	size_t left;

	draw("+a\033[31mb\n", &left);
	assert_null(strchr(dump(), '\033'));
}

static void common_parts__end__between_characters(void **state)
{
	size_t prefix, suffix;

	diff_common("caf\xC3\xA9!", "caf\xC3\xA8!", &prefix, &suffix);
	assert_int_equal(prefix, 3);
	assert_int_equal(suffix, 1);
	diff_common("aaa", "aa", &prefix, &suffix);
	assert_int_equal(prefix + suffix, 2);
	/* The last bytes are alike, the characters are not. */
	diff_common("\xC3\xA9", "\xC5\xA9", &prefix, &suffix);
	assert_int_equal(prefix + suffix, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines__carry__their_mark),
		TEST(change__inside_a_line__is_underlined),
		TEST(added_line__has__no_counterpart),
		TEST(long_line__goes_on__in_the_next_row),
		TEST(what_finds_no_room__is_counted),
		TEST(escapes__are_made_safe),
		TEST(common_parts__end__between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
