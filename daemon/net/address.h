#pragma once
/* Socket addresses as text, and how far into one's own network they point. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { ADDRESS_TEXT = 64 };

/** From the outside in: a redirect may never lead further in than where it started. */
enum address_class { ADDRESS_PUBLIC, ADDRESS_PRIVATE, ADDRESS_LINK_LOCAL, ADDRESS_LOOPBACK };

/** A numeric IPv4 or IPv6 address (no brackets, zone allowed) with port 0; false when it is not
 * one. */
bool address_parse(const char *text, struct sockaddr_storage *out);
/** "192.0.2.1" or "2001:db8::1", without port. Returns out. */
const char *address_text(const struct sockaddr_storage *a, char out[static ADDRESS_TEXT]);
socklen_t address_len(const struct sockaddr_storage *a);
void address_set_port(struct sockaddr_storage *a, uint16_t port);
/** Looks through IPv4-mapped, NAT64 and 6to4 forms. */
enum address_class address_class(const struct sockaddr_storage *a);
/** "IPv4" or "IPv6". */
const char *address_family_name(int family);
/** Is a failed socket() or connect() the fault of this machine (descriptors, memory, ports, a
 * firewall, no route at all) and not the target's? */
bool address_error_is_local(int error, int family);
