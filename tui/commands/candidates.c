/* sellersmart complete -- WORDS: candidates for the last word, one a line; what completions call.
 */
#include <stdio.h>
#include <string.h>

#include "tui/cli/cli.h"
#include "shared/mem.h"
#include "tui/cli/context.h"
#include "tui/cli/generic.h"
#include "tui/cli/help.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { VERBS_MAX = 32, NAMES_MAX = 50, ASK_MS = 200 };

static void offer(const char *word, const char *prefix)
{
	if (!strncmp(word, prefix, strlen(prefix)))
		puts(word);
}

/* Names come from the daemon, when it answers within 200 ms. */
static void offer_names(struct invocation *in, const struct resource_kind *k, const char *filter,
			const char *value, const char *prefix)
{
	const char *member = k->ops & OP_ADD ? "name" : "id";
	struct error e = {0};
	struct reply r = {0};
	struct buf path = BUF_INIT(512);
	buf_printf(&path, "/v1/%s", k->plural);
	path_add_int(&path, "limit", NAMES_MAX);
	path_add(&path, "fields", member);
	if (filter) {
		char key[64];
		snprintf(key, sizeof(key), "filter[%s]", filter);
		path_add(&path, key, value);
	}
	if (prefix[0] && k->ops & OP_ADD)
		path_add(&path, "q", prefix);
	struct client_request q = {.path = buf_str(&path), .timeout_ms = ASK_MS};
	if (!client_send(in->client, &q, &r, &e)) {
		size_t i;
		const json_t *row;
		json_array_foreach(r.data, i, row) offer(json_str(row, member, ""), prefix);
	}
	reply_fini(&r);
	buf_fini(&path);
}

/* The command that words stand for: written, else the kind's. *made is freed by the caller. */
static const struct command *command_of(int n, char **words, struct command **made)
{
	const struct command *best = NULL;
	const struct resource_kind *k = n ? resource_kind_find(words[0]) : NULL;
	char two[128];
	snprintf(two, sizeof(two), "%.60s %.60s", n ? words[0] : "", n > 1 ? words[1] : "");
	*made = NULL;
	for (size_t i = 0; command_table[i]; i++)
		if ((n && !strcmp(command_table[i]->words, words[0])) ||
		    (n > 1 && !strcmp(command_table[i]->words, two)))
			best = command_table[i];
	if (!best && k && n > 1)
		*made = generic_command(k, words[1]);
	return best ? best : *made;
}

static void offer_flags(const struct command *c, const char *prefix)
{
	static const char *const anywhere[] = {"--output",   "--json",     "--socket", "--context",
					       "--watch",    "--no-color", "--quiet",  "--yes",
					       "--no-input", "--help"};
	char flag[64];
	for (size_t i = 0; c && i < c->n_flags; i++) {
		snprintf(flag, sizeof(flag), "--%s", c->flags[i].name);
		offer(flag, prefix);
	}
	for (size_t i = 0; i < ARRAY_LEN(anywhere); i++)
		offer(anywhere[i], prefix);
}

static void offer_list(const char *const *words, const char *after, const char *prefix)
{
	char text[96];
	for (size_t i = 0; words && words[i]; i++) {
		snprintf(text, sizeof(text), "%.60s%s", words[i], after);
		offer(text, prefix);
	}
}

static void offer_contexts(const char *prefix)
{
	struct error e = {0};
	json_t *all = contexts_load(&e), *c;
	const char *name;
	offer("local", prefix);
	json_object_foreach(json_object_get(all, "contexts"), name, c) offer(name, prefix);
	json_decref(all);
}

/* A value of the flag before the cursor. False: that flag takes none, or it is not known here. */
static bool offer_values(const struct resource_kind *k, const struct command *c, const char *flag,
			 const char *prefix)
{
	static const char *const formats[] = {"table", "plain", "json", "jsonl", "csv", NULL};
	static const char *const yes_no[] = {"yes", "no", NULL};
	char name[64];
	if (!strcmp(flag, "-o") || !strcmp(flag, "--output")) {
		offer_list(formats, "", prefix);
		if (c && c->lines)
			offer("line", prefix);
		return true;
	}
	if (!strcmp(flag, "--context")) {
		offer_contexts(prefix);
		return true;
	}
	if (k && !strcmp(flag, "--json")) {
		offer_list(k->outputs, "", prefix);
		offer("name", prefix);
		return true;
	}
	if (k && !strcmp(flag, "--sort")) {
		offer_list(k->sorts, "", prefix);
		return true;
	}
	if (k && !strcmp(flag, "--filter")) {
		offer_list(k->filters, "=", prefix);
		return true;
	}
	for (size_t i = 0; c && i < c->n_flags; i++) {
		snprintf(name, sizeof(name), "--%s", c->flags[i].name);
		if (strcmp(name, flag) || !c->flags[i].value)
			continue;
		snprintf(name, sizeof(name), "%s", c->flags[i].name);
		for (char *p = name; *p; p++)
			*p = *p == '-' ? '_' : *p;
		const struct field *f = k ? resource_field_any(k, name) : NULL;
		if (f && f->type == FIELD_BOOL)
			offer_list(yes_no, "", prefix);
		else if (f && !strcmp(name, k->variant_field ? k->variant_field : ""))
			for (size_t v = 0; k->variants[v]; v++)
				offer(k->variants[v]->name, prefix);
		else if (f)
			offer_list(f->choices, "", prefix);
		return true;
	}
	return false;
}

static void first_words(const char *prefix)
{
	for (size_t i = 0; resource_table[i]; i++)
		offer(resource_table[i]->kind, prefix);
	char before[64] = "";
	for (size_t i = 0; command_table[i]; i++) {
		char first[64];
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(command_table[i]->words, " "),
			 command_table[i]->words);
		if (!command_table[i]->hidden && !resource_kind_find(first) &&
		    strcmp(first, before))
			offer(first, prefix);
		memcpy(before, first, sizeof(before));
	}
}

/* What stands after the command's words: names of the kind, monitors for a heartbeat's. */
static void offer_arguments(struct invocation *in, const struct command *c, const char *prefix)
{
	const struct resource_kind *k = resource_kind_find(in->rest[0]);
	if (!strcmp(in->rest[0], "context"))
		offer_contexts(prefix);
	else if (!strcmp(in->rest[0], "heartbeat"))
		offer_names(in, resource_kind_find("monitor"), "type", "heartbeat", prefix);
	else if (k && c && c->max_args && strcmp(in->rest[1], "add"))
		offer_names(in, k, NULL, NULL, prefix);
}

static int run(struct invocation *in)
{
	int n = in->n_rest;
	const char *prefix = n ? in->rest[n - 1] : "", *verbs[VERBS_MAX];
	struct command *made;
	const struct command *c = command_of(n - 1, in->rest, &made);
	const struct resource_kind *k = n > 1 ? resource_kind_find(in->rest[0]) : NULL;
	static const char *const context_verbs[] = {"list", "add", "use", "rm", NULL};
	static const char *const shells[] = {"bash", "zsh", "fish", NULL};
	if (n > 1 && offer_values(k, c, in->rest[n - 2], prefix)) {
	} else if (prefix[0] == '-') {
		offer_flags(c, prefix);
	} else if (n <= 1) {
		first_words(prefix);
	} else if (n == 2 && !strcmp(in->rest[0], "context")) {
		offer_list(context_verbs, "", prefix);
	} else if (n == 2 && !strcmp(in->rest[0], "completion")) {
		offer_list(shells, "", prefix);
	} else if (n == 2) {
		size_t known = help_verbs(in->rest[0], verbs, VERBS_MAX);
		for (size_t i = 0; i < known; i++)
			offer(verbs[i], prefix);
	} else {
		offer_arguments(in, c, prefix);
	}
	generic_free(made);
	return 0;
}

const struct command command_candidates = {
	.words = "complete",
	.usage = "complete -- WORD...",
	.summary = "candidates for a shell's completion",
	.hidden = true,
	.rest = true,
	.run = run,
};
