#pragma once
/* The command line: global flags, finding the command, what every command shares. */
#include "shared/paths.h"
#include "tui/commands/command.h"
#include "tui/cli/output.h"

/** Flags that stand anywhere. */
struct cli_globals {
	const char *socket;  /* NULL: search */
	const char *context; /* NULL: the current one */
	struct output output;
	bool help, version, plain_view, watch;
	bool yes, no_input, quiet;
	char found[PATH_TEXT]; /* the context's socket */
};

/** Run one command line. @return exit status */
int cli_run(int argc, char **argv);

/** Whether a question may be asked: standard input is a terminal and --no-input is not given. */
bool cli_may_ask(const struct invocation *in);
/** Ask; true for y or yes. Without a terminal, or with --yes, true without asking. */
bool cli_confirm(const struct invocation *in, const char *question);
