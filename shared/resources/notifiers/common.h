#pragma once
/* What notifiers that go out over HTTP have in common. */
#include <string.h>

#include "shared/mem.h"
#include "shared/resources/checks/headers.h"
#include "shared/webhook_secret.h"

extern const struct resource_kind resource_notifier;

#define FIELD_NOTIFIER_VERIFY                                                                  \
	{                                                                                      \
		.name = "verify", .type = FIELD_BOOL, .dflt = "true", .flags = FIELD_ADVANCED, \
		.help = "Verify the certificate's chain and host name of the server",          \
		.example = "false",                                                            \
	}
#define FIELD_NOTIFIER_HEADERS                                                \
	{                                                                     \
		.name = "headers", .type = FIELD_TEXT_MAP, .max = 20,         \
		.flags = FIELD_MAY_SECRET | FIELD_MULTILINE | FIELD_ADVANCED, \
		.help = "Further request headers; a value may be a secret",   \
		.example = "{X-Api-Key: {secret: hook-key}}",                 \
	}

/** Either the address, or a secret that holds it. */
static inline enum err check_address(const json_t *spec, struct error *e)
{
	bool plain = json_object_get(spec, "url"), secret = json_object_get(spec, "url_secret");

	if (plain != secret)
		return ERR_NONE;
	error_field(e, ERR_INVALID, "url",
		    plain ? "url: not together with url_secret" : "url: missing");
	error_hint(e, "give url, or url_secret (--url-secret-file FILE) where the address itself "
		      "is what nobody may know");
	return ERR_INVALID;
}

/** One line of text that may become part of a header. */
static inline bool is_header_text(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	}
	return true;
}

static inline enum err check_header_values(const json_t *spec, struct error *e)
{
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(spec, "headers"), name, value)
	{
		if (!json_is_string(value) || is_header_text(json_string_value(value)))
			continue;
		error_field(e, ERR_INVALID, "headers",
			    "headers: the value of %.40s has a line end or another control "
			    "character",
			    name);
		error_hint(e, "a header is one line");
		return ERR_INVALID;
	}
	return ERR_NONE;
}
