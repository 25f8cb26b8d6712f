#include "daemon/core/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/core/spawn.h"
#include "shared/mem.h"

enum {
	READ_AT_ONCE = 16384,
	READS_MAX = 16,  /* in one turn of the loop */
	GRACE_MS = 2000, /* even a killed one may hang in the kernel */
	STREAMS = 2,
};

struct stream {
	struct child *child;
	uv_poll_t poll;
	int fd; /* -1: closed */
	struct buf *text;
};

struct child {
	struct child_request q;
	struct child_result result;
	uv_work_t work;
	uv_poll_t exit_poll;
	uv_timer_t timer;
	struct stream streams[STREAMS]; /* standard output, standard error */
	pid_t pid;
	int pidfd;        /* -1: none */
	unsigned handles; /* of the loop, that are open */
	bool spawned, told, timed_out, cancelled;
	uint64_t started_ns;
};

/* ---- starting: a worker -------------------------------------------------------------------- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_pipes(struct child *c, int write_ends[STREAMS])
{
	for (int i = 0; i < STREAMS; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC))
			return errno;
		c->streams[i].fd = ends[0];
		write_ends[i] = ends[1];
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static int spawn(struct child *c, const char *path)
{
	int write_ends[STREAMS] = {-1, -1};
	int error = open_pipes(c, write_ends);

	if (!error) {
		struct spawn_request q = {.path = path,
					  .argv = c->q.argv,
					  .envp = c->q.envp,
					  .in = -1,
					  .out = write_ends[0],
					  .err = write_ends[1],
					  .timeout_ms = c->q.timeout_ms};

		c->started_ns = uv_hrtime();
		error = spawn_program(&q, &c->pid, &c->pidfd);
	}
	for (int i = 0; i < STREAMS; i++)
		close_fd(&write_ends[i]);
	if (error)
		return error;
	c->spawned = true;
	return 0;
}

static void start(uv_work_t *work)
{
	struct child *c = work->data;
	const char *path = c->q.allow(c->q.arg);

	if (!path) {
		c->result.end = CHILD_REFUSED;
		return;
	}
	c->result.number = spawn(c, path);
	c->result.end = CHILD_NOT_STARTED; /* until it has ended */
}

/* ---- the end: the loop --------------------------------------------------------------------- */

static void release(struct child *c)
{
	if (c->handles || !c->told || c->spawned)
		return;
	buf_fini(&c->result.out);
	buf_fini(&c->result.err);
	free(c);
}

static void on_closed(uv_handle_t *handle)
{
	struct child *c = handle->data;

	c->handles--;
	release(c);
}

static void on_stream_closed(uv_handle_t *handle)
{
	struct child *c = ((struct stream *)handle->data)->child;

	c->handles--;
	release(c);
}

static void close_stream(struct stream *s)
{
	if (s->fd < 0)
		return;
	if (uv_handle_get_type((uv_handle_t *)&s->poll) == UV_POLL)
		uv_close((uv_handle_t *)&s->poll, on_stream_closed);
	close_fd(&s->fd);
}

static void tell(struct child *c)
{
	if (c->told)
		return;
	if (c->cancelled)
		c->result.end = CHILD_CANCELLED;
	else if (c->timed_out)
		c->result.end = CHILD_TIMEOUT;
	c->q.done(&c->result, c->q.arg);
	c->told = true;
}

static void on_timer(uv_timer_t *timer);

static void kill_group(struct child *c)
{
	kill(-c->pid, SIGKILL);
	uv_timer_start(&c->timer, on_timer, GRACE_MS, 0);
}

/* The first time it took too long; the second time it does not even die: whoever asked is told, and
 * it is waited for all the same. */
static void on_timer(uv_timer_t *timer)
{
	struct child *c = timer->data;

	if (!c->timed_out && !c->cancelled) {
		c->timed_out = true;
		kill_group(c);
		return;
	}
	for (int i = 0; i < STREAMS; i++)
		close_stream(&c->streams[i]);
	tell(c);
}

/* ---- what it says -------------------------------------------------------------------------- */

static void keep(struct child *c, struct buf *text, const char *data, size_t n)
{
	size_t room = text->max - text->len;

	if (n > room) {
		c->result.cut = true;
		n = room;
	}
	buf_add(text, data, n);
}

/* @return false at its end */
static bool read_some(struct stream *s)
{
	char data[READ_AT_ONCE];

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t n = read(s->fd, data, sizeof data);

		if (n > 0)
			keep(s->child, s->text, data, (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			return false;
		else if (errno == EAGAIN)
			return true;
	}
	return true;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct stream *s = poll->data;

	if (status < 0 || !read_some(s))
		close_stream(s);
}

/* ---- its end ------------------------------------------------------------------------------- */

static void on_exit_ready(uv_poll_t *poll, int status, int events)
{
	struct child *c = poll->data;
	siginfo_t info = {0};

	if (waitid(P_PIDFD, (id_t)c->pidfd, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == 0)
		return;
	kill(-c->pid, SIGKILL); /* whom it left behind, before its number can be another's */
	waitid(P_PIDFD, (id_t)c->pidfd, &info, WEXITED);
	c->result.took_us = (int64_t)(uv_hrtime() - c->started_ns) / 1000;
	c->result.end = info.si_code == CLD_EXITED ? CHILD_EXITED : CHILD_SIGNALLED;
	c->result.number = info.si_status;
	for (int i = 0; i < STREAMS; i++) {
		if (c->streams[i].fd >= 0)
			read_some(&c->streams[i]);
		close_stream(&c->streams[i]);
	}
	uv_close((uv_handle_t *)&c->exit_poll, on_closed);
	uv_close((uv_handle_t *)&c->timer, on_closed);
	close_fd(&c->pidfd);
	c->spawned = false;
	tell(c);
}

/* @return false when its end cannot be watched: it is gone then */
static bool watch(struct child *c)
{
	uv_loop_t *uv = loop_uv(c->q.loop);
	int fault = uv_poll_init(uv, &c->exit_poll, c->pidfd);

	if (fault) {
		kill(-c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
		close_fd(&c->pidfd);
		c->spawned = false;
		c->result.number = -fault;
		return false;
	}
	c->exit_poll.data = c;
	uv_poll_start(&c->exit_poll, UV_READABLE, on_exit_ready);
	uv_timer_init(uv, &c->timer);
	c->timer.data = c;
	c->handles = 2;
	for (int i = 0; i < STREAMS; i++) {
		struct stream *s = &c->streams[i];

		if (uv_poll_init(uv, &s->poll, s->fd)) {
			close_fd(&s->fd);
			continue;
		}
		s->poll.data = s;
		uv_poll_start(&s->poll, UV_READABLE, on_readable);
		c->handles++;
	}
	if (c->cancelled)
		kill_group(c);
	else
		uv_timer_start(&c->timer, on_timer, (uint64_t)c->q.timeout_ms, 0);
	return true;
}

static void on_started(uv_work_t *work, int status)
{
	struct child *c = work->data;

	if (c->spawned && watch(c))
		return;
	for (int i = 0; i < STREAMS; i++)
		close_stream(&c->streams[i]);
	tell(c);
	release(c);
}

struct child *child_start(const struct child_request *q)
{
	struct child *c = mem_zalloc(sizeof *c);

	c->q = *q;
	c->pidfd = -1;
	c->result.out = BUF_INIT(q->output_max);
	c->result.err = BUF_INIT(q->output_max);
	c->result.took_us = -1;
	for (int i = 0; i < STREAMS; i++) {
		c->streams[i].child = c;
		c->streams[i].fd = -1;
		c->streams[i].text = i ? &c->result.err : &c->result.out;
	}
	c->work.data = c;
	if (!uv_queue_work(loop_uv(q->loop), &c->work, start, on_started))
		return c;
	free(c);
	return NULL;
}

void child_cancel(struct child *c)
{
	if (c->cancelled)
		return;
	c->cancelled = true;
	if (c->handles && c->spawned) /* before that it is the worker's */
		kill_group(c);
}
