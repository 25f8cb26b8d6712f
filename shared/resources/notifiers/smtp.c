/* Mail through a server that takes it. */
#include <string.h>

#include "shared/mail_address.h"
#include "shared/mem.h"
#include "shared/resources/notifiers/common.h"

enum { RECIPIENTS_MAX = 20 };

static const char *const ways[] = {"starttls", "tls", "none", NULL};

static const struct field fields[] = {
	{.name = "host",
	 .type = FIELD_HOST,
	 .flags = FIELD_REQUIRED,
	 .help = "Mail server that takes mails from here",
	 .example = "mail.shop.example"},
	{.name = "port",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 65535,
	 .help = "Its port; left out, 587, with tls: tls 465, with tls: none 25",
	 .example = "2525"},
	{.name = "tls",
	 .type = FIELD_ENUM,
	 .choices = ways,
	 .dflt = "starttls",
	 .help = "Turn to TLS before anything is said, begin with it, or never",
	 .example = "tls"},
	{.name = "user",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 255,
	 .help = "Name to log in with; left out, without a login",
	 .example = "alerts@shop.example"},
	{.name = "password",
	 .type = FIELD_SECRET,
	 .help = "Password of user",
	 .example = "{secret: mail-password}"},
	{.name = "from",
	 .type = FIELD_TEXT,
	 .min = 3,
	 .max = MAIL_ADDRESS_MAX,
	 .flags = FIELD_REQUIRED,
	 .help = "Sender, an address or Name <address>",
	 .example = "SellerSmart <alerts@shop.example>"},
	{.name = "to",
	 .type = FIELD_TEXT_LIST,
	 .max = RECIPIENTS_MAX,
	 .flags = FIELD_REQUIRED,
	 .help = "Who gets it, addresses",
	 .example = "me@shop.example"},
	FIELD_NOTIFIER_VERIFY,
};

static const char *const examples[] = {
	"sellersmart notifier add mail --type smtp --host mail.shop.example --user alerts@shop.example "
	"--password-file F --from alerts@shop.example --to me@shop.example",
	"sellersmart notifier add relay --type smtp --host 127.0.0.1 --tls none --from watch@shop.example "
	"--to me@shop.example --to you@shop.example",
	NULL,
};

static enum err check_address_of(const char *field, const char *text, struct error *e)
{
	struct mail_address a;
	struct error why = {0};

	if (!mail_address_parse(text, &a, &why))
		return ERR_NONE;
	error_field(e, ERR_INVALID, field, "%s: %s", field, why.text);
	error_hint(e, "%s", why.hint);
	return ERR_INVALID;
}

static enum err check_addresses(const json_t *spec, struct error *e)
{
	const json_t *to = json_object_get(spec, "to");
	enum err err = check_address_of("from", json_str(spec, "from", ""), e);
	json_t *item;
	size_t i;

	if (!err && !json_array_size(to)) {
		error_field(e, ERR_INVALID, "to", "to: nobody gets it");
		error_hint(e, "for example to: [me@shop.example]");
		return ERR_INVALID;
	}
	json_array_foreach((json_t *)to, i, item)
	{
		if (!err)
			err = check_address_of("to", json_string_value(item), e);
	}
	return err;
}

static bool is_here(const char *host)
{
	return !strcmp(host, "localhost") || !strcmp(host, "::1") || !strncmp(host, "127.", 4);
}

static enum err check_login(const json_t *spec, struct error *e)
{
	static const char *const login[] = {"user", "password"};
	bool readable = !strcmp(spec_text(&resource_notifier, spec, "tls"), "none") &&
			!is_here(json_str(spec, "host", ""));

	for (size_t i = 0; i < ARRAY_LEN(login); i++) {
		if (json_object_get(spec, login[i]) || !json_object_get(spec, login[1 - i]))
			continue;
		error_field(e, ERR_INVALID, login[i], "%s: missing; %s is given", login[i],
			    login[1 - i]);
		error_hint(e, "give user and password: {secret: NAME}, or neither");
		return ERR_INVALID;
	}
	if (!readable || !json_object_get(spec, "user"))
		return ERR_NONE;
	error_field(e, ERR_INVALID, "tls",
		    "tls: with none everybody on the way could read the password");
	error_hint(e, "tls: starttls, or tls: tls on port 465");
	return ERR_INVALID;
}

static enum err check(const json_t *spec, struct error *e)
{
	enum err err = check_addresses(spec, e);

	return err ? err : check_login(spec, e);
}

const struct variant notifier_variant_smtp = {
	.name = "smtp",
	.title = "Mail (SMTP)",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
