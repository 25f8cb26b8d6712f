/* sellersmart completion bash|zsh|fish: a few lines that ask `sellersmart complete`. */
#include <stdio.h>
#include <string.h>

#include "tui/cli/cli.h"
#include "tui/commands/command.h"

static const char bash[] =
	"# sellersmart for bash: what may follow comes from `sellersmart complete`.\n"
	"_sellersmart() {\n"
	"\tlocal left=$COMP_LINE word i candidate cur words=()\n"
	"\t# Bash parts words at = and : too, which belong to ours.\n"
	"\tfor ((i = 0; i <= COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [[ $left == [[:space:]]* || ${#words[@]} -eq 0 ]]; then\n"
	"\t\t\twords+=(\"$word\")\n"
	"\t\telse\n"
	"\t\t\twords[-1]+=$word\n"
	"\t\tfi\n"
	"\t\tleft=${left#\"${left%%[![:space:]]*}\"}\n"
	"\t\tleft=${left#\"$word\"}\n"
	"\tdone\n"
	"\tcur=${words[-1]}\n"
	"\tcur=${cur%\"${cur##*[=:]}\"}\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r candidate; do\n"
	"\t\tcandidate=${candidate%%$'\\t'*}\n"
	"\t\tif [[ $candidate == :files ]]; then\n"
	"\t\t\tcompopt -o default\n"
	"\t\telse\n"
	"\t\t\t[[ $candidate == *= ]] && compopt -o nospace\n"
	"\t\t\tCOMPREPLY+=(\"${candidate#\"$cur\"}\")\n"
	"\t\tfi\n"
	"\tdone < <(command sellersmart complete -- \"${words[@]:1}\" 2>/dev/null)\n"
	"}\n"
	"complete -F _sellersmart sellersmart\n";
static const char zsh[] =
	"#compdef sellersmart\n"
	"# sellersmart for zsh: what may follow comes from `sellersmart complete`.\n"
	"_sellersmart() {\n"
	"\tlocal line word\n"
	"\tlocal -a lines found open\n"
	"\tlines=(\"${(@f)$(command sellersmart complete -- \"${(@Q)words[2,CURRENT-1]}\" \"$PREFIX\" 2>/dev/null)}\")\n"
	"\tfor line in $lines; do\n"
	"\t\tif [[ $line == :files ]]; then\n"
	"\t\t\tcompset -P '--*='\n"
	"\t\t\t_files\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\tword=${${line%%$'\\t'*}//:/\\\\:}\n"
	"\t\t[[ $line == *$'\\t'* ]] && word+=:${line#*$'\\t'}\n"
	"\t\tif [[ $line == *= ]]; then open+=($word); else found+=($word); fi\n"
	"\tdone\n"
	"\t(( $#found )) && _describe -o -t words sellersmart found\n"
	"\t(( $#open )) && _describe -o -t words sellersmart open -S ''\n"
	"}\n"
	"if [[ $funcstack[1] == _sellersmart ]]; then\n"
	"\t_sellersmart \"$@\"\n"
	"else\n"
	"\tcompdef _sellersmart sellersmart\n"
	"fi\n";
static const char fish[] =
	"# sellersmart for fish: what may follow comes from `sellersmart complete`.\n"
	"function __sellersmart_complete\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -e words[1]\n"
	"\tset -l now (commandline -ct)\n"
	"\tset -l lines (command sellersmart complete -- $words \"$now\" 2>/dev/null)\n"
	"\tif contains -- :files $lines\n"
	"\t\t__fish_complete_path \"$now\"\n"
	"\telse if test (count $lines) -gt 0\n"
	"\t\tprintf '%s\\n' $lines\n"
	"\tend\n"
	"end\n"
	"complete -c sellersmart -f -a '(__sellersmart_complete)'\n";

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
	"sellersmart completion zsh > ~/.zfunc/_sellersmart   # fpath+=~/.zfunc before compinit",
	"sellersmart completion fish > ~/.config/fish/completions/sellersmart.fish", NULL};

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
