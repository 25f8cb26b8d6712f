/* sellersmart apply -f FILE: make the daemon match a file. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/files.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	struct error e = {0};
	struct file_result result = {0};
	const char *file = invocation_flag(in, "file");
	bool dry_run = invocation_flag(in, "dry-run") != NULL;
	if (!file && in->n_args)
		file = in->args[0];
	if (!file) {
		error_set(&e, ERR_USAGE, "apply: which file?");
		error_hint(&e, "sellersmart apply -f shop.yaml (- for standard input)");
		return invocation_fail(&e);
	}
	int status = file_send(in, file, dry_run, &result);
	if (status)
		goto out;
	json_t *summary = json_pack("{s:I,s:I,s:I,s:O}", "created", (json_int_t)result.created,
				    "changed", (json_int_t)result.changed, "unchanged",
				    (json_int_t)result.unchanged, "items", result.items);
	if (!output_machine(in->output, summary)) {
		size_t i;
		const json_t *r;
		json_array_foreach(result.items, i,
				   r) if (strcmp(json_str(r, "outcome", ""), "unchanged"))
			output_text(in->output, "%s %s %s\n", json_str(r, "kind", ""),
				    json_str(r, "name", ""), json_str(r, "outcome", ""));
		output_text(in->output, "created %zu, changed %zu, unchanged %zu%s\n",
			    result.created, result.changed, result.unchanged,
			    dry_run ? " (nothing was written)" : "");
	}
	json_decref(summary);
	const char *name;
	const json_t *ignored;
	json_object_foreach(result.missing_secrets, name, ignored)
		output_note(in->output,
			    "missing secret %s: what needs it stays paused; "
			    "sellersmart secret set %s < file",
			    name, name);
	(void)ignored;
out:
	file_result_fini(&result);
	return status;
}

static const struct flag flags[] = {
	{"file", "FILE", "YAML or JSON; - is standard input", false},
	{"dry-run", NULL, "only say what would change", false},
};
static const char *const examples[] = {
	"sellersmart apply -f shop.yaml",
	"sellersmart config export | sellersmart apply -f - --dry-run", NULL};

const struct command command_apply = {
	.words = "apply",
	.usage = "apply -f FILE [--dry-run]",
	.summary = "make the daemon match a file: create what is new, change what differs",
	.details =
		"The whole file is validated before anything is written. What the file does not name stays as it\n"
		"is. `renamed_from: OLD` keeps a history under a new name. Applied twice, all is unchanged.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.max_args = 1,
	.run = run,
};
