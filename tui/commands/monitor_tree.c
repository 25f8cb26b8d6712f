/* sellersmart monitor tree: which monitors depend on which, and what is down because of what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/output.h"
#include "tui/cli/request.h"
#include "tui/cli/views.h"
#include "tui/commands/command.h"

enum { DEEP_MAX = 32, INDENT = 2 };

/* ---- reading -------------------------------------------------------------------------------- */

/* Those that depend on another or are depended on, or every monitor, by name; false: the error was
 * said, *status is the exit. */
static bool read_all(struct invocation *in, bool also_alone, json_t *all, int *status)
{
	char after[80] = "";
	do {
		struct error e = {0};
		struct buf path = BUF_INIT(256);
		json_t *reply = NULL, *m;
		size_t i;
		buf_add_str(&path, "/v1/monitors?limit=1000&sort=name");
		if (!also_alone)
			path_add(&path, "filter[related]", "true");
		if (after[0])
			path_add(&path, "after", after);
		enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
		buf_fini(&path);
		if (err) {
			*status = invocation_fail(&e);
			return false;
		}
		json_array_foreach(json_object_get(reply, "data"), i, m)
		{
			json_t *one = json_object();
			static const char *const kept[] = {"name",   "state",  "since",
							   "reason", "behind", "depends_on"};
			for (size_t k = 0; k < ARRAY_LEN(kept); k++)
				if (json_object_get(m, kept[k]))
					json_object_set(one, kept[k], json_object_get(m, kept[k]));
			json_object_set_new(one, "children", json_array());
			json_object_set_new(all, json_str(m, "name", ""), one);
		}
		snprintf(after, sizeof(after), "%s",
			 json_str(json_object_get(reply, "meta"), "next", ""));
		json_decref(reply);
	} while (after[0]);
	return true;
}

/* Each below the first that it names; what has nobody above it is a root. */
static json_t *plant(json_t *all, bool also_alone)
{
	json_t *roots = json_array(), *m;
	const char *name;
	json_object_foreach(all, name, m)
	{
		const json_t *first = json_array_get(json_object_get(m, "depends_on"), 0);
		json_t *parent = first ? json_object_get(all, json_string_value(first)) : NULL;
		if (parent)
			json_array_append(json_object_get(parent, "children"), m);
	}
	json_object_foreach(all, name, m)
	{
		bool root = !json_array_size(json_object_get(m, "depends_on"));
		if (root && (also_alone || json_array_size(json_object_get(m, "children"))))
			json_array_append(roots, m);
	}
	return roots;
}

/* ---- printing ------------------------------------------------------------------------------- */

static int width_of(const json_t *list, int level)
{
	int most = 0;
	size_t i;
	json_t *m;
	json_array_foreach(list, i, m)
	{
		int own = level * INDENT + (int)strlen(json_str(m, "name", ""));
		int below =
			level < DEEP_MAX ? width_of(json_object_get(m, "children"), level + 1) : 0;
		most = own > most ? own : most;
		most = below > most ? below : most;
	}
	return most;
}

static void print_others(struct invocation *in, const json_t *m)
{
	const json_t *parents = json_object_get(m, "depends_on");
	for (size_t i = 1; i < json_array_size(parents); i++)
		output_text(in->output, "%s %s", i == 1 ? "  also on" : ",",
			    json_string_value(json_array_get(parents, i)));
}

static void print_level(struct invocation *in, const json_t *list, int level, int width)
{
	size_t i;
	json_t *m;
	char state[48];
	json_array_foreach(list, i, m)
	{
		const char *behind = json_str(m, "behind", NULL),
			   *reason = json_str(m, "reason", "");
		output_text(in->output, "%*s%-*s  ", level * INDENT, "", width - level * INDENT,
			    json_str(m, "name", ""));
		fputs(view_state(in->output, json_str(m, "state", "?"), state), in->output->to);
		if (behind)
			output_text(in->output, " (by %s)", behind);
		else if (*reason)
			output_text(in->output, "  %s", reason);
		print_others(in, m);
		output_text(in->output, "\n");
		if (level < DEEP_MAX)
			print_level(in, json_object_get(m, "children"), level + 1, width);
	}
}

static int run(struct invocation *in)
{
	int status = 0;
	json_t *all = json_object(), *roots = NULL;
	if (read_all(in, invocation_flag(in, "all") != NULL, all, &status)) {
		roots = plant(all, invocation_flag(in, "all") != NULL);
		if (!output_machine(in->output, roots)) {
			if (!json_array_size(roots))
				output_note(in->output,
					    "no monitor depends on another: sellersmart "
					    "monitor edit NAME --depends-on PARENT\n");
			print_level(in, roots, 0, width_of(roots, 0));
		}
	}
	json_decref(roots);
	json_decref(all);
	return status;
}

static const struct flag flags[] = {
	{"all", NULL, "also those that nothing depends on", false},
};
static const char *const examples[] = {"sellersmart monitor tree",
				       "sellersmart monitor tree --all -o json", NULL};

const struct command command_monitor_tree = {
	.words = "monitor tree",
	.usage = "monitor tree [--all]",
	.summary = "which monitors depend on which, and what is down because of what",
	.details =
		"A monitor that depends on several stands below the first of them. While a parent is "
		"down, those behind it are recorded as ever but not told.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.max_args = 0,
	.run = run,
};
