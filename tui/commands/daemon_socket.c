/* sellersmart daemon socket: where the daemon is reached, for scripts and for forwarding. */
#include <stdio.h>

#include "tui/cli/cli.h"
#include "tui/client/client.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	printf("%s\n", client_endpoint(in->client)->path);
	return 0;
}

const struct command command_daemon_socket = {.words = "daemon socket",
					      .usage = "daemon socket",
					      .summary = "print the socket that commands use",
					      .run = run};
