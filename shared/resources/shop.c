/* A shop of one's own: its products are what rivals are compared with. */
#include "shared/resources/site_fields.h"

static const char live[] = "{" SITE_LIVE "}";

static const char *const examples[] = {
	"sellersmart add https://shop.example/ --mine",
	"sellersmart shop list",
	"sellersmart shop add https://shop.example/ --feed https://shop.example/feed.xml",
	"sellersmart shop scan shop-example",
	NULL,
};

static const struct action actions[] = {
	{.verb = "scan",
	 .method = "POST",
	 .key = 'r',
	 .help = "Read all its pages now",
	 .answer = "=Job"},
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Do not scan until resumed"},
	{.verb = "resume", .method = "POST", .help = "Scan again"},
};

extern const struct resource_kind resource_shop;
const struct resource_kind resource_shop = {
	.kind = "shop",
	.plural = "shops",
	.prefix = "shp",
	.title = "Shops",
	.help = "Shops of your own: their products are what rivals are compared with",
	.ops = OP_ALL,
	.fields = site_fields,
	.n_fields = ARRAY_LEN(site_fields),
	.name_propose = site_name_propose,
	.check = site_check,
	.columns = site_columns,
	.n_columns = ARRAY_LEN(site_columns),
	.sorts = site_sorts,
	.filters = site_filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.examples = examples,
	.outputs = site_outputs,
	.live = live,
	.order = 50,
};
