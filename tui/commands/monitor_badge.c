/* sellersmart monitor badge NAME: addresses of a monitor's badges, for pages of others. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void print(struct invocation *in, const json_t *badge)
{
	const char *base = invocation_flag(in, "base"), *name = json_str(badge, "monitor", "");
	const json_t *path;
	size_t i;
	size_t n = base ? strlen(base) : 0;
	while (n && base[n - 1] == '/')
		n--;
	if (!base)
		output_note(in->output, "paths below where the daemon can be reached from outside: "
					"--base https://status.example puts that before them");
	json_array_foreach(json_object_get(badge, "svg"), i, path) output_text(
		in->output, "%.*s%s\n", (int)n, base ? base : "", json_string_value(path));
	json_array_foreach(json_object_get(badge, "json"), i, path) output_text(
		in->output, "%.*s%s\n", (int)n, base ? base : "", json_string_value(path));
	json_array_foreach(json_object_get(badge, "svg"), i, path)
		output_text(in->output, "![%s](%.*s%s)\n", name, (int)n, base ? base : "",
			    json_string_value(path));
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL, *body = json_object();
	bool revoke = invocation_flag(in, "revoke") != NULL;
	if (revoke)
		json_object_set_new(body, "revoke", json_true());
	if (invocation_flag(in, "rotate"))
		json_object_set_new(body, "rotate", json_true());
	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, in->args[0]);
	buf_add_str(&path, "/badge");
	enum err err = request_json(in, "POST", buf_str(&path), body, &reply, &e);
	buf_fini(&path);
	json_decref(body);
	if (err)
		return invocation_fail(&e);
	const json_t *badge = json_object_get(reply, "data");
	if (!output_machine(in->output, badge)) {
		if (revoke)
			output_note(in->output, "%s has no badges any more", in->args[0]);
		else
			print(in, badge);
	}
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"base", "URL", "what the addresses begin with", false},
	{"rotate", NULL, "a new key: the old addresses are gone", false},
	{"revoke", NULL, "no badges any more", false},
};
static const char *const examples[] = {
	"sellersmart monitor badge shop --base https://status.example",
	"sellersmart monitor badge shop --rotate", "sellersmart monitor badge shop --revoke", NULL};

extern const struct command command_monitor_badge;
const struct command command_monitor_badge = {
	.words = "monitor badge",
	.usage = "monitor badge NAME [--base URL] [--rotate | --revoke]",
	.summary = "addresses of a monitor's badges, as pictures and for shields.io",
	.details =
		"A key of 128 random bits is in the address and nothing else: who has it sees the "
		"name, state,\nuptime and speed of this one monitor, never its target. "
		"?label=TEXT shows another name.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
