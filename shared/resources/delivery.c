/* A delivery: one message to one notifier or subscription, however often it is tried. Facts, never
 * edited. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 7, .priority = 0},
	{.title = "notifier", .path = "notifier", .min_width = 10, .weight = 1, .priority = 0},
	{.title = "made",
	 .path = "created_at",
	 .format = COLUMN_TIME,
	 .min_width = 12,
	 .priority = 1},
	{.title = "tries", .path = "attempts", .format = COLUMN_INT, .min_width = 5, .priority = 3},
	{.title = "message", .path = "title", .min_width = 16, .weight = 3, .priority = 2},
	{.title = "answer", .path = "answer", .min_width = 10, .weight = 3, .priority = 1},
	{.title = "id", .path = "id", .min_width = 17, .priority = 4},
};

static const char *const sorts[] = {"-created_at", "created_at", "notifier", "attempts", NULL};
static const char *const filters[] = {"state", "notifier", "alert", "topic", NULL};
static const char *const outputs[] = {
	"notifier", "notifier_id", "topic",       "severity", "title",      "state",
	"alerts",   "attempts",    "tried_at",    "next_at",  "sent_at",    "took_ms",
	"status",   "answer",      "merged_into", "message",  "created_at", NULL,
};
static const char live[] =
	"{notifier:str notifier_id:str? topic:str severity:<info|warning|critical> title:str "
	"state:<pending|sent|dead|merged|dropped> alerts:[int] attempts:int created_at:time "
	"tried_at:time? next_at:time? sent_at:time? took_ms:int? status:int? answer:str? "
	"merged_into:str? message?:{*:any}}";

static const struct action actions[] = {
	{.verb = "redeliver",
	 .method = "POST",
	 .key = 'r',
	 .help = "Try again now, under the same id",
	 .answer = "{redelivered:int}"},
};

static const char *const examples[] = {
	"sellersmart delivery list --filter state=dead",
	"sellersmart delivery list --filter notifier=ops -o jsonl",
	"sellersmart delivery list --filter alert=14",
	NULL,
};

extern const struct resource_kind resource_delivery;
const struct resource_kind resource_delivery = {
	.kind = "delivery",
	.plural = "deliveries",
	.prefix = "msg",
	.title = "Deliveries",
	.help = "Messages to notifiers: sent, waiting, given up, and what the receiver answered",
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
