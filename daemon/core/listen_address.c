#include "daemon/core/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "shared/url.h"

bool listen_address_is_loopback(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == 127;
	return a->ss_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

enum err listen_address_refuse(struct error *e)
{
	error_set(e, ERR_CONFIG, "listen: only loopback addresses can be served");
	error_hint(e, "listen: 127.0.0.1:8420; from elsewhere use ssh: sellersmart context add");
	return ERR_CONFIG;
}

/* host_port_parse refuses port 0, which tests ask for. */
enum err listen_address_parse(const char *host_port, struct sockaddr_storage *a, socklen_t *len,
			      struct error *e)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;
	char host[HOST_MAX];
	const char *colon = strrchr(host_port, ':'), *start = host_port;
	size_t n = colon ? (size_t)(colon - host_port) : 0;
	unsigned port;
	char tail;

	memset(a, 0, sizeof *a);
	if (!n || n >= sizeof host || sscanf(colon + 1, "%5u%c", &port, &tail) != 1 ||
	    port > 65535) {
		error_set(e, ERR_CONFIG, "listen: \"%s\" is not HOST:PORT", host_port);
		error_hint(e, "listen: 127.0.0.1:8420");
		return ERR_CONFIG;
	}
	if (*start == '[' && colon[-1] == ']') {
		start++;
		n -= 2;
	}
	memcpy(host, start, n);
	host[n] = '\0';
	if (!strcmp(host, "localhost"))
		strcpy(host, "127.0.0.1");
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*len = sizeof *v4;
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		*len = sizeof *v6;
	}
	return listen_address_is_loopback(a) ? ERR_NONE : listen_address_refuse(e);
}
