/* A WebSocket: the handshake, optionally something said and something heard. */
#include <stdio.h>

#include "shared/resources/checks/common.h"
#include "shared/resources/checks/headers.h"

static const char *const schemes[] = {"ws", "wss", NULL};

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_URL,
	 .choices = schemes,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Address to open",
	 .example = "wss://shop.example/live"},
	{.name = "subprotocol",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 64,
	 .help = "Subprotocol that the server must choose",
	 .example = "graphql-transport-ws"},
	{.name = "headers",
	 .type = FIELD_TEXT_MAP,
	 .max = 50,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "Headers of the handshake; a value may be a secret",
	 .example = "{Origin: https://shop.example}"},
	{.name = "message",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 4096,
	 .flags = FIELD_MULTILINE,
	 .help = "Text message to send once it is open",
	 .example = "'{\"type\": \"ping\"}'"},
	{.name = "expect",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1024,
	 .help = "Text that one of the server's messages must contain",
	 .example = "pong"},
	{.name = "pattern",
	 .type = FIELD_PATTERN,
	 .flags = FIELD_ADVANCED,
	 .help = "Regular expression (PCRE2) that one of the server's messages must match",
	 .example = "^(pong|ok) [0-9]+$"},
	{.name = "server_name",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 253,
	 .flags = FIELD_ADVANCED,
	 .help = "Name to ask for in TLS and to verify, instead of the target's host",
	 .example = "www.shop.example"},
	FIELD_VERIFY,
	FIELD_CERT_DAYS,
	FIELD_SLOW,
	FIELD_IP,
};

static const char *const examples[] = {
	"sellersmart monitor add wss://shop.example/live --name live --slow 2s",
	"sellersmart monitor add wss://shop.example/ws --message '{\"type\":\"ping\"}' --expect "
	"pong",
	"sellersmart monitor add ws://10.0.0.5:8080/ --headers 'X-Api-Key: secret:live-key'",
	NULL,
};

static enum err check(const json_t *spec, struct error *e)
{
	static const char *const ours[] = {
		"Host",
		"Content-Length",
		"Transfer-Encoding",
		"Connection",
		"Upgrade",
		"Sec-WebSocket-Key",
		"Sec-WebSocket-Version",
		"Sec-WebSocket-Protocol",
		"Sec-WebSocket-Extensions",
		"Sec-WebSocket-Accept",
		"Expect",
		"TE",
		"Trailer",
	};
	const char *subprotocol = json_str(spec, "subprotocol", NULL);
	enum err err = check_times(spec, e);

	if (!err)
		err = check_headers(spec, ours, ARRAY_LEN(ours), e);
	if (!err && subprotocol && !header_token(subprotocol)) {
		error_field(e, ERR_INVALID, "subprotocol",
			    "subprotocol: not one word of letters, digits and hyphens");
		error_hint(e, "for example subprotocol: graphql-transport-ws");
		return ERR_INVALID;
	}
	return err;
}

const struct variant variant_websocket = {
	.name = "websocket",
	.schemes = schemes,
	.title = "WebSocket",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
