/* An alert: something that needs a person, from what opened it to its resolution. Facts: they are
 * changed by what happens and by the actions below, never edited. */
#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct column columns[] = {
	{.title = "no", .path = "number", .format = COLUMN_INT, .min_width = 4, .priority = 0},
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 4},
	{.title = "severity",
	 .path = "severity",
	 .format = COLUMN_STATE,
	 .min_width = 8,
	 .priority = 1},
	{.title = "subject", .path = "subject", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "text", .path = "text", .min_width = 16, .weight = 4, .priority = 2},
	{.title = "for",
	 .path = "duration_ms",
	 .format = COLUMN_SPAN,
	 .min_width = 5,
	 .priority = 2},
	{.title = "told",
	 .path = "told",
	 .format = COLUMN_TOLD,
	 .min_width = 14,
	 .weight = 1,
	 .priority = 3},
};

static const struct field list_params[] = {
	{.name = "all",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "Also those that are resolved",
	 .example = "true"},
};

#define PARAM_BY                                                                         \
	{                                                                                \
		.name = "by", .type = FIELD_TEXT, .min = 1, .max = 60,                   \
		.help = "Who says so; left out: who runs the command", .example = "anna" \
	}
#define PARAM_NOTE                                                        \
	{                                                                 \
		.name = "note", .type = FIELD_TEXT, .min = 1, .max = 300, \
		.help = "A remark for others", .example = "on it"         \
	}

static const struct field ack_params[] = {PARAM_NOTE, PARAM_BY};
static const struct field unack_params[] = {PARAM_BY};
static const struct field snooze_params[] = {
	{.name = "for",
	 .type = FIELD_DURATION,
	 .min = 0,
	 .max = INT64_C(31) * 86400000,
	 .dflt = "1h",
	 .help = "How long nothing is told about it; 0s: from now on again",
	 .example = "2h"},
	PARAM_BY,
};

/* What the daemon answers, and what its actions answer: shared/schema/shape.h. */
static const char live[] =
	"{number:int rule:str severity:<info|warning|critical> "
	"state:<pending|open|acknowledged|resolved> silenced:bool inhibited:bool topic:str "
	"subject:str subject_id:str? subject_kind:str text:str reason:str? since:time opened_at:time? "
	"changed_at:time resolved_at:time? duration_ms:int acknowledged_at:time? acknowledged_by:str? "
	"note:str? snoozed_until:time? incident:str? changed:[{what:str from:str? to:str?}] "
	"evidence:{*:any}? events:int labels:{*:str} tags:[str] runbook:str? told:str "
	"deliveries:[{id:str notifier:str topic:str state:<pending|sent|dead|merged|dropped> "
	"attempts:int status:int? answer:str? created_at:time sent_at:time? next_at:time? took_ms:int?}] "
	"steps?:[{at:time what:str text:str}]}";

static const struct action actions[] = {
	{.verb = "ack",
	 .method = "POST",
	 .key = 'a',
	 .help = "Somebody sees to it: no reminders until it is resolved",
	 .params = ack_params,
	 .n_params = ARRAY_LEN(ack_params)},
	{.verb = "unack",
	 .method = "POST",
	 .help = "Nobody sees to it any more",
	 .params = unack_params,
	 .n_params = ARRAY_LEN(unack_params)},
	{.verb = "snooze",
	 .method = "POST",
	 .key = 'z',
	 .help = "Tell nothing about it for a while",
	 .params = snooze_params,
	 .n_params = ARRAY_LEN(snooze_params)},
	{.verb = "resolve",
	 .method = "POST",
	 .confirm = true,
	 .help = "It is over: for what nothing resolves by itself",
	 .params = ack_params,
	 .n_params = ARRAY_LEN(ack_params)},
	{.verb = "redeliver",
	 .method = "POST",
	 .key = 'r',
	 .help = "Send again now what did not get out about it",
	 .answer = "{redelivered:int}"},
};

static const char *const sorts[] = {"worst",   "opened_at", "changed_at", "number",
				    "subject", "severity",  NULL};
static const char *const filters[] = {"state", "open",    "severity", "silenced", "rule",
				      "topic", "subject", "kind",     "tag",      NULL};
static const char *const outputs[] = {
	"number",          "rule",        "severity",
	"state",           "silenced",    "inhibited",
	"topic",           "subject",     "subject_id",
	"subject_kind",    "text",        "reason",
	"since",           "opened_at",   "changed_at",
	"resolved_at",     "duration_ms", "acknowledged_at",
	"acknowledged_by", "note",        "snoozed_until",
	"incident",        "changed",     "evidence",
	"events",          "labels",      "tags",
	"runbook",         "told",        "deliveries",
	"steps",           NULL,
};
static const char *const examples[] = {
	"sellersmart alert list",
	"sellersmart alert list --all --filter subject=garden -o jsonl",
	"sellersmart alert show 14",
	"sellersmart ack 14 --note \"on it\"",
	"sellersmart alert snooze 14 --for 2h",
	"sellersmart alert redeliver 14",
	NULL,
};

extern const struct resource_kind resource_alert;
const struct resource_kind resource_alert = {
	.kind = "alert",
	.plural = "alerts",
	.prefix = "alr",
	.title = "Alerts",
	.help = "What needs you, who was told of it, and who sees to it",
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
	.list_params = list_params,
	.n_list_params = ARRAY_LEN(list_params),
	.order = 100,
};
