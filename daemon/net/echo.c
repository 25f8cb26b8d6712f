#include "daemon/net/echo.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <linux/icmp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/net/address.h"

enum { HEADER = 8, IP_HEADER_MAX = 60, PACKET_MAX = IP_HEADER_MAX + HEADER + ECHO_DATA_MAX };

uint16_t echo_checksum(const unsigned char *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (len % 2)
		sum += (uint32_t)data[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return (uint16_t)~sum;
}

/* ---- opening ------------------------------------------------------------------------------- */

/* A raw socket hears all of the machine's ICMP: only replies are let through. */
static void only_replies(int fd, int family)
{
	struct icmp_filter v4 = {.data = ~(1U << ICMP_ECHOREPLY)};
	struct icmp6_filter v6;

	if (family == AF_INET) {
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &v4, sizeof v4);
		return;
	}
	ICMP6_FILTER_SETBLOCKALL(&v6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6);
	setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof v6);
}

/* Routers' reports become errors of the socket. */
static void want_reports(int fd, int family)
{
	int on = 1;

	if (family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

static bool not_allowed(void)
{
	return errno == EACCES || errno == EPERM || errno == EPROTONOSUPPORT;
}

static enum err fail(struct echo *i, bool *local, struct error *e)
{
	int error = errno;

	*local = address_error_is_local(error, i->family);
	error_set(e, ERR_UNAVAILABLE, "%s",
		  error == EADDRNOTAVAIL && i->family == AF_INET6
			  ? "no IPv6 address on this machine"
			  : strerror(error));
	echo_close(i);
	return ERR_UNAVAILABLE;
}

enum err echo_open(struct echo *i, const struct sockaddr_storage *peer, bool *local,
		   struct error *e)
{
	int protocol = peer->ss_family == AF_INET ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6;
	int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

	i->family = peer->ss_family;
	i->raw = false;
	i->fd = socket(i->family, SOCK_DGRAM | flags, protocol);
	if (i->fd < 0 && not_allowed()) {
		i->raw = true;
		i->fd = socket(i->family, SOCK_RAW | flags, protocol);
		if (i->fd < 0 && not_allowed()) {
			*local = true;
			error_set(e, ERR_DENIED, "this machine does not let the daemon ping");
			error_hint(e, "sysctl -w net.ipv4.ping_group_range='0 2147483647', or give "
				      "sellersmartd CAP_NET_RAW");
			return ERR_DENIED;
		}
	}
	if (i->fd < 0)
		return fail(i, local, e);
	if (i->raw)
		only_replies(i->fd, i->family);
	want_reports(i->fd, i->family);
	if (connect(i->fd, (const struct sockaddr *)peer, address_len(peer)))
		return fail(i, local, e);
	randombytes_buf(i->token, sizeof i->token);
	i->id = (uint16_t)randombytes_uniform(65536);
	return ERR_NONE;
}

void echo_close(struct echo *i)
{
	if (i->fd >= 0)
		close(i->fd);
	i->fd = -1;
}

/* ---- sending and receiving ----------------------------------------------------------------- */

static void put_u16(unsigned char *at, unsigned v)
{
	at[0] = (unsigned char)(v >> 8);
	at[1] = (unsigned char)v;
}

int echo_send(const struct echo *i, unsigned seq, size_t data_bytes)
{
	unsigned char packet[HEADER + ECHO_DATA_MAX] = {0};
	size_t len = HEADER + data_bytes;

	packet[0] = i->family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	put_u16(packet + 4, i->id); /* a datagram socket puts its own there */
	put_u16(packet + 6, seq);
	memcpy(packet + HEADER, i->token, ECHO_TOKEN);
	for (size_t n = HEADER + ECHO_TOKEN; n < len; n++)
		packet[n] = (unsigned char)n;
	if (i->family == AF_INET) /* IPv6 counts addresses too: the kernel does it */
		put_u16(packet + 2, echo_checksum(packet, len));
	return send(i->fd, packet, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : errno;
}

bool echo_reply_read(const struct echo *i, const unsigned char *data, size_t len, unsigned *seq)
{
	size_t skip = i->raw && i->family == AF_INET && len ? (size_t)(data[0] & 0x0F) * 4 : 0;

	if (len < skip || len - skip < HEADER + ECHO_TOKEN)
		return false;
	data += skip;
	if (data[0] != (i->family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) || data[1])
		return false;
	if (sodium_memcmp(data + HEADER, i->token, ECHO_TOKEN))
		return false;
	*seq = (unsigned)data[6] << 8 | data[7];
	return true;
}

/* One report from the socket's error queue. 0: there is none. */
static int read_report(const struct echo *i)
{
	unsigned char data[64];
	union {
		char bytes[512];
		struct cmsghdr align;
	} control;
	struct iovec part = {.iov_base = data, .iov_len = sizeof data};
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof control.bytes};

	if (recvmsg(i->fd, &m, MSG_ERRQUEUE) < 0)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err report;

		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&report, CMSG_DATA(c), sizeof report);
		return report.ee_errno ? (int)report.ee_errno : EIO;
	}
	return EIO;
}

enum echo_heard echo_receive(const struct echo *i, unsigned *seq, int *error)
{
	unsigned char packet[PACKET_MAX];
	ssize_t n = recv(i->fd, packet, sizeof packet, 0);
	int report;

	if (n >= 0)
		return echo_reply_read(i, packet, (size_t)n, seq) ? ECHO_REPLY : ECHO_FOREIGN;
	*error = errno;
	report = read_report(i);
	if (report)
		*error = report;
	return *error == EAGAIN || *error == EWOULDBLOCK || *error == EINTR ? ECHO_NOTHING
									    : ECHO_REPORTED;
}
