/* Does the name server answer? One question for the root's name servers, which is harmless. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "shared/doctor/doctor.h"
#include "shared/url.h"

enum { WAIT_MS = 2000, SLOW_MS = 500 };

static void first_server(const struct doctor_context *c, char out[static HOST_MAX])
{
	char line[256];
	out[0] = 0;
	if (c->nameservers && c->nameservers[0]) {
		snprintf(out, HOST_MAX, "%.*s", (int)strcspn(c->nameservers, ", "), c->nameservers);
		return;
	}
	FILE *file = fopen("/etc/resolv.conf", "re");
	while (file && !out[0] && fgets(line, sizeof(line), file))
		if (sscanf(line, " nameserver %200s", out) != 1)
			out[0] = 0;
	if (file)
		fclose(file);
}

static bool read_address(const char *text, struct sockaddr_storage *a, socklen_t *len)
{
	char host[HOST_MAX];
	uint16_t port = 53;
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;
	memset(a, 0, sizeof(*a));
	snprintf(host, sizeof(host), "%.*s", (int)strcspn(text, "%"), text);
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1 &&
	    host_port_parse(text, 53, host, &port, NULL))
		return false;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		*len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	*len = sizeof(*v6);
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* @return ms until the answer, or -1 with errno */
static int64_t ask(const struct sockaddr_storage *a, socklen_t len)
{
	/* RFC 1035: id, recursion desired, one question: the root, NS, IN */
	static const unsigned char question[] = {0x5e, 0x11, 1, 0, 0, 1, 0, 0, 0,
						 0,    0,    0, 0, 0, 0, 2, 0, 1};
	unsigned char answer[2048];
	int64_t began = now_ms(), took = -1;
	int fd = socket(a->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	if (fd < 0)
		return -1;
	if (!connect(fd, (const struct sockaddr *)a, len) &&
	    send(fd, question, sizeof(question), 0) == (ssize_t)sizeof(question)) {
		errno = ETIMEDOUT;
		if (poll(&p, 1, WAIT_MS) == 1) {
			ssize_t n = recv(fd, answer, sizeof(answer), 0);
			if (n >= 12 && !memcmp(answer, question, 2) && answer[2] & 0x80)
				took = now_ms() - began;
		}
	}
	int kept = errno;
	close(fd);
	errno = kept;
	return took;
}

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	char server[HOST_MAX];
	struct sockaddr_storage a;
	socklen_t len = 0;
	static const char remedy[] =
		"mend /etc/resolv.conf, or set nameservers in the configuration";
	first_server(c, server);
	if (!server[0]) {
		doctor_say(f, DOCTOR_FAIL, remedy, "no name server is configured");
		return;
	}
	if (!read_address(server, &a, &len)) {
		doctor_say(f, DOCTOR_WARN, remedy, "\"%.80s\" is no address of a name server",
			   server);
		return;
	}
	int64_t took = ask(&a, len);
	if (took < 0)
		doctor_say(f, DOCTOR_FAIL, remedy, "name server %.80s does not answer: %s", server,
			   strerror(errno));
	else if (took > SLOW_MS)
		doctor_say(f, DOCTOR_WARN, remedy, "name server %.80s takes %lld ms", server,
			   (long long)took);
	else
		doctor_say(f, DOCTOR_OK, NULL, "name server %.80s answers in %lld ms", server,
			   (long long)took);
}

extern const struct doctor_check doctor_resolver;
const struct doctor_check doctor_resolver = {.name = "resolver", .look = look};
