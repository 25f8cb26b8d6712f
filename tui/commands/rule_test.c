/* sellersmart rule test NAME: what a rule would have told in the past. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static const struct column columns[] = {
	{.title = "at", .path = "at", .format = COLUMN_TIME, .min_width = 16, .priority = 0},
	{.title = "for", .path = "duration_ms", .format = COLUMN_MS, .min_width = 6, .priority = 1},
	{.title = "resolved",
	 .path = "resolved_at",
	 .format = COLUMN_TIME,
	 .min_width = 16,
	 .priority = 3},
	{.title = "severity", .path = "severity", .min_width = 8, .priority = 2},
	{.title = "subject", .path = "subject", .min_width = 10, .weight = 2, .priority = 0},
	{.title = "text", .path = "text", .min_width = 16, .weight = 4, .priority = 1},
};
static const struct resource_kind rows_kind = {
	.kind = "alert", .plural = "alerts", .columns = columns, .n_columns = ARRAY_LEN(columns)};

static void print(struct invocation *in, const char *name, const json_t *t)
{
	char from[32];
	long long opened = (long long)json_int(t, "opened", 0),
		  events = (long long)json_int(t, "events", 0);

	output_list_begin(in->output, &rows_kind);
	output_list_rows(in->output, &rows_kind, json_object_get(t, "alerts"));
	if (json_array_size(json_object_get(t, "alerts")))
		output_list_end(in->output, &rows_kind);
	output_note(in->output,
		    "%s would have told of %lld alert%s since %s, %lld still open; %lld event%s "
		    "looked at",
		    name, opened, opened == 1 ? "" : "s",
		    output_time(from, json_str(t, "since", NULL)),
		    (long long)json_int(t, "open", 0), events, events == 1 ? "" : "s");
	if (json_str(t, "note", NULL))
		output_note(in->output, "note: %s", json_str(t, "note", ""));
}

static int run(struct invocation *in)
{
	int status = 0;

	for (int i = 0; i < in->n_args; i++) {
		struct error e = {0};
		struct buf path = BUF_INIT(1024);
		json_t *reply = NULL;
		const json_t *t;

		buf_add_str(&path, "/v1/rules/");
		path_escape(&path, in->args[i]);
		buf_add_str(&path, "/test");
		if (invocation_flag(in, "since"))
			path_add(&path, "since", invocation_flag(in, "since"));
		if (request_json(in, "GET", buf_str(&path), NULL, &reply, &e)) {
			status = invocation_fail(&e);
		} else {
			t = json_object_get(reply, "data");
			if (output_format(in->output) == OUTPUT_CSV ||
			    output_format(in->output) == OUTPUT_JSONL) {
				output_list_begin(in->output, &rows_kind);
				output_list_rows(in->output, &rows_kind,
						 json_object_get(t, "alerts"));
				output_list_end(in->output, &rows_kind);
			} else if (!output_machine(in->output, t)) {
				print(in, in->args[i], t);
			}
		}
		json_decref(reply);
		buf_fini(&path);
	}
	return status;
}

static const struct flag flags[] = {
	{"since", "TIME", "from when: 1h, 7d, or RFC 3339; default 7d, at most 90d", false},
};
static const char *const examples[] = {"sellersmart rule test slow --since 7d",
				       "sellersmart rule test monitor-down -o json", NULL};

const struct command command_rule_test = {
	.words = "rule test",
	.usage = "rule test NAME... [--since TIME]",
	.summary = "what a rule would have told in the past; nothing is stored or sent",
	.details = "The log of events goes through the rule again; figures are looked at every "
		   "minute, of many or over a long time less often (the note says how often).",
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.examples = examples,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
