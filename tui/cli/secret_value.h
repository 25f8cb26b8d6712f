#pragma once
/* The value of a secret: from a terminal without echo, from standard input or a file; never from
 * the command line. */
#include "tui/cli/cli.h"

struct secret_value {
	char *bytes;
	size_t n;
};

/** ERR_INVALID when nothing, or too much, was given. secret_value_fini in every case. */
enum err secret_value_read(struct invocation *in, const char *name, struct secret_value *v,
			   struct error *e);
/** The same of a file, "-" is standard input. */
enum err secret_value_from(const char *path, struct secret_value *v, struct error *e);
/** @param reply  the daemon's answer; json_decref it */
enum err secret_value_store(struct invocation *in, const char *name, const struct secret_value *v,
			    json_t **reply, struct error *e);
/** Wipes it. */
void secret_value_fini(struct secret_value *v);
