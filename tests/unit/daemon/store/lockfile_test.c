/* Who owns a data directory, and where it answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/lockfile.h"

static char directory[64];

static int setup(void **state)
{
	snprintf(directory, sizeof(directory), "/tmp/lockfile_test.XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int teardown(void **state)
{
	char path[96];
	snprintf(path, sizeof(path), "%s/lock", directory);
	unlink(path);
	return rmdir(directory);
}

static void owner__says__where_it_answers(void **state)
{
	struct lockfile l, second;
	struct error e = {0};
	char socket[64] = "";
	assert_false(lockfile_owner_socket(directory, socket, sizeof(socket)));
	assert_int_equal(lockfile_take(&l, directory, "/run/a b/api.sock", &e), ERR_NONE);
	assert_int_equal(lockfile_mark_running(&l, 7, 9, &e), ERR_NONE);
	assert_int_equal(lockfile_take(&second, directory, "/other", &e), ERR_LOCKED);
	assert_true(lockfile_owner_socket(directory, socket, sizeof(socket)));
	assert_string_equal(socket, "/run/a b/api.sock");
	assert_false(lockfile_owner_socket(directory, socket, 10));
	lockfile_mark_clean(&l, 8, 10);
	lockfile_release(&l);
	assert_false(lockfile_owner_socket(directory, socket, sizeof(socket)));
	assert_int_equal(lockfile_take(&l, directory, NULL, &e), ERR_NONE);
	assert_true(l.was_clean && l.epoch == 8 && l.seq == 10);
	assert_int_equal(lockfile_mark_running(&l, 8, 10, &e), ERR_NONE);
	assert_false(lockfile_owner_socket(directory, socket, sizeof(socket)));
	lockfile_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(owner__says__where_it_answers, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
