/* The wall clock was set: by a person, or by NTP at the start of a machine without a clock of its
 * own. Durations go by the boot clock and do not notice; what is due at a time of day does. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { STEP_MS = 2000 /* less is the clock's own correction */ };

static const time_t never_s = 32503680000; /* the year 3000 */

static int64_t offset_ms(const struct sitemonitor *sm)
{
	return clock_wall_ms(sm->d->clock) - now_boot(sm);
}

static int arm(int fd)
{
	struct itimerspec at = {.it_value.tv_sec = never_s};
	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL);
}

static void on_cancelled(uv_poll_t *p, int status, int events)
{
	struct sitemonitor *sm = p->data;
	uint64_t times;
	if (read(sm->steps.fd, &times, sizeof(times)) < 0 && errno != ECANCELED && errno != EAGAIN)
		log_warn("sitemonitor", "reading the clock's timer: %s", strerror(errno));
	if (arm(sm->steps.fd)) {
		log_warn("sitemonitor", "steps of the clock go unnoticed: %s", strerror(errno));
		uv_poll_stop(p);
	}
	steps_look(sm);
}

enum err steps_open(struct sitemonitor *sm, struct error *e)
{
	struct steps *s = &sm->steps;
	s->offset_ms = offset_ms(sm);
	s->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s->fd < 0)
		return error_set(e, ERR_IO, "no timer: %s", strerror(errno));
	if (arm(s->fd) || uv_poll_init(loop_uv(sm->d->net), &s->poll, s->fd)) {
		close(s->fd);
		return error_set(e, ERR_IO, "no timer in the loop");
	}
	s->poll.data = sm;
	uv_poll_start(&s->poll, UV_READABLE, on_cancelled);
	return ERR_NONE;
}

/* ---- what it means ------------------------------------------------------------------------------
 */

struct step {
	struct store_op op;
	struct sitemonitor *sm;
	int64_t step_ms, at_ms;
};

/* Deadlines are found anew from the pings when they are loaded. */
static enum err keep_pings(struct txn *t, int64_t step_ms, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE heartbeat SET pinged_ms = CASE pinged_ms WHEN 0 THEN 0 ELSE pinged_ms + ?1"
		" END, started_ms = CASE started_ms WHEN 0 THEN 0 ELSE started_ms + ?1 END,"
		" deadline_ms = 0",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, step_ms);
	return txn_exec(t, st, e);
}

static enum err write_step(struct txn *t, void *arg, struct error *e)
{
	struct step *s = arg;
	char text[128], data[64], age[DURATION_TEXT];
	struct event ev = {.at_ms = s->at_ms,
			   .topic = "clock.stepped",
			   .severity = SEVERITY_WARNING,
			   .text = text,
			   .data_json = data};
	snprintf(text, sizeof(text), "the clock was set %s by %s",
		 s->step_ms > 0 ? "forward" : "back", age_format(age, llabs(s->step_ms)));
	snprintf(data, sizeof(data), "{\"step_ms\":%lld}", (long long)s->step_ms);
	enum err err = keep_pings(t, s->step_ms, e);
	return err ? err : feed_event(t, &ev, e);
}

static void step_written(void *arg, enum err code, const struct error *e)
{
	struct step *s = arg;
	if (code)
		log_warn("sitemonitor", "a step of the clock is not among the events: %s",
			 e ? e->text : "");
	writing_ended(s->sm, free, free, s);
}

void steps_look(struct sitemonitor *sm)
{
	int64_t offset = offset_ms(sm), step_ms = offset - sm->steps.offset_ms;
	struct error e = {0};
	size_t n = 0;
	if (!sm->running || llabs(step_ms) < STEP_MS)
		return;
	sm->steps.offset_ms = offset;
	log_warn("sitemonitor", "the clock was set %s by %lld s", step_ms > 0 ? "forward" : "back",
		 (long long)(llabs(step_ms) / 1000));
	struct monitor **all = members_all(sm, &n);
	for (size_t i = 0; i < n; i++)
		if (all[i]->beat)
			heartbeat_stepped(sm, all[i], step_ms);
	free(all);
	windows_look(sm);
	struct step *s = mem_zalloc(sizeof(*s));
	s->op = (struct store_op){.run = write_step, .done = step_written, .arg = s};
	s->sm = sm;
	s->step_ms = step_ms;
	s->at_ms = clock_wall_ms(sm->d->clock);
	if (writing_submit(sm, OP_PEOPLE, &s->op, &e))
		free(s);
}
