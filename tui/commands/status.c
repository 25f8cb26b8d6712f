/* sellersmart status: what needs a person now. */
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void age_of(const json_t *o, const char *member, char *out)
{
	int64_t at, now = (int64_t)time(NULL) * 1000;
	const char *text = json_str(o, member, NULL);
	if (text && time_parse(text, &at))
		age_format(out, now > at ? now - at : 0);
	else
		memcpy(out, "-", 2);
}

static const char *const count_order[] = {"down", "flapping", "unknown",     "degraded", "pending",
					  "new",  "up",       "maintenance", "paused"};

/* One line for tmux or a prompt: "10 up, 1 DOWN: garden 31m". */
static void line(struct invocation *in, const json_t *data)
{
	const json_t *monitors = json_path(data, "counts.monitors"), *first;
	int64_t up = json_int(monitors, "up", 0);
	char age[DURATION_TEXT];
	if (json_bool(data, "empty", false)) {
		output_text(in->output, "nothing watched\n");
		return;
	}
	output_text(in->output, "%lld up", (long long)up);
	for (size_t i = 0; i < ARRAY_LEN(count_order); i++) {
		int64_t n = json_int(monitors, count_order[i], 0);
		if (n && strcmp(count_order[i], "up"))
			output_text(in->output, ", %lld %s", (long long)n,
				    !strcmp(count_order[i], "down") ? "DOWN" : count_order[i]);
	}
	first = json_array_get(json_object_get(data, "attention"), 0);
	if (first) {
		const char *level = json_str(first, "level", "");
		age_of(first, "since", age);
		output_text(in->output, ": %s%s%s %s", !strcmp(level, "DOWN") ? "" : level,
			    !strcmp(level, "DOWN") ? "" : " ", json_str(first, "name", ""), age);
	}
	fputc('\n', in->output->to);
}

/* What is wrong and cannot tell of itself. */
static void undelivered(struct invocation *in, const json_t *outbox)
{
	char age[DURATION_TEXT];
	if (json_str(outbox, "failing", NULL)) {
		age_of(outbox, "failing_since", age);
		output_text(in->output, "messages: %s fails for %s, %lld wait%s: %s\n",
			    json_str(outbox, "failing", ""), age,
			    (long long)json_int(outbox, "pending", 0),
			    json_int(outbox, "pending", 0) == 1 ? "s" : "",
			    json_str(outbox, "why", ""));
	}
	if (json_int(outbox, "dead", 0))
		output_text(in->output,
			    "messages: %lld given up: sellersmart alert redeliver --dead\n",
			    (long long)json_int(outbox, "dead", 0));
}

static void person(struct invocation *in, const json_t *data)
{
	const json_t *attention = json_object_get(data, "attention"), *a;
	const json_t *monitors = json_path(data, "counts.monitors");
	char age[DURATION_TEXT];
	size_t i, n = json_array_size(attention);
	bool fresh = false;
	int name_width = 8;
	if (json_bool(data, "empty", false)) {
		output_text(
			in->output,
			"Nothing is watched yet. Try: sellersmart add https://your-shop.example/ --mine\n");
		return;
	}
	age_of(data, "last_checked_at", age);
	if (!n)
		output_text(in->output, "Nothing needs you. Last checked %s%s.\n", age,
			    strcmp(age, "now") ? " ago" : "");
	else
		output_text(in->output, "Needs you: %lld\n",
			    (long long)json_int(data, "attention_total", (int64_t)n));
	json_array_foreach(attention, i, a)
	{
		int w = text_width(json_str(a, "name", ""));
		name_width = w > name_width && w <= 32 ? w : name_width;
	}
	json_array_foreach(attention, i, a)
	{
		char name[OUTPUT_FIT];
		age_of(a, "since", age);
		const char *by = json_str(a, "acknowledged_by", NULL);
		const char *hushed = json_bool(a, "silenced", false) ? " (silenced)" : "";
		output_text(in->output, "%s%-8s %4s  %s  %s%s%s%s\n",
			    json_bool(a, "new", false) ? "*" : " ", json_str(a, "level", ""), age,
			    output_fit(name, json_str(a, "name", ""), name_width),
			    json_str(a, "text", ""), by ? " (" : "", by ? by : "",
			    by ? " sees to it)" : hushed);
		fresh = fresh || json_bool(a, "new", false);
	}
	if (json_int(data, "attention_total", 0) > (int64_t)n)
		output_text(in->output, "and %lld more: sellersmart monitor list --sort worst\n",
			    (long long)(json_int(data, "attention_total", 0) - (int64_t)n));
	if (fresh)
		output_note(in->output, "* new since the dashboard was last left");
	output_text(in->output, "monitors:");
	const char *separator = " ";
	for (i = 0; i < ARRAY_LEN(count_order); i++)
		if (json_int(monitors, count_order[i], 0)) {
			output_text(in->output, "%s%lld %s", separator,
				    (long long)json_int(monitors, count_order[i], 0),
				    count_order[i]);
			separator = ", ";
		}
	output_text(in->output, "\n");
	undelivered(in, json_object_get(data, "outbox"));
	if (json_bool(json_object_get(data, "store"), "readonly", false))
		output_text(in->output, "store: read-only: %s\n",
			    json_str(json_object_get(data, "store"), "reason", ""));
}

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *reply = NULL;
	if (output_format(in->output) == OUTPUT_CSV) {
		error_set(&e, ERR_USAGE, "status is no table: no -o csv");
		error_hint(&e, "sellersmart status -o json, or monitor list -o csv");
		return invocation_fail(&e);
	}
	if (request_json(in, "GET", "/v1/overview", NULL, &reply, &e)) {
		if (output_format(in->output) == OUTPUT_LINE)
			puts("daemon away");
		return invocation_fail(&e);
	}
	const json_t *data = json_object_get(reply, "data");
	if (output_format(in->output) == OUTPUT_LINE)
		line(in, data);
	else if (!output_machine(in->output, data))
		person(in, data);
	int bad = invocation_flag(in, "exit-status") && json_path(data, "counts.monitors.down") &&
		  json_integer_value(json_path(data, "counts.monitors.down")) > 0;
	json_decref(reply);
	return bad;
}

static const struct flag flags[] = {{"exit-status", NULL, "exit 1 when something is down", false}};
static const char *const examples[] = {"sellersmart status",
				       "sellersmart status -o line   # for tmux or a prompt",
				       "sellersmart status -o json", NULL};

const struct command command_status = {
	.words = "status",
	.usage = "status [-o line|json] [--exit-status]",
	.summary = "what needs you now",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.lines = true,
	.run = run,
};
