/* What a name server answers for a name, and what it must answer. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "shared/resources/checks/common.h"

static const char *const records[] = {"A", "AAAA", "CNAME", "MX", "TXT", "NS", "SOA", "CAA", NULL};
static const char *const matches[] = {"all", "any", "exact", NULL};

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_HOST,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Name whose records are asked for",
	 .example = "dns://shop.example"},
	{.name = "record",
	 .type = FIELD_ENUM,
	 .choices = records,
	 .dflt = "A",
	 .help = "Type of the records",
	 .example = "MX"},
	{.name = "expect",
	 .type = FIELD_TEXT_LIST,
	 .max = 32,
	 .flags = FIELD_MULTILINE,
	 .help = "Records that must come; none: any will do. The MX preference may be left out",
	 .example = "[10 mx1.shop.example, mx2.shop.example]"},
	{.name = "match",
	 .type = FIELD_ENUM,
	 .choices = matches,
	 .dflt = "all",
	 .help = "All of the expected must come, any one of them, or exactly these",
	 .example = "exact"},
	{.name = "server",
	 .type = FIELD_HOST_PORT,
	 .min = 53,
	 .help = "Name server to ask and to judge: its silence is down; else this machine's own",
	 .example = "ns1.shop.example:53"},
	{.name = "dnssec",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Down when the resolver did not validate the answer (AD flag)",
	 .example = "true"},
	FIELD_SLOW,
};

static const char *const examples[] = {
	"sellersmart monitor add dns://shop.example --expect 192.0.2.10 --match exact",
	"sellersmart monitor add dns://shop.example --record MX --expect mx1.shop.example",
	"sellersmart monitor add dns://shop.example --record SOA --server ns1.shop.example",
	NULL,
};

static enum err refuse(struct error *e, const char *text, const char *why, const char *hint)
{
	error_field(e, ERR_INVALID, "expect", "expect: \"%.64s\" %s", text, why);
	error_hint(e, "%s", hint);
	return ERR_INVALID;
}

static enum err check_expected(const char *type, const char *text, struct error *e)
{
	unsigned char address[sizeof(struct in6_addr)];
	const char *space = strchr(text, ' ');
	char *end;
	if (!strcmp(type, "A") && inet_pton(AF_INET, text, address) != 1)
		return refuse(e, text, "is no IPv4 address", "for example expect: [192.0.2.10]");
	if (!strcmp(type, "AAAA") && inet_pton(AF_INET6, text, address) != 1)
		return refuse(e, text, "is no IPv6 address", "for example expect: ['2001:db8::1']");
	if ((!strcmp(type, "CNAME") || !strcmp(type, "NS")) && space)
		return refuse(e, text, "is no name", "one entry for each name");
	if (!strcmp(type, "MX") && space &&
	    (strtoul(text, &end, 10) > 65535 || end != space || strchr(space + 1, ' ')))
		return refuse(e, text, "is no mail exchanger",
			      "write 10 mx1.shop.example, or mx1.shop.example");
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	const char *target = json_str(spec, "target", "");
	const char *type = spec_text(&resource_monitor, spec, "record");
	const json_t *expected = json_object_get(spec, "expect"), *one;
	unsigned char address[sizeof(struct in6_addr)];
	enum err err = check_times(spec, e);
	size_t i;
	if (!err && (inet_pton(AF_INET, target, address) == 1 || strchr(target, ':'))) {
		err = error_field(e, ERR_INVALID, "target",
				  "target: \"%.64s\" is an address; records belong to names",
				  target);
		error_hint(e, "write the name: dns://shop.example");
	}
	if (!err && json_object_get(spec, "match") && !json_array_size(expected)) {
		err = error_field(e, ERR_INVALID, "match", "match: only counts with expect");
		error_hint(e, "give expect too, or leave match out");
	}
	json_array_foreach((json_t *)expected, i, one)
	{
		if (!err)
			err = check_expected(type, json_string_value(one), e);
	}
	return err;
}

static const char *const schemes[] = {"dns", NULL};

const struct variant variant_dns = {
	.name = "dns",
	.schemes = schemes,
	.title = "DNS records of a name",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
