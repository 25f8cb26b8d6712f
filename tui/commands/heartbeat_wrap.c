/* sellersmart heartbeat wrap NAME -- command: say when it starts, how it ends and how long it took.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/heartbeats.h"
#include "tui/commands/command.h"

extern char **environ;

enum { EXIT_NOT_FOUND = 127, EXIT_SIGNAL = 128 };

/* The command's own exit status; what kills us is passed on by the terminal or the supervisor. */
static int run_child(char **argv)
{
	pid_t pid;
	int status;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	posix_spawnattr_t attributes;
	sigset_t defaults;
	posix_spawnattr_init(&attributes);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGQUIT);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	int failed = posix_spawnp(&pid, argv[0], NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	if (failed) {
		fprintf(stderr, "error: %s: %s\n", argv[0], strerror(failed));
		return EXIT_NOT_FOUND;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_NOT_FOUND;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNAL + WTERMSIG(status);
}

static double seconds_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Whatever happens to the daemon, the command runs and its exit status is ours. */
static int run(struct invocation *in)
{
	struct error e = {0};
	char path[128], body[128], suffix[8];
	if (!in->n_rest) {
		error_set(&e, ERR_USAGE, "heartbeat wrap: which command?");
		error_hint(&e, "sellersmart heartbeat wrap %.64s -- /path/to/job", in->args[0]);
		return invocation_fail(&e);
	}
	bool known = !heartbeat_path(in, in->args[0], path, sizeof(path), &e);
	if (!known || heartbeat_send(in, path, "start", NULL, &e))
		invocation_fail(&e);
	double started = seconds_now();
	int status = run_child(in->rest);
	snprintf(body, sizeof(body), "exit %d after %.3f s", status, seconds_now() - started);
	snprintf(suffix, sizeof(suffix), "%d", status & 0xFF);
	e = (struct error){0};
	if (!known)
		known = !heartbeat_path(in, in->args[0], path, sizeof(path),
					&e); /* it may be back */
	if (known && heartbeat_send(in, path, suffix, body, &e))
		invocation_fail(&e);
	return status;
}

static const char *const examples[] = {
	"sellersmart heartbeat wrap nightly -- /usr/local/bin/export-orders",
	"0 3 * * * sellersmart heartbeat wrap nightly -- /usr/local/bin/export-orders", NULL};

const struct command command_heartbeat_wrap = {
	.words = "heartbeat wrap",
	.usage = "heartbeat wrap NAME -- COMMAND [ARGUMENT...]",
	.summary = "run a command and report its start, exit status and duration",
	.details =
		"The exit status is the command's own. A daemon that is away is said on standard error and hinders nothing.",
	.examples = examples,
	.min_args = 1,
	.max_args = 1,
	.rest = true,
	.run = run,
};
