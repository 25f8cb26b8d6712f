/* A part of a page or of JSON that is watched for changes: its last versions are kept. */
#include <stdio.h>
#include <string.h>

#include "shared/css.h"
#include "shared/pattern.h"
#include "shared/resources/checks/common.h"
#include "shared/resources/checks/headers.h"

static const char *const families[] = {"auto", "4", "6", NULL};

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_URL,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Address of the page",
	 .example = "https://rival.example/desk-lamp"},
	{.name = "css",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1000,
	 .help = "CSS selector of what is watched; without css, xpath or jq the whole text is",
	 .example = "'#price'"},
	{.name = "xpath",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1000,
	 .flags = FIELD_ADVANCED,
	 .help = "XPath 1.0 of what is watched",
	 .example = "//*[@itemprop=\"price\"]"},
	{.name = "jq",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1000,
	 .help = "jq program whose outputs are watched, of JSON",
	 .example = ".items[] | {name, price}"},
	{.name = "attribute",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 64,
	 .flags = FIELD_ADVANCED,
	 .help = "Attribute of the elements instead of their text",
	 .example = "content"},
	{.name = "ignore",
	 .type = FIELD_TEXT_LIST,
	 .max = 20,
	 .flags = FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "Patterns (PCRE2): a line that matches one is left out",
	 .example = "['^Today is', '(?i)visitors online']"},
	{.name = "confirm",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 10,
	 .dflt = "2",
	 .flags = FIELD_ADVANCED,
	 .help = "Looks in a row that must show a new text, retry_interval apart, before it counts",
	 .example = "1"},
	{.name = "flips",
	 .type = FIELD_DURATION,
	 .min = 0,
	 .max = INT64_C(7) * 86400000,
	 .dflt = "1h",
	 .flags = FIELD_ADVANCED,
	 .help = "A text that was there so recently is a flip back, not a change; 0s: each counts",
	 .example = "1d"},
	{.name = "versions",
	 .type = FIELD_INT,
	 .min = 2,
	 .max = 100,
	 .dflt = "20",
	 .flags = FIELD_ADVANCED,
	 .help = "Versions that are kept",
	 .example = "50"},
	/* A page of others: asked less often than one's own shop. */
	{.name = "interval",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 86400000,
	 .dflt = "15m",
	 .help = "Time from one check to the next",
	 .example = "1h"},
	FIELD_SLOW,
	{.name = "headers",
	 .type = FIELD_TEXT_MAP,
	 .max = 50,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE | FIELD_ADVANCED,
	 .help = "Request headers; a value may be a secret",
	 .example = "{Accept-Language: de}"},
	{.name = "status",
	 .type = FIELD_STATUS_SET,
	 .dflt = "200-299",
	 .flags = FIELD_ADVANCED,
	 .help = "Statuses of a good answer",
	 .example = "200"},
	{.name = "redirects",
	 .type = FIELD_INT,
	 .min = 0,
	 .max = 20,
	 .dflt = "10",
	 .flags = FIELD_ADVANCED,
	 .help = "Redirects to follow; 0 takes the first answer",
	 .example = "0"},
	{.name = "max_body",
	 .type = FIELD_SIZE,
	 .min = 1024,
	 .max = 4 << 20,
	 .dflt = "1MiB",
	 .flags = FIELD_ADVANCED,
	 .help = "Bytes of the decompressed page that are read",
	 .example = "256KiB"},
	{.name = "user_agent",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 256,
	 .flags = FIELD_ADVANCED,
	 .help = "User-Agent header instead of the program's own",
	 .example = "Mozilla/5.0"},
	FIELD_VERIFY,
	FIELD_CERT_DAYS,
	{.name = "ip",
	 .type = FIELD_ENUM,
	 .choices = families,
	 .dflt = "auto",
	 .flags = FIELD_ADVANCED,
	 .help = "Address family: whichever answers first, only IPv4, or only IPv6",
	 .example = "4"},
};

static const char *const examples[] = {
	"sellersmart monitor add https://rival.example/lamp --type content --css '#price' --name lamp-price",
	"sellersmart monitor add https://shop.example/terms --type content --css main --interval 1d",
	"sellersmart monitor add https://api.shop.example/stock --type content --jq '.[] | {sku, stock}'",
	"sellersmart monitor diff lamp-price",
	NULL,
};

static enum err check_selector(const json_t *spec, struct error *e)
{
	static const char *const kinds[] = {"css", "xpath", "jq"};
	const char *given = NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!json_object_get(spec, kinds[i]))
			continue;
		if (given) {
			error_field(e, ERR_INVALID, kinds[i], "%s: not together with %s", kinds[i],
				    given);
			error_hint(e, "give only one of css, xpath and jq");
			return ERR_INVALID;
		}
		given = kinds[i];
	}
	if (json_object_get(spec, "attribute") && (!given || !strcmp(given, "jq"))) {
		error_field(e, ERR_INVALID, "attribute",
			    "attribute: only elements have one, and css or xpath finds them");
		error_hint(e, "give css too, or leave attribute out");
		return ERR_INVALID;
	}
	const char *css = json_str(spec, "css", NULL);
	struct error why = {0};
	if (css && css_check(css, &why)) {
		error_field(e, ERR_INVALID, "css", "css: %s", why.text);
		error_hint(e, "%s", why.hint[0] ? why.hint : "for example css: \"#price\"");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check_patterns(const json_t *spec, struct error *e)
{
	size_t i;
	const json_t *one;
	json_array_foreach(json_object_get(spec, "ignore"), i, one)
	{
		struct error why = {0};
		struct pattern *p = pattern_compile(json_string_value(one), &why);
		pattern_free(p);
		if (p)
			continue;
		error_field(e, ERR_INVALID, "ignore", "ignore: %s", why.text);
		error_hint(e, "for example ignore: ['^Today is']");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	static const char *const ours[] = {"Content-Length", "Transfer-Encoding", "Connection",
					   "Expect",         "Upgrade",           "TE",
					   "Trailer"};
	enum err err = check_times(spec, e);
	if (!err)
		err = check_headers(spec, ours, ARRAY_LEN(ours), e);
	if (!err)
		err = check_selector(spec, e);
	return err ? err : check_patterns(spec, e);
}

const struct variant variant_content = {
	.name = "content",
	.title = "Content: a part of a page, watched for changes",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
