#include "daemon/core/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	FILES_MAX = 1024, /* old programs close all that there could be */
	FILE_BYTES_MAX = 64 << 20,
	CPU_SPARE_S = 5,
	NICENESS = 5,
};

static void limit(pid_t pid, int what, rlim_t value)
{
	struct rlimit r = {.rlim_cur = value, .rlim_max = value};

	prlimit(pid, (__rlimit_resource_t)what, &r, NULL);
}

static void tame(pid_t pid, int64_t timeout_ms)
{
	limit(pid, RLIMIT_CORE, 0);
	limit(pid, RLIMIT_NOFILE, FILES_MAX);
	limit(pid, RLIMIT_FSIZE, FILE_BYTES_MAX);
	limit(pid, RLIMIT_CPU, (rlim_t)(timeout_ms / 1000 + CPU_SPARE_S));
	setpriority(PRIO_PROCESS, (id_t)pid, NICENESS);
}

static int start(const struct spawn_request *q, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	if (q->in < 0)
		posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&files, q->in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, q->out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, q->err, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawn_file_actions_addchdir_np(&files, "/");
	error = posix_spawn(pid, q->path, &files, &how, q->argv, q->envp);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

int spawn_program(const struct spawn_request *q, pid_t *pid, int *pidfd)
{
	int error = start(q, pid);

	if (error)
		return error;
	tame(*pid, q->timeout_ms);
	*pidfd = (int)syscall(SYS_pidfd_open, *pid, 0);
	if (*pidfd < 0) { /* nobody could wait for it */
		error = errno;
		kill(-*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
		return error;
	}
	fcntl(*pidfd, F_SETFD, FD_CLOEXEC);
	return 0;
}
