#pragma once
/* What rivals and own shops have in common: a site that is read again and again. Each of the two
 * files includes this once. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/money.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

enum { SITE_URLS_MAX = 2000, SITE_LIMIT_MAX = 200000 };

static const struct field site_fields[] = {
	{.name = "url",
	 .type = FIELD_URL,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Address of the shop; what it is made with and where its products are is found out",
	 .example = "https://shop.example/"},
	{.name = "every",
	 .type = FIELD_DURATION,
	 .min = 60000,
	 .max = INT64_C(31) * 86400000,
	 .dflt = "6h",
	 .help = "Time from one scan to the next",
	 .example = "12h"},
	{.name = "limit",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = SITE_LIMIT_MAX,
	 .dflt = "20000",
	 .flags = FIELD_ADVANCED,
	 .help = "Pages that one scan asks for at most",
	 .example = "500"},
	{.name = "pace",
	 .type = FIELD_DURATION,
	 .min = 0,
	 .max = 3600000,
	 .dflt = "0s",
	 .flags = FIELD_ADVANCED,
	 .help = "Rest between two of its pages at least; 0s: as the configuration says (net.pace)",
	 .example = "10s"},
	{.name = "urls",
	 .flag = "product-url",
	 .type = FIELD_TEXT_LIST,
	 .max = SITE_URLS_MAX,
	 .flags = FIELD_ADVANCED,
	 .help = "Pages of products that are read instead of looking for all",
	 .example = "https://shop.example/p/lamp"},
	{.name = "feed",
	 .type = FIELD_URL,
	 .flags = FIELD_ADVANCED,
	 .help = "A merchant feed (RSS, Atom, TSV, CSV) that is read instead of looking for products",
	 .example = "https://shop.example/feed.xml"},
	{.name = "recipe",
	 .type = FIELD_NAME,
	 .flags = FIELD_ADVANCED,
	 .help = "A recipe that says where things stand on its pages",
	 .example = "shop"},
	{.name = "currency",
	 .type = FIELD_TEXT,
	 .min = 3,
	 .max = 3,
	 .flags = FIELD_ADVANCED,
	 .help = "Of prices whose page says none, as ISO 4217 has it",
	 .example = "EUR"},
	{.name = "paused",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Do not scan for now",
	 .example = "true"},
	{.name = "tags",
	 .flag = "tag",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .flags = FIELD_SLUGS,
	 .help = "Words that filters and rules choose by",
	 .example = "lamps"},
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "A note for people",
	 .example = "Sells what we sell, in the next town"},
};

static const struct column site_columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 3, .priority = 0},
	{.title = "made with", .path = "platform", .min_width = 9, .priority = 3},
	{.title = "products",
	 .path = "products",
	 .format = COLUMN_INT,
	 .min_width = 8,
	 .priority = 1},
	{.title = "scanned",
	 .path = "scanned_at",
	 .format = COLUMN_TIME,
	 .min_width = 16,
	 .priority = 2},
	{.title = "next", .path = "next_at", .format = COLUMN_TIME, .min_width = 16, .priority = 3},
	{.title = "url", .path = "url", .min_width = 16, .weight = 2, .priority = 4},
};

static const char *const site_sorts[] = {"name", "worst", NULL};
static const char *const site_filters[] = {"name", "state", "platform", "paused", "tag", NULL};
static const char *const site_outputs[] = {
	"state",      "state_since",  "text",     "platform",   "entry",    "scanned_at",
	"full_at",    "next_at",      "last_job", "job",        "products", "mine_too",
	"cheaper",    "dearer",       "equal",    "new",        "gone",     "out_of_stock",
	"index_mean", "index_median", "trend",    "changed_at", NULL,
};

static enum err site_url_check(const char *name, const char *text, struct error *e)
{
	struct url u;
	struct error why = {0};

	if (!url_parse(text, &u, &why))
		return ERR_NONE;
	error_field(e, ERR_INVALID, name, "%s: %.120s: %.160s", name, text, why.text);
	error_hint(e, "as in: https://shop.example/p/lamp");
	return ERR_INVALID;
}

static enum err site_check(const json_t *spec, struct error *e)
{
	const json_t *urls = json_object_get(spec, "urls"), *one;
	const char *currency = json_str(spec, "currency", "");
	enum err err = ERR_NONE;
	size_t i;

	if (urls && json_object_get(spec, "feed")) {
		error_field(e, ERR_INVALID, "urls", "urls: not together with feed");
		error_hint(e, "a feed names its products itself: leave one of them out");
		return ERR_INVALID;
	}
	if (*currency && !currency_known(currency)) {
		error_field(e, ERR_INVALID, "currency", "currency: \"%s\" is none", currency);
		error_hint(e, "three capitals: EUR, GBP, JPY");
		return ERR_INVALID;
	}
	json_array_foreach(urls, i, one) err =
		err ? err : site_url_check("urls", json_string_value(one), e);
	return err;
}

/* "shop-example" of https://www.shop.example/de/. */
static bool site_name_propose(const json_t *input, char *out, size_t cap)
{
	struct url u;
	struct error e = {0};
	const char *host = u.host;

	if (url_parse(json_str(input, "url", ""), &u, &e))
		return false;
	if (!strncmp(host, "www.", 4))
		host += 4;
	if (u.port == 80 || u.port == 443) {
		name_slug(host, out, cap);
	} else {
		char text[2 * HOST_MAX];

		snprintf(text, sizeof text, "%.*s-%u", HOST_MAX, host, (unsigned)u.port);
		name_slug(text, out, cap);
	}
	return out[0] != '\0';
}

#define SITE_LIVE                                                                                   \
	"state:<new|scanning|ok|blocked|failing|paused> state_since:time? text:str? "               \
	"platform:<shopify|woocommerce|feed|sitemap|pages|list>? entry:str? scanned_at:time? "      \
	"full_at:time? next_at:time? job:str? last_job:str? products:int mine_too:int cheaper:int " \
	"dearer:int equal:int new:int gone:int out_of_stock:int index_mean:int? "                   \
	"index_median:int? trend:[int?] changed_at:time?"
