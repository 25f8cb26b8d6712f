#include "tui/client/propose.h"

#include <stdio.h>
#include <string.h>

#include "shared/schema/schema.h"
#include "shared/url.h"

enum { ADDRESS_MAX = URL_MAX + 16 };

/* name_from: the address that the name is made from. */
static enum err add(json_t *items, const char *type, const char *target, const char *name_from,
		    const char *suffix, struct error *e)
{
	const struct resource_kind *kind = resource_kind_find("monitor");
	json_t *item =
		json_pack("{s:s, s:s, s:s}", "kind", "monitor", "type", type, "target", target);
	json_t *named = json_pack("{s:s}", "target", name_from);
	char name[NAME_MAX_BYTES + 1] = "", full[NAME_MAX_BYTES + 16];

	if (kind && kind->name_propose && !kind->name_propose(named, name, sizeof name))
		name[0] = '\0';
	json_decref(named);
	if (!*name) {
		json_decref(item);
		error_set(e, ERR_INVALID, "no name can be made from %.200s", target);
		error_hint(e, "sellersmart monitor add %.100s --name NAME", target);
		return ERR_INVALID;
	}
	if (*suffix && strlen(name) + strlen(suffix) > NAME_MAX_BYTES)
		name[NAME_MAX_BYTES - strlen(suffix)] = '\0';
	snprintf(full, sizeof full, "%s%s", name, suffix);
	json_object_set_new(item, "name", json_string(full));
	json_array_append_new(items, item);
	return ERR_NONE;
}

static bool is_host_port(const char *address)
{
	char host[HOST_MAX];
	uint16_t port;

	return !strchr(address, '/') && strchr(address, ':') &&
	       host_port_parse(address, 0, host, &port, NULL) == ERR_NONE;
}

json_t *propose_monitors(const char *address, struct error *e)
{
	char text[ADDRESS_MAX], target[HOST_MAX + 16];
	json_t *items;
	struct url url;
	size_t length;

	address += strspn(address, " ");
	length = strlen(address);
	while (length > 0 && address[length - 1] == ' ')
		length--;
	snprintf(text, sizeof text, "%s%.*s", strstr(address, "://") ? "" : "https://", (int)length,
		 address);
	items = json_array();
	if (is_host_port(address)) {
		if (add(items, "tcp", address, address, "", e) == ERR_NONE)
			return items;
		goto fail;
	}
	if (url_parse(text, &url, e)) {
		error_hint(e, "type it as in a browser: shop.example or https://shop.example/");
		goto fail;
	}
	if (add(items, "http", text, text, "", e))
		goto fail;
	if (!strcmp(url.scheme, "https")) {
		snprintf(target, sizeof target, url.host_is_ipv6 ? "[%s]:%u" : "%s:%u", url.host,
			 url.port);
		if (add(items, "tls", target, text, "-cert", e))
			goto fail;
	}
	return items;
fail:
	json_decref(items);
	return NULL;
}
