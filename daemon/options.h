#pragma once
/* The daemon's command line. */
#include <stdbool.h>

#include "daemon/core/config.h"

struct options {
	struct config_flags flags;
	bool once, check_config, version, help;
	const char *job; /* of --once SERVICES, NULL: all that is due */
};

/** Borrow strings of argv. ERR_USAGE names what is wrong. */
enum err options_parse(int argc, char **argv, struct options *o, struct error *e);
void options_usage(void);
