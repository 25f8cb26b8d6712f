/* A maintenance window: when monitors may be down and nobody is told. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/recurrence.h"
#include "shared/schema/schema.h"
#include "shared/timefmt.h"

extern const struct resource_kind resource_maintenance;

static const struct field fields[] = {
	{.name = "tags",
	 .flag = "tag",
	 .type = FIELD_TEXT_LIST,
	 .max = 32,
	 .flags = FIELD_SLUGS,
	 .help = "Monitors that have one of these tags",
	 .example = "shop"},
	{.name = "monitors",
	 .flag = "monitor",
	 .type = FIELD_TEXT_LIST,
	 .max = 100,
	 .flags = FIELD_SLUGS,
	 .help = "Monitors by name",
	 .example = "garden"},
	{.name = "all",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "Every monitor",
	 .example = "true"},
	{.name = "start",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .help = "When the window begins, as the clock of the zone shows it or RFC 3339; of a rrule "
		 "its first time",
	 .example = "2026-12-01 02:30"},
	{.name = "end",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .help = "When one window ends, instead of for",
	 .example = "2026-12-01 04:00"},
	{.name = "cron",
	 .type = FIELD_CRON,
	 .help = "When windows begin, five fields",
	 .example = "30 2 * * *"},
	{.name = "rrule",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .help = "When windows begin, a rule of RFC 5545 that counts from start",
	 .example = "FREQ=MONTHLY;BYDAY=-1FR"},
	{.name = "for",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = INT64_C(31) * 86400000,
	 .help = "How long each lasts, by the clock on no wall: a change of the clocks does not "
		 "count",
	 .example = "1h"},
	{.name = "zone",
	 .type = FIELD_ZONE,
	 .dflt = "UTC",
	 .help = "Time zone of cron, rrule and of times without an offset",
	 .example = "Europe/Berlin"},
	{.name = "until",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .flags = FIELD_ADVANCED,
	 .help = "No window of the schedule begins then or later",
	 .example = "2027-01-01 00:00"},
	{.name = "paused",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Opens no window for now",
	 .example = "true"},
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "A note for people",
	 .example = "The provider's backup"},
};

static enum err check_members(const json_t *spec, struct error *e)
{
	bool all = json_is_true(json_object_get(spec, "all"));
	bool some = json_object_get(spec, "tags") || json_object_get(spec, "monitors");
	if (all && some) {
		error_field(e, ERR_INVALID, "all", "all: not together with tags or monitors");
		error_hint(e, "give one of --all, --tag and --monitor");
		return ERR_INVALID;
	}
	if (!all && !some) {
		error_field(e, ERR_INVALID, "tags",
			    "tags: it is not said which monitors are meant");
		error_hint(e, "--tag shop, --monitor NAME, or --all");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	const struct recurrence_spec s = {
		.cron = json_str(spec, "cron", NULL),
		.rrule = json_str(spec, "rrule", NULL),
		.start = json_str(spec, "start", NULL),
		.end = json_str(spec, "end", NULL),
		.until = json_str(spec, "until", NULL),
		.zone = json_str(spec, "zone", NULL),
		.for_ms = spec_ms(&resource_maintenance, spec, "for"),
	};
	enum err err = check_members(spec, e);
	if (err)
		return err;
	struct recurrence *r = recurrence_new(&s, e);
	recurrence_free(r);
	return r ? ERR_NONE : ERR_INVALID;
}

/* "--for 30m" alone begins now; "now" is the time at which it was said. */
static enum err complete(json_t *input, int64_t now_ms, struct error *e)
{
	static const char *const whens[] = {"start", "cron", "rrule"};
	char now[TIME_TEXT];
	bool given = false;
	for (size_t i = 0; i < ARRAY_LEN(whens); i++)
		given = given || json_is_string(json_object_get(input, whens[i]));
	if (given ? strcmp(json_str(input, "start", ""), "now") != 0
		  : !json_object_get(input, "for") && !json_object_get(input, "end"))
		return ERR_NONE;
	json_object_set_new(input, "start", json_string(time_rfc3339(now, now_ms / 1000 * 1000)));
	return ERR_NONE;
}

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 9, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 3, .priority = 0},
	{.title = "when", .path = "schedule", .min_width = 14, .weight = 3, .priority = 2},
	{.title = "for", .path = "for", .min_width = 4, .priority = 3},
	{.title = "next", .path = "next_at", .format = COLUMN_TIME, .min_width = 16, .priority = 1},
	{.title = "until",
	 .path = "ends_at",
	 .format = COLUMN_TIME,
	 .min_width = 16,
	 .priority = 4},
	{.title = "monitors",
	 .path = "covered",
	 .format = COLUMN_INT,
	 .min_width = 8,
	 .priority = 2},
	{.title = "zone", .path = "zone", .min_width = 10, .priority = 5},
};

static const char *const sorts[] = {"name", "next", NULL};
static const char *const filters[] = {"state", "tag", "name", NULL};
static const char *const outputs[] = {"state",   "schedule", "next_at", "started_at",
				      "ends_at", "covered",  "next",    NULL};
static const char *const examples[] = {
	"sellersmart maintenance add night --tag shop --cron '30 2 * * *' --for 1h --zone "
	"Europe/Berlin",
	"sellersmart maintenance add now --for 30m --tag shop",
	"sellersmart maintenance add move --all --start '2026-12-01 22:00' --end '2026-12-02 04:00'",
	"sellersmart maintenance add patches --monitor garden --rrule 'FREQ=MONTHLY;BYDAY=-1FR' "
	"--start '2026-12-25 20:00' --for 2h",
	"sellersmart maintenance preview night",
	"sellersmart maintenance end night",
	NULL,
};

static const struct field preview_params[] = {
	{.name = "count",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 100,
	 .dflt = "5",
	 .help = "How many windows",
	 .example = "10"},
};

/* What the daemon adds, and what its actions answer: shared/schema/shape.h. */
static const char live[] =
	"{state:<waits|running|paused|over> schedule:str started_at:time? ends_at:time? "
	"next_at:time? covered:int? next:[str]}";
static const char preview[] = "[{day:str starts:time ends:time utc:time for:str note:str}]";

static const struct action actions[] = {
	{.verb = "preview",
	 .method = "GET",
	 .help = "The next windows, on the clock of their zone",
	 .params = preview_params,
	 .n_params = ARRAY_LEN(preview_params),
	 .answer = preview},
	{.verb = "end", .method = "POST", .key = 'x', .help = "End the window that is open now"},
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Open no window until resumed"},
	{.verb = "resume", .method = "POST", .help = "Open windows again"},
};

const struct resource_kind resource_maintenance = {
	.kind = "maintenance",
	.plural = "maintenance",
	.prefix = "mnt",
	.title = "Maintenance",
	.help = "When monitors may be down: they are checked and nobody is told",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.check = check,
	.complete = complete,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.order = 20,
};
