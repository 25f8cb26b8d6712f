/* A job that reports by itself: late when it does not. */
#include "shared/resources/checks/common.h"

static const struct field fields[] = {
	{.name = "period",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = INT64_C(365) * 86400000,
	 .dflt = "1d",
	 .help = "Time from one ping to the next; not used when cron is set",
	 .example = "1h"},
	{.name = "cron",
	 .type = FIELD_CRON,
	 .help = "When the job starts, five fields, instead of period",
	 .example = "'0 3 * * *'"},
	{.name = "zone",
	 .type = FIELD_ZONE,
	 .dflt = "UTC",
	 .help = "Time zone of cron",
	 .example = "Europe/Berlin"},
	{.name = "grace",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = INT64_C(30) * 86400000,
	 .dflt = "1h",
	 .help = "How late a ping may be before the job is down",
	 .example = "10m"},
	{.name = "max_runtime",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = INT64_C(30) * 86400000,
	 .help = "Down when a run that pinged /start has not finished by then",
	 .example = "2h"},
	/* Nothing is asked again here: the first missing or failed run is one, the next ping is
	   good. */
	{.name = "failures",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 20,
	 .dflt = "1",
	 .flags = FIELD_ADVANCED,
	 .help = "Missed or failed runs in a row before the job is down",
	 .example = "2"},
	{.name = "recoveries",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 20,
	 .dflt = "1",
	 .flags = FIELD_ADVANCED,
	 .help = "Good runs in a row before the job is up again",
	 .example = "2"},
};

static const char *const examples[] = {
	"sellersmart monitor add --type heartbeat --name nightly --period 1d --grace 30m",
	"sellersmart monitor add --name backup --cron '0 3 * * *' --zone Europe/Berlin",
	"sellersmart heartbeat wrap nightly -- /usr/local/bin/export",
	NULL,
};

static const char *const excludes[] = {"interval", "timeout", "retry_interval", NULL};

static enum err check(const json_t *spec, struct error *e)
{
	bool cron = json_object_get(spec, "cron") != NULL;
	if (cron && json_object_get(spec, "period")) {
		error_field(e, ERR_INVALID, "period", "period: not together with cron");
		error_hint(e, "give only one of them");
		return ERR_INVALID;
	}
	if (!cron && json_object_get(spec, "zone")) {
		error_field(e, ERR_INVALID, "zone", "zone: only counts with cron");
		error_hint(e, "leave it out, or give cron: '0 3 * * *'");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

const struct variant variant_heartbeat = {
	.name = "heartbeat",
	.title = "Heartbeat: a job that reports by itself",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.excludes = excludes,
	.check = check,
};
