/* A listing: a product at an address of a rival's shop or one's own. Facts, read from pages. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 7, .priority = 0},
	{.title = "site", .path = "site", .min_width = 10, .weight = 1, .priority = 1},
	{.title = "title", .path = "title", .min_width = 16, .weight = 4, .priority = 0},
	{.title = "price", .path = "price", .min_width = 10, .priority = 0},
	{.title = "stock", .path = "availability", .min_width = 10, .priority = 2},
	{.title = "seen", .path = "seen_at", .format = COLUMN_TIME, .min_width = 12, .priority = 3},
	{.title = "id", .path = "id", .min_width = 17, .priority = 4},
};

static const char *const sorts[] = {"-found_at",    "found_at", "title",   "site", "price_minor",
				    "-price_since", "seen_at",  "reviews", NULL};
static const char *const filters[] = {"site",  "mine",         "state",  "product",
				      "brand", "availability", "family", NULL};
static const char *const outputs[] = {
	"title",
	"site",
	"site_kind",
	"mine",
	"product",
	"url",
	"sku",
	"gtin",
	"mpn",
	"brand",
	"image",
	"category",
	"family",
	"state",
	"state_since",
	"price",
	"price_minor",
	"was_minor",
	"price_to_minor",
	"list_minor",
	"shipping_minor",
	"currency",
	"availability",
	"condition",
	"landed_minor",
	"seller",
	"sellers",
	"rating_x100",
	"reviews",
	"price_since",
	"stock_since",
	"doubt_minor",
	"source",
	"match",
	"match_score",
	"found_at",
	"seen_at",
	"page",
	"offers",
	NULL,
};

static const char live[] =
	"{title:str site:str? site_kind:<rival|shop>? mine:bool product:str url:str sku:str? "
	"gtin:str? mpn:str? brand:str? image:str? category:str? family:str? "
	"state:<listed|unknown|gone> state_since:time price:str? price_minor:int? was_minor:int? "
	"price_to_minor:int? list_minor:int? shipping_minor:int? landed_minor:int? currency:str? "
	"availability:str? condition:str? seller:str? sellers:int rating_x100:int? reviews:int? "
	"price_since:time? stock_since:time? doubt_minor:int? source:str "
	"match:<new|gtin|mpn|title|person> match_score:int found_at:time seen_at:time "
	"page?:{url:str state:<ok|blocked|failing|gone> status:int? text:str?}? "
	"offers?:[{seller:str? kind:<seen|unknown|doubtful> price_minor:int? list_minor:int? "
	"shipping_minor:int? landed_minor:int? currency:str? availability:str? condition:str? "
	"buy_box:bool? rank:int? since:time source:str}]}";

static const struct action actions[] = {
	{.verb = "split",
	 .method = "POST",
	 .confirm = true,
	 .help = "It is another product than it was taken for: make it one of its own"},
};

static const char *const examples[] = {
	"sellersmart listing list -q lamp",
	"sellersmart listing list --filter site=lampenwelt --filter state=gone",
	"sellersmart listing list --sort -price_since -o jsonl",
	NULL,
};

extern const struct resource_kind resource_listing;
const struct resource_kind resource_listing = {
	.kind = "listing",
	.plural = "listings",
	.prefix = "lst",
	.title = "Listings",
	.help = "Products at addresses of rivals and of your own shops: price, stock, since when",
	.ops = OP_LIST | OP_SHOW,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.order = 100,
};
