#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tui/widgets/meter.h"

static const char *drawn(const char *row, int width, bool *shown)
{
	static struct buf text;
	struct canvas canvas = {.ascii = true};
	json_t *job = json_loads(row, 0, NULL);

	buf_fini(&text);
	text = BUF_INIT(4096);
	canvas_reset(&canvas, 1, width);
	*shown = meter_draw(surface_all(&canvas), 0, 0, width, job);
	canvas_dump(&canvas, &text);
	canvas_fini(&canvas);
	json_decref(job);
	return buf_str(&text);
}

static void running__is_a_bar__with_what_failed(void **state)
{
	bool shown;

	assert_string_equal(
		drawn("{\"state\":\"running\",\"found\":10,\"done\":6,\"failed\":2}", 15, &shown),
		"######xx..  80%\n");
	assert_true(shown);
}

static void share__is_cut__so_that_100_means_all(void **state)
{
	bool shown;

	assert_string_equal(
		drawn("{\"state\":\"running\",\"found\":1000,\"done\":999}", 15, &shown),
		"#########.  99%\n");
}

static void what_is_over__has_no_bar(void **state)
{
	bool shown;
	char out[32];
	json_t *job = json_pack("{s:s,s:i,s:i}", "state", "done", "found", 1840, "done", 1838);

	drawn("{\"state\":\"done\",\"found\":10,\"done\":10}", 15, &shown);
	assert_false(shown);
	drawn("{\"state\":\"running\",\"found\":0,\"done\":0}", 15, &shown);
	assert_false(shown);
	meter_text(out, sizeof out, job);
	assert_string_equal(out, "1,838 of 1,840");
	json_decref(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running__is_a_bar__with_what_failed),
		cmocka_unit_test(share__is_cut__so_that_100_means_all),
		cmocka_unit_test(what_is_over__has_no_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
