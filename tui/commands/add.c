/* sellersmart add URL: everything that fits an address, in one step. */
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/url.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static json_t *item(const char *name, const char *suffix, const char *type, const char *target,
		    bool mine)
{
	char full[NAME_MAX_BYTES + 1];
	json_t *o = json_object();
	snprintf(full, sizeof(full), "%.*s%s", (int)(NAME_MAX_BYTES - strlen(suffix)), name,
		 suffix);
	json_object_set_new(o, "kind", json_string("monitor"));
	json_object_set_new(o, "name", json_string(full));
	json_object_set_new(o, "type", json_string(type));
	json_object_set_new(o, "target", json_string(target));
	if (mine)
		json_object_set_new(o, "labels", json_pack("{s:s}", "owner", "mine"));
	return o;
}

static const char *outcome_words(const char *outcome)
{
	return !strcmp(outcome, "unchanged") ? "is there already" : outcome;
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct url url;
	char given[URL_MAX + 16], target[HOST_MAX + 16], name[NAME_MAX_BYTES + 1];
	bool mine = invocation_flag(in, "mine") != NULL;
	const char *wanted = invocation_flag(in, "name");
	snprintf(given, sizeof(given), "%s%s", strstr(in->args[0], "://") ? "" : "https://",
		 in->args[0]);
	if (url_parse(given, &url, &e)) {
		error_hint(
			&e,
			"sellersmart add https://shop.example/; for a port: sellersmart monitor add HOST:PORT");
		return invocation_fail(&e);
	}
	if (wanted)
		snprintf(name, sizeof(name), "%s", wanted);
	else
		name_slug(!strncmp(url.host, "www.", 4) ? url.host + 4 : url.host, name,
			  sizeof(name));
	json_t *items = json_array();
	json_array_append_new(items, item(name, "", "http", given, mine));
	if (!strcmp(url.scheme, "https")) {
		snprintf(target, sizeof(target), url.host_is_ipv6 ? "[%s]:%u" : "%s:%u", url.host,
			 url.port);
		json_array_append_new(items, item(name, "-cert", "tls", target, mine));
	}
	json_t *body = json_pack("{s:o}", "items", items), *reply = NULL;
	enum err err = request_json(in, "POST", "/v1/batch", body, &reply, &e);
	json_decref(body);
	if (err)
		return invocation_fail(&e);
	const json_t *results = json_path(reply, "data.results");
	if (!output_machine(in->output, results)) {
		size_t i;
		const json_t *r;
		json_array_foreach(results, i, r) output_text(
			in->output, "monitor %s %s (%s)\n", json_str(r, "name", ""),
			outcome_words(json_str(r, "outcome", "")), i ? "certificate" : "http");
		output_note(in->output, "see: sellersmart monitor show %s", name);
	}
	json_decref(reply);
	return 0;
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
		"Makes an http monitor, and for https a monitor of the certificate. Given twice, nothing changes.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
