/* A brand that is looked after: its listings wherever they were seen, its ratings, what is said of
 * it. */
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

extern const struct resource_kind resource_brand;

static const struct field fields[] = {
	{.name = "brand",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 100,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "The brand as pages write it; case and legal forms make no difference",
	 .example = "ACME"},
	{.name = "aliases",
	 .flag = "alias",
	 .type = FIELD_TEXT_LIST,
	 .max = 20,
	 .help = "What else pages call it",
	 .example = "Acme Lighting"},
	{.name = "feeds",
	 .flag = "feed",
	 .type = FIELD_TEXT_LIST,
	 .max = 20,
	 .help = "RSS or Atom feeds in which mentions are looked for",
	 .example = "https://news.example/rss"},
	{.name = "every",
	 .type = FIELD_DURATION,
	 .min = 900000,
	 .max = INT64_C(31) * 86400000,
	 .dflt = "6h",
	 .help = "How often its feeds are read",
	 .example = "1h"},
	{.name = "map",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "Count prices below product map; price floors are mostly unlawful in EU and UK: ask counsel",
	 .example = "true"},
	{.name = "low_rating",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 4,
	 .dflt = "2",
	 .flags = FIELD_ADVANCED,
	 .help = "Ratings of at most so many stars are low",
	 .example = "1"},
	{.name = "low_count",
	 .type = FIELD_INT,
	 .min = 2,
	 .max = 1000,
	 .dflt = "3",
	 .flags = FIELD_ADVANCED,
	 .help = "So many low ratings within low_within are told",
	 .example = "5"},
	{.name = "low_within",
	 .type = FIELD_DURATION,
	 .min = 3600000,
	 .max = INT64_C(30) * 86400000,
	 .dflt = "7d",
	 .flags = FIELD_ADVANCED,
	 .help = "The span in which low ratings belong together",
	 .example = "3d"},
	{.name = "rating_fall",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 400,
	 .dflt = "10",
	 .flags = FIELD_ADVANCED,
	 .help = "A rating that fell by so many hundredths of a star is told",
	 .example = "20"},
	{.name = "score_fall",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 100,
	 .dflt = "10",
	 .flags = FIELD_ADVANCED,
	 .help = "A reputation that fell by so many of its 100 points is told",
	 .example = "5"},
	{.name = "buy_box_burst",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 10000,
	 .dflt = "3",
	 .flags = FIELD_ADVANCED,
	 .help = "More listings than that which lost the buy box within a day are told at once",
	 .example = "1"},
	{.name = "tags",
	 .flag = "tag",
	 .type = FIELD_TEXT_LIST,
	 .max = 32,
	 .flags = FIELD_SLUGS,
	 .help = "Words to find it by, for lists, silences and rules",
	 .example = "own"},
	{.name = "paused",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Reads no feeds and tells nothing for now",
	 .example = "true"},
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "A note for people",
	 .example = "Our own label"},
};

static enum err check(const json_t *spec, struct error *e)
{
	size_t i;
	const json_t *feed;
	json_array_foreach(json_object_get(spec, "feeds"), i, feed)
	{
		struct url u;
		if (!url_parse(json_string_value(feed), &u, e))
			continue;
		error_prefix(e, "feeds: ");
		error_hint(e, "the address of the feed itself, as https://news.example/rss");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static bool name_propose(const json_t *input, char *out, size_t cap)
{
	const char *brand = json_str(input, "brand", NULL);
	if (!brand)
		return false;
	name_slug(brand, out, cap);
	return *out;
}

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 6, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "score", .path = "score", .format = COLUMN_INT, .min_width = 5, .priority = 1},
	{.title = "rating", .path = "rating", .min_width = 6, .priority = 1},
	{.title = "reviews",
	 .path = "reviews",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 2},
	{.title = "listings",
	 .path = "listings",
	 .format = COLUMN_INT,
	 .min_width = 8,
	 .priority = 2},
	{.title = "sellers",
	 .path = "sellers",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 3},
	{.title = "in stock",
	 .path = "in_stock_pct",
	 .format = COLUMN_PERCENT,
	 .min_width = 8,
	 .priority = 3},
	{.title = "why", .path = "text", .min_width = 10, .weight = 3, .priority = 4},
};

static const char *const sorts[] = {"name", "score", "rating", "-listings", "-reviews", NULL};
static const char *const filters[] = {"name", "state", "tag", "paused", NULL};
static const char *const outputs[] = {
	"state",   "text",        "listings",     "sellers",      "products",       "spread_bp",
	"rating",  "reviews",     "in_stock_pct", "in_stock_bp",  "per_day_x1000",  "score",
	"trend",   "low_ratings", "changes",      "mentions_new", "buy_boxes_lost", "analyzed_at",
	"read_at", "next_at",     NULL,
};
static const char live[] =
	"{state:<new|ok|low|fallen|unseen|paused> text:str? listings:int? sellers:int? products:int? "
	"spread_bp:int? rating:num? reviews:int? in_stock_pct:num? in_stock_bp:int? per_day_x1000:int? "
	"score:int? trend:[int?] low_ratings:int? changes:int? mentions_new:int? buy_boxes_lost:int? "
	"analyzed_at:time? read_at:time? next_at:time?}";

static const char *const reserved[] = {"analyze", "compare", "reputation", "alerts", NULL};

static const struct action actions[] = {
	{.verb = "read",
	 .method = "POST",
	 .key = 'r',
	 .help = "Read its feeds now",
	 .answer = "=Job"},
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Tell nothing until resumed"},
	{.verb = "resume", .method = "POST", .help = "Tell again"},
};

static const char *const examples[] = {
	"sellersmart brand add ACME --alias 'Acme Lighting' --feed https://news.example/rss",
	"sellersmart brand list",
	"sellersmart brand analyze ACME -o json",
	"sellersmart brand compare ACME BETA",
	"sellersmart brand reputation ACME",
	NULL,
};

const struct resource_kind resource_brand = {
	.kind = "brand",
	.plural = "brands",
	.prefix = "brd",
	.title = "Brands",
	.help = "Brands that are looked after: their listings, prices, ratings and mentions",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.check = check,
	.name_propose = name_propose,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.reserved = reserved,
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.order = 26,
};
