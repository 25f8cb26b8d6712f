#include "shared/schema/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/pattern.h"
#include "shared/schema/internal.h"
#include "shared/percent.h"
#include "shared/timefmt.h"

enum { FLAG_MAX = 48, DESCRIBED_MAX = 320, HELP_WIDTH = 78 };

static const char *type_words(enum field_type type)
{
	switch (type) {
	case FIELD_TEXT: return "text";
	case FIELD_INT: return "number";
	case FIELD_BOOL: return "true or false";
	case FIELD_ENUM: return "one of";
	case FIELD_DURATION: return "duration";
	case FIELD_SIZE: return "size";
	case FIELD_URL: return "http or https address";
	case FIELD_HOST_PORT: return "host:port";
	case FIELD_HOST: return "host name or address";
	case FIELD_STATUS_SET: return "HTTP statuses";
	case FIELD_PATTERN: return "regular expression";
	case FIELD_CRON: return "cron, five fields";
	case FIELD_ZONE: return "IANA time zone";
	case FIELD_PERCENT: return "percent";
	case FIELD_NAME: return "name";
	case FIELD_TEXT_LIST: return "list of text, may be repeated";
	case FIELD_TEXT_MAP: return "KEY=VALUE, may be repeated";
	case FIELD_SECRET: return "secret:NAME";
	case FIELD_OBJECTS: return "list of mappings";
	}
	return "";
}

const char *field_range(const struct field *f, char *out, size_t cap)
{
	char low[DURATION_TEXT], high[DURATION_TEXT];
	out[0] = '\0';
	switch (f->type) {
	case FIELD_DURATION:
		if (f->min || f->max)
			snprintf(out, cap, "%s..%s", duration_format(low, f->min),
				 duration_format(high, f->max));
		break;
	case FIELD_SIZE:
		if (f->min || f->max)
			snprintf(out, cap, "%s..%s", size_format(low, sizeof(low), f->min),
				 size_format(high, sizeof(high), f->max));
		break;
	case FIELD_PERCENT:
		if (f->min || f->max)
			snprintf(out, cap, "%s..%s", percent_format(low, f->min),
				 percent_format(high, f->max));
		break;
	case FIELD_INT:
		if (f->min || f->max)
			snprintf(out, cap, "%" PRId64 "..%" PRId64, f->min, f->max);
		break;
	case FIELD_TEXT:
		snprintf(out, cap, "%" PRId64 "..%" PRId64 " bytes", f->min,
			 f->max ? f->max : TEXT_DEFAULT_MAX);
		break;
	case FIELD_TEXT_LIST:
	case FIELD_TEXT_MAP:
		snprintf(out, cap, "at most %" PRId64, f->max ? f->max : ENTRIES_DEFAULT_MAX);
		break;
	case FIELD_OBJECTS:
		snprintf(out, cap, "%" PRId64 "..%" PRId64, f->min,
			 f->max ? f->max : ENTRIES_DEFAULT_MAX);
		break;
	case FIELD_PATTERN: snprintf(out, cap, "at most %d bytes", PATTERN_MAX_BYTES); break;
	case FIELD_ENUM:
		for (size_t i = 0; f->choices[i]; i++)
			words_add(out, cap, ", ", f->choices[i]);
		break;
	case FIELD_BOOL:
	case FIELD_URL:
	case FIELD_HOST_PORT:
	case FIELD_HOST:
	case FIELD_STATUS_SET:
	case FIELD_CRON:
	case FIELD_ZONE:
	case FIELD_NAME:
	case FIELD_SECRET: break;
	}
	return out;
}

void field_describe(const struct field *f, char *out, size_t cap)
{
	char range[DESCRIBED_MAX], dflt[DESCRIBED_MAX];
	out[0] = '\0';
	if (f->type == FIELD_URL && f->choices)
		snprintf(out, cap, "%s or %s address", f->choices[0], f->choices[1]);
	else
		words_add(out, cap, "", type_words(f->type));
	if (*field_range(f, range, sizeof(range)))
		words_add(out, cap, f->type == FIELD_ENUM ? " " : ", ", range);
	if (f->type == FIELD_HOST_PORT && f->min) {
		snprintf(dflt, sizeof(dflt), "port %d when none is given", (int)f->min);
		words_add(out, cap, ", ", dflt);
	}
	if (f->dflt) {
		snprintf(dflt, sizeof(dflt), "default %s", f->dflt);
		words_add(out, cap, ", ", dflt);
	}
	if (f->flags & FIELD_REQUIRED)
		words_add(out, cap, ", ", "required");
	if (f->flags & FIELD_FIXED)
		words_add(out, cap, ", ", "fixed once made");
}

void field_flag(const struct field *f, char *out, size_t cap)
{
	snprintf(out, cap, "--%s", f->flag ? f->flag : f->name);
	for (char *c = out; *c; c++) {
		if (*c == '_')
			*c = '-';
	}
}

/* ---- manual ------------------------------------------------------------------------------- */

/* Text as roff: backslashes, hyphens and a leading control character lose their meaning. */
static void roff(struct buf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		buf_add_str(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			buf_add_str(out, "\\e");
		else if (*text == '-')
			buf_add_str(out, "\\-");
		else
			buf_add_char(out, *text);
	}
}

static void man_field(struct buf *out, const struct field *f)
{
	char about[DESCRIBED_MAX];
	field_describe(f, about, sizeof(about));
	buf_add_str(out, ".TP\n.B ");
	roff(out, f->name);
	buf_add_char(out, '\n');
	roff(out, f->help);
	buf_add_str(out, ".\n(");
	roff(out, about);
	buf_add_str(out, ")\n");
	if (f->example) {
		buf_add_str(out, "Example: \\fI");
		roff(out, f->example);
		buf_add_str(out, "\\fR\n");
	}
	if (!f->n_members)
		return;
	buf_add_str(out, ".RS\n");
	for (size_t i = 0; i < f->n_members; i++)
		man_field(out, &f->members[i]);
	buf_add_str(out, ".RE\n");
}

static void man_examples(struct buf *out, const char *const *examples)
{
	if (!examples)
		return;
	buf_add_str(out, ".nf\n");
	for (size_t i = 0; examples[i]; i++) {
		roff(out, examples[i]);
		buf_add_char(out, '\n');
	}
	buf_add_str(out, ".fi\n");
}

void schema_write_man(struct buf *out, const struct resource_kind *k)
{
	const struct field *fields[FIELDS_MAX];
	buf_add_str(out, ".SS ");
	roff(out, k->title);
	buf_add_str(out, "\n");
	roff(out, k->help);
	buf_add_str(out, ".\n");
	if (k->examples) /* a heading begins a paragraph itself: the variants need none */
		buf_add_str(out, ".PP\n");
	man_examples(out, k->examples);
	size_t n = resource_fields(k, NULL, fields);
	for (size_t i = 0; i < n; i++)
		man_field(out, fields[i]);
	for (size_t i = 0; k->variants && k->variants[i]; i++) {
		const struct variant *v = k->variants[i];
		buf_printf(out, ".SS %s %s: ", k->title, v->name);
		roff(out, v->title);
		buf_add_str(out, "\n");
		man_examples(out, v->examples);
		for (size_t j = 0; v->excludes && v->excludes[j]; j++) {
			buf_add_str(out, j ? ", " : "It has no ");
			roff(out, v->excludes[j]);
		}
		if (v->excludes && v->excludes[0])
			buf_add_str(out, ".\n");
		for (size_t j = 0; j < v->n_fields; j++)
			man_field(out, &v->fields[j]);
	}
}

/* ---- --help ------------------------------------------------------------------------------- */

static void help_examples(struct buf *out, const char *const *examples, const char *noun,
			  const char *verb)
{
	char words[96];
	snprintf(words, sizeof(words), "sellersmart %s %s", noun, verb);
	size_t n = strlen(words);
	for (size_t i = 0; examples && examples[i]; i++) {
		bool fits = !strncmp(examples[i], words, n) &&
			    (!examples[i][n] || examples[i][n] == ' ');
		if (fits)
			buf_printf(out, "  %s\n", examples[i]);
	}
}

/* Words wrapped at HELP_WIDTH, indented. */
static void help_wrapped(struct buf *out, size_t indent, const char *text)
{
	size_t column = 0;
	while (*text) {
		size_t n = strcspn(text, " ");
		if (column && column + 1 + n > HELP_WIDTH - indent) {
			buf_add_char(out, '\n');
			column = 0;
		}
		if (!column)
			buf_printf(out, "%*s", (int)indent, "");
		else
			buf_add_char(out, ' ');
		column += n + (column > 0);
		buf_add(out, text, n);
		text += n;
		text += strspn(text, " ");
	}
	buf_add_char(out, '\n');
}

/* What an entry of a list of mappings holds: no flags of their own, they stand in a file. */
static void help_members(struct buf *out, const struct field *f, size_t indent)
{
	char about[DESCRIBED_MAX], line[3 * DESCRIBED_MAX];
	for (size_t i = 0; i < f->n_members; i++) {
		const struct field *m = &f->members[i];
		field_describe(m, about, sizeof(about));
		snprintf(line, sizeof(line), "%s: %s (%s)", m->name, m->help, about);
		help_wrapped(out, indent, line);
		help_members(out, m, indent + 2);
	}
}

static void help_field(struct buf *out, const struct field *f)
{
	char flag[FLAG_MAX], about[DESCRIBED_MAX], line[2 * DESCRIBED_MAX];
	field_flag(f, flag, sizeof(flag));
	field_describe(f, about, sizeof(about));
	if (f->flags & FIELD_POSITIONAL)
		buf_printf(out, "  %s, or without the flag\n", flag);
	else
		buf_printf(out, f->type == FIELD_SECRET ? "  %s, %s-file FILE\n" : "  %s\n", flag,
			   flag);
	snprintf(line, sizeof(line), "%s (%s)", f->help, about);
	help_wrapped(out, 6, line);
	help_members(out, f, 8);
}

static void help_fields(struct buf *out, const struct resource_kind *k, const struct variant *only)
{
	const struct field *fields[FIELDS_MAX];
	size_t n = resource_fields(k, only, fields);
	buf_add_str(out, "\nFlags:\n  --name\n");
	help_wrapped(out, 6,
		     k->name_propose ? "Name; proposed from the target when left out" : "Name");
	buf_add_str(out, "  --label\n");
	help_wrapped(out, 6, "A word to group and filter by (KEY=VALUE, may be repeated)");
	for (size_t i = 0; i < n; i++)
		help_field(out, fields[i]);
	for (size_t i = 0; !only && k->variants && k->variants[i]; i++) {
		const struct variant *v = k->variants[i];
		buf_printf(out, "\nFlags of %s %s (%s):\n", v->name, k->plural, v->title);
		for (size_t j = 0; j < v->n_fields; j++)
			help_field(out, &v->fields[j]);
	}
}

static void help_list(struct buf *out, const struct resource_kind *k)
{
	buf_add_str(out, "\nFlags:\n");
	buf_add_str(out, "  --sort FIELD       ");
	for (size_t i = 0; k->sorts && k->sorts[i]; i++) {
		if (k->sorts[i][0] != '-')
			buf_printf(out, "%s ", k->sorts[i]);
	}
	buf_add_str(out, "(-FIELD: descending)\n  --filter F=VALUE   ");
	for (size_t i = 0; k->filters && k->filters[i]; i++)
		buf_printf(out, "%s ", k->filters[i]);
	buf_add_str(out, "labels.KEY\n");
	for (size_t i = 0; i < k->n_list_params; i++)
		help_field(out, &k->list_params[i]);
}

void schema_write_help(struct buf *out, const struct resource_kind *k, const char *verb,
		       const struct variant *v)
{
	bool writes = !strcmp(verb, "add") || !strcmp(verb, "edit");
	const struct action *action = NULL;
	for (size_t i = 0; i < k->n_actions; i++) {
		if (!strcmp(k->actions[i].verb, verb))
			action = &k->actions[i];
	}
	size_t before = out->len;
	help_examples(out, k->examples, k->kind, verb);
	for (size_t i = 0; writes && k->variants && k->variants[i]; i++) {
		if (!v || v == k->variants[i])
			help_examples(out, k->variants[i]->examples, k->kind, verb);
	}
	if (out->len == before)
		buf_printf(out, "  sellersmart %s %s%s\n", k->kind, verb,
			   !strcmp(verb, "list") || !strcmp(verb, "add") ? "" : " NAME");
	buf_printf(out, "\n%s.\n", action ? action->help : k->help);
	if (writes)
		help_fields(out, k, v);
	else if (!strcmp(verb, "list"))
		help_list(out, k);
	else if (action && action->n_params)
		buf_add_str(out, "\nFlags:\n");
	for (size_t i = 0; action && i < action->n_params; i++)
		help_field(out, &action->params[i]);
}
