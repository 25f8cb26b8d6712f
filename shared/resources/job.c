/* A job: one run of something long, as a durable queue of items. Facts: it is started and
 * cancelled, never edited. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 9, .priority = 0},
	{.title = "job", .path = "name", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "done", .path = "done", .format = COLUMN_INT, .min_width = 6, .priority = 1},
	{.title = "found", .path = "found", .format = COLUMN_INT, .min_width = 6, .priority = 1},
	{.title = "failed", .path = "failed", .format = COLUMN_INT, .min_width = 6, .priority = 3},
	{.title = "eta", .path = "eta_ms", .format = COLUMN_MS, .min_width = 6, .priority = 3},
	{.title = "begun",
	 .path = "started_at",
	 .format = COLUMN_TIME,
	 .min_width = 16,
	 .priority = 2},
	{.title = "took", .path = "took_ms", .format = COLUMN_MS, .min_width = 6, .priority = 3},
	{.title = "result", .path = "result", .min_width = 12, .weight = 3, .priority = 4},
	{.title = "id", .path = "id", .min_width = 17, .priority = 1},
};

static const char *const sorts[] = {"-created_at", "created_at", "name", "found", NULL};
static const char *const filters[] = {"state", "name", "type", NULL};
static const char *const outputs[] = {
	"name",       "type",       "owner",    "cause",   "state",        "found",
	"done",       "left",       "failed",   "retries", "under_way",    "eta_ms",
	"created_at", "started_at", "ended_at", "took_ms", "scheduled_at", "result",
	"given_up",   "runs",       "log",      NULL,
};

static const char live[] =
	"{name:str type:str owner:str? cause:<schedule|person|service> "
	"state:<queued|running|done|failed|cancelled> found:int done:int left:int failed:int retries:int "
	"under_way:int eta_ms:int? created_at:time started_at:time? ended_at:time? took_ms:int? "
	"scheduled_at:time? result:str? given_up?:[{item:str host:str? attempts:int error:str?}] "
	"runs?:[{id:str state:str started_at:time? took_ms:int? found:int failed:int result:str?}] "
	"log?:[{at:time level:<info|warning|error> text:str}]}";

static const struct field log_params[] = {
	{.name = "last",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 500,
	 .dflt = "500",
	 .help = "How many lines, the last ones",
	 .example = "20"},
};

static const struct action actions[] = {
	{.verb = "cancel",
	 .method = "POST",
	 .key = 'x',
	 .confirm = true,
	 .help = "End it: what is under way is dropped, what was kept stays"},
	{.verb = "log",
	 .method = "GET",
	 .help = "What it wrote, the oldest line first",
	 .params = log_params,
	 .n_params = ARRAY_LEN(log_params),
	 .answer = "[{at:time level:<info|warning|error> text:str}]"},
};

static const char *const examples[] = {
	"sellersmart job list --filter state=running,queued",
	"sellersmart job run store-check --watch",
	"sellersmart job list --filter name=store-check",
	NULL,
};

extern const struct resource_kind resource_job;
const struct resource_kind resource_job = {
	.kind = "job",
	.plural = "jobs",
	.prefix = "job",
	.title = "Jobs",
	.help = "Long work, item by item: how far it is, how it ended, what it wrote",
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
