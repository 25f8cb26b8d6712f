/* A rival: a shop of somebody else, whose products, prices and stock are followed. */
#include "shared/resources/site_fields.h"

static const char live[] = "{" SITE_LIVE "}";

static const char *const examples[] = {
	"sellersmart add https://shop.example/ --rival --every 6h",
	"sellersmart rival list",
	"sellersmart rival add https://shop.example/ --name lamps --every 12h",
	"sellersmart rival edit lamps --currency EUR",
	"sellersmart rival scan lamps",
	"sellersmart rival pause lamps",
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

extern const struct resource_kind resource_rival;
const struct resource_kind resource_rival = {
	.kind = "rival",
	.plural = "rivals",
	.prefix = "riv",
	.title = "Rivals",
	.help = "Shops of others whose products, prices and stock are followed",
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
