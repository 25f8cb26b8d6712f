/* sellersmart daemon stop */
#include "tui/cli/daemonctl.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	struct error e = {0};
	char version[64];
	long pid;
	if (!daemon_running(in, &pid, version, sizeof(version))) {
		output_note(in->output, "not running");
		return 0;
	}
	if (daemon_end(pid, &e))
		return invocation_fail(&e);
	output_note(in->output, "stopped");
	return 0;
}

const struct command command_daemon_stop = {
	.words = "daemon stop",
	.usage = "daemon stop",
	.summary = "end the daemon; all it knows is on disk",
	.local = true,
	.run = run,
};
