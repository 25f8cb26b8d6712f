#include "tui/cli/generic_parts.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/editor.h"
#include "tui/cli/list.h"
#include "tui/cli/members.h"
#include "tui/cli/request.h"
#include "tui/cli/secret_files.h"
#include "tui/cli/views.h"

/* ---- show, rm, actions --------------------------------------------------------------------- */

static int run_list(struct invocation *in)
{
	return list_run(in, generic_of(in)->kind);
}

static int run_show(struct invocation *in)
{
	const struct generic *g = generic_of(in);
	struct error e = {0};
	struct buf path = BUF_INIT(4096);
	json_t *reply = NULL;
	if (in->output->fields && !in->output->fields[0]) {
		members_print(in->output, g->kind);
		return 0;
	}
	if (members_check(g->kind, in->output->fields, &e)) {
		buf_fini(&path);
		return invocation_fail(&e);
	}
	generic_path(&path, g->kind, in->args[0], NULL);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *object = json_object_get(reply, "data");
	if (!view_object(in, g->kind, object))
		output_object(in->output, g->kind, object);
	json_decref(reply);
	return 0;
}

/* What was deleted is kept as a file; a secret has nothing that could be. */
static void say_undo(struct invocation *in, const struct resource_kind *k, const json_t *gone)
{
	char path[PATH_TEXT];
	if (json_array_size(gone) && k->n_fields && strcmp(k->kind, "secret") &&
	    editor_keep(k, gone, path, sizeof(path)))
		output_note(in->output, "undo: sellersmart apply -f %s", path);
}

static int run_rm(struct invocation *in)
{
	const struct generic *g = generic_of(in);
	char question[256];
	int status = 0;
	if (in->n_args == 1)
		snprintf(question, sizeof(question), "delete %s %.64s?", g->kind->kind,
			 in->args[0]);
	else
		snprintf(question, sizeof(question), "delete %d %s (%.64s, %.64s%s)?", in->n_args,
			 g->kind->plural, in->args[0], in->args[1], in->n_args > 2 ? ", ..." : "");
	if (!cli_confirm(in, question))
		return 130;
	json_t *gone = json_array();
	for (int i = 0; i < in->n_args; i++) {
		struct error e = {0};
		struct buf path = BUF_INIT(4096);
		json_t *reply = NULL;
		generic_path(&path, g->kind, in->args[i], NULL);
		if (request_json(in, "DELETE", buf_str(&path), NULL, &reply, &e))
			status = invocation_fail(&e);
		else if (json_array_append(gone, json_object_get(reply, "data")) ||
			 !output_machine(in->output, json_object_get(reply, "data")))
			output_text(in->output, "%s %s deleted\n", g->kind->kind, in->args[i]);
		json_decref(reply);
		buf_fini(&path);
	}
	say_undo(in, g->kind, gone);
	json_decref(gone);
	return status;
}

/* pause -> paused, check -> checked. */
static const char *past_ending(const char *verb)
{
	size_t n = strlen(verb);
	return n && verb[n - 1] == 'e' ? "d" : "ed";
}

/* Done, or begun where a job does it. */
static void say_action(struct invocation *in, const struct generic *g, const char *ref,
		       const json_t *answer)
{
	const char *verb = g->action->verb;
	if (strcmp(json_str(answer, "kind", ""), "job") || !strcmp(g->kind->kind, "job")) {
		output_text(in->output, "%s %s %s%s\n", g->kind->kind, ref, verb,
			    past_ending(verb));
		return;
	}
	output_text(in->output, "%s %s: %s has begun\n", g->kind->kind, ref, verb);
	output_note(in->output, "see: sellersmart job show %s --watch", json_str(answer, "id", ""));
}

static int run_action(struct invocation *in)
{
	const struct generic *g = generic_of(in);
	int status = 0;
	json_t *body = NULL;
	for (size_t i = 0; i < in->n_flags; i++) {
		if (!body)
			body = json_object();
		json_object_set_new(body, in->flags[i].flag->name, json_string(in->flags[i].value));
	}
	for (int i = 0; i < in->n_args; i++) {
		struct error e = {0};
		struct buf path = BUF_INIT(8192);
		json_t *reply = NULL;
		generic_path(&path, g->kind, in->args[i], g->action->verb);
		bool get = !strcmp(g->action->method, "GET");
		for (size_t f = 0; get && f < in->n_flags; f++)
			path_add(&path, in->flags[f].flag->name, in->flags[f].value);
		if (request_json(in, g->action->method, buf_str(&path), get ? NULL : body, &reply,
				 &e))
			status = invocation_fail(&e);
		else if (get)
			output_value(in->output, g->kind, json_object_get(reply, "data"));
		else if (!output_machine(in->output, json_object_get(reply, "data")))
			say_action(in, g, in->args[i], json_object_get(reply, "data"));
		json_decref(reply);
		buf_fini(&path);
	}
	json_decref(body);
	return status;
}

/* ---- making commands ----------------------------------------------------------------------- */

static void add_flag(struct generic *g, const char *name, const char *value, const char *help,
		     bool repeat)
{
	for (size_t i = 0; i < g->command.n_flags; i++)
		if (!strcmp(g->flags[i].name, name)) {
			g->flags[i].repeat = g->flags[i].repeat || repeat;
			return;
		}
	if (g->command.n_flags == VERB_FLAGS_MAX)
		return;
	size_t at = g->command.n_flags++;
	snprintf(g->names[at], sizeof(g->names[at]), "%s", name);
	g->flags[at] = (struct flag){g->names[at], value, help, repeat};
}

static void add_field_flags(struct generic *g, const struct field *fields, size_t n, bool files)
{
	for (size_t i = 0; i < n; i++) {
		char name[48];
		field_flag(&fields[i], name, sizeof(name));
		add_flag(g, name + 2, fields[i].type == FIELD_BOOL ? "yes|no" : "VALUE",
			 fields[i].help, generic_has_entries(&fields[i]));
		if (files && secret_files_flag(&fields[i], name, sizeof(name)))
			add_flag(g, name, "FILE",
				 "the same out of a file (- is standard input), stored as a secret",
				 false);
	}
}

static void add_input_flags(struct generic *g)
{
	const struct resource_kind *k = g->kind;
	add_flag(g, "name", "NAME", "its name: small letters, digits, - . _", false);
	add_flag(g, "label", "KEY=VALUE", "a label, may be repeated", true);
	add_field_flags(g, k->fields, k->n_fields, true);
	for (size_t v = 0; k->variants && k->variants[v]; v++)
		add_field_flags(g, k->variants[v]->fields, k->variants[v]->n_fields, true);
}

/* "order: worst, name, state" from a NULL-terminated list. */
static void name_all(char *out, size_t cap, const char *before, const char *const *names,
		     const char *after)
{
	size_t len = (size_t)snprintf(out, cap, "%s", before);
	for (size_t i = 0; names && names[i] && len < cap; i++)
		if (names[i][0] != '-')
			len += (size_t)snprintf(out + len, cap - len, " %s", names[i]);
	if (len < cap)
		snprintf(out + len, cap - len, "%s", after);
}

static void add_list_flags(struct generic *g)
{
	const struct resource_kind *k = g->kind;
	bool labels = k->ops & OP_ADD;
	name_all(g->filters, sizeof(g->filters),
		 "only rows with this value, may be repeated:", k->filters,
		 labels ? " labels.KEY" : "");
	name_all(g->sorts, sizeof(g->sorts), "order, - for downwards:", k->sorts, "");
	add_flag(g, "filter", "FIELD=VALUE", g->filters, true);
	if (labels)
		add_flag(g, "label", "KEY=VALUE", "only rows with this label, may be repeated",
			 true);
	for (size_t i = 0; i < k->n_list_params; i++) {
		char name[48];
		field_flag(&k->list_params[i], name, sizeof(name));
		add_flag(g, name + 2, k->list_params[i].type == FIELD_BOOL ? "yes|no" : "VALUE",
			 k->list_params[i].help, false);
	}
	if (list_may_be_open(k))
		add_flag(g, "exit-status", NULL,
			 "exit 1 while one of them is open; with --watch wait until one is", false);
	add_flag(g, "query", "TEXT", "only rows that contain the text", false);
	add_flag(g, "sort", "[-]FIELD", g->sorts, false);
	add_flag(g, "limit", "N", "at most so many rows", false);
}

static const struct action *find_action(const struct resource_kind *k, const char *verb)
{
	for (size_t i = 0; i < k->n_actions; i++)
		if (!strcmp(k->actions[i].verb, verb))
			return &k->actions[i];
	return NULL;
}

static void make(struct generic *g, const char *verb, const char *arguments,
		 int (*run)(struct invocation *), int min_args, int max_args, const char *summary)
{
	snprintf(g->words, sizeof(g->words), "%s %s", g->kind->kind, verb);
	snprintf(g->usage, sizeof(g->usage), "%s %s", g->words, arguments);
	snprintf(g->summary, sizeof(g->summary), "%s", summary);
	g->command.words = g->words;
	g->command.usage = g->usage;
	g->command.summary = g->summary;
	g->command.flags = g->flags;
	g->command.min_args = min_args;
	g->command.max_args = max_args;
	g->command.run = run;
}

struct command *generic_command(const struct resource_kind *k, const char *verb)
{
	struct generic *g = mem_zalloc(sizeof(*g));
	char summary[160];
	g->kind = k;
	g->action = find_action(k, verb);
	if (!strcmp(verb, "list") && k->ops & OP_LIST) {
		snprintf(summary, sizeof(summary), "list %s", k->plural);
		make(g, verb, "[--filter FIELD=VALUE] [--sort FIELD] [--limit N] [--watch]",
		     run_list, 0, 0, summary);
		add_list_flags(g);
	} else if (!strcmp(verb, "show") && k->ops & OP_SHOW) {
		snprintf(summary, sizeof(summary), "show one %s", k->kind);
		make(g, verb, "NAME", run_show, 1, 1, summary);
	} else if (!strcmp(verb, "add") && k->ops & OP_ADD) {
		snprintf(summary, sizeof(summary), "make a %s", k->kind);
		make(g, verb, "[VALUE] [--FIELD VALUE ...] [-f FILE]", generic_run_add, 0, 1,
		     summary);
		add_input_flags(g);
		add_flag(g, "file", "FILE", "take it from a file (YAML, JSON); flags go before it",
			 false);
		g->command.examples = k->examples;
	} else if (!strcmp(verb, "edit") && k->ops & OP_EDIT) {
		snprintf(summary, sizeof(summary), "change fields of a %s", k->kind);
		make(g, verb, "NAME [--FIELD VALUE ... | --unset FIELD]", generic_run_edit, 1, 1,
		     summary);
		add_input_flags(g);
		add_flag(g, "unset", "FIELD", "back to the default, may be repeated", true);
	} else if (!strcmp(verb, "rm") && k->ops & OP_RM) {
		snprintf(summary, sizeof(summary), "delete %s", k->plural);
		make(g, verb, "NAME...", run_rm, 1, -1, summary);
	} else if (g->action) {
		make(g, verb, "NAME...", run_action, 1, -1, g->action->help);
		add_field_flags(g, g->action->params, g->action->n_params, false);
	} else {
		free(g);
		return NULL;
	}
	return &g->command;
}

void generic_free(struct command *c)
{
	free(c);
}

size_t generic_verbs(const struct resource_kind *k, const char **out, size_t max)
{
	static const struct {
		const char *verb;
		unsigned op;
	} verbs[] = {{"list", OP_LIST},
		     {"show", OP_SHOW},
		     {"add", OP_ADD},
		     {"edit", OP_EDIT},
		     {"rm", OP_RM}};
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(verbs) && n < max; i++)
		if (k->ops & verbs[i].op)
			out[n++] = verbs[i].verb;
	for (size_t i = 0; i < k->n_actions && n < max; i++)
		out[n++] = k->actions[i].verb;
	return n;
}
