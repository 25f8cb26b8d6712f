#include "tui/cli/help.h"

#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/describe.h"
#include "tui/cli/generic.h"

enum { VERBS_MAX = 32 };

void help_overview(void)
{
	fputs("SellerSmart: a console for people who sell online, and the daemon behind it.\n"
	      "\n"
	      "  sellersmart                                 the dashboard (or `status` without a terminal)\n"
	      "  sellersmart add https://shop.example/ --mine   watch a shop: what fits that address\n"
	      "  sellersmart monitor list                    everything that is watched\n"
	      "  sellersmart monitor check shop              check now; exit 0 up, 1 not up\n"
	      "  sellersmart apply -f shop.yaml              make the daemon match a file\n"
	      "\n"
	      "usage: sellersmart [NOUN VERB | COMMAND] [--flags]\n\nnouns:\n",
	      stdout);
	for (size_t i = 0; resource_table[i]; i++) {
		const char *verbs[VERBS_MAX];
		char list[256] = "";
		size_t n = generic_verbs(resource_table[i], verbs, VERBS_MAX);
		for (size_t v = 0; v < n; v++) {
			size_t len = strlen(list);
			snprintf(list + len, sizeof(list) - len, "%s%s", v ? " " : "", verbs[v]);
		}
		printf("  %-12s %s\n", resource_table[i]->kind, list);
	}
	puts("\ncommands:");
	for (size_t i = 0; command_table[i]; i++)
		if (!command_table[i]->hidden)
			printf("  %-18s %s\n", command_table[i]->words, command_table[i]->summary);
	fputs("\nanywhere:\n"
	      "  -o table|plain|json|jsonl|csv   form of the output\n"
	      "  --json FIELDS                   only these members as JSON\n"
	      "  --watch                         go on with what changes\n"
	      "  --socket PATH, --context NAME   which daemon\n"
	      "  --plain                         a screen as plain lines, for screen readers\n"
	      "  --yes, --no-input, --quiet, --no-color, --version, --help\n"
	      "\n"
	      "exit: 0; 1 the thing checked is bad; 64 usage; 65 data; 69 daemon away;\n"
	      "      75 try again; 77 denied; 78 configuration\n",
	      stdout);
}

void help_command(const struct command *c)
{
	for (size_t i = 0; c->examples && c->examples[i]; i++)
		printf("%s  %s\n", i ? "" : "examples:\n", c->examples[i]);
	printf("%susage: sellersmart %s\n\n%s\n", c->examples ? "\n" : "", c->usage, c->summary);
	if (c->details)
		printf("\n%s\n", c->details);
	if (c->n_flags)
		puts("\nflags:");
	for (size_t i = 0; i < c->n_flags; i++) {
		char left[80];
		snprintf(left, sizeof(left), "--%s %s", c->flags[i].name,
			 c->flags[i].value ? c->flags[i].value : "");
		printf("  %-30s %s\n", left, c->flags[i].help);
	}
}

void help_noun(const struct resource_kind *k)
{
	const char *verbs[VERBS_MAX];
	size_t n = generic_verbs(k, verbs, VERBS_MAX);
	for (size_t i = 0; k->examples && k->examples[i]; i++)
		printf("%s  %s\n", i ? "" : "examples:\n", k->examples[i]);
	printf("%s%s\n\nverbs:\n", k->examples ? "\n" : "", k->help);
	for (size_t i = 0; i < n; i++) {
		struct command *c = generic_command(k, verbs[i], false);
		printf("  sellersmart %-34s %s\n", c->words, c->summary);
		generic_free(c);
	}
	for (size_t i = 0; command_table[i]; i++) {
		size_t len = strlen(k->kind);
		if (!strncmp(command_table[i]->words, k->kind, len) &&
		    command_table[i]->words[len] == ' ')
			printf("  sellersmart %-34s %s\n", command_table[i]->words,
			       command_table[i]->summary);
	}
}

void help_verb(const struct resource_kind *k, const char *verb)
{
	struct buf out = BUF_INIT(256 << 10);
	schema_write_help(&out, k, verb, NULL);
	fputs(buf_str(&out), stdout);
	buf_fini(&out);
}
