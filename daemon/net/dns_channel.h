#pragma once
/* c-ares on the loop: its sockets, its clock, the name servers of this machine. Net loop. */
#include <ares.h>

#include "daemon/core/clock.h"
#include "daemon/core/loop.h"
#include "shared/err.h"

struct dns_channel;
/** @param nameservers  copied; "" or NULL: resolv.conf
 *  @param timeout_ms, tries  0: 2000 and 3 */
struct dns_channel *dns_channel_new(struct loop *l, const struct clock *clock,
				    const char *nameservers, int timeout_ms, int tries,
				    struct error *e);
/** The same to watch name servers by: SERVFAIL, NOTIMP and REFUSED are answers like others. Else
 * the next server is asked, and in the end it is ARES_ECONNREFUSED. */
struct dns_channel *dns_channel_new_strict(struct loop *l, const struct clock *clock,
					   const char *nameservers, int timeout_ms, int tries,
					   struct error *e);
/** Open questions end with ARES_EDESTRUCTION before this returns. */
void dns_channel_free(struct dns_channel *c);
/** Ask for records of a type (ns_t_a …). fn may be called from within, is called once, and cannot
 * be called off. A name without a dot is tried in the domains of resolv.conf as well. */
void dns_channel_ask(struct dns_channel *c, const char *host, int type, ares_callback fn,
		     void *arg);
/** Send a question as it is (RFC 1035, 4.1); the answer comes as it is, an error of the server's as
 * status or in its code. fn as above. */
void dns_channel_send(struct dns_channel *c, const unsigned char *message, int len,
		      ares_callback fn, void *arg);
/** Look (at most every two seconds) whether resolv.conf changed, and ask those name servers from
 * now on; questions to the old ones end with ARES_EDESTRUCTION. @return whether it changed */
bool dns_channel_follow(struct dns_channel *c);
/** As given to dns_channel_new. Borrowed. */
const char *dns_channel_nameservers(const struct dns_channel *c);
/** "name server 192.0.2.53", the first one, for messages. Borrowed. */
const char *dns_channel_server(const struct dns_channel *c);
