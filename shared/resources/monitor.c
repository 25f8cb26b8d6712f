/* A monitor: something that is checked, and when it counts as down. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

extern const struct resource_kind resource_monitor;

static const char *const slo_windows[] = {"7d", "28d", "30d", "90d", "month", NULL};

static const struct field fields[] = {
	{.name = "type",
	 .type = FIELD_ENUM,
	 .choices = check_variant_names,
	 .flags = FIELD_FIXED,
	 .help = "Kind of check; guessed from the target when left out",
	 .example = "http"},
	{.name = "interval",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 86400000,
	 .dflt = "60s",
	 .help = "Time from one check to the next",
	 .example = "30s"},
	{.name = "timeout",
	 .type = FIELD_DURATION,
	 .min = 100,
	 .max = 120000,
	 .dflt = "10s",
	 .help = "A check that takes longer has failed; at most ten intervals",
	 .example = "5s"},
	{.name = "failures",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 20,
	 .dflt = "3",
	 .help = "Failed checks in a row before it is down",
	 .example = "2"},
	{.name = "retry_interval",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 3600000,
	 .dflt = "20s",
	 .help = "Time to the next check after a failed one, never above interval",
	 .example = "5s"},
	{.name = "recoveries",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 20,
	 .dflt = "2",
	 .flags = FIELD_ADVANCED,
	 .help = "Good checks in a row before it is up again",
	 .example = "1"},
	{.name = "depends_on",
	 .type = FIELD_TEXT_LIST,
	 .max = 8,
	 .flags = FIELD_ADVANCED,
	 .links = true,
	 .help = "Monitors without which this one cannot be reached; while one is down, this is not "
		 "told",
	 .example = "router"},
	{.name = "paused",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Do not check for now",
	 .example = "true"},
	{.name = "slo",
	 .type = FIELD_PERCENT,
	 .min = 1000,
	 .max = 99999,
	 .flags = FIELD_ADVANCED,
	 .help = "Uptime that is promised, percent; what it may be down is its error budget",
	 .example = "99.9"},
	{.name = "slo_window",
	 .type = FIELD_ENUM,
	 .choices = slo_windows,
	 .flags = FIELD_ADVANCED,
	 .help = "Time over which slo is promised; month: the calendar month of UTC; 30d when left out",
	 .example = "28d"},
	{.name = "tags",
	 .flag = "tag",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .flags = FIELD_SLUGS,
	 .help = "Words that maintenance windows and filters choose by",
	 .example = "shop"},
	{.name = "runbook",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "What to do or whom to call when it is down; text or an address",
	 .example = "https://host.example/panel, phone 0800 000"},
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "A note for people",
	 .example = "The shop's front page"},
};

/* The check type whose scheme a target has: "smtp://mail.example". */
static const char *by_scheme(const char *target)
{
	size_t len = strcspn(target, ":");
	if (strncmp(target + len, "://", 3))
		return NULL;
	for (size_t v = 0; check_variant_table[v]; v++) {
		const char *const *schemes = check_variant_table[v]->schemes;
		for (size_t i = 0; schemes && schemes[i]; i++)
			if (strlen(schemes[i]) == len && !strncasecmp(schemes[i], target, len))
				return check_variant_table[v]->name;
	}
	return NULL;
}

static const char *guess(const json_t *input)
{
	char host[HOST_MAX];
	uint16_t port;
	const json_t *given = json_object_get(input, "target");
	const char *target = json_string_value(given);
	if (json_object_get(input, "steps"))
		return "steps";
	if (!given || json_is_null(given))
		return "heartbeat";
	const char *named = target ? by_scheme(target) : NULL;
	if (named)
		return named;
	/* "shop.example" alone: http's message says how to write it. */
	return target && !host_port_parse(target, 0, host, &port, NULL) ? "tcp" : "http";
}

/* What is watched: an address, a program's file, where the first step goes. */
static const char *subject(const json_t *input)
{
	const char *program = json_str(input, "program", ""), *slash = strrchr(program, '/');
	const json_t *first = json_array_get(json_object_get(input, "steps"), 0);
	return *program ? (slash ? slash + 1 : program)
	       : first  ? json_str(first, "url", "")
			: json_str(input, "target", "");
}

static bool propose(const json_t *input, char *out, size_t cap)
{
	char text[URL_MAX];
	const char *target = subject(input);
	/* A query may hold a token; a name is seen by everyone. */
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(target, "?#"), target);
	name_slug(text, out, cap);
	if (*out && !name_valid(&resource_monitor, out, NULL)) {
		snprintf(text, sizeof(text), "%.40s-monitor", out);
		name_slug(text, out, cap);
	}
	return *out && name_valid(&resource_monitor, out, NULL);
}

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "name", .path = "name", .min_width = 15, .weight = 3, .priority = 0},
	{.title = "type", .path = "type", .min_width = 9, .priority = 5},
	{.title = "p95 1h",
	 .path = "p95_1h_ms",
	 .format = COLUMN_MS,
	 .min_width = 6,
	 .priority = 3},
	{.title = "24h up",
	 .path = "uptime_24h_pct",
	 .format = COLUMN_PERCENT,
	 .min_width = 7,
	 .priority = 2},
	{.title = "24 h", .path = "spark", .format = COLUMN_SPARK, .min_width = 11, .priority = 4},
	{.title = "for/next",
	 .path = "since",
	 .format = COLUMN_NEXT,
	 .min_width = 9,
	 .priority = 1},
	{.title = "tags", .path = "tags", .min_width = 8, .weight = 1, .priority = 8},
	{.title = "target", .path = "target", .min_width = 16, .weight = 2, .priority = 7},
	{.title = "reason", .path = "reason", .min_width = 12, .weight = 2, .priority = 6},
};

static const char *const sorts[] = {"worst", "name", "state",  "p95", "uptime",
				    "since", "type", "budget", NULL};
static const char *const filters[] = {"state", "type", "tag", "name", "budget", "related", NULL};
static const char *const reserved[] = {"create", "status", "alerts", "history", NULL};
static const char *const outputs[] = {
	"state",     "since",     "reason",         "last",   "next_at",     "streak",
	"p50_1h_ms", "p95_1h_ms", "uptime_24h_pct", "spark",  "certificate", "ends_at",
	"incident",  "ping_url",  "deadline_at",    "budget", "behind",      "behind_it",
	NULL,
};
static const char *const examples[] = {
	"sellersmart monitor add https://shop.example/ --name shop --interval 30s",
	"sellersmart monitor list --filter state=down -o jsonl",
	"sellersmart monitor edit shop --failures 2 --slow 2s",
	"sellersmart monitor edit shop --tag shop --tag eu",
	"sellersmart monitor list --filter tag=shop",
	"sellersmart monitor check shop",
	NULL,
};

static const char *const history_units[] = {"hour", "day", NULL};
static const struct field history_params[] = {
	{.name = "since",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 64,
	 .dflt = "24h",
	 .help = "From when: a duration before now, or RFC 3339",
	 .example = "7d"},
	{.name = "until",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 64,
	 .dflt = "now",
	 .help = "Until when: a duration before now, or RFC 3339",
	 .example = "1h"},
	{.name = "points",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 1000,
	 .dflt = "120",
	 .help = "Points of the chart",
	 .example = "60"},
	{.name = "by",
	 .type = FIELD_ENUM,
	 .choices = history_units,
	 .help = "Instead of points: whole hours or days, of UTC",
	 .example = "day"},
};
static const struct field samples_params[] = {
	{.name = "limit",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 1000,
	 .dflt = "50",
	 .help = "How many answers, newest first",
	 .example = "10"},
};

static const struct field badge_params[] = {
	{.name = "rotate",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "A new key; the old addresses are gone",
	 .example = "true"},
	{.name = "revoke",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "No badges any more",
	 .example = "true"},
};
static const struct field pings_params[] = {
	{.name = "limit",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 100,
	 .dflt = "20",
	 .help = "How many pings, newest first",
	 .example = "5"},
};
static const struct field versions_params[] = {
	{.name = "limit",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 100,
	 .dflt = "20",
	 .help = "How many versions, newest first",
	 .example = "5"},
	{.name = "text",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "With the texts themselves",
	 .example = "true"},
};
static const struct field diff_params[] = {
	{.name = "from",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = INT64_MAX,
	 .help = "Version to begin with; the one before the last change when left out",
	 .example = "3"},
	{.name = "to",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = INT64_MAX,
	 .help = "Version to end with; that of the last change when left out",
	 .example = "5"},
};

/* What the daemon adds, and what its actions answer: shared/schema/shape.h. */
#define STATE   "<new|up|degraded|pending|down|unknown|flapping|maintenance|paused>"
#define OUTCOME "<up|degraded|down|unknown|maintenance>"
#define PHASES  "{resolve:num? connect:num? tls:num? first_byte:num? transfer:num?}"
#define VERSION "version:int first_at:time last_at:time times:int"

static const char live[] =
	"{state:" STATE " since:time? reason:str? behind:str? behind_it?:int "
	"last:{at:time outcome:" OUTCOME " duration_ms:num? phases_ms:" PHASES " message:str? "
	"address:str? redirects?:[any] final_url?:str? steps?:[{*:any}]}? "
	"next_at:time? streak:{fails:int oks:int} certificate:{*:any}? ends_at:time? "
	"budget:{slo:str window:str state:<unknown|ok|burning|exhausted> allowed_ms:int used_ms:int left_ms:int "
	"used_pct:num known_s:int burn_1h:num? burn_6h:num? burn_24h:num? since:time? measured_at:time?}? "
	"incident:str? ping_url?:str deadline_at?:time? p50_1h_ms:num? p95_1h_ms:num? uptime_24h_pct:num? spark:str}";

static const char history[] =
	"{monitor:str since:time until:time step_s:int uptime_pct:num? known_s:int p50_ms:num? p95_ms:num? "
	"p99_ms:num? count:int phases_ms:" PHASES " windows:{*:num?} "
	"uptime:{*:{pct:num? known_s:int known_pct:num down_s:int}} "
	"points:[{at:time p50_ms:num? p95_ms:num? p99_ms:num? uptime_pct:num? known_s:int count:int up:int "
	"degraded:int down:int unknown:int maintenance:int}] incidents:[=Incident]}";

static const char samples[] =
	"[{at:time outcome:" OUTCOME " duration_ms:num? phases_ms?:" PHASES " message?:str}]";

static const char pings[] =
	"[{at:time kind:<success|start|fail|log> exit_status:int? run:str? duration_ms:int? "
	"body:str?}]";

static const char versions[] = "[{" VERSION " lines:int bytes:int summary:str? text?:str}]";

static const char diff[] =
	"{monitor:str from:{" VERSION " summary:str?}? to:{" VERSION
	" summary:str?}? added:int removed:int "
	"hunks:[{from_line:int to_line:int lines:[{op:str text:str}]}] cut:bool}";

static const char badge[] = "{monitor:str key:str? svg?:[str] json?:[str]}";

static const struct action actions[] = {
	{.verb = "check",
	 .method = "POST",
	 .key = 'c',
	 .help = "Check now and wait for the verdict"},
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Stop checking until resumed"},
	{.verb = "resume", .method = "POST", .help = "Check again after a pause"},
	{.verb = "badge",
	 .method = "POST",
	 .help = "Addresses of its badges; made when first asked for",
	 .params = badge_params,
	 .n_params = ARRAY_LEN(badge_params),
	 .answer = badge},
	{.verb = "history",
	 .method = "GET",
	 .help = "Uptime, percentiles, points and incidents",
	 .params = history_params,
	 .n_params = ARRAY_LEN(history_params),
	 .answer = history},
	{.verb = "pings",
	 .method = "GET",
	 .help = "The last pings of a heartbeat and what they said, newest first",
	 .params = pings_params,
	 .n_params = ARRAY_LEN(pings_params),
	 .answer = pings},
	{.verb = "versions",
	 .method = "GET",
	 .help = "Versions of what a content check watches, newest first",
	 .params = versions_params,
	 .n_params = ARRAY_LEN(versions_params),
	 .answer = versions},
	{.verb = "diff",
	 .method = "GET",
	 .help = "What changed between two versions of a content check",
	 .params = diff_params,
	 .n_params = ARRAY_LEN(diff_params),
	 .answer = diff},
	{.verb = "samples",
	 .method = "GET",
	 .help = "The last answers, newest first",
	 .params = samples_params,
	 .n_params = ARRAY_LEN(samples_params),
	 .answer = samples},
};

const struct resource_kind resource_monitor = {
	.kind = "monitor",
	.plural = "monitors",
	.prefix = "mon",
	.title = "Monitors",
	.help = "Something that is checked: a site, a port, a certificate, a job",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.variant_field = "type",
	.variants = check_variant_table,
	.variant_guess = guess,
	.name_propose = propose,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.reserved = reserved,
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.order = 10,
};
