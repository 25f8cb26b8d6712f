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

static void flag_lines(const struct command *c)
{
	for (size_t i = 0; i < c->n_flags; i++) {
		char left[80];
		snprintf(left, sizeof(left), "--%s %s", c->flags[i].name,
			 c->flags[i].value ? c->flags[i].value : "");
		printf("  %-30s %s\n", left, c->flags[i].help);
	}
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
	flag_lines(c);
}

/* The second word of a command whose first is noun, or NULL. */
static const char *verb_of(const struct command *c, const char *noun)
{
	size_t len = strlen(noun);
	return !c->hidden && !strncmp(c->words, noun, len) && c->words[len] == ' '
		       ? c->words + len + 1
		       : NULL;
}

size_t help_verbs(const char *noun, const char **out, size_t max)
{
	const struct resource_kind *k = resource_kind_find(noun);
	size_t n = k ? generic_verbs(k, out, max) : 0;
	for (size_t i = 0; command_table[i] && n < max; i++) {
		const char *verb = verb_of(command_table[i], noun);
		bool known = !verb;
		for (size_t v = 0; v < n && !known; v++)
			known = !strcmp(out[v], verb);
		if (!known)
			out[n++] = verb;
	}
	return n;
}

static const struct command *find_command(const char *noun, const char *verb)
{
	for (size_t i = 0; command_table[i]; i++) {
		const char *v = verb_of(command_table[i], noun);
		if (v && !strcmp(v, verb))
			return command_table[i];
	}
	return NULL;
}

/* The usage's words, indented below each other, each with what it does. */
static void verb_line(const struct command *c)
{
	printf("  sellersmart %s\n      %s\n", c->usage, c->summary);
}

void help_group(const char *noun)
{
	const char *verbs[VERBS_MAX];
	size_t n = help_verbs(noun, verbs, VERBS_MAX);
	bool shown = false;
	for (size_t i = 0; i < n; i++) {
		const struct command *c = find_command(noun, verbs[i]);
		for (size_t x = 0; c->examples && c->examples[x]; x++, shown = true)
			printf("%s  %s\n", shown ? "" : "examples:\n", c->examples[x]);
	}
	puts(shown ? "\nverbs:" : "verbs:");
	for (size_t i = 0; i < n; i++)
		verb_line(find_command(noun, verbs[i]));
}

void help_noun(const struct resource_kind *k)
{
	const char *verbs[VERBS_MAX];
	size_t n = help_verbs(k->kind, verbs, VERBS_MAX);
	for (size_t i = 0; k->examples && k->examples[i]; i++)
		printf("%s  %s\n", i ? "" : "examples:\n", k->examples[i]);
	printf("%s%s\n\nverbs:\n", k->examples ? "\n" : "", k->help);
	for (size_t i = 0; i < n; i++) {
		const struct command *written = find_command(k->kind, verbs[i]);
		struct command *made = written ? NULL : generic_command(k, verbs[i]);
		verb_line(written ? written : made);
		generic_free(made);
	}
}

void help_verb(const struct resource_kind *k, const char *verb, const struct command *c)
{
	struct buf out = BUF_INIT(256 << 10);
	schema_write_help(&out, k, verb, NULL);
	/* Examples, a blank line, and the rest: the usage belongs between. */
	const char *text = buf_str(&out), *rest = strstr(text, "\n\n");
	bool list = !strcmp(verb, "list");
	const char *flags = list ? strstr(text, "\nFlags:") : NULL;
	rest = rest ? rest + 1 : text + strlen(text);
	printf("examples:\n%.*s\nusage: sellersmart %s\n%.*s", (int)(rest - text), text, c->usage,
	       flags ? (int)(flags - rest) : (int)strlen(rest), rest);
	buf_fini(&out);
	if (list) {
		puts("\nFlags:");
		flag_lines(c);
	} else if (!strcmp(verb, "edit")) {
		puts("  --unset FIELD\n      Back to its default (may be repeated)");
	}
}
