/* sellersmart context list|add|use|rm: daemons by name. */
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "tui/cli/cli.h"
#include "tui/cli/context.h"
#include "tui/commands/command.h"

static void list(struct invocation *in, const json_t *all)
{
	const char *name, *current = json_str(all, "current", "");
	const json_t *c;
	if (output_machine(in->output, all))
		return;
	output_text(in->output, "%s local\n", current[0] ? " " : "*");
	json_object_foreach(json_object_get(all, "contexts"), name, c)
		output_text(in->output, "%s %-16s %s %s\n", strcmp(name, current) ? " " : "*", name,
			    json_str(c, "ssh", ""), json_str(c, "socket", ""));
}

static enum err change(struct invocation *in, json_t *all, const char *verb, const char *name,
		       struct error *e)
{
	json_t *contexts = json_object_get(all, "contexts");
	const char *ssh = invocation_flag(in, "ssh"),
		   *socket = invocation_flag(in, "remote-socket");
	if (!strcmp(verb, "use") && !strcmp(name, "local")) {
		json_object_del(all, "current");
	} else if (!strcmp(verb, "use")) {
		if (!json_object_get(contexts, name))
			return error_set(e, ERR_NOT_FOUND, "no context \"%.64s\"", name);
		json_object_set_new(all, "current", json_string(name));
	} else if (!strcmp(verb, "rm")) {
		if (json_object_del(contexts, name))
			return error_set(e, ERR_NOT_FOUND, "no context \"%.64s\"", name);
		if (!strcmp(json_str(all, "current", ""), name))
			json_object_del(all, "current");
	} else if (!strcmp(verb, "add")) {
		json_t *c = json_object();
		if (!ssh && !socket)
			return error_set(
				e, ERR_USAGE,
				"context add: --ssh HOST or --remote-socket PATH is missing");
		if (ssh && ssh[0] == '-')
			return error_set(e, ERR_USAGE, "--ssh: a host cannot begin with -");
		if (ssh)
			json_object_set_new(c, "ssh", json_string(ssh));
		if (socket)
			json_object_set_new(c, "socket", json_string(socket));
		json_object_set_new(contexts, name, c);
	} else {
		error_set(e, ERR_USAGE, "context has no verb \"%.32s\"", verb);
		error_hint(e, "list, add, use or rm");
		return ERR_USAGE;
	}
	return contexts_save(all, e);
}

static int run(struct invocation *in)
{
	struct error e = {0};
	char slug[NAME_MAX_BYTES + 1];
	const char *verb = in->n_args ? in->args[0] : "list";
	json_t *all = contexts_load(&e);
	int status = 0;
	if (!all)
		return invocation_fail(&e);
	if (!json_is_object(json_object_get(all, "contexts")))
		json_object_set_new(all, "contexts", json_object());
	if (!strcmp(verb, "list")) {
		list(in, all);
	} else if (in->n_args < 2) {
		error_set(&e, ERR_USAGE, "context %.32s: which one?", verb);
		status = invocation_fail(&e);
	} else {
		name_slug(in->args[1], slug, sizeof(slug));
		if (strcmp(slug, in->args[1]))
			error_set(&e, ERR_INVALID, "name: \"%.64s\" is not a name; try %s",
				  in->args[1], slug);
		else
			change(in, all, verb, in->args[1], &e);
		if (e.code)
			status = invocation_fail(&e);
		else
			list(in, all);
	}
	json_decref(all);
	return status;
}

static const struct flag flags[] = {
	{"ssh", "HOST", "the daemon is over there: its socket is forwarded by ssh", false},
	{"remote-socket", "PATH", "its socket; with --ssh the one over there", false},
};
static const char *const examples[] = {"sellersmart context add vps --ssh me@vps.example",
				       "sellersmart context use vps",
				       "sellersmart context use local", NULL};

const struct command command_context = {
	.words = "context",
	.usage = "context [list | add NAME --ssh HOST | use NAME | rm NAME]",
	.summary = "daemons by name, here or behind ssh",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.max_args = 2,
	.local = true,
	.run = run,
};
