/* The daemon's configuration: defaults, file, flags, and what is said when it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/core/config.h"

static char directory[64];
static char path[128];

static int setup(void **state)
{
	snprintf(directory, sizeof(directory), "/tmp/config_test.XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/sellersmart.yaml", directory);
	setenv("XDG_CONFIG_HOME", directory, 1);
	setenv("XDG_STATE_HOME", directory, 1);
	setenv("XDG_RUNTIME_DIR", directory, 1);
	unsetenv("STATE_DIRECTORY");
	unsetenv("RUNTIME_DIRECTORY");
	return 0;
}

static int teardown(void **state)
{
	unlink(path);
	return rmdir(directory);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct config *load(const char *text, const char *level, struct error *e)
{
	struct config_flags flags = {.log_level = level};
	if (text) {
		write_file(text);
		flags.config = path;
	}
	memset(e, 0, sizeof(*e));
	return config_load(&flags, e);
}

static void config__without_a_file__has_defaults(void **state)
{
	struct error e;
	struct config *c = load(NULL, NULL, &e);
	assert_non_null(c);
	assert_string_equal(c->file, "");
	assert_int_equal(c->log_level, LOG_INFO);
	assert_int_equal(c->checks_max, 1000);
	assert_int_equal(c->resolver_timeout_ms, 3000);
	assert_int_equal(c->retention_bytes, 2LL << 30);
	assert_non_null(strstr(c->data_dir, directory));
	assert_non_null(strstr(c->socket, "api.sock"));
	assert_string_equal(json_str(c->origins, "node", ""), "default");
	config_free(c);
}

static void config__flag__wins_over_the_file(void **state)
{
	struct error e;
	struct config *c = load("log_level: debug\nnode: 3\n", "error", &e);
	assert_non_null(c);
	assert_int_equal(c->log_level, LOG_ERROR);
	assert_int_equal(c->node, 3);
	char expected[160];
	snprintf(expected, sizeof(expected), "%s:2", path);
	assert_string_equal(json_str(c->origins, "node", ""), expected);
	assert_string_equal(json_str(c->origins, "log_level", ""), "flag");
	config_free(c);
}

static void config__fault__names_file_line_and_field(void **state)
{
	struct error e;
	assert_null(load("node: 1\n\nchecks_max: none\n", NULL, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(e.line, 3);
	assert_non_null(strstr(e.text, ":3: "));
	assert_non_null(strstr(e.text, "checks_max"));
}

static void config__unknown_setting__suggests_the_nearest(void **state)
{
	struct error e;
	assert_null(load("chekcs_max: 5\n", NULL, &e));
	assert_true(strstr(e.text, "checks_max") || strstr(e.hint, "checks_max"));
}

static void config__missing_file__is_said(void **state)
{
	struct config_flags flags = {.config = "/nonexistent/sellersmart.yaml"};
	struct error e = {0};
	assert_null(config_load(&flags, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "/nonexistent/sellersmart.yaml"));
}

static void config__long_socket_path__is_refused(void **state)
{
	char socket[160];
	struct error e = {0};
	memset(socket, 'x', sizeof(socket));
	socket[0] = '/';
	socket[sizeof(socket) - 1] = 0;
	struct config_flags flags = {.socket = socket};
	assert_null(config_load(&flags, &e));
	assert_non_null(strstr(e.text, "socket"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config__without_a_file__has_defaults),
		cmocka_unit_test(config__flag__wins_over_the_file),
		cmocka_unit_test(config__fault__names_file_line_and_field),
		cmocka_unit_test(config__unknown_setting__suggests_the_nearest),
		cmocka_unit_test(config__missing_file__is_said),
		cmocka_unit_test(config__long_socket_path__is_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
