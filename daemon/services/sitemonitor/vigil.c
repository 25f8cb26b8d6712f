/* Was it the target that did not answer, or were we not there to hear it? A machine that slept, a
 * process that was stopped or a loop that was busy makes timeouts that say nothing about anybody.
 */
#include <time.h>

#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"

enum { STALL_MS = 1000, SLEPT_MS = 2000 };

static int64_t system_monotonic(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Callbacks run inside the poll, so what counts is a whole turn less its idle time. */
static uint64_t busy_ns(const struct sitemonitor *sm)
{
	const struct vigil *v = &sm->vigil;
	uint64_t turn = uv_hrtime() - v->turn_ns;
	uint64_t idle = uv_metrics_idle_time(loop_uv(sm->d->net)) - v->idle_ns;
	return turn > idle ? turn - idle : 0;
}

static void on_prepare(uv_prepare_t *p)
{
	struct sitemonitor *sm = p->data;
	struct vigil *v = &sm->vigil;
	if (busy_ns(sm) > STALL_MS * 1000000ULL)
		vigil_stalled(sm);
	v->turn_ns = uv_hrtime();
	v->idle_ns = uv_metrics_idle_time(p->loop);
}

void vigil_open(struct sitemonitor *sm)
{
	struct vigil *v = &sm->vigil;
	if (!v->monotonic)
		v->monotonic = system_monotonic;
	v->boot_us = clock_boot_us(sm->d->clock);
	v->monotonic_us = v->monotonic();
	v->turn_ns = uv_hrtime();
	v->idle_ns = uv_metrics_idle_time(loop_uv(sm->d->net));
	v->stall_boot_ms = INT64_MIN;
	uv_prepare_init(loop_uv(sm->d->net), &v->prepare);
	v->prepare.data = sm;
	uv_prepare_start(&v->prepare, on_prepare);
	uv_unref((uv_handle_t *)&v->prepare);
}

int64_t vigil_slept_ms(struct sitemonitor *sm)
{
	struct vigil *v = &sm->vigil;
	int64_t boot = clock_boot_us(sm->d->clock), monotonic = v->monotonic();
	int64_t slept_ms = ((boot - v->boot_us) - (monotonic - v->monotonic_us)) / 1000;
	v->boot_us = boot;
	v->monotonic_us = monotonic;
	if (slept_ms < SLEPT_MS)
		return 0;
	vigil_stalled(sm);
	return slept_ms;
}

void vigil_stalled(struct sitemonitor *sm)
{
	sm->vigil.stall_boot_ms = now_boot(sm);
}

bool vigil_away_since(struct sitemonitor *sm, int64_t boot_ms)
{
	if (busy_ns(sm) > STALL_MS * 1000000ULL)
		vigil_stalled(sm);
	return sm->vigil.stall_boot_ms > boot_ms;
}
