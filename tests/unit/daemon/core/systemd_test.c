/* systemd's protocols, against a socket of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/core/systemd.h"

static void notify__sends__the_state_to_an_abstract_socket(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64], got[64] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	int n = snprintf(name, sizeof(name), "@sellersmart-test-%d", (int)getpid());
	memcpy(address.sun_path, name, (size_t)n);
	address.sun_path[0] = 0;
	assert_int_equal(0, bind(fd, (struct sockaddr *)&address,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n)));
	setenv("NOTIFY_SOCKET", name, 1);
	systemd_notify("READY=1");
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(7, recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT));
	assert_string_equal(got, "READY=1");
	close(fd);
}

static void notify__without_a_socket__does_nothing(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	systemd_notify("READY=1");
	setenv("NOTIFY_SOCKET", "relative", 1);
	systemd_notify("READY=1");
	unsetenv("NOTIFY_SOCKET");
}

static void watchdog__is_half__of_what_systemd_waits(void **state)
{
	setenv("WATCHDOG_USEC", "20000000", 1);
	unsetenv("WATCHDOG_PID");
	assert_int_equal(10000, systemd_watchdog_ms());
	setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
	assert_int_equal(0, systemd_watchdog_ms());
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(0, systemd_watchdog_ms());
}

static void listen_fds__are_ours__only_with_our_pid(void **state)
{
	char pid[24];
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	assert_int_equal(0, systemd_listen_fds());
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	assert_int_equal(1, systemd_listen_fds());
	assert_null(getenv("LISTEN_FDS"));
	assert_int_equal(0, systemd_listen_fds());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1000000", 1);
	assert_int_equal(0, systemd_listen_fds());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notify__sends__the_state_to_an_abstract_socket),
		cmocka_unit_test(notify__without_a_socket__does_nothing),
		cmocka_unit_test(watchdog__is_half__of_what_systemd_waits),
		cmocka_unit_test(listen_fds__are_ours__only_with_our_pid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
