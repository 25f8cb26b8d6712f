#pragma once
/* Words and flags of one command line. */
#include "tui/cli/cli.h"

enum { FLAGS_MAX = 256 };

/** Split argv after the command's words by its flags; "--name value" and "--name=value", "-f" for
 *  --file, "-n" for --dry-run. Flags of the command may stand anywhere. Unknown ones are refused
 * with the nearest name. Arrays belong to in; args_fini frees them. */
enum err args_parse(const struct command *c, int argc, char **argv, struct invocation *in,
		    struct error *e) __attribute__((warn_unused_result));
void args_fini(struct invocation *in);

/** Take the global flags out of argv (in place); returns the new argc. Stops at "--". */
enum err globals_take(int *argc, char **argv, struct cli_globals *g, struct error *e)
	__attribute__((warn_unused_result));
