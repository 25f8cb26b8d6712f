#pragma once
/* Where the API may be served over TCP. */
#include <stdbool.h>
#include <sys/socket.h>

#include "shared/err.h"

/** "127.0.0.1:8420", "[::1]:8420", "localhost:8420"; port 0: any. ERR_CONFIG for anything else than
 * a loopback address. */
enum err listen_address_parse(const char *host_port, struct sockaddr_storage *a, socklen_t *len,
			      struct error *e);
bool listen_address_is_loopback(const struct sockaddr_storage *a);
enum err listen_address_refuse(struct error *e); /* @return ERR_CONFIG */
