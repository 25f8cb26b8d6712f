/* Words and flags of a command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/mem.h"
#include "tui/cli/args.h"

static const struct flag flags[] = {{"since", "TIME", "", false},
				    {"label", "K=V", "", true},
				    {"dry-run", NULL, "", false},
				    {"file", "F", "", false},
				    {"tls", "yes|no", "", true}};
static const struct command command = {.words = "thing do",
				       .usage = "thing do X",
				       .flags = flags,
				       .n_flags = ARRAY_LEN(flags),
				       .min_args = 1,
				       .max_args = 2,
				       .rest = true};

#define PARSE(...)                    \
	char *argv[] = {__VA_ARGS__}; \
	struct invocation in = {0};   \
	struct error e = {0};         \
	enum err err = args_parse(&command, (int)ARRAY_LEN(argv), argv, &in, &e)

static void args__flags__may_stand_anywhere(void **state)
{
	PARSE("--since=1h", "a", "--dry-run", "b", "--label", "x=1", "--label", "y=2");
	assert_int_equal(err, ERR_NONE);
	assert_int_equal(in.n_args, 2);
	assert_string_equal(in.args[1], "b");
	assert_string_equal(invocation_flag(&in, "since"), "1h");
	assert_string_equal(invocation_flag(&in, "dry-run"), "");
	assert_int_equal(in.n_flags, 4);
	assert_null(invocation_flag(&in, "file"));
	args_fini(&in);
}

static void args__after_two_hyphens__belong_to_the_rest(void **state)
{
	PARSE("a", "--", "--since", "-x");
	assert_int_equal(err, ERR_NONE);
	assert_int_equal(in.n_rest, 2);
	assert_string_equal(in.rest[0], "--since");
	args_fini(&in);
}

static void args__a_yes_or_no__may_be_left_out(void **state)
{
	PARSE("--tls", "a", "--tls", "no", "--tls=false", "b", "--tls");
	assert_int_equal(err, ERR_NONE);
	assert_int_equal(in.n_args, 2);
	assert_string_equal(in.args[0], "a");
	assert_string_equal(in.flags[0].value, "yes");
	assert_string_equal(in.flags[1].value, "no");
	assert_string_equal(in.flags[2].value, "false");
	assert_string_equal(in.flags[3].value, "yes");
	args_fini(&in);
}

static void args__short_forms__stand_for_long_ones(void **state)
{
	PARSE("a", "-f", "x.yaml", "-n");
	assert_int_equal(err, ERR_NONE);
	assert_string_equal(invocation_flag(&in, "file"), "x.yaml");
	assert_non_null(invocation_flag(&in, "dry-run"));
	args_fini(&in);
}

static void args__mistyped_flag__is_refused_with_the_nearest(void **state)
{
	PARSE("a", "--sinse", "1h");
	assert_int_equal(err, ERR_USAGE);
	assert_non_null(strstr(e.hint, "--since"));
	args_fini(&in);
}

static void args__missing_value__is_said(void **state)
{
	PARSE("a", "--since");
	assert_int_equal(err, ERR_USAGE);
	assert_non_null(strstr(e.text, "--since"));
	args_fini(&in);
}

static void args__flag_given_twice__is_refused(void **state)
{
	PARSE("a", "--since", "1h", "--since", "2h");
	assert_int_equal(err, ERR_USAGE);
	args_fini(&in);
}

static void args__value_for_a_switch__is_refused(void **state)
{
	PARSE("a", "--dry-run=yes");
	assert_int_equal(err, ERR_USAGE);
	args_fini(&in);
}

static void args__too_many_words__names_the_first_extra(void **state)
{
	PARSE("a", "b", "c");
	assert_int_equal(err, ERR_USAGE);
	assert_non_null(strstr(e.text, "\"c\""));
	args_fini(&in);
}

static void globals__are_taken__out_of_the_words(void **state)
{
	char *argv[] = {"monitor", "-o",         "jsonl", "list", "--socket=/x",
			"--json",  "name,state", "--",    "-o"};
	int argc = (int)ARRAY_LEN(argv);
	struct cli_globals g = {0};
	struct error e = {0};
	assert_int_equal(globals_take(&argc, argv, &g, &e), ERR_NONE);
	assert_int_equal(argc, 4);
	assert_string_equal(argv[1], "list");
	assert_string_equal(argv[3], "-o");
	assert_string_equal(g.socket, "/x");
	assert_string_equal(g.output.fields, "name,state");
	assert_int_equal(g.output.format, OUTPUT_JSON);
}

static void globals__unknown_format__lists_the_known(void **state)
{
	char *argv[] = {"-o", "xml"};
	int argc = 2;
	struct cli_globals g = {0};
	struct error e = {0};
	assert_int_equal(globals_take(&argc, argv, &g, &e), ERR_USAGE);
	assert_non_null(strstr(e.hint, "jsonl"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(args__flags__may_stand_anywhere),
		cmocka_unit_test(args__after_two_hyphens__belong_to_the_rest),
		cmocka_unit_test(args__a_yes_or_no__may_be_left_out),
		cmocka_unit_test(args__short_forms__stand_for_long_ones),
		cmocka_unit_test(args__mistyped_flag__is_refused_with_the_nearest),
		cmocka_unit_test(args__missing_value__is_said),
		cmocka_unit_test(args__flag_given_twice__is_refused),
		cmocka_unit_test(args__value_for_a_switch__is_refused),
		cmocka_unit_test(args__too_many_words__names_the_first_extra),
		cmocka_unit_test(globals__are_taken__out_of_the_words),
		cmocka_unit_test(globals__unknown_format__lists_the_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
