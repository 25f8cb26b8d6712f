#include "daemon/core/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTEN_FDS_START = 3, LISTEN_FDS_LIMIT = 16 };

void systemd_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path));
	if (path[0] == '@')
		address.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, len);
	close(fd);
}

static bool meant_for_us(const char *pid_variable)
{
	const char *pid = getenv(pid_variable);
	return !pid || strtol(pid, NULL, 10) == getpid();
}

int64_t systemd_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	if (!usec || !meant_for_us("WATCHDOG_PID"))
		return 0;
	long long value = strtoll(usec, NULL, 10);
	return value > 0 ? value / 2000 : 0;
}

int systemd_listen_fds(void)
{
	const char *count = getenv("LISTEN_FDS");
	if (!count || !getenv("LISTEN_PID") || !meant_for_us("LISTEN_PID"))
		return 0;
	long n = strtol(count, NULL, 10);
	if (n < 0 || n > LISTEN_FDS_LIMIT)
		n = 0;
	for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + n; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	return (int)n;
}
