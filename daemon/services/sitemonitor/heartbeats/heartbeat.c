#include "daemon/services/sitemonitor/heartbeats/heartbeat.h"

#include "shared/schema/schema.h"

extern const struct resource_kind resource_monitor;

enum err heartbeat_plan_init(struct heartbeat_plan *p, const json_t *spec, struct error *e)
{
	const struct resource_kind *k = &resource_monitor;
	const char *cron = spec_text(k, spec, "cron");
	*p = (struct heartbeat_plan){.period_ms = spec_ms(k, spec, "period"),
				     .grace_ms = spec_ms(k, spec, "grace"),
				     .run_ms = spec_ms(k, spec, "max_runtime")};
	if (p->period_ms < 1)
		p->period_ms = 86400000;
	if (p->run_ms < 1)
		p->run_ms = p->grace_ms;
	if (!cron)
		return ERR_NONE;
	enum err err = cron_parse(cron, &p->cron, e);
	if (err)
		return err;
	const char *zone = spec_text(k, spec, "zone");
	p->zone = tz_load(zone ? zone : "UTC", e);
	if (!p->zone)
		return ERR_INVALID;
	p->has_cron = true;
	return ERR_NONE;
}

void heartbeat_plan_fini(struct heartbeat_plan *p)
{
	tz_free(p->zone);
	*p = (struct heartbeat_plan){0};
}

int64_t heartbeat_expected_ms(const struct heartbeat_plan *p, int64_t after_ms)
{
	int64_t next = p->has_cron ? cron_next(&p->cron, p->zone, after_ms) : -1;
	/* A schedule without another date within years is as good as none. */
	return next >= 0 ? next : after_ms + p->period_ms;
}

int64_t heartbeat_deadline_ms(const struct heartbeat_plan *p, int64_t after_ms, int64_t started_ms)
{
	if (started_ms > 0)
		return started_ms + p->run_ms;
	return heartbeat_expected_ms(p, after_ms) + p->grace_ms;
}
