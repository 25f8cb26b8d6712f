#pragma once
/* What checks that go out and ask (http, tcp, tls) have in common. */
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"

extern const struct resource_kind resource_monitor;

static const char *const ip_choices[] = {"auto", "4", "6", "both", NULL};

#define FIELD_IP                                                                                  \
	{                                                                                         \
		.name = "ip", .type = FIELD_ENUM, .choices = ip_choices, .dflt = "auto",          \
		.flags = FIELD_ADVANCED,                                                          \
		.help = "Address family: whichever answers first, only IPv4, only IPv6, or both " \
			"must work",                                                              \
		.example = "6",                                                                   \
	}
#define FIELD_SLOW                                                                  \
	{                                                                           \
		.name = "slow", .type = FIELD_DURATION, .min = 1, .max = 120000,    \
		.help = "An answer that takes longer is degraded", .example = "2s", \
	}
#define FIELD_VERIFY                                                                              \
	{                                                                                         \
		.name = "verify", .type = FIELD_BOOL, .dflt = "true", .flags = FIELD_ADVANCED,    \
		.help = "Verify the certificate's chain and host name; expiry counts either way", \
		.example = "false",                                                               \
	}
#define FIELD_CERT_DAYS                                                                     \
	{                                                                                   \
		.name = "cert_days", .type = FIELD_INT, .min = 0, .max = 365, .dflt = "14", \
		.help = "Degraded when a certificate ends in fewer days; 0 turns it off",   \
		.example = "30",                                                            \
	}

/** Rules among the fields that all checks have. */
static inline enum err check_times(const json_t *spec, struct error *e)
{
	int64_t timeout = spec_ms(&resource_monitor, spec, "timeout");
	int64_t interval = spec_ms(&resource_monitor, spec, "interval");
	int64_t slow = spec_ms(&resource_monitor, spec, "slow");
	if (timeout > 10 * interval) {
		error_field(e, ERR_INVALID, "timeout",
			    "timeout: %s is more than ten times the interval %s",
			    spec_text(&resource_monitor, spec, "timeout"),
			    spec_text(&resource_monitor, spec, "interval"));
		error_hint(e, "a shorter timeout or a longer interval");
		return ERR_INVALID;
	}
	if (slow >= timeout) {
		error_field(e, ERR_INVALID, "slow",
			    "slow: %s is never reached, the timeout ends a check after %s",
			    spec_text(&resource_monitor, spec, "slow"),
			    spec_text(&resource_monitor, spec, "timeout"));
		error_hint(e, "slow must be below timeout");
		return ERR_INVALID;
	}
	return ERR_NONE;
}
