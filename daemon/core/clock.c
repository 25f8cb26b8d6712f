#include "daemon/core/clock.h"

#include <time.h>

static int64_t system_boot_us(const struct clock *c)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t system_wall_ms(const struct clock *c)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const struct clock clock_system = {.boot_us = system_boot_us, .wall_ms = system_wall_ms};

int64_t clock_boot_us(const struct clock *c)
{
	return c->boot_us(c);
}

int64_t clock_boot_ms(const struct clock *c)
{
	return c->boot_us(c) / 1000;
}

int64_t clock_wall_ms(const struct clock *c)
{
	return c->wall_ms(c);
}
