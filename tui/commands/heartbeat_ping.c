/* sellersmart heartbeat ping NAME: the same as a request to its ping URL. */
#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/heartbeats.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	struct error e = {0};
	char path[128];
	const char *log = invocation_flag(in, "log");
	const char *suffix = invocation_flag(in, "start")  ? "start"
			     : invocation_flag(in, "fail") ? "fail"
			     : log                         ? "log"
							   : "";
	if (heartbeat_path(in, in->args[0], path, sizeof(path), &e) ||
	    heartbeat_send(in, path, suffix, log, &e))
		return invocation_fail(&e);
	output_note(in->output, "%s: pinged", in->args[0]);
	return 0;
}

static const struct flag flags[] = {
	{"start", NULL, "the job begins", false},
	{"fail", NULL, "the job failed", false},
	{"log", "TEXT", "keep a note, change nothing", false},
};
static const char *const examples[] = {"sellersmart heartbeat ping nightly", NULL};

const struct command command_heartbeat_ping = {
	.words = "heartbeat ping",
	.usage = "heartbeat ping NAME [--start | --fail | --log TEXT]",
	.summary = "tell a heartbeat that its job ended well, began or failed",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
