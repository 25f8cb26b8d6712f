/* sellersmart complete -- WORDS: candidates for the last word, one a line; what completions call.
 */
#include <stdio.h>
#include <string.h>

#include "tui/cli/cli.h"
#include "tui/cli/generic.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { VERBS_MAX = 32, NAMES_MAX = 50, ASK_MS = 200 };

static void offer(const char *word, const char *prefix)
{
	if (!strncmp(word, prefix, strlen(prefix)))
		puts(word);
}

/* Names come from the daemon, when it answers within 200 ms. */
static void offer_names(struct invocation *in, const struct resource_kind *k, const char *prefix)
{
	struct error e = {0};
	struct reply r = {0};
	struct buf path = BUF_INIT(512);
	buf_printf(&path, "/v1/%s", k->plural);
	path_add_int(&path, "limit", NAMES_MAX);
	path_add(&path, "fields", "name");
	if (prefix[0])
		path_add(&path, "q", prefix);
	struct client_request q = {.path = buf_str(&path), .timeout_ms = ASK_MS};
	if (!client_send(in->client, &q, &r, &e)) {
		size_t i;
		const json_t *row;
		json_array_foreach(r.data, i, row) offer(json_str(row, "name", ""), prefix);
	}
	reply_fini(&r);
	buf_fini(&path);
}

static const struct command *written(const char *a, const char *b)
{
	char words[128];
	snprintf(words, sizeof(words), "%.60s %.60s", a, b);
	for (size_t i = 0; command_table[i]; i++)
		if (!strcmp(command_table[i]->words, words) || !strcmp(command_table[i]->words, a))
			return command_table[i];
	return NULL;
}

static void offer_flags(const struct command *c, const char *prefix)
{
	char flag[64];
	for (size_t i = 0; c && i < c->n_flags; i++) {
		snprintf(flag, sizeof(flag), "--%s", c->flags[i].name);
		offer(flag, prefix);
	}
}

static void first_words(const char *prefix)
{
	for (size_t i = 0; resource_table[i]; i++)
		offer(resource_table[i]->kind, prefix);
	for (size_t i = 0; command_table[i]; i++) {
		char first[64];
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(command_table[i]->words, " "),
			 command_table[i]->words);
		if (!command_table[i]->hidden && !resource_kind_find(first))
			offer(first, prefix);
	}
}

static void second_words(const char *noun, const char *prefix)
{
	const struct resource_kind *k = resource_kind_find(noun);
	const char *verbs[VERBS_MAX];
	size_t n = k ? generic_verbs(k, verbs, VERBS_MAX) : 0, len = strlen(noun);
	for (size_t i = 0; i < n; i++)
		offer(verbs[i], prefix);
	for (size_t i = 0; command_table[i]; i++)
		if (!strncmp(command_table[i]->words, noun, len) &&
		    command_table[i]->words[len] == ' ')
			offer(command_table[i]->words + len + 1, prefix);
}

static int run(struct invocation *in)
{
	int n = in->n_rest;
	const char *prefix = n ? in->rest[n - 1] : "";
	if (n <= 1) {
		first_words(prefix);
		return 0;
	}
	const struct resource_kind *k = resource_kind_find(in->rest[0]);
	if (prefix[0] == '-') {
		const struct command *c = written(in->rest[0], in->rest[1]);
		struct command *made = !c && k ? generic_command(k, in->rest[1]) : NULL;
		offer_flags(c ? c : made, prefix);
		generic_free(made);
	} else if (n == 2) {
		second_words(in->rest[0], prefix);
	} else if (k) {
		offer_names(in, k, prefix);
	}
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
