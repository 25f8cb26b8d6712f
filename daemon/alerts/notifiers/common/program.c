#include "daemon/alerts/notifiers/common/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/core/spawn.h"
#include "daemon/core/thread.h"

enum {
	HEED_MS = 50,    /* how long a cancel may go unseen */
	GRACE_MS = 2000, /* even a killed one may hang in the kernel */
	PIECE = 4096,
	PIPES = 3,
};

struct running {
	struct program_run *r;
	int ours[PIPES], its[PIPES]; /* -1: closed */
	pid_t pid;
	int pidfd;
	size_t written;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_pipes(struct running *p)
{
	for (int i = 0; i < PIPES; i++)
		p->ours[i] = p->its[i] = -1;
	for (int i = 0; i < PIPES; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC))
			return errno;
		p->ours[i] = ends[i ? 0 : 1];
		p->its[i] = ends[i ? 1 : 0];
		fcntl(p->ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static void write_some(struct running *p)
{
	const struct program_run *r = p->r;

	while (p->written < r->input_len) {
		ssize_t n = write(p->ours[0], r->input + p->written, r->input_len - p->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break; /* it does not want to read: that is its business */
		p->written += (size_t)n;
	}
	close_fd(&p->ours[0]);
}

/* What is beyond the maximum is read and forgotten, so that it does not wait for us. */
static void read_some(int *fd, struct buf *text)
{
	char data[PIECE];
	ssize_t n = read(*fd, data, sizeof data);
	size_t room = text->max - text->len;

	if (n > 0)
		buf_add(text, data, (size_t)n < room ? (size_t)n : room);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		close_fd(fd);
}

/* @return true when it has ended */
static bool look(struct running *p, int wait_ms)
{
	struct pollfd fds[PIPES + 1] = {
		{.fd = p->ours[0], .events = POLLOUT},
		{.fd = p->ours[1], .events = POLLIN},
		{.fd = p->ours[2], .events = POLLIN},
		{.fd = p->pidfd, .events = POLLIN},
	};

	if (poll(fds, PIPES + 1, wait_ms) <= 0)
		return false;
	if (fds[0].revents)
		write_some(p);
	if (fds[1].revents)
		read_some(&p->ours[1], &p->r->out);
	if (fds[2].revents)
		read_some(&p->ours[2], &p->r->err);
	return fds[3].revents != 0;
}

static void take_end(struct running *p)
{
	siginfo_t info = {0};

	kill(-p->pid, SIGKILL); /* whom it left behind, before its number can be another's */
	waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED);
	p->r->end = info.si_code == CLD_EXITED ? PROGRAM_EXITED : PROGRAM_SIGNALLED;
	p->r->number = info.si_status;
	for (int i = 1; i < PIPES; i++) {
		if (p->ours[i] >= 0)
			read_some(&p->ours[i], i == 1 ? &p->r->out : &p->r->err);
	}
}

static bool is_cancelled(const struct program_run *r)
{
	return r->cancel && atomic_load(r->cancel);
}

static void watch(struct running *p)
{
	struct program_run *r = p->r;
	int64_t deadline_us = thread_now_us() + r->timeout_ms * 1000;
	enum program_end killed = PROGRAM_EXITED;

	for (;;) {
		int64_t left_ms = (deadline_us - thread_now_us()) / 1000;

		if (look(p, left_ms < HEED_MS ? (left_ms > 0 ? (int)left_ms : 0) : HEED_MS)) {
			take_end(p);
			break;
		}
		if (killed == PROGRAM_EXITED && (left_ms <= 0 || is_cancelled(r))) {
			killed = left_ms <= 0 ? PROGRAM_TIMEOUT : PROGRAM_CANCELLED;
			kill(-p->pid, SIGKILL);
			deadline_us = thread_now_us() + GRACE_MS * 1000;
		} else if (left_ms <= 0) {
			break; /* not even that: init will see to it */
		}
	}
	if (killed != PROGRAM_EXITED)
		r->end = killed;
}

void program_feed(struct program_run *r)
{
	struct running p = {.r = r, .pidfd = -1};
	int64_t started_us = thread_now_us();
	int error = open_pipes(&p);

	if (!error) {
		struct spawn_request q = {.path = r->path,
					  .argv = r->argv,
					  .envp = r->envp,
					  .in = p.its[0],
					  .out = p.its[1],
					  .err = p.its[2],
					  .timeout_ms = r->timeout_ms};

		error = spawn_program(&q, &p.pid, &p.pidfd);
	}
	for (int i = 0; i < PIPES; i++)
		close_fd(&p.its[i]);
	if (error) {
		r->end = PROGRAM_NOT_STARTED;
		r->number = error;
	} else {
		watch(&p);
	}
	for (int i = 0; i < PIPES; i++)
		close_fd(&p.ours[i]);
	close_fd(&p.pidfd);
	r->took_ms = (thread_now_us() - started_us) / 1000;
}
