/* Verbs that write: fields from flags and positional words, add, edit. */
#include "tui/cli/generic_parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/mem.h"
#include "tui/cli/editor.h"
#include "tui/cli/files.h"
#include "tui/cli/request.h"
#include "tui/cli/secret_files.h"

int generic_fail(const struct error_list *errors)
{
	int status = 65;
	for (size_t i = 0; i < errors->n; i++)
		status = invocation_fail(&errors->items[i]);
	if (errors->total > errors->n)
		fprintf(stderr, "error: and %zu more\n", errors->total - errors->n);
	return status;
}

void generic_path(struct buf *path, const struct resource_kind *k, const char *ref,
		  const char *verb)
{
	buf_printf(path, "/v1/%s/", k->plural);
	path_escape(path, ref);
	if (verb)
		buf_printf(path, "/%s", verb);
}

static bool is_flag_of(const struct field *f, const char *flag)
{
	char name[48];
	field_flag(f, name, sizeof(name));
	return !strcmp(name + 2, flag);
}

bool generic_has_entries(const struct field *f)
{
	return f->type == FIELD_TEXT_LIST || f->type == FIELD_TEXT_MAP;
}

/* Of the kind, or of whichever variant has it first: one that takes several entries, or one value.
 */
static const struct field *any_field(const struct resource_kind *k, const char *flag, bool entries)
{
	for (size_t i = 0; i < k->n_fields; i++) {
		if (is_flag_of(&k->fields[i], flag) &&
		    generic_has_entries(&k->fields[i]) == entries)
			return &k->fields[i];
	}
	for (size_t v = 0; k->variants && k->variants[v]; v++)
		for (size_t i = 0; i < k->variants[v]->n_fields; i++) {
			const struct field *f = &k->variants[v]->fields[i];
			if (is_flag_of(f, flag) && generic_has_entries(f) == entries)
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

int generic_run_add(struct invocation *in)
{
	const struct generic *g = generic_of(in);
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
	generic_path(&path, k, in->args[0], NULL);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
	const json_t *now = json_object_get(reply, "data");
	if (!err)
		err = secret_files_read(in, k, json_str(now, "name", in->args[0]), now, patch,
					files, e);
	json_decref(reply);
	buf_fini(&path);
	return err;
}

int generic_run_edit(struct invocation *in)
{
	const struct generic *g = generic_of(in);
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
	generic_path(&path, g->kind, in->args[0], NULL);
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
