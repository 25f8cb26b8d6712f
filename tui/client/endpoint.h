#pragma once
/* Where the daemon listens: a Unix socket, or host:port on loopback. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "shared/err.h"
#include "shared/paths.h"

struct endpoint {
	bool is_unix;
	char path[PATH_TEXT]; /* the socket's path, or "host:port" as given, for messages */
	struct sockaddr_storage address;
	socklen_t address_len;
};

/** Find the daemon: given (NULL: none), else SELLERSMART_SOCKET, else the first of the usual
 *  sockets that exists, else the first of them. "127.0.0.1:8420", "[::1]:8420" and
 *  "localhost:8420" are TCP, all else is a path. */
enum err endpoint_find(const char *given, struct endpoint *out, struct error *e)
	__attribute__((warn_unused_result));
/** The message for a daemon that does not answer, with the remedy. */
enum err endpoint_unreachable(const struct endpoint *at, const char *why, struct error *e);
