/* A name server on a loopback port whose answers are in the name. Prints "dns PORT", then serves
 * until its standard input ends.
 *
 *   nx.test  nxdomain       servfail.test  SERVFAIL     refused.test  REFUSED     silent.test
 * nothing v4.test  only A         v6.test  only AAAA          dual.test  both           empty.test
 * no address half.test  A, and silence for AAAA                  *.dead.test, deadv6.test  as dual
 *   brief.test  A, for 0 s  count.test  A 127.0.0.N, N grows with each question
 *   anything else under .test: A 127.0.0.1 for 60 s, no AAAA; everything else: nxdomain */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	HEADER = 12,
	TYPE_A = 1,
	TYPE_AAAA = 28,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_REFUSED = 5
};

struct plan {
	bool silent;
	int rcode, ttl;
	bool a, aaaa, silent_aaaa;
	unsigned char last; /* byte of the IPv4 address */
};

static bool is(const char *name, const char *wanted)
{
	return !strcasecmp(name, wanted);
}

static bool ends(const char *name, const char *tail)
{
	size_t n = strlen(name), m = strlen(tail);

	return n >= m && !strcasecmp(name + n - m, tail);
}

static struct plan plan_for(const char *name)
{
	static unsigned char count;
	struct plan p = {.ttl = 60, .last = 1};

	if (!ends(name, ".test") || is(name, "nx.test"))
		p.rcode = RCODE_NXDOMAIN;
	else if (is(name, "servfail.test"))
		p.rcode = RCODE_SERVFAIL;
	else if (is(name, "refused.test"))
		p.rcode = RCODE_REFUSED;
	else if (is(name, "silent.test"))
		p.silent = true;
	else if (is(name, "v6.test"))
		p.aaaa = true;
	else if (is(name, "dual.test") || ends(name, "deadv6.test") || ends(name, ".dead.test"))
		p.a = p.aaaa = true;
	else if (is(name, "half.test"))
		p.a = p.silent_aaaa = true;
	else if (!is(name, "empty.test"))
		p.a = true;
	if (is(name, "brief.test"))
		p.ttl = 0;
	if (is(name, "count.test"))
		p.last = ++count;
	return p;
}

/* The name of the question in text; returns where it ends, 0 when it is broken. */
static size_t read_name(const unsigned char *q, size_t len, char *out, size_t cap)
{
	size_t at = HEADER, n = 0;

	while (at < len && q[at]) {
		size_t label = q[at++];

		if (label > 63 || at + label > len || n + label + 2 > cap)
			return 0;
		if (n)
			out[n++] = '.';
		memcpy(out + n, q + at, label);
		n += label;
		at += label;
	}
	out[n] = '\0';
	return at < len ? at + 1 : 0;
}

static size_t add_answer(unsigned char *r, size_t at, int type, const struct plan *p)
{
	unsigned char head[] = {0xC0, HEADER, 0, (unsigned char)type,   0, 1,
				0,    0,      0, (unsigned char)p->ttl, 0, type == TYPE_A ? 4 : 16};
	unsigned char v4[4] = {127, 0, 0, p->last}, v6[16] = {[15] = 1};

	memcpy(r + at, head, sizeof head);
	at += sizeof head;
	memcpy(r + at, type == TYPE_A ? v4 : v6, type == TYPE_A ? 4 : 16);
	r[7]++;
	return at + (type == TYPE_A ? 4 : 16);
}

static void serve(int fd)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof from;
	unsigned char q[1024];
	char name[300];
	ssize_t n = recvfrom(fd, q, 512, 0, (struct sockaddr *)&from, &from_len);
	size_t end = n > HEADER ? read_name(q, (size_t)n, name, sizeof name) : 0;
	struct plan p;
	int type;

	if (!end || end + 4 > (size_t)n)
		return;
	type = q[end] << 8 | q[end + 1];
	p = plan_for(name);
	if (p.silent || (p.silent_aaaa && type == TYPE_AAAA))
		return;
	end += 4;
	q[2] = 0x84 | (q[2] & 1);
	q[3] = (unsigned char)(0x80 | p.rcode);
	memset(q + 6, 0, 6);
	if (!p.rcode && ((type == TYPE_A && p.a) || (type == TYPE_AAAA && p.aaaa)))
		end = add_answer(q, end, type, &p);
	sendto(fd, q, end, 0, (struct sockaddr *)&from, from_len);
}

int main(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char end[64];

	if (bind(fd, (struct sockaddr *)&a, sizeof a) ||
	    getsockname(fd, (struct sockaddr *)&a, &len)) {
		perror("fakedns");
		return 1;
	}
	printf("dns %u\nready 1\n", ntohs(a.sin_port));
	fflush(stdout);
	for (;;) {
		struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};

		poll(fds, 2, -1);
		if (fds[1].revents && read(0, end, sizeof end) <= 0)
			return 0;
		if (fds[0].revents)
			serve(fd);
	}
}
