/* sellersmart: no arguments on a terminal: the dashboard; else a command. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tui/cli/cli.h"

/* Started with a closed stream (`>&-`), the first socket would get its number and what is printed
 * would go there. A read-only /dev/null in its place makes printing fail, and be said. */
static void fill_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			return;
}

int main(int argc, char **argv)
{
	fill_closed_streams();
	signal(SIGPIPE, SIG_DFL); /* `sellersmart event list | head` ends quietly */
	return cli_run(argc, argv);
}
