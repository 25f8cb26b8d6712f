/* sellersmart job log ID: what a run wrote, as lines. */
#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void print(struct invocation *in, const json_t *lines)
{
	char at[32];
	size_t i;
	const json_t *line;
	json_array_foreach(lines, i, line)
		output_text(in->output, "%s %-7s %s\n", output_time(at, json_str(line, "at", "")),
			    json_str(line, "level", ""), json_str(line, "text", ""));
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;
	const char *last = invocation_flag(in, "last");
	buf_add_str(&path, "/v1/jobs/");
	path_escape(&path, in->args[0]);
	buf_add_str(&path, "/log");
	if (last) {
		buf_add_str(&path, "?last=");
		path_escape(&path, last);
	}
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *lines = json_object_get(reply, "data");
	if (!output_machine(in->output, lines))
		print(in, lines);
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"last", "N", "only the last N lines, at most 500", false},
};
static const char *const examples[] = {"sellersmart job log job_01H5ZK3QW8F2A --last 20", NULL};

const struct command command_job_log = {
	.words = "job log",
	.usage = "job log ID [--last N]",
	.summary = "what a job wrote, the oldest line first",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
