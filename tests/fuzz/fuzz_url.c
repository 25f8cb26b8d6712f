/* Addresses: what is accepted has valid parts and survives format and parse. The first line is
 * the base, the rest a Location value. */
#include "tests/fuzz/fuzz.h"

#include "shared/url.h"

static void check(const struct url *u)
{
	char text[URL_MAX + HOST_MAX + 32];
	struct url again;
	struct error e;

	MUST(u->port != 0 && u->host[0] && u->path[0] == '/');
	MUST(!strcmp(u->scheme, "http") || !strcmp(u->scheme, "https"));
	for (const char *p = u->path; *p; p++)
		MUST(*p > 0x20 && *p < 0x7F && *p != '#');
	for (const char *p = u->host; *p; p++)
		MUST(!strchr(" @/?#\\%[]", *p) && (unsigned char)*p > 0x20);
	url_format(u, text, sizeof text);
	if (strlen(text) >= URL_MAX)
		return;
	MUST(url_parse(text, &again, &e) == ERR_NONE);
	MUST(url_same_origin(u, &again) && !strcmp(u->path, again.path));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *location = strchr(text, '\n');
	char host[HOST_MAX];
	struct url base, out;
	struct error e = {0};
	uint16_t port;

	if (location)
		*location++ = '\0';
	if (url_parse(text, &base, &e) == ERR_NONE) {
		check(&base);
		if (location && url_resolve(&base, location, &out, &e) == ERR_NONE)
			check(&out);
	} else {
		MUST(e.text[0] != '\0');
	}
	if (host_port_parse(text, 0, host, &port, &e) == ERR_NONE)
		MUST(port != 0 && host[0] && strlen(host) < HOST_MAX);
	free(text);
	return 0;
}
