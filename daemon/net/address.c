#include "daemon/net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool address_parse(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	char host[INET6_ADDRSTRLEN];
	const char *zone = strchr(text, '%');
	size_t len = zone ? (size_t)(zone - text) : strlen(text);

	memset(out, 0, sizeof *out);
	if (len >= sizeof host)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (!zone && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		return true;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	if (zone) {
		v6->sin6_scope_id = if_nametoindex(zone + 1);
		if (v6->sin6_scope_id == 0)
			v6->sin6_scope_id = (uint32_t)strtoul(zone + 1, NULL, 10);
	}
	return true;
}

const char *address_text(const struct sockaddr_storage *a, char out[static ADDRESS_TEXT])
{
	const void *bytes = a->ss_family == AF_INET
				    ? (const void *)&((const struct sockaddr_in *)a)->sin_addr
				    : (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr;

	if (!inet_ntop(a->ss_family, bytes, out, ADDRESS_TEXT))
		out[0] = '\0';
	return out;
}

socklen_t address_len(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

void address_set_port(struct sockaddr_storage *a, uint16_t port)
{
	if (a->ss_family == AF_INET)
		((struct sockaddr_in *)a)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)a)->sin6_port = htons(port);
}

static enum address_class class_of_v4(uint32_t a)
{
	if (a >> 24 == 127 || a == 0)
		return ADDRESS_LOOPBACK;
	if (a >> 16 == 0xA9FE)
		return ADDRESS_LINK_LOCAL;
	if (a >> 24 == 10 || a >> 20 == 0xAC1 || a >> 16 == 0xC0A8 || a >> 22 == 0x191)
		return ADDRESS_PRIVATE; /* RFC 1918 and the carriers' 100.64/10 */
	return ADDRESS_PUBLIC;
}

static uint32_t v4_at(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

enum address_class address_class(const struct sockaddr_storage *a)
{
	static const uint8_t nat64[12] = {0x00, 0x64, 0xFF, 0x9B};
	static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
	static const uint8_t none[15];
	const uint8_t *b;

	if (a->ss_family == AF_INET)
		return class_of_v4(ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr));
	b = ((const struct sockaddr_in6 *)a)->sin6_addr.s6_addr;
	if (!memcmp(b, nat64, 12) || !memcmp(b, mapped, 12))
		return class_of_v4(v4_at(b + 12));
	if (b[0] == 0x20 && b[1] == 0x02)
		return class_of_v4(v4_at(b + 2));
	if (!memcmp(b, none, 15) && b[15] <= 1)
		return ADDRESS_LOOPBACK;
	if (b[0] == 0xFE && (b[1] & 0xC0) == 0x80)
		return ADDRESS_LINK_LOCAL;
	if ((b[0] & 0xFE) == 0xFC || (b[0] == 0xFE && (b[1] & 0xC0) == 0xC0))
		return ADDRESS_PRIVATE;
	return ADDRESS_PUBLIC;
}

const char *address_family_name(int family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

bool address_error_is_local(int error, int family)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EACCES:
	case EPERM:
	case ENETUNREACH: return true;
	case EADDRNOTAVAIL: /* IPv4: no port is left; IPv6: this machine has no address */
		return family == AF_INET;
	default: return false;
	}
}
