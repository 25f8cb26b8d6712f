/* The heartbeat check asks nobody: pings arrive, and when one is late is the service's business. */
#include <stddef.h>

#include "daemon/checks/check.h"

static enum err heartbeat_prepare(const json_t *spec, const struct check_env *env, void **config,
				  struct error *e)
{
	*config = NULL;
	return ERR_NONE;
}

static void heartbeat_config_free(void *config)
{
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
