#pragma once
/* Rules for request headers that a user gives (http, websocket). */
#include <string.h>
#include <strings.h>

#include "shared/resources/checks/common.h"

/* RFC 9110, 5.6.2. */
static inline bool header_token(const char *s)
{
	return *s && strspn(s, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(s);
}

/** Names in `headers` are tokens, and none is one of ours: those frame the request, so that a wrong
 *  one would smuggle a second request into it. */
static inline enum err check_headers(const json_t *spec, const char *const *ours, size_t n,
				     struct error *e)
{
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(spec, "headers"), name, value)
	{
		if (!header_token(name)) {
			error_field(e, ERR_INVALID, "headers",
				    "headers: \"%.40s\" is not the name of a header", name);
			error_hint(e, "write X-Name: value, letters, digits and hyphens");
			return ERR_INVALID;
		}
		for (size_t i = 0; i < n; i++) {
			if (strcasecmp(name, ours[i]))
				continue;
			error_field(e, ERR_INVALID, "headers", "headers: %s is set by the program",
				    ours[i]);
			error_hint(e, "leave it out");
			return ERR_INVALID;
		}
	}
	return ERR_NONE;
}
