/* A notifier: how a person or a program is told. */
#include <stdio.h>
#include <string.h>

#include "shared/languages.h"
#include "shared/matcher.h"
#include "shared/mem.h"
#include "shared/quiet_hours.h"
#include "shared/schema/schema.h"

static const char *const severities[] = {"info", "warning", "critical", NULL};

static const struct field fields[] = {
	{.name = "type",
	 .type = FIELD_ENUM,
	 .choices = notifier_variant_names,
	 .flags = FIELD_REQUIRED | FIELD_FIXED,
	 .help = "How it tells",
	 .example = "webhook"},
	{.name = "min_severity",
	 .type = FIELD_ENUM,
	 .choices = severities,
	 .dflt = "warning",
	 .help = "Tells only of what is at least so grave",
	 .example = "critical"},
	{.name = "match",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .help = "Tells only of alerts for which all of these conditions hold",
	 .example = "tag=shop"},
	{.name = "on_request",
	 .flag = "on-request",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "Tells only of alerts whose rule names it",
	 .example = "true"},
	{.name = "resolved",
	 .type = FIELD_BOOL,
	 .dflt = "true",
	 .help = "Tells also when an alert is over",
	 .example = "false"},
	{.name = "group_by",
	 .type = FIELD_TEXT_LIST,
	 .max = 4,
	 .help = "What the alerts of one message have in common: rule, subject, tag, labels.KEY, "
		 "alert; none: all",
	 .example = "rule"},
	{.name = "group_wait",
	 .type = FIELD_DURATION,
	 .min = 0,
	 .max = 3600000,
	 .dflt = "30s",
	 .flags = FIELD_ADVANCED,
	 .help = "How long the first alert of a group waits for others; a critical one does not",
	 .example = "1m"},
	{.name = "group_interval",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 86400000,
	 .dflt = "5m",
	 .flags = FIELD_ADVANCED,
	 .help = "Least time between two messages of a group",
	 .example = "10m"},
	{.name = "critical_interval",
	 .type = FIELD_DURATION,
	 .min = 0,
	 .max = 3600000,
	 .dflt = "30s",
	 .flags = FIELD_ADVANCED,
	 .help = "The same when a critical alert is new in it",
	 .example = "10s"},
	{.name = "repeat_interval",
	 .type = FIELD_DURATION,
	 .min = 0,
	 .max = INT64_C(604800000),
	 .dflt = "4h",
	 .help = "Reminds of what is open and not acknowledged; 0s: never",
	 .example = "2h"},
	{.name = "quiet_hours",
	 .type = FIELD_TEXT,
	 .max = 40,
	 .help = "When only critical alerts are told, on the clock of zone; the rest waits until then",
	 .example = "22:00-07:00"},
	{.name = "zone",
	 .type = FIELD_ZONE,
	 .dflt = "UTC",
	 .help = "Time zone of quiet hours, of the brief and of times in messages",
	 .example = "Europe/Berlin"},
	{.name = "language",
	 .type = FIELD_ENUM,
	 .choices = language_names,
	 .dflt = "en",
	 .flags = FIELD_ADVANCED,
	 .help = "Of numbers and dates in messages",
	 .example = "de"},
	{.name = "brief",
	 .type = FIELD_CRON,
	 .help = "When it also tells what happened since the last time, five fields",
	 .example = "0 7 * * *"},
	{.name = "timeout",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = 120000,
	 .dflt = "15s",
	 .flags = FIELD_ADVANCED,
	 .help = "How long one attempt may take",
	 .example = "30s"},
	{.name = "paused",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .flags = FIELD_ADVANCED,
	 .help = "Tells nothing for now",
	 .example = "true"},
};

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "type", .path = "type", .min_width = 8, .priority = 1},
	{.title = "tells", .path = "min_severity", .min_width = 8, .priority = 2},
	{.title = "waiting",
	 .path = "pending",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 2},
	{.title = "last sent",
	 .path = "last_sent_at",
	 .format = COLUMN_TIME,
	 .min_width = 16,
	 .priority = 3},
	{.title = "last error", .path = "last_error", .min_width = 12, .weight = 3, .priority = 4},
};

static const char *const sorts[] = {"name", "type", NULL};
static const char *const filters[] = {"type", "state", "name", NULL};
static const char *const outputs[] = {"state",      "pending",       "last_sent_at",
				      "last_error", "failing_since", NULL};
static const char live[] = "{state:<ok|failing|disabled|quiet|paused|unused> pending:int "
			   "last_sent_at:time? last_error:str? failing_since:time?}";

static const struct action actions[] = {
	{.verb = "test",
	 .method = "POST",
	 .key = 't',
	 .help = "Send a test message for real and show the answer",
	 .answer = "{ok:bool status:int took_ms:int text:str hint:str?}"},
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Tell nothing until resumed"},
	{.verb = "resume", .method = "POST", .help = "Tell again"},
};

static const char *const examples[] = {
	"sellersmart notifier add ops --type webhook --url https://hooks.example/x --secret-file F",
	"sellersmart notifier test ops",
	NULL,
};

static enum err check_quiet_hours(const json_t *spec, struct error *e)
{
	const char *given = json_str(spec, "quiet_hours", NULL);
	struct quiet_hours q;

	if (!given || quiet_hours_parse(given, &q))
		return ERR_NONE;
	error_field(e, ERR_INVALID, "quiet_hours", "quiet_hours: \"%.40s\" is no span of a day",
		    given);
	error_hint(e, "FROM-UNTIL, for example quiet_hours: 22:00-07:00, on the clock of zone");
	return ERR_INVALID;
}

static enum err check_group_by(const json_t *spec, struct error *e)
{
	static const char *const words[] = {"rule", "severity", "service", "subject",
					    "tag",  "alert",    "labels."};
	size_t i, w;
	json_t *item;

	json_array_foreach(json_object_get(spec, "group_by"), i, item)
	{
		const char *word = json_string_value(item), *meant;

		for (w = 0; w < ARRAY_LEN(words) - 1 && strcmp(word, words[w]); w++)
			;
		if (w < ARRAY_LEN(words) - 1 || (!strncmp(word, "labels.", 7) && word[7]))
			continue;
		meant = nearest(word, words, ARRAY_LEN(words) - 1);
		error_field(e, ERR_INVALID, "group_by",
			    "group_by: \"%.40s\" is nothing that alerts have", word);
		if (meant)
			error_hint(e, "did you mean %s?", meant);
		error_hint(e, "rule, severity, service, subject, tag, labels.KEY or alert");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

static enum err check(const json_t *spec, struct error *e)
{
	enum err err = matchers_check_field(spec, "match", e);

	if (!err)
		err = check_quiet_hours(spec, e);
	return err ? err : check_group_by(spec, e);
}

const struct resource_kind resource_notifier = {
	.kind = "notifier",
	.plural = "notifiers",
	.prefix = "ntf",
	.title = "Notifiers",
	.help = "How you are told: webhook, mail, chat, a program, a bell",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.variant_field = "type",
	.variants = notifier_variant_table,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.check = check,
	.order = 10,
};
