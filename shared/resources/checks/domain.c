/* The registration of a domain: when it ends, what the registry says about it, who holds it. */
#include <arpa/inet.h>
#include <ctype.h>

#include "shared/resources/checks/common.h"

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_HOST,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Registered name, without what is in front of it",
	 .example = "domain://shop.example"},
	{.name = "domain_days",
	 .type = FIELD_INT,
	 .min = 0,
	 .max = 365,
	 .dflt = "30",
	 .help = "Degraded when the registration ends in fewer days; 0 turns it off",
	 .example = "60"},
	{.name = "expect_nameservers",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .flags = FIELD_MULTILINE,
	 .help = "Name servers it must be delegated to, exactly these: others are down",
	 .example = "[ns1.host.example, ns2.host.example]"},
	{.name = "registrar",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 120,
	 .help = "Words of the registrar's name, or its IANA number: another one is degraded",
	 .example = "Registrar GmbH"},
	{.name = "server",
	 .type = FIELD_URL,
	 .flags = FIELD_ADVANCED,
	 .help = "Base address of the RDAP server; else IANA's list says which one",
	 .example = "https://rdap.registry.example/v1/"},
	{.name = "interval",
	 .type = FIELD_DURATION,
	 .min = 600000,
	 .max = 86400000,
	 .dflt = "12h",
	 .help = "Time from one check to the next",
	 .example = "24h"},
	{.name = "timeout",
	 .type = FIELD_DURATION,
	 .min = 100,
	 .max = 120000,
	 .dflt = "20s",
	 .help = "The registry's answer may take that long, once it is our turn to ask",
	 .example = "30s"},
	{.name = "failures",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 20,
	 .dflt = "2",
	 .help = "Failed checks in a row before it is down",
	 .example = "1"},
	{.name = "recoveries",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 20,
	 .dflt = "1",
	 .flags = FIELD_ADVANCED,
	 .help = "Good checks in a row before it is up again",
	 .example = "2"},
	{.name = "retry_interval",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 3600000,
	 .dflt = "10m",
	 .help = "Time to the next check after a failed one, never above interval",
	 .example = "1h"},
};

static const char *const examples[] = {
	"sellersmart monitor add domain://shop.example",
	"sellersmart monitor add shop.example --type domain --name shop-domain --domain-days 60",
	"sellersmart monitor add domain://shop.example --registrar 'Registrar GmbH'",
	NULL,
};

static enum err check_target(const json_t *spec, struct error *e)
{
	const char *target = json_str(spec, "target", "");
	unsigned char address[sizeof(struct in6_addr)];
	size_t len = strlen(target);

	if (inet_pton(AF_INET, target, address) == 1 || strchr(target, ':')) {
		error_field(e, ERR_INVALID, "target",
			    "target: \"%.64s\" is an address; only names are registered", target);
	} else if (!strchr(target, '.') || strchr(target, '.') == target + len - 1) {
		error_field(e, ERR_INVALID, "target",
			    "target: \"%.64s\" is no registered name, it has no dot inside",
			    target);
	} else {
		return ERR_NONE;
	}
	error_hint(e, "write the name: domain://shop.example");
	return ERR_INVALID;
}

static enum err check_nameservers(const json_t *spec, struct error *e)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(spec, "expect_nameservers"), i, item)
	{
		const char *text = json_string_value(item);
		size_t at = 0;

		while (text && (isalnum((unsigned char)text[at]) || strchr("-._", text[at])) &&
		       text[at])
			at++;
		if (text && at && !text[at] && at <= 253)
			continue;
		error_field(e, ERR_INVALID, "expect_nameservers",
			    "expect_nameservers: entry %zu is no host name", i + 1);
		error_hint(e, "for example expect_nameservers: [ns1.host.example]");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	enum err err = check_times(spec, e);

	if (!err)
		err = check_target(spec, e);
	if (!err)
		err = check_nameservers(spec, e);
	if (!err && strpbrk(json_str(spec, "server", ""), "?#")) {
		err = error_field(e, ERR_INVALID, "server",
				  "server: a base address has no query, \"domain/NAME\" is put "
				  "behind it");
		error_hint(e, "for example server: https://rdap.registry.example/v1/");
	}
	return err;
}

static const char *const schemes[] = {"domain", NULL};

const struct variant variant_domain = {
	.name = "domain",
	.schemes = schemes,
	.title = "Registration of a domain (RDAP)",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
