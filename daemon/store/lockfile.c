#include "daemon/store/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/paths.h"

/* "running PID EPOCH SEQ SOCKET", one line. */
enum { TEXT_MAX = 128 + PATH_TEXT };

bool lockfile_owner_socket(const char *dir, char *out, size_t cap)
{
	char path[PATH_TEXT + 16], text[TEXT_MAX] = "";
	int at = 0, fd;

	snprintf(path, sizeof path, "%s/lock", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, text, sizeof text - 1) <= 0)
		text[0] = '\0';
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	sscanf(text, "running %*u %*u %*u %n", &at);
	if (!at || text[at] != '/' || strlen(text + at) >= cap)
		return false;
	snprintf(out, cap, "%s", text + at);
	return true;
}

enum err lockfile_take(struct lockfile *l, const char *dir, const char *socket, struct error *e)
{
	char path[PATH_TEXT + 16], text[TEXT_MAX] = "", word[16] = "";
	unsigned long pid = 0;
	ssize_t n;

	*l = (struct lockfile){.fd = -1, .was_clean = true, .socket = socket};
	snprintf(path, sizeof path, "%s/lock", dir);
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->fd < 0) {
		enum err rc = errno == EACCES || errno == EROFS ? ERR_DENIED
			      : errno == ENOSPC                 ? ERR_FULL
								: ERR_IO;

		error_set(e, rc, "cannot open %s: %s", path, strerror(errno));
		error_hint(e, "the data directory must be writable for the daemon's user");
		return rc;
	}
	n = pread(l->fd, text, sizeof text - 1, 0);
	if (n > 0)
		sscanf(text, "%15s %lu %" SCNu64 " %" SCNu64, word, &pid, &l->epoch, &l->seq);
	if (flock(l->fd, LOCK_EX | LOCK_NB)) {
		error_set(e, ERR_LOCKED, "another daemon (process %lu) owns %s", pid, dir);
		error_hint(e, "end it with `sellersmart daemon stop`, or give another --data-dir");
		lockfile_release(l);
		return ERR_LOCKED;
	}
	l->was_clean = strcmp(word, "running") != 0;
	return ERR_NONE;
}

static int put(struct lockfile *l, const char *word, uint64_t epoch, uint64_t seq)
{
	char text[TEXT_MAX];
	int n = snprintf(text, sizeof text, "%s %lu %" PRIu64 " %" PRIu64 " %s\n", word,
			 (unsigned long)getpid(), epoch, seq, l->socket ? l->socket : "");

	if (pwrite(l->fd, text, (size_t)n, 0) != n || ftruncate(l->fd, n) || fdatasync(l->fd))
		return -1;
	return 0;
}

enum err lockfile_mark_running(struct lockfile *l, uint64_t epoch, uint64_t seq, struct error *e)
{
	if (put(l, "running", epoch, seq)) {
		enum err rc = errno == ENOSPC ? ERR_FULL : ERR_IO;

		return error_set(e, rc, "cannot write the lock file: %s", strerror(errno));
	}
	return ERR_NONE;
}

void lockfile_mark_clean(struct lockfile *l, uint64_t epoch, uint64_t seq)
{
	if (put(l, "clean", epoch, seq))
		log_warn("store", "cannot mark the end as clean: %s", strerror(errno));
}

void lockfile_release(struct lockfile *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
