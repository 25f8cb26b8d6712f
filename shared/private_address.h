#pragma once
/* Which addresses a fetch on somebody else's word (a scrape, its redirects) may never reach: one's
 * own networks, the machine itself, the metadata services of clouds, and what is no single public
 * host. By the special-purpose address registries of IANA (RFC 6890); IPv6 outside 2000::/3 is
 * refused as a whole. Decide on the address of each connection, never on a name. Thread: any. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "shared/err.h"

/** A range as "10.1.0.0/16", "fd00::/8" or one address. IPv4 is kept as ::ffff:0:0/96. */
struct address_range {
	uint8_t bytes[16];
	uint8_t bits;
};

/** Refuses bits beyond the prefix ("10.1.2.3/8") and prefixes that hold nearly all there is (below
 *  /4 of IPv4, /7 of IPv6), which nobody means. */
enum err address_range_parse(const char *text, struct address_range *out, struct error *e)
	__attribute__((warn_unused_result));

/** Why this is no public address: "loopback", "a private network"; NULL: it is one. Looks through
 *  IPv4 that is mapped, translated (NAT64) or tunnelled inside IPv6; another family is none. */
const char *private_address(const struct sockaddr *a);

/** May a scrape connect there? Public addresses, and those within a range of the exceptions; one of
 *  a metadata service only when a range names it alone (/32, /128).
 *  @param why  may be NULL; a literal when it may not */
bool address_allowed(const struct sockaddr *a, const struct address_range *except, size_t n,
		     const char **why);
