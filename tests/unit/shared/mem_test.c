#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "shared/mem.h"

static void zero_bytes__is_still_memory(void **state)
{
	void *p = mem_alloc(0), *z = mem_zalloc(0);

	assert_non_null(p);
	assert_non_null(z);
	p = mem_realloc(p, 0);
	assert_non_null(p);
	free(p);
	free(z);
}

static void strndup__stops_at_nul_and_at_n(void **state)
{
	char *a = mem_strndup("abcdef", 3), *b = mem_strndup("ab", 10), *c = mem_strdup("");

	assert_string_equal(a, "abc");
	assert_string_equal(b, "ab");
	assert_string_equal(c, "");
	free(a);
	free(b);
	free(c);
}

static void printf__makes_a_string(void **state)
{
	char *s = mem_printf("%s-%d", "x", 5);

	assert_string_equal(s, "x-5");
	free(s);
}

static void array__multiplication_overflow__ends_the_process(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		/* cmocka and the sanitizers catch SIGABRT: a plain end is enough to see here */
		signal(SIGABRT, SIG_DFL);
		free(mem_array(NULL, SIZE_MAX / 2, 4));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_bytes__is_still_memory),
		cmocka_unit_test(strndup__stops_at_nul_and_at_n),
		cmocka_unit_test(printf__makes_a_string),
		cmocka_unit_test(array__multiplication_overflow__ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
