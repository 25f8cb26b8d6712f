/* sellersmart diff -f FILE: what apply would change. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/files.h"
#include "tui/commands/command.h"

static const char *value_text(const json_t *v)
{
	return json_is_string(v) ? json_string_value(v) : "(default)";
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct file_result result = {0};
	const char *file = invocation_flag(in, "file");
	if (!file && in->n_args)
		file = in->args[0];
	if (!file) {
		error_set(&e, ERR_USAGE, "diff: which file?");
		error_hint(&e, "sellersmart diff -f shop.yaml");
		return invocation_fail(&e);
	}
	int status = file_send(in, file, true, &result);
	if (!status && !output_machine(in->output, result.items)) {
		size_t i, c;
		const json_t *r, *change;
		json_array_foreach(result.items, i, r)
		{
			const char *outcome = json_str(r, "outcome", "");
			if (!strcmp(outcome, "unchanged"))
				continue;
			output_text(in->output, "%s %s %s\n",
				    !strcmp(outcome, "created") ? "+" : "~",
				    json_str(r, "kind", ""), json_str(r, "name", ""));
			json_array_foreach(json_object_get(r, "changes"), c, change) output_text(
				in->output, "    %s: %s -> %s\n", json_str(change, "field", ""),
				value_text(json_object_get(change, "from")),
				value_text(json_object_get(change, "to")));
		}
	}
	if (!status && result.created + result.changed)
		status = 1;
	file_result_fini(&result);
	return status;
}

static const struct flag flags[] = {{"file", "FILE", "YAML or JSON; - is standard input", false}};
static const char *const examples[] = {"sellersmart diff -f shop.yaml", NULL};

const struct command command_diff = {
	.words = "diff",
	.usage = "diff -f FILE",
	.summary = "say what apply would change; exit 1 when it would",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.max_args = 1,
	.run = run,
};
