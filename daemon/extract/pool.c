/* The net loop's side of the workers: who waits, who works, who is killed.
 *
 * Starting and burying a process blocks for milliseconds, so a thread of its own does both; it ends
 * when it is bored. A worker goes STARTING (the thread starts it) -> WAKING (until its first frame,
 * an empty one, says that it is in its sandbox) -> IDLE <-> BUSY -> DYING (killed, until the thread
 * has buried it and its handles are closed). */
#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "daemon/core/pool.h"
#include "daemon/extract/frame.h"
#include "daemon/extract/sandbox.h"
#include "daemon/extract/spawn.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	WORKERS_MAX = 16,
	WORKERS_AUTO_MAX = 4,
	SMALL_MEMORY_MIB = 2048,
	MEMORY_BYTES = 256 << 20,
	IDLE_MS = 60000,
	WAKING_MS = 10000,
	THREAD_IDLE_MS = 5000,
	WAITING_MAX = 1024,
	WAITING_BYTES = 64 << 20,
	READ_BYTES = 64 << 10,
	REQUESTS_MAX = 100000, /* of one worker; memory that libraries lose goes with it */
};

enum job_state { JOB_WAITS, JOB_RUNS, JOB_REFUSED };

struct extract_job {
	struct extract_job *next, **link; /* in the list that it waits in */
	enum job_state state;
	void (*done)(const struct extract_answer *a, void *arg);
	void *arg;
	struct buf frame; /* handed over when it is sent */
	size_t n_queries;
	int timeout_ms;
	struct worker *worker;
	int64_t begun_us;
	struct error refused;
};

struct job_list {
	struct extract_job *first, **last;
	size_t n, bytes;
};

enum worker_state { STARTING, WAKING, IDLE, BUSY, DYING };

struct worker {
	struct extract *x;
	struct worker *next;
	enum worker_state state;
	pid_t pid;
	int fd;                  /* until the pipe has it */
	int status;              /* of waitpid */
	struct error error;      /* of starting */
	struct extract_job *job; /* NULL while BUSY: nobody waits for it any more */
	uv_pipe_t pipe;
	uv_timer_t timer; /* the limit of waking, of work, of idleness */
	struct buf in;
	char chunk[READ_BYTES];
	unsigned requests;
	unsigned open; /* handles, and the thread's work: what must end before this is freed */
	bool ready;    /* it said so */
};

struct extract {
	struct loop *loop;
	const struct clock *clock;
	char *program;
	unsigned workers_max;
	int64_t memory_bytes;
	int idle_ms;
	struct pool *thread;
	struct job_list waiting, refused;
	struct worker *workers;
	bool closing;
	unsigned open; /* workers, and the delivery of refusals */
	atomic_uint n_workers, n_busy;
	atomic_size_t n_waiting;
	atomic_ullong requests, killed, replaced;
};

static void pump(struct extract *x);

/* ---- jobs ---------------------------------------------------------------------------------- */

static void list_init(struct job_list *l)
{
	*l = (struct job_list){.last = &l->first};
}

static void list_add(struct job_list *l, struct extract_job *job)
{
	job->next = NULL;
	job->link = l->last;
	*l->last = job;
	l->last = &job->next;
	l->n++;
	l->bytes += job->frame.len;
}

static void list_remove(struct job_list *l, struct extract_job *job)
{
	*job->link = job->next;
	if (job->next)
		job->next->link = job->link;
	else
		l->last = job->link;
	l->n--;
	l->bytes -= job->frame.len;
}

static void waiting_remove(struct extract *x, struct extract_job *job)
{
	list_remove(&x->waiting, job);
	atomic_store(&x->n_waiting, x->waiting.n);
}

static void job_free(struct extract_job *job)
{
	buf_fini(&job->frame);
	free(job);
}

/* The job is in no list and with no worker any more. */
static void job_answer(struct extract *x, struct extract_job *job, struct extract_answer *a)
{
	if (job->begun_us)
		a->work_us = clock_boot_us(x->clock) - job->begun_us;
	job->done(a, job->arg);
	job_free(job);
}

static void job_fail(struct extract *x, struct extract_job *job, const struct error *e)
{
	struct extract_answer a = {.code = e->code, .error = *e};

	job_answer(x, job, &a);
}

static void waiting_fail(struct extract *x, const struct error *e)
{
	struct error copy = *e; /* its owner may go while done is called */
	size_t n = x->waiting.n;

	while (n-- > 0 && x->waiting.first) {
		struct extract_job *job = x->waiting.first;

		waiting_remove(x, job);
		job_fail(x, job, &copy);
	}
}

/* ---- the end of a worker ------------------------------------------------------------------- */

static void extract_release(struct extract *x)
{
	if (--x->open > 0 || !x->closing)
		return;
	free(x->program);
	free(x);
}

static void worker_release(struct worker *w)
{
	struct extract *x = w->x;

	if (--w->open > 0)
		return;
	buf_fini(&w->in);
	free(w);
	extract_release(x);
}

static void on_closed(uv_handle_t *h)
{
	worker_release(h->data);
}

static void worker_unlink(struct worker *w)
{
	struct worker **at = &w->x->workers;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	atomic_fetch_sub(&w->x->n_workers, 1);
}

static bool any_worker_left(const struct extract *x)
{
	for (const struct worker *w = x->workers; w; w = w->next) {
		if (w->state != DYING)
			return true;
	}
	return false;
}

/* What became of a request whose worker ended by itself. */
static void describe_end(const struct worker *w, struct error *e)
{
	int status = w->status;

	if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_EXIT_MEMORY) {
		error_set(e, ERR_TOO_LARGE,
			  "taking the document apart needs more than %lld MiB of memory",
			  (long long)(w->x->memory_bytes >> 20));
		error_hint(e, "ask for less of it, or for a smaller document");
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_EXIT_DEPTH) {
		error_set(e, ERR_TOO_LARGE, "the document or the expression nests too deeply");
	} else if (WIFSIGNALED(status)) {
		error_set(e, ERR_IO, "the extraction worker was ended by signal %d (%s)",
			  WTERMSIG(status), strsignal(WTERMSIG(status)));
		error_hint(e, "a fault of the expression's library, or the machine is out of "
			      "memory");
	} else {
		error_set(e, ERR_IO, "the extraction worker ended with status %d",
			  WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	}
}

/* Nobody starts it again before somebody asks again. */
static void start_failed(struct worker *w, const struct error *e)
{
	struct extract *x = w->x;

	worker_unlink(w);
	if (!x->closing) {
		log_warn("extract", "%s", e->text);
		if (!any_worker_left(x))
			waiting_fail(x, e);
	}
	worker_release(w);
}

static void on_buried(void *arg)
{
	struct worker *w = arg;
	struct extract *x = w->x;
	struct extract_job *job = w->job;
	struct error e = {0};

	if (!w->ready) {
		describe_end(w, &e);
		error_prefix(&e, "before its first request: ");
		start_failed(w, &e);
		return;
	}
	worker_unlink(w);
	if (job) {
		w->job = NULL;
		describe_end(w, &e);
		if (e.code == ERR_TOO_LARGE)
			atomic_fetch_add(&x->killed, 1);
		log_info("extract", "%s", e.text);
		job_fail(x, job, &e);
	}
	if (!x->closing)
		pump(x);
	worker_release(w);
}

static void bury(void *arg)
{
	struct worker *w = arg;

	w->status = spawn_bury(w->pid);
	loop_post(w->x->loop, on_buried, w);
}

/* Kill it. A job that it still has is answered when its exit status is known. */
static void worker_end(struct worker *w)
{
	struct extract *x = w->x;

	if (w->state == DYING)
		return;
	if (w->state == BUSY) {
		atomic_fetch_sub(&x->n_busy, 1);
		atomic_fetch_add(&x->replaced, 1);
	}
	w->state = DYING;
	uv_close((uv_handle_t *)&w->timer, on_closed);
	uv_close((uv_handle_t *)&w->pipe, on_closed);
	if (!x->thread || !pool_submit(x->thread, bury, w))
		bury(w); /* at the end, or without a thread: a short wait */
}

/* ---- work ---------------------------------------------------------------------------------- */

/* The frame of a request outlives its job: libuv reads it until it has told. */
struct sending {
	uv_write_t req;
	struct worker *w;
	char *data;
};

static void on_sent(uv_write_t *req, int status)
{
	struct sending *s = CONTAINER_OF(req, struct sending, req);

	/* A fault shows as the end of the socket. */
	free(s->data);
	free(s);
}

static void limit_set(struct worker *w, int ms);

static void worker_begin(struct worker *w, struct extract_job *job)
{
	struct extract *x = w->x;
	struct sending *s = mem_zalloc(sizeof *s);
	uv_buf_t data = uv_buf_init(NULL, (unsigned)job->frame.len);

	s->data = data.base = buf_take(&job->frame);
	w->state = BUSY;
	w->job = job;
	w->requests++;
	job->state = JOB_RUNS;
	job->worker = w;
	job->begun_us = clock_boot_us(x->clock);
	atomic_fetch_add(&x->n_busy, 1);
	limit_set(w, job->timeout_ms);
	if (uv_write(&s->req, (uv_stream_t *)&w->pipe, &data, 1, on_sent)) {
		free(s->data);
		free(s);
		worker_end(w);
	}
}

static void worker_rest(struct worker *w)
{
	w->state = IDLE;
	limit_set(w, w->x->idle_ms);
}

static void on_limit(uv_timer_t *t)
{
	struct worker *w = t->data;
	struct extract *x = w->x;
	struct extract_job *job = w->job;
	struct error e = {0};

	if (w->state != BUSY) {
		worker_end(w);
		return;
	}
	atomic_fetch_add(&x->killed, 1);
	w->job = NULL;
	worker_end(w);
	if (!job)
		return;
	error_set(&e, ERR_TIMEOUT, "taking the document apart took longer than %d ms",
		  job->timeout_ms);
	error_hint(&e, "a simpler expression, or a smaller document");
	job_fail(x, job, &e);
}

static void limit_set(struct worker *w, int ms)
{
	uv_update_time(loop_uv(w->x->loop));
	uv_timer_start(&w->timer, on_limit, (uint64_t)ms, 0);
}

/* ---- answers ------------------------------------------------------------------------------- */

/* The job is answered; the worker rests before, so that done may submit to it. */
static bool answer_take(struct worker *w, const char *data, size_t len)
{
	struct extract *x = w->x;
	struct extract_job *job = w->job;
	struct frame_answer *a = mem_zalloc(sizeof *a);
	bool fine = frame_read_answer(data, len, a) && (!job || a->answer.n == job->n_queries);

	if (fine) {
		w->job = NULL;
		atomic_fetch_sub(&x->n_busy, 1);
		worker_rest(w);
		if (job)
			job_answer(x, job, &a->answer);
		frame_answer_fini(a);
	}
	free(a);
	return fine;
}

/* One frame, and nothing unasked after it. */
static void frames_take(struct worker *w)
{
	struct buf in;
	bool fine;

	if (w->in.len < FRAME_HEAD)
		return;
	if (frame_length(w->in.data) > FRAME_ANSWER_MAX - FRAME_HEAD) {
		worker_end(w);
		return;
	}
	if (w->in.len < FRAME_HEAD + frame_length(w->in.data))
		return;
	/* Not in the worker while done runs: it may begin its next request there. */
	in = w->in;
	w->in = BUF_INIT(FRAME_ANSWER_MAX);
	fine = in.len == FRAME_HEAD + frame_length(in.data);
	if (fine && w->state == WAKING && in.len == FRAME_HEAD) {
		w->ready = true;
		worker_rest(w);
	} else if (fine && w->state == BUSY) {
		fine = answer_take(w, in.data + FRAME_HEAD, in.len - FRAME_HEAD);
	} else {
		fine = false;
	}
	buf_fini(&in);
	if (!fine || (w->state == IDLE && w->requests >= REQUESTS_MAX))
		worker_end(w);
	pump(w->x);
}

static void on_alloc(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	struct worker *w = h->data;

	*out = uv_buf_init(w->chunk, sizeof w->chunk);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *data)
{
	struct worker *w = s->data;

	if (n == 0)
		return;
	if (n > 0 && buf_add(&w->in, data->base, (size_t)n))
		frames_take(w);
	else
		worker_end(w);
}

/* ---- the beginning of a worker ------------------------------------------------------------- */

static void on_started(void *arg)
{
	struct worker *w = arg;
	struct extract *x = w->x;
	uv_loop_t *uv = loop_uv(x->loop);

	if (w->error.code) {
		start_failed(w, &w->error);
		return;
	}
	uv_timer_init(uv, &w->timer);
	uv_pipe_init(uv, &w->pipe, 0);
	w->timer.data = w->pipe.data = w;
	w->open += 2;
	w->state = WAKING;
	if (x->closing || uv_pipe_open(&w->pipe, w->fd) ||
	    uv_read_start((uv_stream_t *)&w->pipe, on_alloc, on_read)) {
		worker_end(w);
		return;
	}
	limit_set(w, WAKING_MS);
}

static void start(void *arg)
{
	struct worker *w = arg;

	(void)!spawn_worker(w->x->program, w->x->memory_bytes, &w->pid, &w->fd, &w->error);
	loop_post(w->x->loop, on_started, w);
}

static void worker_start(struct extract *x)
{
	struct worker *w = mem_zalloc(sizeof *w);

	w->x = x;
	w->state = STARTING;
	w->in = BUF_INIT(FRAME_ANSWER_MAX);
	w->open = 1; /* the thread's work */
	w->next = x->workers;
	x->workers = w;
	x->open++;
	atomic_fetch_add(&x->n_workers, 1);
	if (!pool_submit(x->thread, start, w)) {
		error_set(&w->error, ERR_IO, "no thread for an extraction worker");
		error_hint(&w->error, "the machine is out of threads or memory");
		loop_post(x->loop, on_started, w);
	}
}

/* ---- who works ----------------------------------------------------------------------------- */

/* The one that rested last: the others may come to their end. */
static struct worker *idle_worker(const struct extract *x)
{
	struct worker *best = NULL;

	for (struct worker *w = x->workers; w; w = w->next) {
		if (w->state == IDLE &&
		    (!best || uv_timer_get_due_in(&w->timer) > uv_timer_get_due_in(&best->timer)))
			best = w;
	}
	return best;
}

static size_t n_in_state(const struct extract *x, enum worker_state state)
{
	size_t n = 0;

	for (const struct worker *w = x->workers; w; w = w->next)
		n += w->state == state;
	return n;
}

static void pump(struct extract *x)
{
	struct worker *w;

	while (x->waiting.first && (w = idle_worker(x))) {
		struct extract_job *job = x->waiting.first;

		waiting_remove(x, job);
		worker_begin(w, job);
	}
	while (x->waiting.n > n_in_state(x, STARTING) + n_in_state(x, WAKING) &&
	       atomic_load(&x->n_workers) < x->workers_max)
		worker_start(x);
}

/* ---- the interface ------------------------------------------------------------------------- */

static unsigned workers_wanted(void)
{
	int64_t memory_mib = (int64_t)sysconf(_SC_PHYS_PAGES) * (sysconf(_SC_PAGESIZE) >> 10) >> 10;
	unsigned cores = uv_available_parallelism();

	if (memory_mib < SMALL_MEMORY_MIB || cores < 3)
		return 1;
	return cores - 1 < WORKERS_AUTO_MAX ? cores - 1 : WORKERS_AUTO_MAX;
}

struct extract *extract_new(const struct extract_options *o)
{
	struct extract *x = mem_zalloc(sizeof *x);

	x->loop = o->loop;
	x->clock = o->clock;
	x->program = mem_strdup(o->program ? o->program : "/proc/self/exe");
	x->workers_max = o->workers ? o->workers : workers_wanted();
	if (x->workers_max > WORKERS_MAX)
		x->workers_max = WORKERS_MAX;
	x->memory_bytes = o->memory_bytes ? o->memory_bytes : MEMORY_BYTES;
	x->idle_ms = o->idle_ms ? o->idle_ms : IDLE_MS;
	x->thread = pool_new("extract", 1, 2 * WORKERS_MAX, THREAD_IDLE_MS);
	x->open = 1;
	list_init(&x->waiting);
	list_init(&x->refused);
	return x;
}

static void deliver_refusals(void *arg)
{
	struct extract *x = arg;
	size_t n = x->refused.n;

	while (n-- > 0 && x->refused.first) {
		struct extract_job *job = x->refused.first;

		list_remove(&x->refused, job);
		job_fail(x, job, &job->refused);
	}
	extract_release(x);
}

static void refuse(struct extract *x, struct extract_job *job)
{
	job->state = JOB_REFUSED;
	list_add(&x->refused, job);
	x->open++;
	loop_post(x->loop, deliver_refusals, x);
}

struct extract_job *extract_submit(struct extract *x, const struct extract_request *req,
				   void (*done)(const struct extract_answer *a, void *arg),
				   void *arg)
{
	struct extract_job *job = mem_zalloc(sizeof *job);

	job->done = done;
	job->arg = arg;
	job->frame = BUF_INIT(FRAME_REQUEST_MAX);
	job->n_queries = req->n_queries;
	job->timeout_ms = req->timeout_ms > 0 ? req->timeout_ms : EXTRACT_TIMEOUT_MS;
	atomic_fetch_add(&x->requests, 1);
	if (x->waiting.n >= WAITING_MAX || x->waiting.bytes >= WAITING_BYTES) {
		error_set(&job->refused, ERR_BUSY, "%zu documents wait to be taken apart",
			  x->waiting.n);
		error_hint(&job->refused, "longer intervals, or more processor cores");
		refuse(x, job);
	} else if (frame_write_request(&job->frame, req, &job->refused)) {
		refuse(x, job);
	} else {
		job->state = JOB_WAITS;
		list_add(&x->waiting, job);
		atomic_store(&x->n_waiting, x->waiting.n);
		pump(x);
	}
	return job;
}

void extract_cancel(struct extract *x, struct extract_job *job)
{
	struct error e = {0};

	switch (job->state) {
	case JOB_WAITS: waiting_remove(x, job); break;
	case JOB_RUNS: job->worker->job = NULL; break; /* it ends within its limit */
	case JOB_REFUSED: list_remove(&x->refused, job); break;
	}
	error_set(&e, ERR_CANCELLED, "cancelled");
	job_fail(x, job, &e);
}

void extract_free(struct extract *x)
{
	struct pool *thread;

	if (!x)
		return;
	x->closing = true;
	thread = x->thread;
	while (x->waiting.first)
		extract_cancel(x, x->waiting.first);
	while (x->refused.first)
		extract_cancel(x, x->refused.first);
	for (struct worker *w = x->workers; w; w = w->next) {
		if (w->job)
			extract_cancel(x, w->job);
		/* One that is being started is ended when it is there. */
		if (w->state != STARTING)
			worker_end(w);
	}
	x->thread = NULL;
	pool_free(thread); /* buries all of them */
	extract_release(x);
}

void extract_stats(struct extract *x, struct extract_stats *out)
{
	*out = (struct extract_stats){
		.workers = atomic_load(&x->n_workers),
		.busy = atomic_load(&x->n_busy),
		.waiting = atomic_load(&x->n_waiting),
		.requests = atomic_load(&x->requests),
		.killed = atomic_load(&x->killed),
		.replaced = atomic_load(&x->replaced),
	};
}
