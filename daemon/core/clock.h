#pragma once
/* Two clocks, passed in so that tests can turn them. Thread: any. */
#include <stdint.h>

struct clock {
	int64_t (*boot_us)(const struct clock *c); /* CLOCK_BOOTTIME: durations and due times */
	int64_t (*wall_ms)(const struct clock *c); /* UTC: what is stored and shown */
};

extern const struct clock clock_system;

int64_t clock_boot_us(const struct clock *c);
int64_t clock_boot_ms(const struct clock *c);
int64_t clock_wall_ms(const struct clock *c);
