#pragma once
/* Echo requests and replies over a socket of this process's own: an ICMP datagram socket where the
 * kernel lets us (sysctl net.ipv4.ping_group_range), else a raw one (CAP_NET_RAW). A reply is
 * recognised by a token in its data, so whoever else pings the same host does not matter. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "shared/err.h"

enum { ECHO_TOKEN = 16, ECHO_DATA_MIN = ECHO_TOKEN, ECHO_DATA_MAX = 8192 };

struct echo {
	int fd; /* non-blocking, connected to the peer */
	int family;
	bool raw;
	uint16_t id;
	unsigned char token[ECHO_TOKEN];
};

/** @return 0; ERR_DENIED when neither kind of socket is allowed: the message says what to allow,
 *          ERR_UNAVAILABLE for anything else, *local tells whether that is this machine's fault */
enum err echo_open(struct echo *i, const struct sockaddr_storage *peer, bool *local,
		   struct error *e) __attribute__((warn_unused_result));
void echo_close(struct echo *i);
/** @return 0, or errno */
int echo_send(const struct echo *i, unsigned seq, size_t data_bytes);

enum echo_heard {
	ECHO_NOTHING,  /* no more for now */
	ECHO_REPLY,    /* to seq */
	ECHO_FOREIGN,  /* something else came */
	ECHO_REPORTED, /* somebody on the way says that it cannot be delivered: *error is an errno
			*/
};
/** The next message. */
enum echo_heard echo_receive(const struct echo *i, unsigned *seq, int *error);

/** Is this, as a raw socket hands it over when raw, a reply to one of ours? Pure. */
bool echo_reply_read(const struct echo *i, const unsigned char *data, size_t len, unsigned *seq);
/** RFC 1071. Pure. */
uint16_t echo_checksum(const unsigned char *data, size_t len);
