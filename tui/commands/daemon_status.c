/* sellersmart daemon status */
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	static const struct resource_kind shape = {.kind = "daemon", .plural = "daemons"};
	struct error e = {0};
	json_t *reply = NULL;
	if (request_json(in, "GET", "/v1/daemon", NULL, &reply, &e))
		return invocation_fail(&e);
	output_object(in->output, &shape, json_object_get(reply, "data"));
	json_decref(reply);
	return 0;
}

const struct command command_daemon_status = {
	.words = "daemon status",
	.usage = "daemon status",
	.summary = "whether the daemon runs, its loops, queues and store; exit 69 when it is away",
	.run = run,
};
