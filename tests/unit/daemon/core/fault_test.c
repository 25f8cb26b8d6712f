#include "daemon/core/fault.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* In a process of its own: walk past two points three times. @return the passes of "a.b" that it
 * survived, -1: it ended in another way */
static int survived(const char *fault)
{
	int status, passed[2];
	char byte;
	assert_int_equal(pipe(passed), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (!child) {
		fault ? setenv("SELLERSMART_FAULT", fault, 1) : unsetenv("SELLERSMART_FAULT");
		fault_arm();
		for (int i = 0; i < 3; i++) {
			fault_point("a.bc");
			fault_point("a.b");
			if (write(passed[1], "", 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	close(passed[1]);
	int n = 0;
	while (read(passed[0], &byte, 1) == 1)
		n++;
	close(passed[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	return killed == (n < 3) ? n : -1;
}

static void point__passes__when_nothing_is_armed(void **state)
{
	assert_int_equal(survived(NULL), 3);
	assert_int_equal(survived(""), 3);
	assert_int_equal(survived("another"), 3);
	assert_int_equal(survived("a"), 3);
}

static void point__ends_the_process__at_the_pass_that_was_asked_for(void **state)
{
	assert_int_equal(survived("a.b"), 0);
	assert_int_equal(survived("a.b:1"), 0);
	assert_int_equal(survived("a.b:3"), 2);
	assert_int_equal(survived("a.b:4"), 3);
	assert_int_equal(survived("a.b:x"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(point__passes__when_nothing_is_armed),
		cmocka_unit_test(point__ends_the_process__at_the_pass_that_was_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
