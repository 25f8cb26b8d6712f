/* A mail server: its banner, what it offers, STARTTLS and the certificate. No mail is sent. */
#include <stdio.h>
#include <string.h>

#include "shared/resources/checks/common.h"

static const char *const starttls_choices[] = {"required", "optional", "off", NULL};

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_HOST_PORT,
	 .min = 25,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Mail server to talk to",
	 .example = "smtp://mail.example:587"},
	{.name = "starttls",
	 .type = FIELD_ENUM,
	 .choices = starttls_choices,
	 .dflt = "optional",
	 .help = "Turn to TLS: down when it is not offered, when it is offered, or never",
	 .example = "required"},
	{.name = "tls",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "TLS from the first byte on, as on port 465",
	 .example = "true"},
	{.name = "capabilities",
	 .type = FIELD_TEXT_LIST,
	 .max = 10,
	 .flags = FIELD_ADVANCED,
	 .help = "Extensions that must be offered at the end, each with the words it must have",
	 .example = "[AUTH PLAIN, SIZE]"},
	{.name = "ehlo",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 253,
	 .flags = FIELD_ADVANCED,
	 .help = "Name to greet with, instead of the own address in brackets",
	 .example = "monitor.shop.example"},
	{.name = "server_name",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 253,
	 .flags = FIELD_ADVANCED,
	 .help = "Name to ask for and to verify, instead of the target's host",
	 .example = "mail.shop.example"},
	FIELD_VERIFY,
	FIELD_CERT_DAYS,
	FIELD_SLOW,
	FIELD_IP,
};

static const char *const examples[] = {
	"sellersmart monitor add smtp://mail.example --name mail --starttls required",
	"sellersmart monitor add mail.example:465 --type smtp --tls --capabilities 'AUTH PLAIN'",
	"sellersmart monitor add smtp://10.0.0.5:25 --starttls off --name relay",
	NULL,
};

static enum err check_tls(const json_t *spec, struct error *e)
{
	const char *colon = strrchr(json_str(spec, "target", ""), ':');
	const char *port = colon ? colon + 1 : "";
	bool tls = spec_bool(&resource_monitor, spec, "tls");

	if (tls && json_object_get(spec, "starttls")) {
		error_field(e, ERR_INVALID, "starttls",
			    "starttls: not together with tls, which begins encrypted");
		error_hint(e, "give only one of them");
		return ERR_INVALID;
	}
	if (tls && !strcmp(port, "25")) {
		error_field(e, ERR_INVALID, "tls", "tls: port 25 does not begin with TLS");
		error_hint(e, "give the port, usually 465, or starttls: required instead");
		return ERR_INVALID;
	}
	if (!tls && !strcmp(port, "465")) {
		error_field(e, ERR_INVALID, "tls", "tls: port 465 begins with TLS");
		error_hint(e, "give tls: true");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

/* Words that become part of a command, or are compared with words of an answer. */
static bool is_line(const char *s)
{
	for (; *s; s++) {
		if (*s < 0x20 || *s > 0x7e)
			return false;
	}
	return true;
}

static enum err check_words(const json_t *spec, struct error *e)
{
	const char *ehlo = json_str(spec, "ehlo", "");
	json_t *item;
	size_t i;

	if (!is_line(ehlo) || strchr(ehlo, ' ')) {
		error_field(e, ERR_INVALID, "ehlo", "ehlo: not a name or an address in brackets");
		error_hint(e, "for example ehlo: monitor.shop.example");
		return ERR_INVALID;
	}
	json_array_foreach(json_object_get(spec, "capabilities"), i, item)
	{
		const char *text = json_string_value(item);

		if (text && is_line(text) && text[strspn(text, " =")])
			continue;
		error_field(e, ERR_INVALID, "capabilities",
			    "capabilities: entry %zu is not the name of an extension", i + 1);
		error_hint(e, "for example capabilities: [AUTH PLAIN, SIZE]");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	enum err err = check_times(spec, e);

	if (!err)
		err = check_tls(spec, e);
	return err ? err : check_words(spec, e);
}

static const char *const schemes[] = {"smtp", "smtps", NULL};

const struct variant variant_smtp = {
	.name = "smtp",
	.schemes = schemes,
	.title = "Mail server (SMTP)",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
