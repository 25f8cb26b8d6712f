#include "daemon/extract/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/extract/sandbox.h"
#include "shared/mem.h"

extern char **environ;

enum { ENVIRONMENT_MAX = 8 };

/* What the dynamic linker and the sanitizers need, and the limit. */
static void environment_make(char **env, char *memory)
{
	static const char *const kept[] = {"LD_LIBRARY_PATH=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=",
					   "TSAN_OPTIONS=", "LSAN_OPTIONS="};
	/* A document is thousands of small pieces that come and go together: they stay in the
	 * allocator's nearest cache, and what a large one left is not given back each time. */
	static char tuning[] = "GLIBC_TUNABLES=glibc.malloc.tcache_count=8000:"
			       "glibc.malloc.trim_threshold=16777216:"
			       "glibc.malloc.top_pad=1048576";
	size_t n = 0;

	env[n++] = memory;
	env[n++] = tuning;
	for (char **v = environ; *v && n < ENVIRONMENT_MAX - 1; v++) {
		for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
			if (!strncmp(*v, kept[i], strlen(kept[i])))
				env[n++] = *v;
		}
	}
	env[n] = NULL;
}

static int actions_make(posix_spawn_file_actions_t *actions, int fd)
{
	int rc = posix_spawn_file_actions_adddup2(actions, fd, STDIN_FILENO);

	if (!rc)
		rc = posix_spawn_file_actions_adddup2(actions, fd, STDOUT_FILENO);
	/* What a library says about foreign bytes is not for our log; a sanitizer's report is. */
	if (!rc && !sandbox_is_relaxed())
		rc = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY,
						      0);
	return rc;
}

/* Signals as a fresh program expects them: the daemon's threads block and ignore some. */
static int attributes_make(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attributes, &none);
	if (!rc)
		rc = posix_spawnattr_setsigdefault(attributes, &all);
	if (!rc)
		rc = posix_spawnattr_setflags(attributes,
					      POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return rc;
}

enum err spawn_worker(const char *program, int64_t memory_bytes, pid_t *pid, int *fd,
		      struct error *e)
{
	char memory[64];
	char *env[ENVIRONMENT_MAX];
	char *const argv[] = {"sellersmartd", "--extract", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int pair[2], rc;

	snprintf(memory, sizeof memory, SPAWN_MEMORY "=%" PRId64, memory_bytes);
	environment_make(env, memory);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return error_set(e, ERR_IO, "no socket for an extraction worker: %s",
				 strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	rc = actions_make(&actions, pair[1]);
	if (!rc)
		rc = attributes_make(&attributes);
	if (!rc)
		rc = posix_spawn(pid, program, &actions, &attributes, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(pair[1]);
	if (rc) {
		close(pair[0]);
		error_set(e, ERR_IO, "the extraction worker %s does not start: %s", program,
			  strerror(rc));
		error_hint(e, rc == EAGAIN || rc == ENOMEM
				      ? "the machine is out of processes or memory"
				      : "is the program still installed?");
		return ERR_IO;
	}
	*fd = pair[0];
	return ERR_NONE;
}

int spawn_bury(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}
