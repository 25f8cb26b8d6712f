/* Fill the marks of a manual page (.\" @WORD@) with tables written from the descriptors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/config.h"
#include "shared/schema/describe.h"
#include "tui/cli/generic.h"
#include "tui/commands/command.h"

enum { LINE_MAX_BYTES = 4096, TEXT_COLUMNS = 79, VERBS_MAX = 32 };

/* A hyphen that must stay one, and no line that begins with a request. */
static void roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			putchar('\\');
		putchar(*text == '\n' ? ' ' : *text);
	}
}

static void lines(const char *const *list)
{
	for (size_t i = 0; list && list[i]; i++) {
		puts(i ? ".br" : ".PP\n.nf");
		roff(list[i]);
		putchar('\n');
	}
	if (list && list[0])
		puts(".fi");
}

static void commands(void)
{
	for (size_t i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];
		if (c->hidden)
			continue;
		printf(".TP\n.B ");
		roff(c->usage);
		putchar('\n');
		roff(c->summary);
		puts(".");
		if (c->details) {
			roff(c->details);
			putchar('\n');
		}
		for (size_t f = 0; f < c->n_flags; f++) {
			printf(".RS\n.TP\n.B \\-\\-");
			roff(c->flags[f].name);
			if (c->flags[f].value)
				printf(" \\fI%s\\fP", c->flags[f].value);
			putchar('\n');
			roff(c->flags[f].help);
			puts("\n.RE");
		}
	}
}

static void nouns(void)
{
	for (size_t i = 0; resource_table[i]; i++) {
		const struct resource_kind *k = resource_table[i];
		const char *verbs[VERBS_MAX];
		size_t n = generic_verbs(k, verbs, VERBS_MAX);
		printf(".TP\n.B %s", k->kind);
		for (size_t v = 0; v < n; v++)
			printf("%s%s", v ? " | " : " ", verbs[v]);
		putchar('\n');
		roff(k->help);
		putchar('\n');
	}
}

static void fields(const struct resource_kind *k)
{
	struct buf out = BUF_INIT(1 << 20);
	schema_write_man(&out, k);
	fputs(buf_str(&out), stdout);
	buf_fini(&out);
}

static void resources(void)
{
	for (size_t i = 0; resource_table[i]; i++) {
		if (!(resource_table[i]->ops & OP_ADD))
			continue;
		printf(".SH RESOURCE: %s\n", resource_table[i]->kind);
		roff(resource_table[i]->help);
		putchar('\n');
		fields(resource_table[i]);
		lines(resource_table[i]->examples);
	}
}

static void exits(void)
{
	for (int code = 0; code > -ERR_COUNT; code--) {
		const struct err_info *info = err_info((enum err)code);
		if (code)
			printf(".TP\n.B %d\n%s (%s)\n", info->exit, info->title, info->code);
	}
}

static const struct {
	const char *word;
	void (*write)(void);
} marks[] = {{"COMMANDS", commands}, {"NOUNS", nouns}, {"RESOURCES", resources}, {"ERRORS", exits}};

/* ---- lines of text that an editor shows whole ---------------------------------------------- */

/* Where a line is parted: at the last space that leaves it short, and not before what would be read
 * as a request. */
static size_t part(const char *line, size_t len)
{
	size_t best = 0;
	if (len <= TEXT_COLUMNS)
		return len;
	for (size_t i = 1; i + 1 < len && (i <= TEXT_COLUMNS || !best); i++)
		if (line[i] == ' ' && line[i + 1] != '.' && line[i + 1] != '\'' &&
		    line[i + 1] != ' ')
			best = i;
	return best ? best : len;
}

static void write_folded(const char *page, FILE *out)
{
	bool as_it_is = false;
	for (const char *at = page; *at;) {
		size_t len = strcspn(at, "\n"), n = len;
		if (!strncmp(at, ".nf", 3) || !strncmp(at, ".fi", 3))
			as_it_is = at[1] == 'n';
		if (!as_it_is && *at != '.' && *at != '\'')
			n = part(at, len);
		fprintf(out, "%.*s\n", (int)n, at);
		at += n;
		if (*at)
			at++; /* the space, or the end of the line */
	}
}

static int fill(void)
{
	char line[LINE_MAX_BYTES], word[32];
	while (fgets(line, sizeof(line), stdin)) {
		bool done = false;
		if (sscanf(line, ".\\\" @%31[A-Z]@", word) == 1) {
			for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
				if (!strcmp(word, marks[i].word)) {
					marks[i].write();
					done = true;
				}
			if (!strcmp(word, "CONFIG")) {
				fields(&config_kind);
				done = true;
			}
			if (!done) {
				fprintf(stderr, "mangen: unknown mark @%s@\n", word);
				return 1;
			}
		} else {
			fputs(line, stdout);
		}
	}
	return 0;
}

int main(void)
{
	char *page = NULL;
	size_t len = 0;
	FILE *out = stdout;
	stdout = open_memstream(&page, &len);
	if (!stdout)
		return 1;
	int status = fill();
	fclose(stdout);
	stdout = out;
	if (!status)
		write_folded(page, out);
	free(page);
	return status || fflush(out) || ferror(out);
}
