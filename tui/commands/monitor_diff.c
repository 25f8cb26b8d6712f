/* sellersmart monitor diff NAME: what changed on a page, as a diff. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void side(struct invocation *in, const char *mark, const json_t *s)
{
	char at[32];
	output_text(in->output, "%s version %lld, %s\n", mark, (long long)json_int(s, "version", 0),
		    output_time(at, json_str(s, "first_at", NULL)));
}

/* The usual form, so that colours and tools for diffs work on it. */
static void print(struct invocation *in, const json_t *d)
{
	const json_t *from = json_object_get(d, "from"), *to = json_object_get(d, "to"), *hunk;
	size_t h, i;
	char at[32];
	if (!json_is_object(from)) {
		output_text(in->output, "%s: nothing changed since %s\n",
			    json_str(d, "monitor", ""),
			    output_time(at, json_str(to, "first_at", NULL)));
		return;
	}
	side(in, "---", from);
	side(in, "+++", to);
	json_array_foreach(json_object_get(d, "hunks"), h, hunk)
	{
		const json_t *lines = json_object_get(hunk, "lines"), *line;
		int old = 0, new = 0;
		json_array_foreach(lines, i, line)
		{
			char op = json_str(line, "op", " ")[0];
			old += op != '+';
			new += op != '-';
		}
		output_text(in->output, "@@ -%lld,%d +%lld,%d @@\n",
			    (long long)json_int(hunk, "from_line", 0), old,
			    (long long)json_int(hunk, "to_line", 0), new);
		json_array_foreach(lines, i, line)
		{
			const char *op = json_str(line, "op", " ");
			const char *colour = !in->output->color ? ""
					     : *op == '+'       ? "\033[32m"
					     : *op == '-'       ? "\033[31m"
								: "";
			fputs(colour, in->output->to);
			output_text(in->output, "%s%s", op, json_str(line, "text", ""));
			fputs(*colour ? "\033[0m\n" : "\n", in->output->to);
		}
	}
	if (!json_array_size(json_object_get(d, "hunks")))
		output_text(in->output, "the same text\n");
	if (json_bool(d, "cut", false))
		output_note(in->output, "only its first part is shown; --json has as much");
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(2048);
	json_t *reply = NULL;
	static const char *const names[] = {"from", "to"};
	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, in->args[0]);
	buf_add_str(&path, "/diff");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (invocation_flag(in, names[i]))
			path_add(&path, names[i], invocation_flag(in, names[i]));
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	if (!output_machine(in->output, json_object_get(reply, "data")))
		print(in, json_object_get(reply, "data"));
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"from", "VERSION", "begin with this version; monitor versions lists them", false},
	{"to", "VERSION", "end with this one", false},
};
static const char *const examples[] = {"sellersmart monitor diff lamp-price",
				       "sellersmart monitor diff terms --from 3 --to 9",
				       "sellersmart monitor versions terms", NULL};

const struct command command_monitor_diff = {
	.words = "monitor diff",
	.usage = "monitor diff NAME [--from VERSION] [--to VERSION]",
	.summary = "what changed on a page that a content check watches",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
