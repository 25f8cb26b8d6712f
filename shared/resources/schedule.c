/* A schedule: when a job of the house is started by itself. */
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"

extern const struct resource_kind resource_schedule;

static const char *const catch_ups[] = {"once", "skip", NULL};

static const struct field fields[] = {
	{.name = "job",
	 .type = FIELD_ENUM,
	 .choices = job_names,
	 .flags = FIELD_REQUIRED,
	 .help = "What it starts",
	 .example = "store-check"},
	{.name = "cron",
	 .type = FIELD_CRON,
	 .help = "When, five fields on the clock of the zone; or every",
	 .example = "30 4 * * 0"},
	{.name = "every",
	 .type = FIELD_DURATION,
	 .min = 60000,
	 .max = INT64_C(366) * 86400000,
	 .help = "How often, at times that differ from schedule to schedule; or cron",
	 .example = "6h"},
	{.name = "zone",
	 .type = FIELD_ZONE,
	 .dflt = "UTC",
	 .help = "Time zone of cron",
	 .example = "Europe/Berlin"},
	{.name = "jitter",
	 .type = FIELD_DURATION,
	 .max = 86400000,
	 .dflt = "0s",
	 .flags = FIELD_ADVANCED,
	 .help = "Each time up to so much later, differently",
	 .example = "10m"},
	{.name = "catch_up",
	 .type = FIELD_ENUM,
	 .choices = catch_ups,
	 .dflt = "once",
	 .flags = FIELD_ADVANCED,
	 .help = "What was missed while nothing ran is made up for once, or skipped",
	 .example = "skip"},
	{.name = "paused",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Starts nothing for now",
	 .example = "true"},
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "A note for people",
	 .example = "At night, when nobody orders"},
};

static enum err check(const json_t *spec, struct error *e)
{
	bool cron = json_object_get(spec, "cron"), every = json_object_get(spec, "every");
	if (cron == every) {
		error_field(e, ERR_INVALID, "cron",
			    cron ? "cron: not together with every" : "cron: it is not said when");
		error_hint(e, "--cron '30 4 * * 0', or --every 6h");
		return ERR_INVALID;
	}
	if (every && spec_ms(&resource_schedule, spec, "jitter") >=
			     spec_ms(&resource_schedule, spec, "every")) {
		error_field(e, ERR_INVALID, "jitter", "jitter: not less than every");
		error_hint(e, "a tenth of it is plenty");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 3, .priority = 0},
	{.title = "job", .path = "job", .min_width = 12, .weight = 1, .priority = 3},
	{.title = "when", .path = "when", .min_width = 12, .weight = 2, .priority = 2},
	{.title = "next", .path = "next_at", .format = COLUMN_TIME, .min_width = 16, .priority = 1},
};

static const char *const sorts[] = {"name", NULL};
static const char *const filters[] = {"name", "origin", "paused", NULL};
static const char *const outputs[] = {"state", "when", "next_at", "origin", NULL};
static const char live[] =
	"{origin:<built-in|edited|own> state:<waits|running|paused> when:str next_at:time?}";

static const char *const examples[] = {
	"sellersmart schedule list",
	"sellersmart schedule edit store-check --cron '0 3 * * *' --zone Europe/Berlin",
	"sellersmart schedule add check --job store-check --every 1d --jitter 1h",
	"sellersmart job run store-check --watch",
	NULL,
};

static const struct action actions[] = {
	{.verb = "run",
	 .method = "POST",
	 .key = 'r',
	 .help = "Start its job now",
	 .answer = "=Job"},
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Start nothing until resumed"},
	{.verb = "resume", .method = "POST", .help = "Start again"},
};

static const struct builtin builtins[] = {
	{101, "store-check",
	 "{\"job\":\"store-check\",\"cron\":\"30 4 * * 0\",\"jitter\":\"1h\","
	 "\"description\":\"Once a week the whole store is read\"}"},
};

const struct resource_kind resource_schedule = {
	.kind = "schedule",
	.plural = "schedules",
	.prefix = "sch",
	.title = "Schedules",
	.help = "When jobs are started by themselves",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.check = check,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.builtins = builtins,
	.n_builtins = ARRAY_LEN(builtins),
	.order = 30,
};
