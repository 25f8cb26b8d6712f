/* sellersmart completion bash|zsh|fish: a few lines that ask `sellersmart complete`. */
#include <stdio.h>
#include <string.h>

#include "tui/cli/cli.h"
#include "tui/commands/command.h"

static const char bash[] =
	"_sellersmart() {\n"
	"\tlocal IFS=$'\\n'\n"
	"\tCOMPREPLY=($(sellersmart complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null))\n"
	"}\n"
	"complete -o default -F _sellersmart sellersmart\n";
static const char zsh[] =
	"#compdef sellersmart\n"
	"_sellersmart() {\n"
	"\tlocal -a found\n"
	"\tfound=(${(f)\"$(sellersmart complete -- ${words[2,CURRENT]} 2>/dev/null)\"})\n"
	"\tcompadd -a found || _files\n"
	"}\n"
	"compdef _sellersmart sellersmart\n";
static const char fish[] =
	"complete -c sellersmart -f -a "
	"'(sellersmart complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'\n";

static int run(struct invocation *in)
{
	struct error e = {0};
	const char *shell = in->args[0];
	const char *text = !strcmp(shell, "bash")   ? bash
			   : !strcmp(shell, "zsh")  ? zsh
			   : !strcmp(shell, "fish") ? fish
						    : NULL;
	if (!text) {
		error_set(&e, ERR_USAGE, "no completion for \"%.32s\"", shell);
		error_hint(&e, "bash, zsh or fish");
		return invocation_fail(&e);
	}
	fputs(text, stdout);
	return 0;
}

static const char *const examples[] = {
	"sellersmart completion bash > ~/.local/share/bash-completion/completions/sellersmart",
	NULL};

const struct command command_completion = {
	.words = "completion",
	.usage = "completion bash|zsh|fish",
	.summary = "completion for a shell",
	.examples = examples,
	.min_args = 1,
	.max_args = 1,
	.local = true,
	.run = run,
};
