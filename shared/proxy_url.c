#include "shared/proxy_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"

static const char *const schemes[] = {"http", "https", "socks5h"};

enum err proxy_url_parse(const char *text, struct proxy_url *out, struct error *e)
{
	const char *end = strstr(text, "://");
	char authority[HOST_MAX + 16];
	struct error why = {0};
	size_t known = 0, n;

	while (end && known < ARRAY_LEN(schemes) &&
	       (strlen(schemes[known]) != (size_t)(end - text) ||
		strncasecmp(schemes[known], text, (size_t)(end - text))))
		known++;
	if (!end || known == ARRAY_LEN(schemes)) {
		error_set(e, ERR_INVALID, "it begins with none of http://, https://, socks5h://");
		error_hint(e, "for example http://proxy.example:3128; with socks5h the proxy looks "
			      "up the target's name");
		return ERR_INVALID;
	}
	if (strchr(text, '@')) {
		error_set(e, ERR_INVALID, "it has a user, which everyone could read");
		error_hint(e, "give proxy_user and proxy_password: {secret: NAME}");
		return ERR_INVALID;
	}
	n = strlen(end + 3);
	if (n && end[3 + n - 1] == '/')
		n--;
	if (!n || n >= sizeof authority || memchr(end + 3, '/', n)) {
		error_set(e, ERR_INVALID, "it is a host and a port, without a path");
		error_hint(e, "for example http://proxy.example:3128");
		return ERR_INVALID;
	}
	memcpy(authority, end + 3, n);
	authority[n] = '\0';
	if (host_port_parse(authority, 0, out->host, &out->port, &why)) {
		error_set(e, ERR_INVALID, "%s", why.text);
		error_hint(e, "for example %s://proxy.example:3128", schemes[known]);
		return ERR_INVALID;
	}
	snprintf(out->scheme, sizeof out->scheme, "%s", schemes[known]);
	return ERR_NONE;
}
