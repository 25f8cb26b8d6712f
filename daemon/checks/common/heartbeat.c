#include "daemon/checks/common/heartbeat.h"

int64_t heartbeat_expected_ms(const struct heartbeat_config *c, int64_t after_ms)
{
	return c->has_cron ? cron_next(&c->cron, c->zone, after_ms) : after_ms + c->period_ms;
}

int64_t heartbeat_deadline_ms(const struct heartbeat_config *c, int64_t last_ping_ms,
			      int64_t started_ms)
{
	int64_t expected = heartbeat_expected_ms(c, last_ping_ms);
	int64_t late = expected < 0 ? -1 : expected + c->grace_ms;
	int64_t overrun = started_ms && c->max_runtime_ms ? started_ms + c->max_runtime_ms : -1;

	/* A run that has begun answers for itself as long as its limit says. */
	if (overrun >= 0)
		return overrun;
	return late;
}
