/* A product, whoever sells it: found from listings of rivals and of one's own shops. Facts. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "product", .path = "title", .min_width = 16, .weight = 4, .priority = 0},
	{.title = "brand", .path = "brand", .min_width = 8, .weight = 1, .priority = 3},
	{.title = "mine", .path = "mine_price", .min_width = 10, .priority = 0},
	{.title = "best rival", .path = "best_price", .min_width = 10, .priority = 0},
	{.title = "by", .path = "best_site", .min_width = 8, .weight = 1, .priority = 2},
	{.title = "offers",
	 .path = "listings",
	 .format = COLUMN_INT,
	 .min_width = 6,
	 .priority = 2},
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 1},
	{.title = "id", .path = "id", .min_width = 17, .priority = 4},
};

static const char *const sorts[] = {"title", "-changed", "changed", "gap",
				    "-gap",  "listings", NULL};
static const char *const filters[] = {"brand", "mine", "undercut", "pending", "rival", NULL};
static const char *const outputs[] = {
	"title",        "brand",      "state",      "mine",        "listings",
	"currency",     "mine_minor", "mine_price", "best_minor",  "best_price",
	"best_listing", "best_site",  "gap_minor",  "gap_bp",      "undercut_since",
	"floor_minor",  "map_minor",  "pack",       "gtin",        "mpn",
	"sku",          "image",      "category",   "pending",     "changed_at",
	"found_at",     "offers",     "market",     "identifiers", NULL,
};

static const char live[] =
	"{title:str brand:str? state:<mine|undercut|rivals> mine:bool listings:int currency:str? "
	"mine_minor:int? mine_price:str? best_minor:int? best_price:str? best_listing:str? "
	"best_site:str? gap_minor:int? gap_bp:int? undercut_since:time? floor_minor:int? map_minor:int? "
	"pack:{count:int amount:num unit:<g|ml|m|m2|piece> text:str}? gtin:str? mpn:str? sku:str? "
	"image:str? category:str? pending:int changed_at:time found_at:time "
	"offers?:[{listing:str title:str site:str? site_kind:<rival|shop>? mine:bool seller:str? "
	"price_minor:int? shipping_minor:int? landed_minor:int? currency:str? availability:str? "
	"condition:str? state:<listed|unknown|gone> match:<new|gtin|mpn|title|person> match_score:int "
	"seen_at:time source:str url:str unit_price:{minor:int per:<kg|l|m|m2|piece>}? rank:int? "
	"deal:<good|best>?}] "
	"market?:{landed:bool mean_minor:int? median_minor:int? index_mean:int? index_median:int? "
	"sellers:int rivals:int} identifiers?:[{type:<gtin|asin|mpn> value:str}]}";

static const struct field history_params[] = {
	{.name = "days",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 3650,
	 .dflt = "90",
	 .help = "How many days back",
	 .example = "365"},
};

static const struct action actions[] = {
	{.verb = "history",
	 .method = "GET",
	 .help = "What it cost where and when: a series for each listing, mine first",
	 .params = history_params,
	 .n_params = ARRAY_LEN(history_params),
	 .answer = "{currency:str? floor_minor:int? map_minor:int? from:time until:time "
		   "series:[{listing:str site:str? site_kind:<rival|shop>? mine:bool title:str "
		   "currency:str? points:[{at:time until:time kind:<seen|unknown|doubtful|ended> "
		   "price_minor:int? availability:str?}]}]}"},
};

static const char *const examples[] = {
	"sellersmart product list -q lamp",
	"sellersmart product list --filter undercut=true --sort gap",
	"sellersmart product show 4006381333931 -o json",
	"sellersmart product history 4006381333931 --days 365 -o json",
	NULL,
};

extern const struct resource_kind resource_product;
const struct resource_kind resource_product = {
	.kind = "product",
	.plural = "products",
	.prefix = "prd",
	.title = "Products",
	.help = "What is sold, by whom and for how much: offers side by side, mine among them",
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
