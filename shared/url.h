#pragma once
/* The parts of an http(s) or ws(s) URL or host:port that checks need, strictly parsed. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

enum { URL_MAX = 2048, HOST_MAX = 256 };

struct url {
	char scheme[8];      /* "http" or "https", "ws" or "wss", lower case */
	char host[HOST_MAX]; /* lower case, no brackets, IDNA left to the caller */
	char path[URL_MAX];  /* path and query, at least "/" ; fragment dropped */
	uint16_t port;       /* always set */
	bool host_is_ipv6;
};

/** Refuses user info, control bytes, spaces, other schemes, more than URL_MAX bytes. */
enum err url_parse(const char *text, struct url *u, struct error *e)
	__attribute__((warn_unused_result));
/** As url_parse, for other schemes: plain and secure, as {"ws", "wss"}. */
enum err url_parse_schemes(const char *text, const char *const schemes[static 2], struct url *u,
			   struct error *e) __attribute__((warn_unused_result));
/** Resolve a Location value (absolute, //host, /path, ?query, relative) against base. */
enum err url_resolve(const struct url *base, const char *location, struct url *out, struct error *e)
	__attribute__((warn_unused_result));
bool url_same_origin(const struct url *a, const struct url *b);
/** "host", or "host:8080" when the port is not the scheme's: a Host header. */
const char *url_authority(const struct url *u, char *out, size_t cap);
const char *url_format(const struct url *u, char *out, size_t cap);
/** "host", "host:443", "[::1]:443"; default_port 0 means a port is required. */
enum err host_port_parse(const char *text, uint16_t default_port, char host[static HOST_MAX],
			 uint16_t *port, struct error *e) __attribute__((warn_unused_result));
/** Hide the values of a query in place, for messages and evidence: "/a?token=x&b" ->
 * "/a?token=*&*". They carry sessions and tokens, and differ from one answer to the next. */
void url_mask_query(char *text);
