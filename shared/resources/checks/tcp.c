/* A TCP connection, optionally something said and something heard. */
#include "shared/resources/checks/common.h"
#include "shared/schema/escapes.h"

enum { SAID_MAX = 4096 };

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_HOST_PORT,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Host and port to connect to",
	 .example = "tcp://mail.example:25"},
	{.name = "send",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = SAID_MAX,
	 .help = "What to send after connecting; \\r \\n \\t \\0 \\\\ and \\xHH are bytes",
	 .example = "'PING\\r\\n'"},
	{.name = "expect",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = SAID_MAX,
	 .help = "What the answer must contain; escapes as in send",
	 .example = "'+PONG'"},
	FIELD_SLOW,
	FIELD_IP,
};

static const char *const examples[] = {
	"sellersmart monitor add tcp://db.example:5432 --name database",
	"sellersmart monitor add cache.example:6379 --send 'PING\\r\\n' --expect '+PONG'",
	NULL,
};

static enum err check(const json_t *spec, struct error *e)
{
	static const char *const said[] = {"send", "expect"};
	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		char bytes[SAID_MAX];
		size_t n;
		struct error why = {0};
		const char *text = json_str(spec, said[i], "");
		if (!escapes_decode(text, bytes, sizeof(bytes), &n, &why))
			continue;
		error_field(e, ERR_INVALID, said[i], "%s: %s", said[i], why.text);
		error_hint(e, "%s", why.hint);
		return ERR_INVALID;
	}
	return check_times(spec, e);
}

static const char *const schemes[] = {"tcp", NULL};

const struct variant variant_tcp = {
	.name = "tcp",
	.schemes = schemes,
	.title = "TCP connection",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
