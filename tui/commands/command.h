#pragma once
/* A command beyond the generic verbs: tui/commands/NAME.c exports `const struct command
 * command_NAME`. The generic verbs (NOUN list|show|add|edit|rm and a kind's actions) come from the
 * descriptors, in tui/cli/generic.c; a command with the same words replaces the generic one. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"
#include "shared/json.h"

struct client;
struct output;

/** A flag: "--since"; value names what follows ("TIME"), NULL for a switch. */
struct flag {
	const char *name;
	const char *value;
	const char *help;
	bool repeat;
};

/** What was typed after the command's words. Borrowed from argv. */
struct invocation {
	const struct command *command;
	int n_args;
	char **args; /* positional */
	int n_rest;
	char **rest; /* after "--" */
	struct given_flag {
		const struct flag *flag;
		const char *value;
	} * flags;
	size_t n_flags;
	struct client *client; /* connects when first used */
	struct output *output; /* what -o, --json, --no-color say */
	const char *socket;    /* --socket or the context's, or NULL */
	const char *context;   /* --context, or NULL */
	bool yes, no_input, watch;
};

struct command {
	const char *words;           /* "apply", "monitor check" */
	const char *usage;           /* "apply -f FILE [--dry-run]" */
	const char *summary;         /* one line */
	const char *details;         /* more for --help, or NULL */
	const char *const *examples; /* command lines, NULL-terminated; shown first */
	const struct flag *flags;
	size_t n_flags;
	int min_args, max_args; /* max -1: any number */
	bool rest;              /* takes words after "--" */
	bool hidden;
	bool local; /* of this machine: the current context is not looked at */
	bool lines; /* has -o line */
	/** @return exit status; on a failure return invocation_fail(...) */
	int (*run)(struct invocation *in);
};

extern const struct command *const command_table[];

/** Value of a flag or NULL; for switches "" when given. */
const char *invocation_flag(const struct invocation *in, const char *name);
/** Print "error: …" and "try: …" on stderr. @return the exit status of e->code */
int invocation_fail(const struct error *e);
