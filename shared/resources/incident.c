/* An incident: one outage from its first bad check to its end. Facts, never edited. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "no", .path = "number", .format = COLUMN_INT, .min_width = 4, .priority = 0},
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 6, .priority = 1},
	{.title = "monitor", .path = "monitor", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "opened",
	 .path = "opened_at",
	 .format = COLUMN_TIME,
	 .min_width = 12,
	 .priority = 1},
	{.title = "for", .path = "duration_ms", .format = COLUMN_MS, .min_width = 6, .priority = 2},
	{.title = "cause", .path = "cause", .min_width = 10, .priority = 3},
	{.title = "message", .path = "message", .min_width = 16, .weight = 4, .priority = 2},
};

static const char *const sorts[] = {"-opened_at", "opened_at",   "number",
				    "monitor",    "duration_ms", NULL};
static const char *const filters[] = {"monitor", "open", "cause", NULL};
static const char *const outputs[] = {
	"number",       "monitor",   "monitor_id",  "state",    "opened_at",
	"confirmed_at", "closed_at", "duration_ms", "cause",    "message",
	"evidence",     "last_good", "changed",     "failures", NULL,
};
static const char live[] =
	"{number:int monitor:str? monitor_id:str state:<open|closed> opened_at:time confirmed_at:time? "
	"closed_at:time? duration_ms:int cause:str? message:str? evidence:{*:any}? "
	"last_good:{at:time evidence:{*:any}?}? changed:[{what:str from:str? to:str?}] failures:int}";
static const char *const examples[] = {
	"sellersmart incident list --filter open=true",
	"sellersmart incident list --filter monitor=shop -o jsonl",
	"sellersmart incident show inc_01H5ZK3QW8F2A",
	NULL,
};

extern const struct resource_kind resource_incident;
const struct resource_kind resource_incident = {
	.kind = "incident",
	.plural = "incidents",
	.prefix = "inc",
	.title = "Incidents",
	.help = "Outages: when they began and ended, why, and what had changed",
	.ops = OP_LIST | OP_SHOW,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.order = 100,
};
