#include "tui/cli/cli.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "tui/app/dashboard.h"
#include "tui/cli/args.h"
#include "tui/cli/context.h"
#include "tui/cli/generic.h"
#include "tui/cli/help.h"
#include "tui/cli/request.h"
#include "shared/text_safe.h"

enum { WORDS_MAX = 4, NAMES_MAX = 128 };

int invocation_fail(const struct error *e)
{
	char text[2048];
	text_safe(text, sizeof(text), e->text, strlen(e->text), 0, 0, NULL);
	if (e->line)
		fprintf(stderr, "error: line %d: %s\n", e->line, text);
	else
		fprintf(stderr, "error: %s\n", text);
	text_safe(text, sizeof(text), e->hint, strlen(e->hint), 0, 0, NULL);
	if (text[0])
		fprintf(stderr, "try: %s\n", text);
	return err_info(e->code)->exit;
}

bool cli_may_ask(const struct invocation *in)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !in->no_input;
}

bool cli_confirm(const struct invocation *in, const char *question)
{
	char answer[16] = "";
	if (in->yes || !cli_may_ask(in))
		return true;
	fprintf(stderr, "%s [y/N] ", question);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return answer[0] == 'y' || answer[0] == 'Y';
}

/* ---- finding the command ------------------------------------------------------------------- */

/* How many words of argv a command's words match; 0: none. */
static int match_words(const char *words, int argc, char **argv)
{
	char copy[96], *save = NULL;
	int n = 0;
	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save), n++)
		if (n >= argc || strcmp(w, argv[n]))
			return 0;
	return n;
}

static const struct command *find_written(int argc, char **argv, int *used)
{
	const struct command *best = NULL;
	*used = 0;
	for (size_t i = 0; command_table[i]; i++) {
		int n = match_words(command_table[i]->words, argc, argv);
		if (n > *used) {
			*used = n;
			best = command_table[i];
		}
	}
	return best;
}

static int unknown_command(char **argv, int argc)
{
	const char *names[NAMES_MAX];
	size_t n = 0;
	struct error e = {0};
	for (size_t i = 0; resource_table[i] && n < NAMES_MAX; i++)
		names[n++] = resource_table[i]->kind;
	for (size_t i = 0; command_table[i] && n < NAMES_MAX; i++)
		if (!strchr(command_table[i]->words, ' '))
			names[n++] = command_table[i]->words;
	const char *near = nearest(argv[0], names, n);
	error_set(&e, ERR_USAGE, "unknown command \"%.64s\"", argv[0]);
	if (near)
		error_hint(&e, "did you mean %s? sellersmart --help lists all", near);
	else
		error_hint(&e, "sellersmart --help");
	return invocation_fail(&e);
}

static int unknown_verb(const struct resource_kind *k, const char *verb)
{
	const char *verbs[NAMES_MAX];
	size_t n = generic_verbs(k, verbs, NAMES_MAX);
	struct error e = {0};
	const char *near = nearest(verb, verbs, n);
	error_set(&e, ERR_USAGE, "%s has no verb \"%.64s\"", k->kind, verb);
	error_hint(&e, "%s%s%ssellersmart %s --help", near ? "did you mean " : "", near ? near : "",
		   near ? "? " : "", k->kind);
	return invocation_fail(&e);
}

/* ---- running ------------------------------------------------------------------------------- */

static int run_command(const struct command *c, struct cli_globals *g, int argc, char **argv)
{
	struct error e = {0};
	struct invocation in = {.output = &g->output,
				.socket = g->socket,
				.yes = g->yes,
				.no_input = g->no_input,
				.watch = g->watch,
				.context = g->context};
	int status;
	if (args_parse(c, argc, argv, &in, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	in.client = client_new(g->socket, &e);
	status = in.client ? c->run(&in) : invocation_fail(&e);
out:
	client_free(in.client);
	args_fini(&in);
	return status;
}

static int dispatch(struct cli_globals *g, int argc, char **argv)
{
	int used;
	const struct command *c = find_written(argc, argv, &used);
	const struct resource_kind *k = resource_kind_find(argv[0]);
	if (c && !(g->help && k && used == 1 && argc == 1)) {
		if (g->help) {
			help_command(c);
			return 0;
		}
		return run_command(c, g, argc - used, argv + used);
	}
	if (!k)
		return unknown_command(argv, argc);
	if (argc < 2) {
		if (g->help) {
			help_noun(k);
			return 0;
		}
		struct error e = {0};
		error_set(&e, ERR_USAGE, "%s: a verb is missing", k->kind);
		error_hint(&e, "sellersmart %s --help", k->kind);
		return invocation_fail(&e);
	}
	struct command *made = generic_command(k, argv[1], g->watch);
	if (!made)
		return unknown_verb(k, argv[1]);
	int status = 0;
	if (g->help)
		help_verb(k, argv[1]);
	else
		status = run_command(made, g, argc - 2, argv + 2);
	generic_free(made);
	return status;
}

static bool color_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"),
		   *term = getenv("TERM");
	if (no && no[0])
		return false;
	if (force && force[0] && strcmp(force, "0"))
		return true;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

int cli_run(int argc, char **argv)
{
	struct error e = {0};
	struct cli_globals g = {.output = {.to = stdout, .color = color_wanted()}};
	char socket[PATH_TEXT];
	setlocale(LC_ALL, "");
	argc--;
	argv++;
	if (globals_take(&argc, argv, &g, &e))
		return invocation_fail(&e);
	if (g.version) {
		printf("sellersmart %s\n", SELLERSMART_VERSION);
		return 0;
	}
	if (argc == 0 && g.help) {
		help_overview();
		return 0;
	}
	if (!g.help && !g.socket && context_socket(g.context, socket, &e))
		return invocation_fail(&e);
	if (!g.help && !g.socket && socket[0])
		g.socket = socket;
	int status;
	if (argc == 0 && (g.plain_view || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
					   g.output.format == OUTPUT_AUTO))) {
		struct dashboard_options o = {.address = g.socket, .plain = g.plain_view};
		status = dashboard_run(&o);
	} else if (argc == 0) {
		char *words[] = {"status", NULL};
		status = dispatch(&g, 1, words);
	} else {
		status = dispatch(&g, argc, argv);
	}
	if (fflush(stdout) || ferror(stdout))
		status = status ? status : 74;
	return status;
}
