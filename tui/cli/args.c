#include "tui/cli/args.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct flag *flag_find(const struct command *c, const char *name, size_t len)
{
	for (size_t i = 0; i < c->n_flags; i++)
		if (strlen(c->flags[i].name) == len && !strncmp(c->flags[i].name, name, len))
			return &c->flags[i];
	return NULL;
}

static enum err unknown_flag(const struct command *c, const char *given, struct error *e)
{
	const char **names = mem_array(NULL, c->n_flags + 1, sizeof(*names));
	for (size_t i = 0; i < c->n_flags; i++)
		names[i] = c->flags[i].name;
	const char *near = nearest(given + 2, names, c->n_flags);
	error_set(e, ERR_USAGE, "unknown flag %.64s", given);
	if (near)
		error_hint(e, "did you mean --%s? sellersmart %s --help lists the flags", near,
			   c->words);
	else
		error_hint(e, "sellersmart %s --help", c->words);
	free(names);
	return ERR_USAGE;
}

static const char *long_name(const char *arg)
{
	if (!strcmp(arg, "-f"))
		return "--file";
	if (!strcmp(arg, "-n"))
		return "--dry-run";
	return arg;
}

/* "--tls" alone says yes; a word that can only be its value is one. */
static bool is_truth(const char *word)
{
	static const char *const words[] = {"yes", "no", "true", "false", "on", "off"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

enum err args_parse(const struct command *c, int argc, char **argv, struct invocation *in,
		    struct error *e)
{
	in->command = c;
	in->args = mem_array(NULL, (size_t)argc + 1, sizeof(*in->args));
	in->flags = mem_array(NULL, (size_t)argc + 1, sizeof(*in->flags));
	for (int i = 0; i < argc; i++) {
		const char *arg = argv[i];
		if (!strcmp(arg, "--")) {
			in->rest = argv + i + 1;
			in->n_rest = argc - i - 1;
			break;
		}
		arg = long_name(arg);
		if (strncmp(arg, "--", 2)) {
			if (arg[0] == '-' && arg[1] && !(arg[1] >= '0' && arg[1] <= '9'))
				return unknown_flag(c, arg, e);
			in->args[in->n_args++] = argv[i];
			continue;
		}
		const char *equals = strchr(arg, '=');
		size_t len = equals ? (size_t)(equals - arg) - 2 : strlen(arg) - 2;
		const struct flag *f = flag_find(c, arg + 2, len);
		if (!f)
			return unknown_flag(c, arg, e);
		const char *value = "";
		if (!f->value && equals)
			return error_set(e, ERR_USAGE, "--%s takes no value", f->name);
		if (f->value && equals)
			value = equals + 1;
		else if (f->value && !strcmp(f->value, "yes|no"))
			value = i + 1 < argc && is_truth(argv[i + 1]) ? argv[++i] : "yes";
		else if (f->value && i + 1 < argc)
			value = argv[++i];
		else if (f->value)
			return error_set(e, ERR_USAGE, "--%s needs a value: %s", f->name, f->value);
		if (!f->repeat && invocation_flag(in, f->name))
			return error_set(e, ERR_USAGE, "--%s is given twice", f->name);
		in->flags[in->n_flags++] = (struct given_flag){f, value};
	}
	if (in->n_rest && !c->rest) {
		error_set(e, ERR_USAGE, "%s takes nothing after --", c->words);
		return ERR_USAGE;
	}
	if (in->n_args < c->min_args || (c->max_args >= 0 && in->n_args > c->max_args)) {
		if (in->n_args > c->max_args && c->max_args >= 0)
			error_set(e, ERR_USAGE, "unexpected argument \"%.64s\"",
				  in->args[c->max_args]);
		else
			error_set(e, ERR_USAGE, "%s: something is missing", c->words);
		error_hint(e, "sellersmart %s", c->usage);
		return ERR_USAGE;
	}
	return ERR_NONE;
}

void args_fini(struct invocation *in)
{
	free(in->args);
	free(in->flags);
	in->args = NULL;
	in->flags = NULL;
}

const char *invocation_flag(const struct invocation *in, const char *name)
{
	for (size_t i = 0; i < in->n_flags; i++)
		if (!strcmp(in->flags[i].flag->name, name))
			return in->flags[i].value;
	return NULL;
}

/* ---- global flags -------------------------------------------------------------------------- */

static enum err take_value(int argc, char **argv, int *i, const char *name, const char **out,
			   struct error *e)
{
	size_t n = strlen(name);
	if (!strncmp(argv[*i], name, n) && argv[*i][n] == '=') {
		*out = argv[*i] + n + 1;
		return ERR_NONE;
	}
	if (*i + 1 >= argc)
		return error_set(e, ERR_USAGE, "%s needs a value", name);
	*out = argv[++*i];
	return ERR_NONE;
}

static bool is_flag(const char *arg, const char *name)
{
	size_t n = strlen(name);
	return !strncmp(arg, name, n) && (arg[n] == 0 || arg[n] == '=');
}

static enum err take_format(const char *word, struct cli_globals *g, struct error *e)
{
	if (output_format_parse(word, &g->output.format))
		return ERR_NONE;
	error_set(e, ERR_USAGE, "-o %.32s: no such output format", word);
	error_hint(e, "one of table, plain, json, jsonl, csv");
	return ERR_USAGE;
}

/* "list -q lamp" asks for words; -q by itself is --quiet. */
static bool is_query(int kept, int argc, char **argv, int i)
{
	return !strcmp(argv[i], "-q") && kept && !strcmp(argv[kept < 2 ? 0 : 1], "list") &&
	       i + 1 < argc && argv[i + 1][0] != '-';
}

enum err globals_take(int *argc, char **argv, struct cli_globals *g, struct error *e)
{
	int kept = 0;
	enum err err = ERR_NONE;
	for (int i = 0; i < *argc && !err; i++) {
		const char *arg = argv[i], *value = NULL;
		if (!strcmp(arg, "--")) {
			while (i < *argc)
				argv[kept++] = argv[i++];
			break;
		}
		if (is_query(kept, *argc, argv, i)) {
			static char query[] = "--query";
			argv[kept++] = query;
			argv[kept++] = argv[++i];
		} else if (is_flag(arg, "--socket"))
			err = take_value(*argc, argv, &i, "--socket", &g->socket, e);
		else if (is_flag(arg, "--context"))
			err = take_value(*argc, argv, &i, "--context", &g->context, e);
		else if (!strcmp(arg, "-o") || is_flag(arg, "--output")) {
			err = take_value(*argc, argv, &i, arg[1] == 'o' ? "-o" : "--output", &value,
					 e);
			if (!err)
				err = take_format(value, g, e);
		} else if (!strncmp(arg, "-o", 2) && arg[2]) {
			err = take_format(arg + 2, g, e);
		} else if (is_flag(arg, "--json")) {
			g->output.format = OUTPUT_JSON;
			if (arg[6] == '=')
				g->output.fields = arg + 7;
			else if (i + 1 < *argc && argv[i + 1][0] != '-')
				g->output.fields = argv[++i];
			else
				g->output.fields = "";
		} else if (!strcmp(arg, "-h") || !strcmp(arg, "--help"))
			g->help = true;
		else if (!strcmp(arg, "--version"))
			g->version = true;
		else if (!strcmp(arg, "--plain"))
			g->plain_view = true;
		else if (!strcmp(arg, "--watch"))
			g->watch = true;
		else if (!strcmp(arg, "--no-color"))
			g->output.color = false;
		else if (!strcmp(arg, "--color") || !strcmp(arg, "--color=always"))
			g->output.color = true;
		else if (!strcmp(arg, "--yes") || !strcmp(arg, "-y"))
			g->yes = true;
		else if (!strcmp(arg, "--no-input"))
			g->no_input = true;
		else if (!strcmp(arg, "--quiet") || !strcmp(arg, "-q"))
			g->quiet = g->output.quiet = true;
		else
			argv[kept++] = argv[i];
	}
	*argc = kept;
	return err;
}
