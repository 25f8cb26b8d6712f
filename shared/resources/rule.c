/* A rule: which events, figures and silences are worth an alert, how grave it is, and when it is
 * over. */
#include <stdio.h>
#include <string.h>

#include "shared/matcher.h"
#include "shared/mem.h"
#include "shared/rule.h"
#include "shared/rule_builtins.h"
#include "shared/schema/schema.h"
#include "shared/template.h"

extern const struct resource_kind resource_rule;

#define DAY_MS INT64_C(86400000)

static const char *const severities[] = {"info", "warning", "critical", NULL};
static const char *const eaches[] = {"subject", "topic", "none", NULL};

static const struct field fields[] = {
	{.name = "description",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .flags = FIELD_ADVANCED,
	 .help = "A note for people",
	 .example = "The shop that pays for all"},
	{.name = "topics",
	 .flag = "topic",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .help = "Events it looks at: a topic, or all below it",
	 .example = "monitor.down"},
	{.name = "when",
	 .type = FIELD_TEXT_LIST,
	 .max = MATCHERS_MAX,
	 .help = "It opens for events for which all of these conditions hold",
	 .example = "tag=shop"},
	{.name = "until_topics",
	 .flag = "until-topic",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .help = "Events that end it; left out, those of topics",
	 .example = "monitor.up"},
	{.name = "until",
	 .type = FIELD_TEXT_LIST,
	 .max = MATCHERS_MAX,
	 .help = "It ends with events for which all of these conditions hold",
	 .example = "data.state=up"},
	{.name = "each",
	 .type = FIELD_ENUM,
	 .choices = eaches,
	 .dflt = "subject",
	 .help = "An alert for each subject, for each topic, or one in all",
	 .example = "none"},
	{.name = "severity",
	 .type = FIELD_ENUM,
	 .choices = severities,
	 .help = "How grave it is; left out, as the event says, and warning without one",
	 .example = "critical"},
	{.name = "hold",
	 .type = FIELD_DURATION,
	 .max = 7 * DAY_MS,
	 .dflt = "0s",
	 .help = "It must last so long before it is an alert",
	 .example = "5m"},
	{.name = "cool_down",
	 .type = FIELD_DURATION,
	 .max = 7 * DAY_MS,
	 .dflt = "0s",
	 .flags = FIELD_ADVANCED,
	 .help = "What comes back so soon after its end is the same alert again",
	 .example = "15m"},
	{.name = "expire",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 90 * DAY_MS,
	 .help = "It ends by itself so long after its last event: for news",
	 .example = "1d"},
	{.name = "changes",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Tell again when it is open and an event has another state",
	 .example = "true"},
	{.name = "count",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 10000,
	 .help = "It takes so many events: within the time, or in a row; of percent, so many to "
		 "judge by",
	 .example = "2"},
	{.name = "within",
	 .type = FIELD_DURATION,
	 .min = 10000,
	 .max = 28 * DAY_MS,
	 .help = "The time in which events are counted, or that a figure is of (5m)",
	 .example = "10m"},
	{.name = "percent",
	 .type = FIELD_PERCENT,
	 .min = 1,
	 .max = 100000,
	 .help = "At least this share of the events of topics meets the conditions",
	 .example = "5"},
	{.name = "measure",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .help = "A figure of resources to watch instead of events",
	 .example = "errors"},
	{.name = "above",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 20,
	 .help = "It opens while the figure is above this",
	 .example = "5"},
	{.name = "below",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 20,
	 .help = "It opens while the figure is below this",
	 .example = "99.5"},
	{.name = "match",
	 .type = FIELD_TEXT_LIST,
	 .max = MATCHERS_MAX,
	 .help = "Whose figures: resources for which all of these conditions hold",
	 .example = "tag=shop"},
	{.name = "absent",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 20,
	 .help = "It opens when no such event came for so long; usual: twice the gap that is usual",
	 .example = "usual"},
	{.name = "notify",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .flags = FIELD_SLUGS,
	 .help = "Notifiers that tell of it; left out, all that take it",
	 .example = "ops"},
	{.name = "inhibits",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .flags = FIELD_SLUGS | FIELD_ADVANCED,
	 .links = true,
	 .help = "While it is open, alerts of these rules about the same subject are not told",
	 .example = "monitor-slow"},
	{.name = "runbook",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 1000,
	 .flags = FIELD_MULTILINE,
	 .help = "What to do: a text or an address",
	 .example = "https://wiki.example/shop-down"},
	{.name = "text",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 300,
	 .help = "One sentence for the alert, {{NAME}} stands for members of the event; left out, "
		 "the event's",
	 .example = "slow again, {{data.reason}}"},
	{.name = "paused",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Opens nothing for now; what is open ends",
	 .example = "true"},
};

/* ---- what goes together --------------------------------------------------------------------- */

static bool has(const json_t *spec, const char *field)
{
	return json_object_get(spec, field) != NULL;
}

static enum err refuse(struct error *e, const char *field, const char *why, const char *hint)
{
	error_field(e, ERR_INVALID, field, "%s: %s", field, why);
	error_hint(e, "%s", hint);
	return ERR_INVALID;
}

/* The first of these that is there is refused. */
static enum err refuse_any(const json_t *spec, const char *const *names, const char *why,
			   const char *hint, struct error *e)
{
	for (; *names; names++) {
		if (has(spec, *names))
			return refuse(e, *names, why, hint);
	}
	return ERR_NONE;
}

static enum err check_limit(const json_t *spec, const char *field, struct error *e)
{
	const char *text = json_str(spec, field, NULL);
	int64_t v;

	if (!text || rule_limit_parse(text, &v))
		return ERR_NONE;
	error_field(e, ERR_INVALID, field, "%s: \"%s\" is not a limit", field, text);
	error_hint(e, "a number with at most three decimals, or a duration: 5, 99.95, 2s");
	return ERR_INVALID;
}

static enum err check_measure(const json_t *spec, struct error *e)
{
	static const char *const of_events[] = {
		"topics", "when",    "until_topics", "until", "percent", "count",
		"absent", "changes", "expire",       "each",  NULL};
	enum err rc = refuse_any(spec, of_events, "means nothing for a figure",
				 "leave it out, or leave out measure", e);

	if (rc)
		return rc;
	if (!has(spec, "above") && !has(spec, "below"))
		return refuse(e, "above", "it is not said when the figure is bad",
			      "--above 5 or --below 99.5");
	if (has(spec, "above") && has(spec, "below"))
		return refuse(e, "below", "not together with above",
			      "make two rules, one for each limit");
	rc = check_limit(spec, "above", e);
	return rc ? rc : check_limit(spec, "below", e);
}

static enum err check_absent(const json_t *spec, struct error *e)
{
	static const char *const of_others[] = {"until_topics", "until",  "count",   "within",
						"percent",      "expire", "changes", NULL};
	const char *text = json_str(spec, "absent", "");
	int64_t ms;

	if (!rule_absent_parse(text, &ms)) {
		error_field(e, ERR_INVALID, "absent",
			    "absent: \"%s\" is neither a duration (1m..90d) nor usual", text);
		error_hint(e, "for example 6h, or usual: against the usual gap");
		return ERR_INVALID;
	}
	return refuse_any(spec, of_others,
			  "means nothing for an absence, which ends with the next "
			  "such event",
			  "leave it out", e);
}

static enum err check_windows(const json_t *spec, struct error *e)
{
	if (has(spec, "percent")) {
		if (!has(spec, "when"))
			return refuse(e, "percent", "without when all events meet the conditions",
				      "--when data.status>=500: which of the events count");
		if (!has(spec, "within"))
			return refuse(e, "within", "it is not said of which time the share is",
				      "--within 10m");
		return ERR_NONE;
	}
	if (has(spec, "within") && !has(spec, "count"))
		return refuse(e, "within", "there is nothing to count in this time",
			      "--count 5, or --percent 5");
	if (has(spec, "count") && !has(spec, "within") && !has(spec, "until") &&
	    !has(spec, "until_topics"))
		return refuse(e, "count",
			      "without within they are counted in a row, and nothing "
			      "ends the row",
			      "--within 10m, or --until-topic of what is well");
	return ERR_NONE;
}

static enum err check_events(const json_t *spec, struct error *e)
{
	static const char *const of_figures[] = {"above", "below", "match", NULL};
	enum err rc = refuse_any(spec, of_figures, "means nothing without measure",
				 "--measure NAME; conditions on events are --when", e);

	if (rc)
		return rc;
	if (!has(spec, "topics"))
		return refuse(e, "topics", "it is not said what the rule looks at",
			      "--topic monitor.down, or --measure errors");
	return has(spec, "absent") ? check_absent(spec, e) : check_windows(spec, e);
}

static bool check_name(const char *name, void *arg)
{
	return rule_text_name_valid(name, arg);
}

static enum err check_text(const json_t *spec, struct error *e)
{
	const char *text = json_str(spec, "text", NULL);

	if (!text || template_names(text, check_name, e, e))
		return ERR_NONE;
	snprintf(e->field, sizeof(e->field), "text");
	error_prefix(e, "text: ");
	return ERR_INVALID;
}

static enum err check(const json_t *spec, struct error *e)
{
	static const char *const conditions[] = {"when", "until", "match"};
	static const char *const topics[] = {"topics", "until_topics"};
	struct error mine;
	enum err rc = ERR_NONE;

	e = e ? e : &mine;
	for (size_t i = 0; i < ARRAY_LEN(topics) && !rc; i++)
		rc = topics_check_field(spec, topics[i], e);
	for (size_t i = 0; i < ARRAY_LEN(conditions) && !rc; i++)
		rc = matchers_check_field(spec, conditions[i], e);
	if (!rc)
		rc = has(spec, "measure") ? check_measure(spec, e) : check_events(spec, e);
	return rc ? rc : check_text(spec, e);
}

/* ---- how it looks --------------------------------------------------------------------------- */

static const struct column columns[] = {
	{.title = "name", .path = "name", .min_width = 12, .weight = 2, .priority = 0},
	{.title = "severity", .path = "severity", .min_width = 8, .priority = 1},
	{.title = "what", .path = "what", .min_width = 16, .weight = 4, .priority = 1},
	{.title = "paused", .path = "paused", .format = COLUMN_BOOL, .min_width = 6, .priority = 3},
	{.title = "from", .path = "origin", .min_width = 8, .priority = 3},
};

static const char *const sorts[] = {"name", "severity", NULL};
static const char *const filters[] = {"severity", "name", "origin", "paused", NULL};
static const char *const outputs[] = {"origin", "what", NULL};
static const char live[] = "{origin:<built-in|edited|own> what:str}";

static const struct field test_params[] = {
	{.name = "since",
	 .type = FIELD_TEXT,
	 .max = 64,
	 .dflt = "7d",
	 .help = "From when: a duration before now, or RFC 3339",
	 .example = "7d"},
};
static const char test_answer[] =
	"{since:time until:time events:int opened:int resolved:int open:int note:str? "
	"alerts:[{at:time resolved_at:time? duration_ms:int severity:<info|warning|critical> "
	"subject:str topic:str text:str}]}";

static const struct action actions[] = {
	{.verb = "test",
	 .method = "GET",
	 .key = 't',
	 .help = "What it would have told in the past; nothing is stored or sent",
	 .params = test_params,
	 .n_params = ARRAY_LEN(test_params),
	 .answer = test_answer},
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Open nothing until resumed"},
	{.verb = "resume", .method = "POST", .help = "Open alerts again"},
};

static const char *const examples[] = {
	"sellersmart rule list",
	"sellersmart rule add checkout --topic monitor.down --until-topic monitor.up --when "
	"tag=checkout --severity critical --notify pager",
	"sellersmart rule add slow --measure latency --above 2s --within 10m --match tag=shop",
	"sellersmart rule add no-orders --topic order.created --absent usual --each none",
	"sellersmart rule test slow --since 7d",
	"sellersmart rule edit monitor-down --severity warning",
	"sellersmart rule pause content-changed",
	NULL,
};

const struct resource_kind resource_rule = {
	.kind = "rule",
	.plural = "rules",
	.prefix = "rul",
	.title = "Rules",
	.help = "What is worth an alert: events, figures, silences",
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
	.builtins = rule_builtins,
	.n_builtins = RULE_BUILTINS,
	.order = 30,
};
