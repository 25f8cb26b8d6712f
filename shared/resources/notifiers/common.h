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

/** What each notifier sets by itself must not come a second time. */
static const char *const framing_headers[] = {
	"Host",    "Content-Length", "Transfer-Encoding", "Connection",        "Expect",
	"Upgrade", "Content-Type",   "webhook-id",        "webhook-timestamp", "webhook-signature",
};

static inline enum err check_further_headers(const json_t *spec, struct error *e)
{
	return check_headers(spec, framing_headers, ARRAY_LEN(framing_headers), e);
}
