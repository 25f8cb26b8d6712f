#include "tui/cli/generic.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/schema/describe.h"
#include "shared/timefmt.h"
#include "tui/cli/editor.h"
#include "tui/cli/files.h"
#include "tui/cli/list.h"
#include "tui/cli/members.h"
#include "tui/cli/request.h"
#include "tui/cli/secret_files.h"
#include "tui/cli/views.h"

enum { VERB_FLAGS_MAX = 192 };

/* A generic command carries its kind behind the public struct. */
struct generic {
	struct command command;
	const struct resource_kind *kind;
	const struct action *action;
	char words[64], usage[160], summary[160];
	char sorts[200], filters[200]; /* help of those flags */
	struct flag flags[VERB_FLAGS_MAX];
	char names[VERB_FLAGS_MAX][48];
};

static const struct generic *of(const struct invocation *in)
{
	return (const struct generic *)in->command;
}

int generic_fail(const struct error_list *errors)
{
	int status = 65;
	for (size_t i = 0; i < errors->n; i++)
		status = invocation_fail(&errors->items[i]);
	if (errors->total > errors->n)
		fprintf(stderr, "error: and %zu more\n", errors->total - errors->n);
	return status;
}

/* ---- show, rm, actions --------------------------------------------------------------------- */

static void ref_path(struct buf *path, const struct resource_kind *k, const char *ref,
		     const char *verb)
{
	buf_printf(path, "/v1/%s/", k->plural);
	path_escape(path, ref);
	if (verb)
		buf_printf(path, "/%s", verb);
}

static int run_list(struct invocation *in)
{
	return list_run(in, of(in)->kind);
}

static int run_show(struct invocation *in)
{
	const struct generic *g = of(in);
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
	ref_path(&path, g->kind, in->args[0], NULL);
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
	const struct generic *g = of(in);
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
		ref_path(&path, g->kind, in->args[i], NULL);
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

static int run_action(struct invocation *in)
{
	const struct generic *g = of(in);
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
		ref_path(&path, g->kind, in->args[i], g->action->verb);
		bool get = !strcmp(g->action->method, "GET");
		for (size_t f = 0; get && f < in->n_flags; f++)
			path_add(&path, in->flags[f].flag->name, in->flags[f].value);
		if (request_json(in, g->action->method, buf_str(&path), get ? NULL : body, &reply,
				 &e))
			status = invocation_fail(&e);
		else if (get)
			output_value(in->output, g->kind, json_object_get(reply, "data"));
		else if (!output_machine(in->output, json_object_get(reply, "data")))
			output_text(in->output, "%s %s %s%s\n", g->kind->kind, in->args[i],
				    g->action->verb, past_ending(g->action->verb));
		json_decref(reply);
		buf_fini(&path);
	}
	json_decref(body);
	return status;
}

/* ---- add, edit ----------------------------------------------------------------------------- */

static bool is_flag_of(const struct field *f, const char *flag)
{
	char name[48];
	field_flag(f, name, sizeof(name));
	return !strcmp(name + 2, flag);
}

static bool has_entries(const struct field *f)
{
	return f->type == FIELD_TEXT_LIST || f->type == FIELD_TEXT_MAP;
}

/* Of the kind, or of whichever variant has it first: one that takes several entries, or one value.
 */
static const struct field *any_field(const struct resource_kind *k, const char *flag, bool entries)
{
	for (size_t i = 0; i < k->n_fields; i++) {
		if (is_flag_of(&k->fields[i], flag) && has_entries(&k->fields[i]) == entries)
			return &k->fields[i];
	}
	for (size_t v = 0; k->variants && k->variants[v]; v++)
		for (size_t i = 0; i < k->variants[v]->n_fields; i++) {
			const struct field *f = &k->variants[v]->fields[i];
			if (is_flag_of(f, flag) && has_entries(f) == entries)
				return f;
		}
	return NULL;
}

/* One variant may have a text where another has a list (expect of tcp and dns): given once it is
 * text, which the validator takes for either; given again it can only be the list. */
static const struct field *field_of_flag(const struct invocation *in, const struct resource_kind *k,
					 const char *flag)
{
	size_t times = 0;
	for (size_t i = 0; i < in->n_flags; i++)
		times += !strcmp(in->flags[i].flag->name, flag);
	const struct field *f = any_field(k, flag, times > 1);
	return f ? f : any_field(k, flag, times <= 1);
}

static enum err collect_label(json_t *object, const char *text, struct error *e)
{
	static const struct field labels = {
		.name = "labels", .type = FIELD_TEXT_MAP, .max = LABELS_MAX};
	if (!strchr(text, '='))
		return error_set(e, ERR_USAGE, "--label %.64s: write KEY=VALUE", text);
	return field_collect(&labels, object, text, e);
}

/* As the field is called, or its flag. */
static const char *unset_name(const struct resource_kind *k, const char *word)
{
	const struct field *f = resource_field_flagged(k, word);
	return f ? f->name : word;
}

static const struct field *positional_field(const struct resource_kind *k)
{
	for (size_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].flags & FIELD_POSITIONAL)
			return &k->fields[i];
	for (size_t v = 0; k->variants && k->variants[v]; v++)
		for (size_t i = 0; i < k->variants[v]->n_fields; i++)
			if (k->variants[v]->fields[i].flags & FIELD_POSITIONAL)
				return &k->variants[v]->fields[i];
	return NULL;
}

json_t *generic_input(struct invocation *in, const struct resource_kind *k, int first_arg,
		      struct error *e)
{
	json_t *object = json_object();
	enum err err = ERR_NONE;
	for (size_t i = 0; i < in->n_flags && !err; i++) {
		const char *name = in->flags[i].flag->name, *value = in->flags[i].value;
		const struct field *f = field_of_flag(in, k, name);
		if (!strcmp(name, "name"))
			json_object_set_new(object, "name", json_string(value));
		else if (!strcmp(name, "label"))
			err = collect_label(object, value, e);
		else if (!strcmp(name, "unset"))
			json_object_set_new(object, unset_name(k, value), json_null());
		else if (f)
			err = field_collect(f, object, in->flags[i].flag->value ? value : "true",
					    e);
	}
	/* One word without a flag is the positional field, in a kind without one the name. */
	const struct field *f = positional_field(k);
	for (int i = first_arg; i < in->n_args && !err; i++) {
		if (f && !json_object_get(object, f->name))
			err = field_collect(f, object, in->args[i], e);
		else if (!f && !json_object_get(object, "name"))
			json_object_set_new(object, "name", json_string(in->args[i]));
		else
			err = error_set(e, ERR_USAGE, "unexpected argument \"%.64s\"", in->args[i]);
	}
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *input_body(const struct resource_input *input)
{
	json_t *body = json_deep_copy(input->spec);
	if (input->name[0])
		json_object_set_new(body, "name", json_string(input->name));
	if (input->labels)
		json_object_set(body, "labels", input->labels);
	return body;
}

/* Nothing was given: on a terminal the one value that is always needed is asked for.
 * @param given  gets it */
static enum err ask_value(struct invocation *in, const struct resource_kind *k, json_t *given,
			  struct error *e)
{
	const struct field *f = positional_field(k);
	char answer[2048] = "";
	if (!f || in->n_args || in->n_flags)
		return ERR_NONE;
	if (cli_may_ask(in)) {
		fprintf(stderr, "%s (%s): ", f->name, f->help);
		if (!fgets(answer, sizeof(answer), stdin))
			answer[0] = 0;
		answer[strcspn(answer, "\n")] = 0;
		if (answer[0])
			return field_collect(f, given, answer, e);
	}
	error_set(e, ERR_USAGE, "nothing was given");
	error_hint(e, "for example: %s", k->examples[0]);
	return ERR_USAGE;
}

/* As it will be called, "" when that cannot be said yet. */
static const char *name_of(const struct resource_kind *k, const json_t *given, char *out,
			   size_t cap)
{
	const char *name = json_str(given, "name", NULL);
	out[0] = 0;
	if (name)
		snprintf(out, cap, "%s", name);
	else if (k->name_propose && !k->name_propose(given, out, cap))
		out[0] = 0;
	return out;
}

/* It was stored, and waits. */
static void say_missing(struct invocation *in, const json_t *reply)
{
	size_t i;
	const json_t *name;
	json_array_foreach(json_path(reply, "meta.missing_secrets"), i, name) output_note(
		in->output, "paused until its secret is there: sellersmart secret set %s < file",
		json_string_value(name));
}

static int run_add(struct invocation *in)
{
	const struct generic *g = of(in);
	struct error e = {0};
	struct secret_value value = {0};
	struct secret_files files = {0};
	bool secret = !strcmp(g->kind->kind, "secret");
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	struct resource_input input = {0};
	json_t *reply = NULL, *body = NULL;
	char path[96], name[NAME_MAX_BYTES + 1];
	int status = 0;
	json_t *given = generic_input(in, g->kind, 0, &e);
	if (!given || ask_value(in, g->kind, given, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	const char *file = invocation_flag(in, "file");
	secret = secret && !file; /* a file has none: they are not written down */
	if ((!file && g->kind->complete &&
	     g->kind->complete(given, (int64_t)time(NULL) * 1000, &e)) ||
	    secret_files_read(in, g->kind, name_of(g->kind, given, name, sizeof(name)), NULL, given,
			      &files, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	bool fine = file ? file_read_one(file, g->kind, given, &input, errors)
			 : resource_validate(g->kind, given, SCHEMA_LOOSE, NULL, &input, errors);
	if (!fine) {
		status = generic_fail(errors);
		goto out;
	}
	if (secret && secret_value_read(in, input.name, &value, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	body = input_body(&input);
	snprintf(path, sizeof(path), "/v1/%s", g->kind->plural);
	if (secret_files_store(in, &files, false, &e) ||
	    request_json(in, "POST", path, body, &reply, &e)) {
		secret_files_undo(in, &files);
		status = invocation_fail(&e);
		goto out;
	}
	if (secret) {
		json_decref(reply);
		reply = NULL;
		if (secret_value_store(in, input.name, &value, &reply, &e)) {
			status = invocation_fail(&e);
			goto out;
		}
	}
	const json_t *made = json_object_get(reply, "data");
	if (!output_machine(in->output, made)) {
		output_text(in->output, "%s %s created\n", g->kind->kind,
			    json_str(made, "name", ""));
		const char *ping = json_str(made, "ping_url", NULL);
		if (ping)
			output_text(in->output, "ping it at %s\n", ping);
	}
	say_missing(in, reply);
out:
	secret_value_fini(&value);
	secret_files_fini(&files);
	resource_input_fini(&input);
	json_decref(given);
	json_decref(body);
	json_decref(reply);
	free(errors);
	return status;
}

static bool gives_files(const struct invocation *in)
{
	for (size_t i = 0; i < in->n_flags; i++) {
		const char *name = in->flags[i].flag->name;
		size_t n = strlen(name);
		if (n > 5 && !strcmp(name + n - 5, "-file"))
			return true;
	}
	return false;
}

/* Which secrets the resource has already decides what may be replaced. */
static enum err read_files(struct invocation *in, const struct resource_kind *k, json_t *patch,
			   struct secret_files *files, struct error *e)
{
	struct buf path = BUF_INIT(4096);
	json_t *reply = NULL;
	ref_path(&path, k, in->args[0], NULL);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
	const json_t *now = json_object_get(reply, "data");
	if (!err)
		err = secret_files_read(in, k, json_str(now, "name", in->args[0]), now, patch,
					files, e);
	json_decref(reply);
	buf_fini(&path);
	return err;
}

static int run_edit(struct invocation *in)
{
	const struct generic *g = of(in);
	struct error e = {0};
	struct buf path = BUF_INIT(4096);
	struct secret_files files = {0};
	json_t *reply = NULL;
	int status = 0;
	if (!in->n_flags && in->n_args == 1 && cli_may_ask(in) && isatty(STDOUT_FILENO))
		return editor_edit(in, g->kind, in->args[0]);
	json_t *patch = generic_input(in, g->kind, 1, &e);
	if (patch && gives_files(in) && read_files(in, g->kind, patch, &files, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	if (patch && !json_object_size(patch)) {
		error_set(&e, ERR_USAGE, "nothing to change");
		error_hint(
			&e,
			"sellersmart %s %.64s --FIELD VALUE, or --unset FIELD; on a terminal alone "
			"it opens your editor",
			g->words, in->args[0]);
	}
	if (e.code) {
		status = invocation_fail(&e);
		goto out;
	}
	ref_path(&path, g->kind, in->args[0], NULL);
	/* Flags are text: the daemon lets the field's type decide, by the same validator. */
	buf_add_str(&path, "?loose=true");
	if (secret_files_store(in, &files, false, &e) ||
	    request_json(in, "PATCH", buf_str(&path), patch, &reply, &e)) {
		secret_files_undo(in, &files);
		status = invocation_fail(&e);
		goto out;
	}
	if (secret_files_store(in, &files, true, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	const json_t *now = json_object_get(reply, "data");
	if (!output_machine(in->output, now))
		output_text(in->output, "%s %s changed\n", g->kind->kind,
			    json_str(now, "name", in->args[0]));
	say_missing(in, reply);
out:
	buf_fini(&path);
	secret_files_fini(&files);
	json_decref(patch);
	json_decref(reply);
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
			 fields[i].help, has_entries(&fields[i]));
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
		make(g, verb, "[VALUE] [--FIELD VALUE ...] [-f FILE]", run_add, 0, 1, summary);
		add_input_flags(g);
		add_flag(g, "file", "FILE", "take it from a file (YAML, JSON); flags go before it",
			 false);
		g->command.examples = k->examples;
	} else if (!strcmp(verb, "edit") && k->ops & OP_EDIT) {
		snprintf(summary, sizeof(summary), "change fields of a %s", k->kind);
		make(g, verb, "NAME [--FIELD VALUE ... | --unset FIELD]", run_edit, 1, 1, summary);
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
