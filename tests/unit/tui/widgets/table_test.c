#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/mem.h"
#include "tui/widgets/table.h"

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "p95", .path = "last.p95", .format = COLUMN_MS, .min_width = 7, .priority = 1},
	{.title = "target", .path = "target", .min_width = 16, .weight = 1, .priority = 2},
};

static void layout__shares__the_spare_width_by_weight(void **state)
{
	struct table_layout l;
	int end;

	table_layout(&l, columns, ARRAY_LEN(columns), 77);
	assert_int_equal(l.n, 4);
	assert_int_equal(l.at[1].width, 10 + 20);
	assert_int_equal(l.at[3].width, 16 + 10);
	end = l.at[3].x + l.at[3].width;
	assert_int_equal(end, 77);
}

static void layout__drops__the_least_important_first(void **state)
{
	struct table_layout l;

	table_layout(&l, columns, ARRAY_LEN(columns), 30);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.at[2].column->title, "p95");
	table_layout(&l, columns, ARRAY_LEN(columns), 21);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.at[1].column->title, "name");
}

static void layout__keeps__one_column_on_any_width(void **state)
{
	struct table_layout l;

	for (int w = 0; w < 80; w++) {
		table_layout(&l, columns, ARRAY_LEN(columns), w);
		assert_true(l.n >= 1);
		for (size_t i = 0; i < l.n; i++)
			assert_true(l.at[i].x + l.at[i].width <= (w > 0 ? w : 0));
	}
}

static void row__reads__nested_paths_and_aligns_figures(void **state)
{
	struct canvas c = {0};
	struct buf text = BUF_INIT(4096);
	struct table_layout l;
	json_t *row = json_pack("{s:s, s:s, s:{s:f}}", "state", "down", "name", "shop", "last",
				"p95", 212.0);

	canvas_reset(&c, 2, 40);
	table_layout(&l, columns, 3, 40);
	table_header(&l, surface_all(&c), 0, 0, "-name");
	table_row(&l, surface_all(&c), 1, 0, row, 0);
	canvas_dump(&c, &text);
	assert_string_equal(buf_str(&text), "state     name↓                      p95\n"
					    "DOWN      shop                     212ms\n");
	json_decref(row);
	buf_fini(&text);
	canvas_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout__shares__the_spare_width_by_weight),
		cmocka_unit_test(layout__drops__the_least_important_first),
		cmocka_unit_test(layout__keeps__one_column_on_any_width),
		cmocka_unit_test(row__reads__nested_paths_and_aligns_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
