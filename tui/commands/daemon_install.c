/* sellersmart daemon install: a systemd user unit that starts the daemon with the machine. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/paths.h"
#include "tui/cli/daemonctl.h"
#include "tui/commands/command.h"

extern char **environ;

static int systemctl(const char *a, const char *b, const char *c)
{
	char *argv[] = {"systemctl", "--user", (char *)a, (char *)b, (char *)c, NULL};
	pid_t pid;
	int status;
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		return -1;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum err write_unit(const char *path, const char *program, struct error *e)
{
	static const char mark[] = "@PREFIX@/sbin/sellersmartd";
	const char *at = strstr(user_unit, mark);
	struct buf text = BUF_INIT(8192);
	if (!at)
		return error_set(e, ERR_INTERNAL, "the unit has no place for the program");
	buf_add(&text, user_unit, (size_t)(at - user_unit));
	buf_add_str(&text, program);
	buf_add_str(&text, at + strlen(mark));
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	enum err err = ERR_NONE;
	if (fd < 0 || write(fd, text.data, text.len) != (ssize_t)text.len)
		err = error_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	buf_fini(&text);
	return err;
}

static void explain_lingering(const struct invocation *in)
{
	const struct passwd *user = getpwuid(getuid());
	char flag[PATH_TEXT];
	const char *name = user ? user->pw_name : "$USER";
	snprintf(flag, sizeof(flag), "/var/lib/systemd/linger/%s", name);
	if (access(flag, F_OK)) {
		output_note(
			in->output,
			"It starts when you log in and ends when you log out. To let it run always:");
		output_note(in->output, "  sudo loginctl enable-linger %s", name);
	}
}

static int run(struct invocation *in)
{
	struct error e = {0};
	char program[PATH_TEXT], dir[PATH_TEXT], path[PATH_TEXT + 32];
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (daemon_program(program, sizeof(program), &e))
		return invocation_fail(&e);
	if (config && config[0])
		snprintf(dir, sizeof(dir), "%s/systemd/user", config);
	else
		snprintf(dir, sizeof(dir), "%s/.config/systemd/user", home ? home : "");
	snprintf(path, sizeof(path), "%s/sellersmartd.service", dir);
	char *absolute = realpath(program, NULL);
	if (!absolute)
		error_set(&e, ERR_IO, "%s: %s", program, strerror(errno));
	if (e.code || path_make_dir(dir, &e) || write_unit(path, absolute, &e)) {
		free(absolute);
		return invocation_fail(&e);
	}
	free(absolute);
	output_note(in->output, "wrote %s", path);
	if (systemctl("daemon-reload", NULL, NULL) ||
	    systemctl("enable", "--now", "sellersmartd.service")) {
		error_set(&e, ERR_UNAVAILABLE, "no systemd user session answers here");
		error_hint(&e, "log in with a session of your own, or as root: make install; "
			       "systemctl enable --now sellersmartd.socket sellersmartd");
		return invocation_fail(&e);
	}
	output_note(in->output, "sellersmartd.service is enabled and runs");
	explain_lingering(in);
	return 0;
}

static const char *const examples[] = {"sellersmart daemon install", NULL};

const struct command command_daemon_install = {
	.words = "daemon install",
	.usage = "daemon install",
	.summary = "start the daemon with the machine: a systemd user unit, and what lingering is",
	.examples = examples,
	.local = true,
	.run = run,
};
