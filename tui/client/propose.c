#include "tui/client/propose.h"

#include <stdio.h>
#include <string.h>

#include "shared/schema/schema.h"
#include "shared/url.h"

enum { ADDRESS_MAX = URL_MAX + 16 };

static enum err name_from_address(const char *address, char *out, size_t cap, struct error *e)
{
	const struct resource_kind *kind = resource_kind_find("monitor");
	json_t *named = json_pack("{s:s}", "target", address);
	bool good = kind && kind->name_propose && kind->name_propose(named, out, cap) && *out;

	json_decref(named);
	if (good)
		return ERR_NONE;
	error_set(e, ERR_INVALID, "no name can be made from %.200s", address);
	error_hint(e, "sellersmart monitor add %.100s --name NAME", address);
	return ERR_INVALID;
}

static void add(json_t *items, const char *type, const char *target, const char *name,
		const char *suffix)
{
	char full[NAME_MAX_BYTES + 1];

	snprintf(full, sizeof full, "%.*s%s", (int)(NAME_MAX_BYTES - strlen(suffix)), name, suffix);
	json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:s}", "kind", "monitor", "name",
					       full, "type", type, "target", target));
}

static bool is_host_port(const char *address)
{
	char host[HOST_MAX];
	uint16_t port;

	return !strchr(address, '/') && strchr(address, ':') &&
	       host_port_parse(address, 0, host, &port, NULL) == ERR_NONE;
}

json_t *propose_monitors(const char *address, const char *name, struct error *e)
{
	char text[ADDRESS_MAX], target[HOST_MAX + 16], made[NAME_MAX_BYTES + 1];
	bool port_only;
	json_t *items;
	struct url url;
	size_t length;

	address += strspn(address, " ");
	length = strlen(address);
	while (length > 0 && address[length - 1] == ' ')
		length--;
	port_only = is_host_port(address);
	snprintf(text, sizeof text, "%s%.*s", strstr(address, "://") || port_only ? "" : "https://",
		 (int)length, address);
	if (!port_only && url_parse(text, &url, e)) {
		error_hint(e, "type it as in a browser: shop.example or https://shop.example/");
		return NULL;
	}
	if (!name) {
		if (name_from_address(text, made, sizeof made, e))
			return NULL;
		name = made;
	}
	items = json_array();
	add(items, port_only ? "tcp" : "http", text, name, "");
	if (!port_only && !strcmp(url.scheme, "https")) {
		snprintf(target, sizeof target, url.host_is_ipv6 ? "[%s]:%u" : "%s:%u", url.host,
			 url.port);
		add(items, "tls", target, name, "-cert");
	}
	return items;
}
