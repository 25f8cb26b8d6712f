/* sellersmart add URL: everything that fits an address, in one step. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/client/propose.h"
#include "tui/commands/command.h"

static enum err batch(struct invocation *in, json_t *items, bool dry_run, json_t **reply,
		      struct error *e)
{
	json_t *body = json_pack("{s:O,s:b}", "items", items, "dry_run", dry_run);
	enum err err = request_json(in, "POST", "/v1/batch", body, reply, e);
	json_decref(body);
	return err;
}

/* What is there under one of these names stays as its owner made it. */
static json_t *only_new(const json_t *items, const json_t *tried)
{
	json_t *fresh = json_array(), *item;
	size_t i;
	json_array_foreach(items, i, item)
	{
		const json_t *result = json_array_get(json_path(tried, "data.results"), i);
		if (!strcmp(json_str(result, "outcome", ""), "created"))
			json_array_append(fresh, item);
	}
	return fresh;
}

static void say(struct invocation *in, const json_t *items, const json_t *tried)
{
	size_t i;
	const json_t *item;
	json_array_foreach(items, i, item)
	{
		const json_t *result = json_array_get(json_path(tried, "data.results"), i);
		bool made = !strcmp(json_str(result, "outcome", ""), "created");
		output_text(in->output, "monitor %s %s (%s %s)\n", json_str(item, "name", ""),
			    made ? "created" : "is there already", json_str(item, "type", ""),
			    json_str(item, "target", ""));
	}
}

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *tried = NULL, *written = NULL, *fresh = NULL, *item;
	size_t i;
	int status = 0;
	json_t *items = propose_monitors(in->args[0], invocation_flag(in, "name"), &e);
	if (!items)
		return invocation_fail(&e);
	json_array_foreach(items, i, item) if (invocation_flag(in, "mine"))
		json_object_set_new(item, "labels", json_pack("{s:s}", "owner", "mine"));
	if (batch(in, items, true, &tried, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	fresh = only_new(items, tried);
	if (json_array_size(fresh) && batch(in, fresh, false, &written, &e)) {
		status = invocation_fail(&e);
		goto out;
	}
	if (!output_machine(in->output, json_path(written ? written : tried, "data.results"))) {
		say(in, items, tried);
		output_note(in->output, "see: sellersmart monitor show %s",
			    json_str(json_array_get(items, 0), "name", ""));
	}
out:
	json_decref(items);
	json_decref(fresh);
	json_decref(tried);
	json_decref(written);
	return status;
}

static const struct flag flags[] = {
	{"mine", NULL, "it is one of my own shops: it stands among the shops of the overview",
	 false},
	{"name", "NAME", "instead of a name made from the address", false},
};
static const char *const examples[] = {"sellersmart add https://shop.example/ --mine",
				       "sellersmart add shop.example --name garden --mine", NULL};

const struct command command_add = {
	.words = "add",
	.usage = "add URL [--mine] [--name NAME]",
	.summary = "watch an address with all checks that fit it",
	.details =
		"Makes an http monitor, and for https a monitor of the certificate. What is there already stays as it is.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
