/* An event: one thing that happened, with its time. Facts, never edited. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "at", .path = "at", .format = COLUMN_TIME, .min_width = 12, .priority = 0},
	{.title = "severity",
	 .path = "severity",
	 .format = COLUMN_STATE,
	 .min_width = 8,
	 .priority = 2},
	{.title = "topic", .path = "topic", .min_width = 14, .weight = 1, .priority = 1},
	{.title = "name", .path = "name", .min_width = 10, .weight = 1, .priority = 3},
	{.title = "text", .path = "text", .min_width = 20, .weight = 4, .priority = 0},
};

static const struct field list_params[] = {
	{.name = "since",
	 .type = FIELD_TEXT,
	 .max = 64,
	 .help = "From when: a duration before now, or RFC 3339",
	 .example = "1h"},
	{.name = "topic",
	 .type = FIELD_TEXT,
	 .max = 64,
	 .help = "Only this topic, or those below it",
	 .example = "monitor.down"},
	{.name = "subject",
	 .type = FIELD_TEXT,
	 .help = "Only events about this id",
	 .example = "mon_01H5ZK3QW8F2A"},
	{.name = "after_seq",
	 .type = FIELD_INT,
	 .min = 0,
	 .max = INT64_MAX,
	 .help = "Only events after this sequence number",
	 .example = "1234"},
};

static const char *const sorts[] = {"-at", "at", NULL};
static const char *const filters[] = {"topic", "severity", "subject", "name", NULL};
static const char *const outputs[] = {
	"seq", "at", "topic", "severity", "subject", "name", "text", "data", NULL,
};
static const char live[] =
	"{seq:int at:time topic:str severity:<info|warning|critical> subject:str? "
	"name:str? text:str data:{*:any}?}";
static const char *const examples[] = {
	"sellersmart event list --since 1h -o jsonl",
	"sellersmart event list --watch",
	"sellersmart event list --topic monitor.down --since 7d",
	NULL,
};

extern const struct resource_kind resource_event;
const struct resource_kind resource_event = {
	.kind = "event",
	.plural = "events",
	.prefix = "",
	.title = "Events",
	.help = "What happened, newest first",
	.ops = OP_LIST | OP_SHOW,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.list_params = list_params,
	.n_list_params = ARRAY_LEN(list_params),
	.order = 100,
};
