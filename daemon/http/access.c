/* Who may do what. On the Unix socket the kernel says who the peer is. On TCP anybody on this
 * machine may come, also a page in a browser: its name for us (Host) must be loopback's own, or a
 * foreign name was rebound to 127.0.0.1, and what a page sends by itself carries an Origin. */
#include <string.h>
#include <strings.h>

#include "daemon/http/internal.h"

static bool host_is_loopback(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i]);

		if (!strncasecmp(host, names[i], n) &&
		    (host[n] == '\0' || (host[n] == ':' && strspn(host + n + 1, "0123456789") ==
								   strlen(host + n + 1))))
			return true;
	}
	return false;
}

bool access_allowed(const struct request *r, struct error *e)
{
	const struct conn *c = r->conn;
	enum route_access access = r->entry->route->access;
	const char *host;

	if (c->tcp && !c->loopback) {
		error_set(e, ERR_DENIED, "only this machine may ask");
		return false;
	}
	if (access == ACCESS_PUBLIC)
		return true;
	if (c->tcp) {
		host = request_header(r, "host");
		if (!host || !host_is_loopback(host)) {
			error_set(e, ERR_DENIED, "the Host header is not this machine's own name");
			error_hint(e, "use http://127.0.0.1 or http://localhost");
			return false;
		}
		if (strcmp(r->method, "GET") && strcmp(r->method, "HEAD") &&
		    request_header(r, "origin")) {
			error_set(e, ERR_DENIED, "pages in a browser may not change anything");
			return false;
		}
	}
	if (access == ACCESS_WRITE && !c->writer) {
		error_set(e, ERR_DENIED, "only the daemon's user and root may change anything");
		error_hint(e, "run the command as the user that runs sellersmartd");
		return false;
	}
	return true;
}
