/* The heartbeat check asks nobody: pings arrive, and a missing one is the service's business. */
#include "daemon/checks/common/heartbeat.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/checks/check.h"
#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

static void heartbeat_config_free(void *config)
{
	struct heartbeat_config *c = config;

	if (!c)
		return;
	tz_free(c->zone);
	free(c);
}

static enum err prepare_cron(struct heartbeat_config *c, const json_t *spec, const char *cron,
			     struct error *e)
{
	const char *zone = spec_text(monitor_kind(), spec, "zone");
	enum err err = cron_parse(cron, &c->cron, e);

	if (err)
		return err;
	c->has_cron = true;
	c->zone = tz_load(zone ? zone : "UTC", e);
	return c->zone ? ERR_NONE : e && e->code ? e->code : ERR_INVALID;
}

static enum err heartbeat_prepare(const json_t *spec, const struct check_env *env, void **config,
				  struct error *e)
{
	struct heartbeat_config *c = mem_zalloc(sizeof *c);
	const char *cron = spec_text(monitor_kind(), spec, "cron");
	enum err err = cron ? prepare_cron(c, spec, cron, e) : ERR_NONE;

	if (err) {
		heartbeat_config_free(c);
		return err;
	}
	c->period_ms = spec_ms_of(spec, "period");
	c->grace_ms = spec_ms_of(spec, "grace");
	c->max_runtime_ms = spec_ms_of(spec, "max_runtime");
	*config = c;
	return ERR_NONE;
}

static const char *heartbeat_host(const void *config)
{
	return "";
}

const struct check_type check_heartbeat = {
	.name = "heartbeat",
	.passive = true,
	.prepare = heartbeat_prepare,
	.config_free = heartbeat_config_free,
	.host = heartbeat_host,
};
