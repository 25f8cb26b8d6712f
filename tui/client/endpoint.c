#include "tui/client/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "shared/url.h"

enum { CANDIDATES = 8 };

static enum err use_path(const char *path, struct endpoint *out, struct error *e)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&out->address;

	if (strlen(path) >= sizeof un->sun_path) {
		error_set(e, ERR_USAGE, "the socket path has %zu bytes, a socket takes %zu: %.120s",
			  strlen(path), sizeof un->sun_path - 1, path);
		error_hint(e, "use a shorter path, or a relative one");
		return ERR_USAGE;
	}
	out->is_unix = true;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, strlen(path) + 1);
	out->address_len = sizeof *un;
	return ERR_NONE;
}

static bool use_tcp(const char *text, struct endpoint *out)
{
	char host[HOST_MAX];
	uint16_t port;

	if (strchr(text, '/') || !strchr(text, ':') ||
	    host_port_parse(text, 0, host, &port, NULL) != ERR_NONE)
		return false;
	if (strchr(host, ':')) {
		struct sockaddr_in6 *six = (struct sockaddr_in6 *)&out->address;

		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		out->address_len = sizeof *six;
		return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
	}
	struct sockaddr_in *four = (struct sockaddr_in *)&out->address;

	four->sin_family = AF_INET;
	four->sin_port = htons(port);
	out->address_len = sizeof *four;
	return inet_pton(AF_INET, strcmp(host, "localhost") ? host : "127.0.0.1",
			 &four->sin_addr) == 1;
}

enum err endpoint_find(const char *given, struct endpoint *out, struct error *e)
{
	char candidates[CANDIDATES][PATH_TEXT];
	size_t n, chosen = 0;

	memset(out, 0, sizeof *out);
	if (!given || !*given)
		given = getenv("SELLERSMART_SOCKET");
	if (!given || !*given) {
		n = path_client_sockets(candidates, CANDIDATES);
		if (n == 0) {
			error_set(e, ERR_UNAVAILABLE, "no place to look for the daemon's socket");
			error_hint(e, "name it with --socket PATH or set HOME");
			return ERR_UNAVAILABLE;
		}
		for (size_t i = n; i-- > 0;) {
			struct stat s;

			if (stat(candidates[i], &s) == 0 && S_ISSOCK(s.st_mode))
				chosen = i;
		}
		given = candidates[chosen];
	}
	snprintf(out->path, sizeof out->path, "%s", given);
	return use_tcp(given, out) ? ERR_NONE : use_path(given, out, e);
}

enum err endpoint_unreachable(const struct endpoint *at, const char *why, struct error *e)
{
	/* It may well run: another one would not help. */
	if (at->is_unix && !access(at->path, F_OK) && access(at->path, R_OK | W_OK)) {
		error_set(e, ERR_DENIED, "the daemon at %.200s is not yours", at->path);
		error_hint(e, "become a member of the socket's group (it may read), or its owner");
		return ERR_DENIED;
	}
	error_set(e, ERR_UNAVAILABLE, "cannot reach the daemon at %.200s: %.100s", at->path, why);
	error_hint(e, "sellersmart daemon start");
	return ERR_UNAVAILABLE;
}
