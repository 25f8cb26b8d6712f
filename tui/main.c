/* sellersmart: no arguments on a terminal: the dashboard; else a command. */
#include <signal.h>

#include "tui/cli/cli.h"

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_DFL); /* `sellersmart event list | head` ends quietly */
	return cli_run(argc, argv);
}
