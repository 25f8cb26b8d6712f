/* A subscription: a program that wants events as they come, as Standard Webhooks. */
#include "shared/matcher.h"
#include "shared/resources/notifiers/common.h"

static const struct field fields[] = {
	{.name = "url",
	 .type = FIELD_URL,
	 .help = "Where each event is sent by POST; private addresses are fine",
	 .example = "https://erp.example/hooks/sellersmart"},
	{.name = "url_secret",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .help = "The same as a secret, for an address that nobody may know",
	 .example = "{secret: erp-url}"},
	{.name = "topics",
	 .flag = "topic",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .help = "Only these events, and all below them: monitor has monitor.down; none: all",
	 .example = "monitor"},
	{.name = "match",
	 .type = FIELD_TEXT_LIST,
	 .max = MATCHERS_MAX,
	 .flags = FIELD_MULTILINE,
	 .help = "Only events for which all of these conditions hold",
	 .example = "severity>=warning"},
	{.name = "secret",
	 .type = FIELD_SECRET,
	 .flags = FIELD_REQUIRED,
	 .fits = webhook_secret_fits,
	 .help = "Signs each message, so that the receiver knows whose it is: whsec_ and base64",
	 .example = "{secret: erp-secret}"},
	{.name = "secret_previous",
	 .type = FIELD_SECRET,
	 .flags = FIELD_ADVANCED,
	 .fits = webhook_secret_fits,
	 .help = "Signs too, while receivers change from one secret to the next",
	 .example = "{secret: erp-secret-old}"},
	FIELD_NOTIFIER_HEADERS,
	FIELD_NOTIFIER_VERIFY,
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
	 .help = "Sends nothing for now",
	 .example = "true"},
};

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "name", .path = "name", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "topics", .path = "topics", .min_width = 8, .weight = 2, .priority = 1},
	{.title = "url", .path = "url", .min_width = 12, .weight = 3, .priority = 3},
	{.title = "waiting",
	 .path = "pending",
	 .format = COLUMN_INT,
	 .min_width = 7,
	 .priority = 2},
	{.title = "last sent",
	 .path = "last_sent_at",
	 .format = COLUMN_TIME,
	 .min_width = 16,
	 .priority = 4},
	{.title = "last error", .path = "last_error", .min_width = 12, .weight = 3, .priority = 5},
};

static const char *const sorts[] = {"name", NULL};
static const char *const filters[] = {"state", "name", NULL};
static const char *const outputs[] = {"state",      "pending",       "last_sent_at",
				      "last_error", "failing_since", NULL};
static const char live[] = "{state:<ok|failing|disabled|quiet|paused|unused> pending:int "
			   "last_sent_at:time? last_error:str? failing_since:time?}";

static const struct action actions[] = {
	{.verb = "pause", .method = "POST", .key = 'p', .help = "Send nothing until resumed"},
	{.verb = "resume", .method = "POST", .help = "Send again"},
};

static const char *const examples[] = {
	"sellersmart subscription add erp --url https://erp.example/hook --topic monitor "
	"--secret-file F",
	"sellersmart subscription add audit --url http://127.0.0.1:9000/all --match 'severity>=warning' "
	"--secret secret:audit-secret",
	NULL,
};

static enum err check(const json_t *spec, struct error *e)
{
	enum err err = check_address(spec, e);

	if (!err)
		err = check_further_headers(spec, e);
	if (!err)
		err = topics_check_field(spec, "topics", e);
	return err ? err : matchers_check_field(spec, "match", e);
}

extern const struct resource_kind resource_subscription;
const struct resource_kind resource_subscription = {
	.kind = "subscription",
	.plural = "subscriptions",
	.prefix = "sub",
	.title = "Subscriptions",
	.help = "Programs that get events as they come, as signed requests",
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
	.order = 10,
};
