#pragma once
/* The daemon's configuration: one YAML file, flags over it, defaults below it. Described by one
 * descriptor (config_kind) from which the manual and `config show` come. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/json.h"
#include "shared/log.h"
#include "shared/paths.h"
#include "shared/private_address.h"
#include "shared/schema/schema.h"

extern const struct resource_kind config_kind;

enum { COMMANDS_MAX = 64, ALLOW_PRIVATE_MAX = 64 };
enum { FALLBACK_WALL = 1, FALLBACK_DESKTOP = 2 };

/** Immutable after config_load; a reload makes a new one. */
struct config {
	char data_dir[PATH_TEXT];
	char socket[PATH_TEXT];
	char listen[128];     /* "" or HOST:PORT, loopback only */
	char file[PATH_TEXT]; /* "" when none was read */
	enum log_level log_level;
	bool log_json;
	char services[256]; /* "" means all */
	int node;           /* 0..1023, part of every id */
	int64_t checks_max; /* checks under way at once */
	int64_t checks_per_host;
	int64_t resolver_timeout_ms;
	char nameservers[256];        /* "" means resolv.conf */
	char witnesses[512];          /* "none", "auto", or HOST:PORT,... */
	char rdap_bootstrap[1024];    /* "" means IANA's */
	char *commands[COMMANDS_MAX]; /* that command checks may run: programs, directories */
	size_t n_commands;
	char *notify_programs[COMMANDS_MAX]; /* the same for exec notifiers */
	size_t n_notify_programs;
	int64_t retention_raw_ms, retention_hourly_ms, retention_prices_ms, retention_events_ms;
	int64_t retention_bytes; /* of samples and events together */
	int64_t memory_limit;    /* resident bytes, 0: none */
	int64_t connections_max, streams_max;
	unsigned alerts_fallback; /* FALLBACK_*: how a critical alert is told when nothing gets out
				   */
	/* net.*: how other people's servers are treated */
	struct address_range allow_private[ALLOW_PRIVATE_MAX]; /* that scrapes may reach */
	size_t n_allow_private;
	char net_contact[128]; /* for the User-Agent, "" for none */
	int64_t net_pace_ms, net_budget, net_cache_bytes;
	atomic_uint refs;
	json_t *values;  /* effective values by field name, for config show */
	json_t *origins; /* field -> "default" | "file:LINE" | "flag" */
};

/** Flags as given on the command line, NULL or unset where absent. */
struct config_flags {
	const char *config, *data_dir, *socket, *listen, *services, *log_level, *log_format;
	const char *allow_private[ALLOW_PRIVATE_MAX]; /* each one range, or several with commas */
	size_t n_allow_private;
};

/** Refuses names of services that do not exist; core knows none. */
typedef enum err config_services_fn(const char *list, struct error *e);

/** @param services  may be NULL
 *  @param faults    every fault, "FILE:LINE: what"; at least one when it returns NULL
 *  @return Owner: the caller, config_free. */
struct config *config_read(const struct config_flags *flags, config_services_fn *services,
			   struct error_list *faults);
/** The same, of the faults only the first. */
struct config *config_load(const struct config_flags *flags, struct error *e);
void config_free(struct config *c);
/** For who keeps it longer than one turn of a loop. The caller has it already: its own reference,
 * or because it is the thread that replaces it. */
const struct config *config_ref(const struct config *c);
void config_unref(const struct config *c);
