/* A full TLS handshake: the chain, the host name, the expiry of every certificate. */
#include "shared/resources/checks/common.h"

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_HOST_PORT,
	 .min = 443,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Host whose certificates are judged",
	 .example = "tls://shop.example:443"},
	{.name = "server_name",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 253,
	 .flags = FIELD_ADVANCED,
	 .help = "Name to ask for and to verify, instead of the target's host",
	 .example = "www.shop.example"},
	FIELD_VERIFY,
	FIELD_CERT_DAYS,
	FIELD_SLOW,
	FIELD_IP,
};

static const char *const examples[] = {
	"sellersmart monitor add tls://shop.example --cert-days 30 --interval 1h",
	"sellersmart monitor add tls://10.0.0.5:8443 --server-name shop.example",
	NULL,
};

static const char *const schemes[] = {"tls", NULL};

const struct variant variant_tls = {
	.name = "tls",
	.schemes = schemes,
	.title = "TLS certificate",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check_times,
};
