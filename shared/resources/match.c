/* A match: is that listing that product? A person decides what titles and codes leave open. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "score", .path = "score", .format = COLUMN_INT, .min_width = 5, .priority = 1},
	{.title = "listing", .path = "listing.title", .min_width = 14, .weight = 3, .priority = 0},
	{.title = "at", .path = "listing.site", .min_width = 8, .weight = 1, .priority = 1},
	{.title = "is it", .path = "product.title", .min_width = 14, .weight = 3, .priority = 0},
	{.title = "why", .path = "why", .min_width = 12, .weight = 3, .priority = 2},
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 7, .priority = 3},
	{.title = "id", .path = "id", .min_width = 17, .priority = 4},
};

static const char *const sorts[] = {"-score", "score", "-at", "at", NULL};
static const char *const filters[] = {"state", "product", "mine", NULL};
static const char *const outputs[] = {"state",   "score", "why",        "listing",
				      "product", "at",    "decided_at", NULL};

#define SIDE                                                                                        \
	"{id:str title:str brand:str? gtin:str? mpn:str? pack:str? price_minor:int? currency:str? " \
	"image:str?"

static const char live[] =
	"{state:<pending|confirmed|rejected> score:int why:str "
	"listing:" SIDE " site:str? site_kind:<rival|shop>? sku:str? url:str} "
	"product:" SIDE " mine:bool listings:int url:str?} at:time decided_at:time?}";

static const struct action actions[] = {
	{.verb = "confirm",
	 .method = "POST",
	 .key = 'y',
	 .help = "It is: the listing moves to the product, with its history"},
	{.verb = "reject",
	 .method = "POST",
	 .key = 'n',
	 .help = "It is not, and that is not asked again"},
	{.verb = "reopen",
	 .method = "POST",
	 .help = "Take the answer back: it is asked again, and what was moved is split off"},
};

static const char *const examples[] = {
	"sellersmart product match --pending",
	"sellersmart match list --filter mine=true -o json",
	"sellersmart match confirm mat_01H5ZK3QW8F2A",
	NULL,
};

extern const struct resource_kind resource_match;
const struct resource_kind resource_match = {
	.kind = "match",
	.plural = "matches",
	.prefix = "mat",
	.title = "Matches",
	.help = "Listings that may be a product that is known: yes or no",
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
