#include "tui/cli/daemonctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shared/paths.h"
#include "tui/cli/request.h"

extern char **environ;

enum { WAIT_MS = 10000, STEP_MS = 20, LOG_TAIL = 1500 };

bool daemon_running(struct invocation *in, long *pid, char *version, size_t cap)
{
	struct error e = {0};
	json_t *reply = NULL;
	bool running = !request_json(in, "GET", "/v1/daemon", NULL, &reply, &e);
	const json_t *data = json_object_get(reply, "data");
	*pid = (long)json_int(data, "pid", 0);
	snprintf(version, cap, "%s", json_str(data, "version", ""));
	json_decref(reply);
	return running;
}

enum err daemon_program(char *out, size_t cap, struct error *e)
{
	char self[PATH_TEXT];
	static const char *const beside[] = {"sellersmartd", "../sbin/sellersmartd"};
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = 0;
		*(strrchr(self, '/') + 1) = 0;
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
			if ((size_t)snprintf(out, cap, "%s%s", self, beside[i]) < cap &&
			    !access(out, X_OK))
				return ERR_NONE;
		}
	}
	const char *path = getenv("PATH");
	for (const char *dir = path ? path : "/usr/sbin:/usr/local/sbin"; *dir;) {
		size_t len = strcspn(dir, ":");
		if ((size_t)snprintf(out, cap, "%.*s/sellersmartd", (int)len, dir) < cap &&
		    !access(out, X_OK))
			return ERR_NONE;
		dir += len + (dir[len] == ':');
	}
	error_set(e, ERR_UNAVAILABLE, "sellersmartd is neither beside this program nor on PATH");
	error_hint(e, "make install");
	return ERR_UNAVAILABLE;
}

/* ---- starting ------------------------------------------------------------------------------ */

static enum err spawn_detached(const char *program, const char *log, const char *socket,
			       struct error *e)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	pid_t pid;
	char *argv[] = {(char *)program, socket ? "--socket" : NULL, (char *)socket, NULL};
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	/* A session of its own: closing the terminal does not reach it. */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
	int failed = posix_spawn(&pid, program, &files, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return failed ? error_set(e, ERR_UNAVAILABLE, "%s: %s", program, strerror(failed))
		      : ERR_NONE;
}

/* What the log says last, for the error of a start that failed. */
static void log_tail(const char *log, off_t from, struct error *e)
{
	char text[LOG_TAIL + 1];
	int fd = open(log, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	off_t end = lseek(fd, 0, SEEK_END);
	off_t at = end - from > LOG_TAIL ? end - LOG_TAIL : from;
	ssize_t n = pread(fd, text, LOG_TAIL, at);
	close(fd);
	if (n <= 0)
		return;
	text[n] = 0;
	char *error = strstr(text, "error: ");
	if (!error)
		return;
	error[strcspn(error, "\n")] = 0;
	error_set(e, e->code, "%s", error + strlen("error: "));
	char *try = strstr(error + strlen(error) + 1, "try: ");
	if (error + strlen(error) < text + n && try) {
		try[strcspn(try, "\n")] = 0;
		e->hint[0] = 0;
		error_hint(e, "%s", try + strlen("try: "));
	}
}

static void pause_step(void)
{
	poll(NULL, 0, STEP_MS);
}

enum err daemon_launch(struct invocation *in, char *log, size_t cap, struct error *e)
{
	char program[PATH_TEXT], dir[PATH_TEXT], version[64];
	long pid;
	enum err err = daemon_program(program, sizeof(program), e);
	if (!err)
		err = path_data_dir(dir, e);
	if (!err)
		err = path_make_dir(dir, e);
	if (err)
		return err;
	snprintf(log, cap, "%.*s/daemon.log", (int)(cap - 16), dir);
	int fd = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	off_t from = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	if (fd >= 0)
		close(fd);
	const char *socket = in->socket ? in->socket : getenv("SELLERSMART_SOCKET");
	if ((err = spawn_detached(program, log, socket && socket[0] ? socket : NULL, e)))
		return err;
	for (int waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		int status;
		if (daemon_running(in, &pid, version, sizeof(version)))
			return ERR_NONE;
		if (waitpid(-1, &status, WNOHANG) > 0)
			break; /* it ended */
		pause_step();
	}
	error_set(e, ERR_UNAVAILABLE, "the daemon did not start");
	error_hint(e, "see %s", log);
	log_tail(log, from, e);
	return e->code;
}

enum err daemon_end(long pid, struct error *e)
{
	if (pid <= 1 || kill((pid_t)pid, SIGTERM))
		return error_set(e, errno == EPERM ? ERR_DENIED : ERR_UNAVAILABLE,
				 "cannot signal process %ld: %s", pid, strerror(errno));
	for (int waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		if (kill((pid_t)pid, 0) && errno == ESRCH)
			return ERR_NONE;
		pause_step();
	}
	return error_set(e, ERR_TIMEOUT, "process %ld has not ended after %d s", pid,
			 WAIT_MS / 1000);
}
