#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "shared/paths.h"

static char base[64];

static int setup(void **state)
{
	static const char *const names[] = {"STATE_DIRECTORY", "RUNTIME_DIRECTORY",
					    "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unsetenv(names[i]);
	strcpy(base, "/tmp/paths_test.XXXXXX");
	if (!mkdtemp(base))
		return -1;
	return setenv("HOME", base, 1);
}

static int teardown(void **state)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", base);
	return system(command);
}

static const char *below(const char *path)
{
	static char text[PATH_TEXT];

	snprintf(text, sizeof text, "%s%s", base, path);
	return text;
}

static void data_dir__service_then_xdg_then_home(void **state)
{
	char out[PATH_TEXT];

	assert_int_equal(path_data_dir(out, NULL), 0);
	assert_string_equal(out, below("/.local/state/sellersmart"));
	setenv("XDG_STATE_HOME", "relative/is/ignored", 1);
	assert_int_equal(path_data_dir(out, NULL), 0);
	assert_string_equal(out, below("/.local/state/sellersmart"));
	setenv("XDG_STATE_HOME", "/x/state", 1);
	assert_int_equal(path_data_dir(out, NULL), 0);
	assert_string_equal(out, "/x/state/sellersmart");
	setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
	assert_int_equal(path_data_dir(out, NULL), 0);
	assert_string_equal(out, "/var/lib/one");
}

static void default_socket__order(void **state)
{
	char out[PATH_TEXT];

	assert_int_equal(path_default_socket(out, NULL), 0);
	assert_int_equal(strcmp(out + strlen(out) - 9, "/api.sock"), 0);
	setenv("XDG_RUNTIME_DIR", "/run/user/4711", 1);
	assert_int_equal(path_default_socket(out, NULL), 0);
	assert_string_equal(out, "/run/user/4711/sellersmart/api.sock");
	setenv("RUNTIME_DIRECTORY", "/run/sellersmart", 1);
	assert_int_equal(path_default_socket(out, NULL), 0);
	assert_string_equal(out, "/run/sellersmart/api.sock");
}

static void client_sockets__all_places_once(void **state)
{
	char out[8][PATH_TEXT];
	size_t n;

	setenv("XDG_RUNTIME_DIR", "/run/user/4711", 1);
	setenv("XDG_STATE_HOME", "/x/state", 1);
	n = path_client_sockets(out, 8);
	assert_in_range(n, 3, 4);
	assert_string_equal(out[0], "/run/user/4711/sellersmart/api.sock");
	assert_string_equal(out[n - 2], "/x/state/sellersmart/api.sock");
	assert_string_equal(out[n - 1], "/run/sellersmart/api.sock");
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(out[i], out[j]);
	}
	assert_int_equal(path_client_sockets(out, 1), 1);
	setenv("XDG_RUNTIME_DIR", "/run", 1); /* same as the service's: once */
	n = path_client_sockets(out, 8);
	assert_string_equal(out[0], "/run/sellersmart/api.sock");
	assert_string_not_equal(out[n - 1], "/run/sellersmart/api.sock");
}

static void too_long__is_an_error_not_a_cut(void **state)
{
	char longer[PATH_TEXT + 10], out[PATH_TEXT];
	struct error e = {0};

	memset(longer, 'a', sizeof longer - 1);
	longer[0] = '/';
	longer[sizeof longer - 1] = '\0';
	setenv("XDG_STATE_HOME", longer, 1);
	assert_int_equal(path_data_dir(out, &e), ERR_CONFIG);
	assert_true(e.hint[0] != '\0');
	assert_int_equal(path_make_dir(longer, &e), ERR_IO);
}

static void find_config__own_first(void **state)
{
	char out[PATH_TEXT];
	FILE *f;

	assert_false(path_find_config(out, "no-such-file.yaml"));
	assert_int_equal(path_make_dir(below("/.config/sellersmart"), NULL), 0);
	f = fopen(below("/.config/sellersmart/x.yaml"), "w");
	assert_non_null(f);
	fclose(f);
	assert_true(path_find_config(out, "x.yaml"));
	assert_string_equal(out, below("/.config/sellersmart/x.yaml"));
}

static void make_dir__makes_parents_private(void **state)
{
	struct stat st;

	assert_int_equal(path_make_dir(below("/a/b//c/"), NULL), 0);
	assert_int_equal(stat(below("/a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(path_make_dir(below("/a/b/c"), NULL), 0); /* again is fine */
	assert_int_equal(symlink("b", below("/a/link")), 0);
	assert_int_equal(path_make_dir(below("/a/link/d"), NULL), 0);
}

static void make_dir__file_in_the_way__says_which(void **state)
{
	struct error e = {0};
	FILE *f = fopen(below("/file"), "w");

	fclose(f);
	assert_int_equal(path_make_dir(below("/file/x"), &e), ERR_IO);
	assert_non_null(strstr(e.text, "/file"));
	assert_int_equal(path_make_dir("", &e), ERR_INVALID);
}

static void check_socket__sun_path_is_107_bytes(void **state)
{
	char path[200];
	struct error e = {0};

	memset(path, 'a', sizeof path);
	path[107] = '\0';
	assert_int_equal(path_check_socket(path, &e), 0);
	path[107] = 'a';
	path[108] = '\0';
	assert_int_equal(path_check_socket(path, &e), ERR_INVALID);
	assert_string_equal(e.field, "socket");
	assert_non_null(strstr(e.text, "108"));
	assert_non_null(strstr(e.hint, "--socket"));
	assert_int_equal(path_check_socket("", &e), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(data_dir__service_then_xdg_then_home, setup,
						teardown),
		cmocka_unit_test_setup_teardown(default_socket__order, setup, teardown),
		cmocka_unit_test_setup_teardown(client_sockets__all_places_once, setup, teardown),
		cmocka_unit_test_setup_teardown(too_long__is_an_error_not_a_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(find_config__own_first, setup, teardown),
		cmocka_unit_test_setup_teardown(make_dir__makes_parents_private, setup, teardown),
		cmocka_unit_test_setup_teardown(make_dir__file_in_the_way__says_which, setup,
						teardown),
		cmocka_unit_test_setup_teardown(check_socket__sun_path_is_107_bytes, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
