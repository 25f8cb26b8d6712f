/* Echo requests: who answers, how fast, how evenly, and how many get lost. */
#include "shared/resources/checks/common.h"

static const struct field fields[] = {
	{.name = "target",
	 .type = FIELD_HOST,
	 .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
	 .help = "Host name or address to ping",
	 .example = "ping://router.example"},
	{.name = "count",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 20,
	 .dflt = "3",
	 .help = "Packets for one check",
	 .example = "5"},
	{.name = "gap",
	 .type = FIELD_DURATION,
	 .min = 10,
	 .max = 10000,
	 .dflt = "200ms",
	 .flags = FIELD_ADVANCED,
	 .help = "Time from one packet to the next",
	 .example = "1s"},
	{.name = "loss_degraded",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 100,
	 .dflt = "50",
	 .help = "Degraded when that many percent of the packets are lost",
	 .example = "20"},
	{.name = "loss_down",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 100,
	 .dflt = "100",
	 .help = "Down when that many percent of the packets are lost",
	 .example = "60"},
	{.name = "size",
	 .type = FIELD_INT,
	 .min = 24,
	 .max = 8192,
	 .dflt = "56",
	 .flags = FIELD_ADVANCED,
	 .help = "Bytes of data in a packet",
	 .example = "1400"},
	{.name = "slow",
	 .type = FIELD_DURATION,
	 .min = 1,
	 .max = 120000,
	 .help = "Degraded when the answers take longer on average",
	 .example = "100ms"},
	FIELD_IP,
};

static const char *const examples[] = {
	"sellersmart monitor add ping://router.example --name router",
	"sellersmart monitor add ping://192.0.2.1 --count 5 --loss-degraded 20 --slow 100ms",
	NULL,
};

static enum err check(const json_t *spec, struct error *e)
{
	const struct resource_kind *k = &resource_monitor;
	int64_t count = spec_int(k, spec, "count");
	if (spec_int(k, spec, "loss_degraded") > spec_int(k, spec, "loss_down")) {
		error_field(e, ERR_INVALID, "loss_degraded",
			    "loss_degraded: %lld %% is never reached, down begins at %lld %%",
			    (long long)spec_int(k, spec, "loss_degraded"),
			    (long long)spec_int(k, spec, "loss_down"));
		error_hint(e, "loss_degraded is at most loss_down");
		return ERR_INVALID;
	}
	if ((count - 1) * spec_ms(k, spec, "gap") >= spec_ms(k, spec, "timeout")) {
		error_field(e, ERR_INVALID, "gap",
			    "gap: %lld packets, %s apart, do not fit in the timeout %s",
			    (long long)count, spec_text(k, spec, "gap"),
			    spec_text(k, spec, "timeout"));
		error_hint(e, "a shorter gap, fewer packets or a longer timeout");
		return ERR_INVALID;
	}
	return check_times(spec, e);
}

static const char *const schemes[] = {"ping", NULL};

const struct variant variant_ping = {
	.name = "ping",
	.schemes = schemes,
	.title = "Ping (ICMP echo)",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
