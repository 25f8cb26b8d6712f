/* sellersmart daemon start */
#include "shared/mem.h"
#include "shared/paths.h"
#include "tui/cli/daemonctl.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	struct error e = {0};
	char version[64], log[PATH_TEXT];
	long pid;
	if (daemon_running(in, &pid, version, sizeof(version))) {
		output_note(in->output, "running already: sellersmartd %s, process %ld", version,
			    pid);
		return 0;
	}
	if (daemon_launch(in, log, sizeof(log), &e))
		return invocation_fail(&e);
	output_note(in->output, "started; log in %s", log);
	return 0;
}

static const char *const examples[] = {"sellersmart daemon start", NULL};

const struct command command_daemon_start = {
	.words = "daemon start",
	.usage = "daemon start",
	.summary = "start the daemon in the background",
	.details =
		"It goes on when the terminal closes. To start it with the machine: sellersmart daemon install",
	.examples = examples,
	.local = true,
	.run = run,
};
