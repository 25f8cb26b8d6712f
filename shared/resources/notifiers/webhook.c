/* A program of one's own, told by a signed request: Standard Webhooks 1.0.0. */
#include "shared/resources/notifiers/common.h"

static const struct field fields[] = {
	{.name = "url",
	 .type = FIELD_URL,
	 .help = "Where it is sent by POST; private addresses are fine",
	 .example = "https://hooks.example/sellersmart"},
	{.name = "url_secret",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "The same as a secret, for an address that nobody may know",
	 .example = "{secret: ops-url}"},
	{.name = "secret",
	 .type = FIELD_SECRET,
	 .flags = FIELD_REQUIRED,
	 .fits = webhook_secret_fits,
	 .help = "Signs each message, so that the receiver knows whose it is: whsec_ and base64",
	 .example = "{secret: ops-secret}"},
	{.name = "secret_previous",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .fits = webhook_secret_fits,
	 .help = "Signs too, while receivers change from one secret to the next",
	 .example = "{secret: ops-secret-old}"},
	FIELD_NOTIFIER_HEADERS,
	FIELD_NOTIFIER_VERIFY,
};

static const char *const examples[] = {
	"sellersmart notifier add ops --type webhook --url http://127.0.0.1:9000/hook "
	"--secret-file F",
	"sellersmart notifier add ops --type webhook --url-secret secret:ops-url "
	"--secret secret:ops-secret",
	NULL,
};

static enum err check(const json_t *spec, struct error *e)
{
	enum err err = check_address(spec, e);

	return err ? err : check_further_headers(spec, e);
}

const struct variant notifier_variant_webhook = {
	.name = "webhook",
	.title = "Signed request (Standard Webhooks)",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
