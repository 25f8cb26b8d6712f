/* sellersmart add URL: everything that fits an address, in one step. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/cli/site_add.h"
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

/* @return what became of each, or NULL with e filled */
static json_t *add_monitors(struct invocation *in, json_t *items, struct error *e)
{
	json_t *tried = NULL, *written = NULL, *fresh = NULL, *results = NULL;
	if (!batch(in, items, true, &tried, e)) {
		fresh = only_new(items, tried);
		if (!json_array_size(fresh) || !batch(in, fresh, false, &written, e)) {
			results = json_incref(json_path(written ? written : tried, "data.results"));
			if (output_format(in->output) == OUTPUT_TABLE ||
			    output_format(in->output) == OUTPUT_PLAIN)
				say(in, items, tried);
		}
	}
	json_decref(tried);
	json_decref(written);
	json_decref(fresh);
	return results;
}

static int run_monitors(struct invocation *in, bool mine)
{
	struct error e = {0};
	json_t *item, *items = propose_monitors(in->args[0], invocation_flag(in, "name"), &e);
	size_t i;
	int status = 0;
	if (!items)
		return invocation_fail(&e);
	json_array_foreach(items, i, item) if (mine)
		json_object_set_new(item, "labels", json_pack("{s:s}", "owner", "mine"));
	json_t *results = add_monitors(in, items, &e);
	if (!results)
		status = invocation_fail(&e);
	else if (mine)
		status = site_add(in, "shop", results);
	else if (!output_machine(in->output, results))
		output_note(in->output, "see: sellersmart monitor show %s",
			    json_str(json_array_get(items, 0), "name", ""));
	json_decref(items);
	json_decref(results);
	return status;
}

static int run(struct invocation *in)
{
	struct error e = {0};
	bool rival = invocation_flag(in, "rival"), mine = invocation_flag(in, "mine");
	if (rival && mine) {
		error_set(&e, ERR_USAGE, "--rival and --mine: it is one or the other");
		return invocation_fail(&e);
	}
	if (!rival && !mine && (invocation_flag(in, "every") || invocation_flag(in, "no-wait"))) {
		error_set(&e, ERR_USAGE, "--every and --no-wait belong to --rival and --mine");
		error_hint(&e, "sellersmart add %.120s --rival", in->args[0]);
		return invocation_fail(&e);
	}
	return rival ? site_add(in, "rival", NULL) : run_monitors(in, mine);
}

static const struct flag flags[] = {
	{"rival", NULL, "a shop of somebody else: its products and prices are followed", false},
	{"mine", NULL,
	 "one of my own shops: it stands among the shops of the overview, and its products are what "
	 "rivals are compared with",
	 false},
	{"every", "TIME", "how often its products are read, 6h when left out", false},
	{"name", "NAME", "instead of a name made from the address", false},
	{"no-wait", NULL, "do not stay until its products were found", false},
};
static const char *const examples[] = {"sellersmart add https://shop.example/ --mine",
				       "sellersmart add https://rival.example/ --rival --every 6h",
				       "sellersmart add shop.example --name garden --mine", NULL};

const struct command command_add = {
	.words = "add",
	.usage = "add URL [--rival|--mine] [--every TIME] [--name NAME] [--no-wait]",
	.summary = "watch an address with all that fits it",
	.details =
		"Makes an http monitor, and for https a monitor of the certificate; with --mine the "
		"shop's products are read, too.\nWith --rival there are no monitors: it is found out "
		"what the shop is made with, its products are found, and their\nprices, stock and "
		"ratings are followed, politely, every 6 hours. The progress is on standard error; to "
		"leave with\nCtrl-C does not end it. What is there already stays as it is.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
