#include "daemon/jobs/schedule.h"

#include "shared/hash.h"

int64_t schedule_next(uint64_t id, int64_t interval_ms, int64_t now_ms)
{
	if (interval_ms < 1)
		interval_ms = 1;
	int64_t phase = (int64_t)(hash_id(id) % (uint64_t)interval_ms);
	int64_t into = (now_ms - phase) % interval_ms;
	if (into < 0)
		into += interval_ms;
	return now_ms + interval_ms - into;
}

int64_t schedule_retry(uint64_t id, unsigned attempt, int64_t delay_ms, int64_t now_ms)
{
	if (delay_ms < 1)
		delay_ms = 1;
	uint64_t jitter = hash_id(id + attempt * 0x9e3779b97f4a7c15ULL);
	return now_ms + delay_ms + (int64_t)(jitter % (uint64_t)(delay_ms / 10 + 1));
}

int64_t schedule_resume(uint64_t id, int64_t interval_ms, int64_t elapsed_ms, int64_t spread_ms,
			int64_t now_ms)
{
	if (interval_ms < 1)
		interval_ms = 1;
	int64_t spread = spread_ms < interval_ms ? spread_ms : interval_ms;
	int64_t left = elapsed_ms < 0 || elapsed_ms >= interval_ms ? 0 : interval_ms - elapsed_ms;
	int64_t soon = now_ms + left + (int64_t)(hash_id(id) % (uint64_t)(spread > 0 ? spread : 1));
	int64_t grid = schedule_next(id, interval_ms, now_ms);
	return soon < grid ? soon : grid;
}
