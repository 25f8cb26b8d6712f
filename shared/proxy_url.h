#pragma once
/* The address of a proxy: "http://proxy.example:3128", "https://…", "socks5h://…". */
#include <stdint.h>

#include "shared/url.h"

struct proxy_url {
	char scheme[8];      /* "http", "https", "socks5h" */
	char host[HOST_MAX]; /* lower case, no brackets, IDNA left to the caller */
	uint16_t port;
};

/** A port is required, as there is no usual one. Refuses user info (it would be shown), a path, and
 *  other schemes: "socks5" too, which looks up names on this side. The texts of errors never repeat
 *  what was given. */
enum err proxy_url_parse(const char *text, struct proxy_url *out, struct error *e)
	__attribute__((warn_unused_result));
