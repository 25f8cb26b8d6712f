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

static void config__section_and_dotted_name__are_the_same(void **state)
{
	struct error e;
	struct config *c = load("net:\n  pace: 2s\n  contact: a@me.example\n"
				"  allow_private: [127.0.0.0/8, '::1']\nnet.budget: 7\n",
				NULL, &e);
	if (!c)
		fail_msg("%s", e.text);
	assert_int_equal(c->net_pace_ms, 2000);
	assert_int_equal(c->net_budget, 7);
	assert_string_equal(c->net_contact, "a@me.example");
	assert_int_equal(c->n_allow_private, 2);
	assert_int_equal(c->allow_private[0].bits, 96 + 8);
	assert_int_equal(c->allow_private[1].bits, 128);
	assert_non_null(strstr(json_string_value(json_object_get(c->origins, "net.pace")), ":2"));
	config_free(c);
}

static void config__net__has_polite_defaults(void **state)
{
	struct error e;
	struct config *c = load("", NULL, &e);
	assert_non_null(c);
	assert_int_equal(c->net_pace_ms, 5000);
	assert_int_equal(c->n_allow_private, 0);
	assert_string_equal(c->net_contact, "");
	assert_true(c->net_budget > 0 && c->net_cache_bytes > 0);
	config_free(c);
}

static void config__fault_in_a_section__names_its_line(void **state)
{
	static const char *const wrong[] = {
		"net:\n  allow_private: [10.1.2.3/8]\n",
		"net:\n  contact: 'me) x'\n",
		"net:\n  pase: 5s\n",
		"net:\n  pace: soon\n",
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct error e;
		assert_null(load(wrong[i], NULL, &e));
		assert_int_equal(e.line, 2);
		assert_non_null(strstr(e.text, "net."));
	}
}

static void config__allow_private__by_flags_stands_in_place_of_the_files(void **state)
{
	struct config_flags flags = {.config = path,
				     .allow_private = {"127.0.0.0/8", "10.0.0.0/8,::1"},
				     .n_allow_private = 2};
	struct error e = {0};
	write_file("net.allow_private: [192.168.0.0/16]\n");
	struct config *c = config_load(&flags, &e);
	assert_non_null(c);
	assert_int_equal(c->n_allow_private, 3);
	assert_int_equal(c->allow_private[0].bytes[12], 127);
	assert_string_equal(json_string_value(json_object_get(c->origins, "net.allow_private")),
			    "flag");
	config_free(c);
	flags.allow_private[1] = "10.0.0.0/99";
	assert_null(config_load(&flags, &e));
	assert_non_null(strstr(e.text, "10.0.0.0/99"));
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
		cmocka_unit_test(config__section_and_dotted_name__are_the_same),
		cmocka_unit_test(config__net__has_polite_defaults),
		cmocka_unit_test(config__fault_in_a_section__names_its_line),
		cmocka_unit_test(config__allow_private__by_flags_stands_in_place_of_the_files),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
