/* A name server on a loopback port, UDP and TCP, whose answers are in the name. Prints "dns PORT",
 * then serves until its standard input ends.
 *
 *   nx.test nxdomain, servfail.test SERVFAIL, refused.test REFUSED, silent.test nothing,
 *   v4.test only A, v6.test only AAAA, dual.test both, empty.test no record at all,
 *   denied6.test nxdomain for AAAA, A when asked again; denied6-silent.test never A
 *   half.test A, and silence for AAAA; *.dead.test, deadv6.test as dual
 *   brief.test A, for 0 s; count.test A 127.0.0.N, N grows with each question
 *   what the table below has; broken.test records that end too early; slow.test A after 150 ms
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
	TYPE_NS = 2,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_AAAA = 28,
	TYPE_CAA = 257,
	MESSAGE_MAX = 4096,
	UDP_MAX = 512,
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

/* ---- records ------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int type;
	const char *text; /* as in a zone file; the strings of a TXT are parted by | */
} records[] = {
	{"example.test", TYPE_MX, "20 mx2.example.test"},
	{"example.test", TYPE_MX, "10 MX1.example.test"},
	{"example.test", TYPE_TXT, "v=spf1 mx |-all"},
	{"example.test", TYPE_TXT, "hello; \"you\"\t\x1b[31m"},
	{"example.test", TYPE_NS, "ns1.example.test"},
	{"example.test", TYPE_NS, "ns2.example.test"},
	{"example.test", TYPE_SOA, "ns1.example.test host.example.test 2026112201 7200 3600 9 300"},
	{"example.test", TYPE_CAA, "0 issue ca.example"},
	{"example.test", TYPE_CAA, "128 iodef mailto:a@example.test"},
	{"www.test", TYPE_CNAME, "example.test"},
	{"signed.test", TYPE_TXT, "validated"},
};

static unsigned char *put_name(unsigned char *at, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		*at++ = (unsigned char)n;
		memcpy(at, name, n);
		at += n;
		name += n + (name[n] == '.');
	}
	*at++ = 0;
	return at;
}

static unsigned char *put_u16(unsigned char *at, unsigned v)
{
	at[0] = (unsigned char)(v >> 8);
	at[1] = (unsigned char)v;
	return at + 2;
}

static unsigned char *put_data(unsigned char *at, int type, const char *text)
{
	char first[64], second[64];
	unsigned v[5];

	switch (type) {
	case TYPE_NS:
	case TYPE_CNAME: return put_name(at, text);
	case TYPE_MX:
		sscanf(text, "%u %63s", &v[0], first);
		return put_name(put_u16(at, v[0]), first);
	case TYPE_SOA:
		sscanf(text, "%63s %63s %u %u %u %u %u", first, second, &v[0], &v[1], &v[2], &v[3],
		       &v[4]);
		at = put_name(put_name(at, first), second);
		for (int i = 0; i < 5; i++)
			at = put_u16(put_u16(at, v[i] >> 16), v[i] & 0xFFFF);
		return at;
	case TYPE_CAA:
		sscanf(text, "%u %63s %63s", &v[0], first, second);
		*at++ = (unsigned char)v[0];
		*at++ = (unsigned char)strlen(first);
		memcpy(at, first, strlen(first));
		at += strlen(first);
		memcpy(at, second, strlen(second));
		return at + strlen(second);
	case TYPE_TXT:
		while (*text) {
			size_t n = strcspn(text, "|");

			*at++ = (unsigned char)n;
			memcpy(at, text, n);
			at += n;
			text += n + (text[n] == '|');
		}
		return at;
	case TYPE_A: inet_pton(AF_INET, text, at); return at + 4;
	default: inet_pton(AF_INET6, text, at); return at + 16;
	}
}

/* An answer to the name of the question. */
static size_t add_answer(unsigned char *r, size_t at, int type, int ttl, const char *text)
{
	unsigned char *to = r + at, *length, *end;

	to = put_u16(to, 0xC000 | HEADER);
	to = put_u16(put_u16(to, (unsigned)type), 1);
	length = to = put_u16(put_u16(to, 0), (unsigned)ttl);
	end = put_data(to + 2, type, text);
	put_u16(length, (unsigned)(end - length - 2));
	r[7]++;
	return (size_t)(end - r);
}

static size_t add_all(unsigned char *r, size_t at, const char *name, int type)
{
	char many[64];

	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		if (is(name, records[i].name) &&
		    (type == records[i].type || records[i].type == TYPE_CNAME))
			at = add_answer(r, at, records[i].type, 300, records[i].text);
	}
	if (is(name, "broken.test")) {
		at = add_answer(r, at, type, 60, "127.0.0.1");
		r[at - 5] = 200; /* longer than the message */
	}
	for (int i = 0; i < 50 && is(name, "many.test") && type == TYPE_TXT; i++) {
		snprintf(many, sizeof many, "record number %d of so many", i);
		at = add_answer(r, at, type, 60, many);
	}
	return at;
}

/* ---- questions ----------------------------------------------------------------------------- */

/* The question in q becomes its answer; 0: silence. */
static size_t answer(unsigned char *q, size_t len, size_t max)
{
	char name[300], last[32];
	size_t end = len > HEADER ? read_name(q, len, name, sizeof name) : 0;
	struct plan p;
	int type;

	if (!end || end + 4 > len)
		return 0;
	type = q[end] << 8 | q[end + 1];
	p = plan_for(name);
	if (p.silent || (p.silent_aaaa && type == TYPE_AAAA))
		return 0;
	if (is(name, "denied6.test") || is(name, "denied6-silent.test")) {
		static bool asked;

		if (type == TYPE_AAAA)
			p.rcode = RCODE_NXDOMAIN;
		else if (is(name, "denied6-silent.test"))
			return 0;
		else if (!asked) {
			asked = true;
			return 0;
		}
	}
	if (is(name, "slow.test"))
		poll(NULL, 0, 150);
	len = end += 4;
	q[2] = 0x84 | (q[2] & 1);
	q[3] = (unsigned char)(0x80 | p.rcode | (is(name, "signed.test") ? q[3] & 0x20 : 0));
	memset(q + 6, 0, 6);
	if (p.rcode)
		return end;
	snprintf(last, sizeof last, "127.0.0.%u", p.last);
	if (type == TYPE_A && p.a && !is(name, "broken.test"))
		end = add_answer(q, add_all(q, end, name, TYPE_CNAME), type, p.ttl, last);
	else if (type == TYPE_AAAA && p.aaaa)
		end = add_answer(q, end, type, p.ttl, "::1");
	else
		end = add_all(q, end, name, type);
	if (end <= max)
		return end;
	q[2] |= 2; /* truncated: ask by TCP */
	memset(q + 6, 0, 6);
	return len;
}

static void serve(int fd)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof from;
	unsigned char q[MESSAGE_MAX];
	ssize_t n = recvfrom(fd, q, UDP_MAX, 0, (struct sockaddr *)&from, &from_len);
	size_t len = n > 0 ? answer(q, (size_t)n, UDP_MAX) : 0;

	if (len)
		sendto(fd, q, len, 0, (struct sockaddr *)&from, from_len);
}

/* One question a connection; who does not ask at once is sent away. */
static void serve_tcp(int listener)
{
	unsigned char q[2 + MESSAGE_MAX];
	struct timeval patience = {.tv_sec = 1};
	int fd = accept(listener, NULL, NULL);
	ssize_t n;
	size_t len;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	n = recv(fd, q, 2 + UDP_MAX, 0);
	if (n == 2)
		n += recv(fd, q + 2, UDP_MAX, 0);
	len = n > 2 ? answer(q + 2, (size_t)n - 2, MESSAGE_MAX / 2) : 0;
	if (len) {
		put_u16(q, (unsigned)len);
		send(fd, q, len + 2, MSG_NOSIGNAL);
	}
	close(fd);
}

int main(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char end[64];

	if (bind(tcp, (struct sockaddr *)&a, sizeof a) || listen(tcp, 16) ||
	    getsockname(tcp, (struct sockaddr *)&a, &len) ||
	    bind(udp, (struct sockaddr *)&a, sizeof a)) {
		perror("fakedns");
		return 1;
	}
	printf("dns %u\nready 1\n", ntohs(a.sin_port));
	fflush(stdout);
	for (;;) {
		struct pollfd fds[] = {{.fd = udp, .events = POLLIN},
				       {.fd = tcp, .events = POLLIN},
				       {.fd = 0, .events = POLLIN}};

		poll(fds, 3, -1);
		if (fds[2].revents && read(0, end, sizeof end) <= 0)
			return 0;
		if (fds[0].revents)
			serve(udp);
		if (fds[1].revents)
			serve_tcp(tcp);
	}
}
