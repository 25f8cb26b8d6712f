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

static const struct field history_params[] = {
	{.name = "since",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .dflt = "90d",
	 .help = "From when on: a time, or how long ago",
	 .example = "365d"},
	{.name = "until",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .help = "Up to when; left out: now",
	 .example = "2026-11-01T00:00:00Z"},
};
static const struct field evidence_params[] = {
	{.name = "at",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .help = "Of the offer at that time, or so long ago; left out: now",
	 .example = "2d"},
};

static const struct action actions[] = {
	{.verb = "split",
	 .method = "POST",
	 .confirm = true,
	 .help = "It is another product than it was taken for: make it one of its own"},
	{.verb = "history",
	 .method = "GET",
	 .help = "What it cost when, its ratings, and what else changed",
	 .params = history_params,
	 .n_params = ARRAY_LEN(history_params),
	 .answer =
		 "{listing:str currency:str? from:time until:time now:int? "
		 "points:[{at:time until:time kind:<seen|unknown|doubtful|ended> price_minor:int? "
		 "availability:str? list_minor:int? shipping_minor:int? currency:str? condition:str? "
		 "seller:str? source:str? evidence:str?}] left_out:int "
		 "ratings:[{at:time rating_x100:int? reviews:int?}] "
		 "changes:[{at:time field:str was:str? now:str?}]}"},
	{.verb = "evidence",
	 .method = "GET",
	 .help = "What an offer was read from: source, address, hash, and the page if it was kept",
	 .params = evidence_params,
	 .n_params = ARRAY_LEN(evidence_params),
	 .answer =
		 "{listing:str at:time until:time kind:<seen|unknown|doubtful|ended> "
		 "price_minor:int? availability:str? shipping_minor:int? currency:str? source:str? "
		 "hash:str? page:{listing_url:str url:str? status:int? text:str?}? kept:bool "
		 "kept_at?:time url?:str type?:str? bytes?:int body?:str}"},
};

static const char *const examples[] = {
	"sellersmart listing list -q lamp",
	"sellersmart listing list --filter site=lampenwelt --filter state=gone",
	"sellersmart listing list --sort -price_since -o jsonl",
	"sellersmart listing history lst_01H5ZK3QW8F2A --since 365d -o json",
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
