/* A host whose pages are fetched: how it is treated, and how it behaves. Facts of the running
 * daemon, kept in memory only. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "host", .path = "name", .min_width = 14, .weight = 2, .priority = 0},
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 7, .priority = 0},
	{.title = "due", .path = "due_at", .format = COLUMN_TIME, .min_width = 12, .priority = 1},
	{.title = "waiting",
	 .path = "waiting",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 2},
	{.title = "today", .path = "today", .format = COLUMN_INT, .min_width = 5, .priority = 2},
	{.title = "robots", .path = "robots", .min_width = 7, .priority = 3},
	{.title = "why", .path = "text", .min_width = 12, .weight = 3, .priority = 4},
};

static const char *const sorts[] = {"name",   "-asked_at", "asked_at", "-today",
				    "due_at", "-waiting",  NULL};
static const char *const filters[] = {"state", "breaker", "robots", NULL};
static const char *const outputs[] = {
	"name",           "state",    "breaker", "failures", "due_at",        "pace_ms",
	"crawl_delay_ms", "today",    "budget",  "robots",   "robots_age_ms", "waiting",
	"status",         "asked_at", "text",    NULL,
};
static const char live[] =
	"{name:str state:<ready|busy|resting|backoff|open|spent> breaker:<closed|open|trying> "
	"failures:int due_at:time pace_ms:int crawl_delay_ms:int? today:int budget:int "
	"robots:<unread|read|none|refuses> robots_age_ms:int? waiting:int status:int? asked_at:time? "
	"text:str?}";

static const struct action actions[] = {
	{.verb = "reset",
	 .method = "POST",
	 .key = 'r',
	 .help = "Close its breaker, end its back-off, read its robots.txt anew"},
};

static const char *const examples[] = {
	"sellersmart host list",
	"sellersmart host list --filter state=open -o json",
	"sellersmart host reset shop.example",
	NULL,
};

extern const struct resource_kind resource_host;
const struct resource_kind resource_host = {
	.kind = "host",
	.plural = "hosts",
	.prefix = "",
	.title = "Hosts",
	.help = "Hosts whose pages are fetched: when they are due, and which are left alone and why",
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
