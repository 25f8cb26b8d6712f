/* A secret: a name for a value that is never shown again. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct field fields[] = {
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .help = "What it opens, for people",
	 .example = "Token of the shop's API"},
};

static const struct column columns[] = {
	{.title = "name", .path = "name", .min_width = 12, .weight = 2, .priority = 0},
	{.title = "description",
	 .path = "description",
	 .min_width = 12,
	 .weight = 3,
	 .priority = 2},
	{.title = "changed",
	 .path = "updated_at",
	 .format = COLUMN_AGE,
	 .min_width = 7,
	 .priority = 1},
};

static const char *const sorts[] = {"name", "updated_at", NULL};
static const char *const filters[] = {"name", NULL};
static const char *const outputs[] = {"stored", "value_set_at", NULL};
static const char live[] = "{stored:bool value_set_at?:time?}";
static const char *const examples[] = {
	"sellersmart secret set shop-token < token.txt",
	"sellersmart secret list",
	"sellersmart secret rm shop-token",
	NULL,
};

extern const struct resource_kind resource_secret;
const struct resource_kind resource_secret = {
	.kind = "secret",
	.plural = "secrets",
	.prefix = "sec",
	.title = "Secrets",
	.help = "Values that others refer to by name: {secret: NAME}; never shown, never exported",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.order = 0,
};
