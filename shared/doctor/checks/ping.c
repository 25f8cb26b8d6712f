/* May we ping? */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/doctor/doctor.h"

static bool may_open(int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	if (may_open(SOCK_DGRAM))
		doctor_say(f, DOCTOR_OK, NULL, "ping is permitted (ICMP datagram sockets)");
	else if (may_open(SOCK_RAW))
		doctor_say(f, DOCTOR_OK, NULL, "ping is permitted (raw sockets)");
	else
		doctor_say(f, DOCTOR_WARN,
			   "sysctl -w net.ipv4.ping_group_range='0 2147483647' (and in "
			   "/etc/sysctl.d), or give the daemon CAP_NET_RAW",
			   "ping is not permitted: %s; monitors of that type stay unknown",
			   strerror(errno));
}

extern const struct doctor_check doctor_ping;
const struct doctor_check doctor_ping = {.name = "ping", .look = look};
