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

static int unknown_verb(const char *noun, const char *verb)
{
	const char *verbs[NAMES_MAX];
	size_t n = help_verbs(noun, verbs, NAMES_MAX);
	struct error e = {0};
	const char *near = nearest(verb, verbs, n);
	error_set(&e, ERR_USAGE, "%s has no verb \"%.64s\"", noun, verb);
	error_hint(&e, "%s%s%ssellersmart %s --help", near ? "did you mean " : "", near ? near : "",
		   near ? "? " : "", noun);
	return invocation_fail(&e);
}

static int missing_verb(const char *noun)
{
	const char *verbs[NAMES_MAX];
	size_t n = help_verbs(noun, verbs, NAMES_MAX);
	struct error e = {0};
	struct buf list = BUF_INIT(1024);
	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", verbs[i]);
	error_set(&e, ERR_USAGE, "%s: a verb is missing", noun);
	error_hint(&e, "%s; sellersmart %s --help", buf_str(&list), noun);
	buf_fini(&list);
	return invocation_fail(&e);
}

/* A noun that only has commands of its own: daemon, heartbeat, config. */
static bool is_group(const char *noun)
{
	const char *verbs[NAMES_MAX];
	return help_verbs(noun, verbs, NAMES_MAX) > 0;
}

static int group(const char *noun, const struct cli_globals *g, int argc, char **argv)
{
	if (!g->help)
		return argc < 2 ? missing_verb(noun) : unknown_verb(noun, argv[1]);
	help_group(noun);
	return 0;
}

/* ---- running ------------------------------------------------------------------------------- */

/* Where the daemon is: --socket, else the context's. A context behind ssh connects here, so only
 * for what talks to the daemon. */
static enum err find_daemon(struct cli_globals *g, struct error *e)
{
	if (g->socket)
		return ERR_NONE;
	enum err err = context_socket(g->context, g->found, e);
	if (!err && g->found[0])
		g->socket = g->found;
	return err;
}

static enum err check_command(const struct command *c, struct cli_globals *g, struct error *e)
{
	if (g->output.format == OUTPUT_LINE && !c->lines) {
		error_set(e, ERR_USAGE, "%s has no -o line", c->words);
		error_hint(e, "one of table, plain, json, jsonl, csv; status has it");
		return ERR_USAGE;
	}
	if (!c->local)
		return find_daemon(g, e);
	if (g->context && strcmp(c->words, "context")) {
		error_set(e, ERR_USAGE, "%s works on this machine: no --context", c->words);
		error_hint(e, "run it over there: ssh HOST sellersmart %s", c->words);
		return ERR_USAGE;
	}
	return ERR_NONE;
}

static int run_command(const struct command *c, struct cli_globals *g, int argc, char **argv)
{
	struct error e = {0};
	if (check_command(c, g, &e))
		return invocation_fail(&e);
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
	if (!k && is_group(argv[0]))
		return group(argv[0], g, argc, argv);
	if (!k)
		return unknown_command(argv, argc);
	if (argc < 2) {
		if (g->help) {
			help_noun(k);
			return 0;
		}
		return missing_verb(k->kind);
	}
	struct command *made = generic_command(k, argv[1]);
	if (!made)
		return unknown_verb(k->kind, argv[1]);
	int status = 0;
	if (g->help)
		help_verb(k, argv[1], made);
	else
		status = run_command(made, g, argc - 2, argv + 2);
	generic_free(made);
	return status;
}

/* What could not be written must not look like success. */
static int end_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fputs("error: standard output could not be written; what was printed is not complete\n"
	      "try: is the disk full, or the stream closed?\n",
	      stderr);
	return status ? status : 74;
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
	setlocale(LC_ALL, "");
	argc--;
	argv++;
	if (globals_take(&argc, argv, &g, &e))
		return invocation_fail(&e);
	if (g.version) {
		printf("sellersmart %s\n", SELLERSMART_VERSION);
		return 0;
	}
	if (argc > 0 && !strcmp(argv[0], "help")) { /* "help monitor add" is "monitor add --help" */
		g.help = true;
		argc--;
		argv++;
	}
	int status;
	if (argc == 0 && g.help) {
		help_overview();
		return end_output(0);
	}
	if (argc == 0 && (g.plain_view || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
					   g.output.format == OUTPUT_AUTO))) {
		if (find_daemon(&g, &e))
			return invocation_fail(&e);
		struct dashboard_options o = {.address = g.socket, .plain = g.plain_view};
		status = dashboard_run(&o);
	} else if (argc == 0) {
		char *words[] = {"status", NULL};
		status = dispatch(&g, 1, words);
	} else {
		status = dispatch(&g, argc, argv);
	}
	return end_output(status);
}
