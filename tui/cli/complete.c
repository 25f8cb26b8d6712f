#include "tui/cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "tui/cli/context.h"
#include "tui/cli/generic.h"
#include "tui/cli/help.h"
#include "tui/cli/request.h"
#include "tui/import/import.h"

enum { VERBS_MAX = 48, NAMES_MAX = 50, PLACES_MAX = 8, ZONE_LINE_MAX = 512 };

static const char zone_list[] = "/usr/share/zoneinfo/zone1970.tab";

static const struct flag anywhere[] = {
	{"output", "table|plain|json|jsonl|csv", "form of the output", false},
	{"json", "FIELDS", "only these members as JSON", false},
	{"socket", "FILE", "which daemon", false},
	{"context", "CONTEXT", "which daemon", false},
	{"watch", NULL, "go on with what changes", false},
	{"plain", NULL, "a screen as plain lines, for screen readers", false},
	{"no-color", NULL, "no colour", false},
	{"quiet", NULL, "no hints", false},
	{"yes", NULL, "answer questions with yes", false},
	{"no-input", NULL, "never ask", false},
	{"help", NULL, "examples and flags", false},
};

/* A line as far as it is typed. */
struct typed {
	struct buf *out;
	const char *prefix; /* of the word at the cursor, behind "--flag=" */
	char before[64];    /* "--flag=", or "" */
	const char *flag;   /* whose value is at the cursor, without dashes, or NULL */
	const char *values; /* what that flag's value is called */
	bool optional;      /* it may also be left out */
	bool rest;          /* behind "--" */
	const char *places[PLACES_MAX];
	int n_places;
	const struct command *command;
	struct command *made; /* command, when it is of a kind */
	const struct resource_kind *kind;
	const char *socket, *context;
};

static void offer_about(struct typed *t, const char *word, const char *about)
{
	if (strncmp(word, t->prefix, strlen(t->prefix)))
		return;
	buf_printf(t->out, "%s%s", t->before, word);
	if (about && about[0])
		buf_printf(t->out, "\t%s", about);
	buf_add_char(t->out, '\n');
}

static void offer(struct typed *t, const char *word)
{
	offer_about(t, word, NULL);
}

static void offer_list(struct typed *t, const char *const *words, const char *after)
{
	char text[96];
	for (size_t i = 0; words && words[i]; i++) {
		snprintf(text, sizeof(text), "%.60s%s", words[i], after);
		offer(t, text);
	}
}

/* "a|b|c" */
static void offer_parted(struct typed *t, const char *words)
{
	char word[64];
	for (const char *at = words; *at; at += strspn(at, "|")) {
		size_t n = strcspn(at, "|");
		snprintf(word, sizeof(word), "%.*s", (int)n, at);
		offer(t, word);
		at += n;
	}
}

static void offer_files(struct typed *t)
{
	buf_add_str(t->out, COMPLETE_FILES "\n");
}

/* ---- what the daemon knows ----------------------------------------------------------------- */

static struct client *find_client(const struct typed *t)
{
	struct error e = {0};
	char found[PATH_TEXT] = "";
	if (!t->socket && context_socket_as_it_is(t->context, found, &e))
		return NULL;
	return client_new(t->socket ? t->socket : found[0] ? found : NULL, &e);
}

/* Names, or ids of what has none; put before each word: "secret:". */
static void offer_names(struct typed *t, const struct resource_kind *k, const char *type,
			const char *put)
{
	const char *member = k->ops & OP_ADD ? "name" : "id";
	size_t n_put = strlen(put);
	const char *begun = strncmp(t->prefix, put, n_put) ? "" : t->prefix + n_put;
	struct error e = {0};
	struct reply r = {0};
	struct buf path = BUF_INIT(1024);
	struct client *client = find_client(t);
	buf_printf(&path, "/v1/%s", k->plural);
	path_add_int(&path, "limit", NAMES_MAX);
	path_add(&path, "fields", member);
	if (type)
		path_add(&path, "filter[type]", type);
	if (begun[0] && k->ops & OP_ADD)
		path_add(&path, "q", begun);
	struct client_request q = {.path = buf_str(&path), .timeout_ms = COMPLETE_ASK_MS};
	if (client && !client_send(client, &q, &r, &e)) {
		char word[160];
		size_t i;
		const json_t *row;
		json_array_foreach(r.data, i, row)
		{
			snprintf(word, sizeof(word), "%s%.100s", put, json_str(row, member, ""));
			offer(t, word);
		}
	}
	reply_fini(&r);
	buf_fini(&path);
	client_free(client);
}

/* Short numbers, each with what it is about. */
static void offer_numbers(struct typed *t, const struct resource_kind *k, const char *state)
{
	struct error e = {0};
	struct reply r = {0};
	struct buf path = BUF_INIT(1024);
	struct client *client = find_client(t);
	buf_printf(&path, "/v1/%s", k->plural);
	path_add_int(&path, "limit", NAMES_MAX);
	if (state)
		path_add(&path, "filter[state]", state);
	struct client_request q = {.path = buf_str(&path), .timeout_ms = COMPLETE_ASK_MS};
	if (client && !client_send(client, &q, &r, &e)) {
		char word[24];
		size_t i;
		const json_t *row;
		json_array_foreach(r.data, i, row)
		{
			snprintf(word, sizeof(word), "%lld", (long long)json_int(row, "number", 0));
			offer_about(t, word, json_str(row, "text", json_str(row, "monitor", "")));
		}
	}
	reply_fini(&r);
	buf_fini(&path);
	client_free(client);
}

static void offer_contexts(struct typed *t)
{
	struct error e = {0};
	json_t *all = contexts_load(&e), *c;
	const char *name;
	offer(t, "local");
	json_object_foreach(json_object_get(all, "contexts"), name, c)
		offer_about(t, name, json_str(c, "ssh", json_str(c, "socket", "")));
	json_decref(all);
}

/* ---- values -------------------------------------------------------------------------------- */

/* Third column of the time zone database's own list. */
static void offer_zones(struct typed *t)
{
	char line[ZONE_LINE_MAX], zone[64];
	FILE *f = fopen(zone_list, "re");
	offer(t, "UTC");
	while (f && fgets(line, sizeof(line), f))
		if (line[0] != '#' && sscanf(line, "%*s %*s %63s", zone) == 1)
			offer(t, zone);
	if (f)
		fclose(f);
}

static void offer_variants(struct typed *t, const struct resource_kind *k)
{
	for (size_t v = 0; k->variants && k->variants[v]; v++)
		offer_about(t, k->variants[v]->name, k->variants[v]->title);
}

static void offer_field(struct typed *t, const struct resource_kind *k, const struct field *f)
{
	static const char *const yes_no[] = {"yes", "no", NULL};
	const struct resource_kind *named = resource_kind_find(f->name);
	if (f->type == FIELD_BOOL)
		offer_list(t, yes_no, "");
	else if (k->variant_field && !strcmp(f->name, k->variant_field))
		offer_variants(t, k);
	else if (f->type == FIELD_ZONE)
		offer_zones(t);
	else if (f->type == FIELD_SECRET || f->flags & FIELD_MAY_SECRET)
		offer_names(t, resource_kind_find("secret"), NULL, "secret:");
	else if (f->links || named)
		offer_names(t, f->links ? k : named, NULL, "");
	else
		offer_list(t, f->choices, "");
}

static const struct field *flagged_in(const struct field *fields, size_t n, const char *flag)
{
	char name[64];
	for (size_t i = 0; i < n; i++) {
		field_flag(&fields[i], name, sizeof(name));
		if (!strcmp(name + 2, flag))
			return &fields[i];
	}
	return NULL;
}

/* The field that a flag of a generic command stands for: of the kind, of a variant, of its list or
 * of one of its actions. */
static const struct field *flagged(const struct resource_kind *k, const char *verb,
				   const char *flag)
{
	const struct field *f = flagged_in(k->fields, k->n_fields, flag);
	for (size_t v = 0; !f && k->variants && k->variants[v]; v++)
		f = flagged_in(k->variants[v]->fields, k->variants[v]->n_fields, flag);
	if (!f)
		f = flagged_in(k->list_params, k->n_list_params, flag);
	for (size_t i = 0; !f && i < k->n_actions; i++)
		if (!strcmp(k->actions[i].verb, verb))
			f = flagged_in(k->actions[i].params, k->actions[i].n_params, flag);
	return f;
}

static void offer_fields(struct typed *t, const struct resource_kind *k)
{
	for (size_t i = 0; i < k->n_fields; i++)
		offer_about(t, k->fields[i].name, k->fields[i].help);
	for (size_t v = 0; k->variants && k->variants[v]; v++)
		for (size_t i = 0; i < k->variants[v]->n_fields; i++)
			if (resource_field_any(k, k->variants[v]->fields[i].name) ==
			    &k->variants[v]->fields[i])
				offer_about(t, k->variants[v]->fields[i].name,
					    k->variants[v]->fields[i].help);
}

static void offer_importers(struct typed *t)
{
	for (size_t i = 0; importer_table[i]; i++)
		offer_about(t, importer_table[i]->name, importer_table[i]->title);
}

static void offer_values(struct typed *t)
{
	const struct resource_kind *k = t->kind;
	const struct field *f;
	if (!strcmp(t->values, "CONTEXT")) {
		offer_contexts(t);
	} else if (!strcmp(t->values, "FILE")) {
		offer_files(t);
	} else if (!strcmp(t->values, "PROGRAM")) {
		offer_importers(t);
	} else if (!strcmp(t->flag, "output")) {
		offer_parted(t, t->values);
		if (t->command && t->command->lines)
			offer(t, "line");
	} else if (k && !strcmp(t->flag, "json")) {
		offer(t, "name");
		offer_list(t, k->outputs, "");
	} else if (k && t->made && !strcmp(t->flag, "sort")) {
		offer_list(t, k->sorts, "");
	} else if (k && t->made && !strcmp(t->flag, "filter")) {
		offer_list(t, k->filters, "=");
	} else if (k && t->made && !strcmp(t->flag, "unset")) {
		offer_fields(t, k);
	} else if (k && t->made && (f = flagged(k, t->places[1], t->flag))) {
		offer_field(t, k, f);
	} else if (!strcmp(t->values, "ZONE")) {
		offer_zones(t);
	} else if (strchr(t->values, '|')) {
		offer_parted(t, t->values);
	}
}

/* ---- flags and words ------------------------------------------------------------------------ */

static void offer_flags(struct typed *t)
{
	char word[64];
	for (size_t i = 0; t->command && i < t->command->n_flags; i++) {
		snprintf(word, sizeof(word), "--%s", t->command->flags[i].name);
		offer_about(t, word, t->command->flags[i].help);
	}
	for (size_t i = 0; i < ARRAY_LEN(anywhere); i++) {
		snprintf(word, sizeof(word), "--%s", anywhere[i].name);
		offer_about(t, word, anywhere[i].help);
	}
}

static void offer_first(struct typed *t)
{
	char before[64] = "";
	for (size_t i = 0; resource_table[i]; i++)
		offer_about(t, resource_table[i]->kind, resource_table[i]->help);
	for (size_t i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];
		char first[64];
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(c->words, " "), c->words);
		if (!c->hidden && !resource_kind_find(first) && strcmp(first, before))
			offer_about(t, first, strchr(c->words, ' ') ? NULL : c->summary);
		memcpy(before, first, sizeof(before));
	}
	offer_about(t, "help", "of a command");
}

static const struct command *written(const char *first, const char *second)
{
	const struct command *best = NULL;
	char two[128];
	snprintf(two, sizeof(two), "%.60s %.60s", first, second ? second : "");
	for (size_t i = 0; command_table[i]; i++) {
		const char *words = command_table[i]->words;
		if ((second && !strcmp(words, two)) || (!best && !strcmp(words, first)))
			best = command_table[i];
	}
	return best;
}

static void offer_verbs(struct typed *t, const char *noun)
{
	const char *verbs[VERBS_MAX];
	size_t n = help_verbs(noun, verbs, VERBS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct command *c = written(noun, verbs[i]);
		struct command *made = c ? NULL : generic_command(t->kind, verbs[i]);
		offer_about(t, verbs[i], c ? c->summary : made ? made->summary : NULL);
		generic_free(made);
	}
}

/* What stands behind the words of a command. */
static void offer_arguments(struct typed *t)
{
	static const char *const context_verbs[] = {"list", "add", "use", "rm", NULL};
	static const char *const shells[] = {"bash", "zsh", "fish", NULL};
	const char *noun = t->places[0];
	bool one_word = t->command && !strchr(t->command->words, ' ');
	int given = t->n_places - (one_word ? 1 : 2);
	if (!strcmp(noun, "context"))
		given ? offer_contexts(t) : offer_list(t, context_verbs, "");
	else if (!strcmp(noun, "completion"))
		offer_list(t, given ? NULL : shells, "");
	else if (!strcmp(noun, "import"))
		offer_files(t);
	else if (!t->command || (t->command->max_args >= 0 && given >= t->command->max_args))
		return;
	else if (!strcmp(noun, "ack") || !strcmp(noun, "unack"))
		offer_numbers(t, resource_kind_find("alert"),
			      noun[0] == 'a' ? "open" : "acknowledged");
	else if (t->kind && t->kind->columns && !strcmp(t->kind->columns[0].path, "number"))
		offer_numbers(t, t->kind, NULL);
	else if (!strcmp(noun, "heartbeat"))
		offer_names(t, resource_kind_find("monitor"), "heartbeat", "");
	else if (t->kind && strcmp(t->places[1], "add"))
		offer_names(t, t->kind, NULL, "");
}

/* ---- reading the line ----------------------------------------------------------------------- */

static void place(struct typed *t, const char *word)
{
	if (t->n_places == PLACES_MAX || (!t->n_places && !strcmp(word, "help")))
		return;
	t->places[t->n_places++] = word;
	if (t->n_places > 2)
		return;
	const char *second = t->n_places > 1 ? word : NULL;
	t->kind = resource_kind_find(t->places[0]);
	t->command = written(t->places[0], second);
	if (!t->command && t->kind && second)
		t->command = t->made = generic_command(t->kind, second);
}

/* The flag that a word is, without its value; false: none that takes one. */
static bool takes_value(struct typed *t, const char *word)
{
	const char *name = !strcmp(word, "-o") ? "output" : !strcmp(word, "-f") ? "file" : word + 2;
	size_t n = strcspn(name, "=");
	const struct flag *found = NULL;
	for (size_t i = 0; t->command && !found && i < t->command->n_flags; i++)
		if (!strncmp(t->command->flags[i].name, name, n) && !t->command->flags[i].name[n])
			found = &t->command->flags[i];
	for (size_t i = 0; !found && i < ARRAY_LEN(anywhere); i++)
		if (!strncmp(anywhere[i].name, name, n) && !anywhere[i].name[n])
			found = &anywhere[i];
	if (!found || !found->value)
		return false;
	t->flag = found->name;
	t->values = found->value;
	t->optional = !strcmp(found->value, "yes|no");
	return true;
}

static void global_value(struct typed *t, const char *value)
{
	if (!strcmp(t->flag, "socket"))
		t->socket = value;
	else if (!strcmp(t->flag, "context"))
		t->context = value;
}

static bool is_flag(const char *word)
{
	return word[0] == '-' && (word[1] == '-' || word[1] == 'o' || word[1] == 'f');
}

/* All words before the cursor. */
static void read_line(struct typed *t, int n, char *const *words)
{
	for (int i = 0; i < n; i++) {
		const char *equals = strchr(words[i], '=');
		if (!strcmp(words[i], "--")) {
			t->rest = true;
			return;
		}
		if (!is_flag(words[i])) {
			place(t, words[i]);
			continue;
		}
		if (!takes_value(t, words[i]))
			continue;
		if (!equals && i + 1 == n)
			return; /* its value is at the cursor */
		if (equals)
			global_value(t, equals + 1);
		else if (!t->optional || !strcmp(words[i + 1], "yes") ||
			 !strcmp(words[i + 1], "no"))
			global_value(t, words[++i]);
		t->flag = NULL;
	}
}

void complete_words(struct buf *out, int n, char *const *words)
{
	struct typed t = {.out = out, .prefix = n ? words[n - 1] : ""};
	const char *equals = strchr(t.prefix, '=');
	read_line(&t, n ? n - 1 : 0, words);
	if (t.rest) {
		offer_files(&t);
	} else if (!t.flag && is_flag(t.prefix) && equals && takes_value(&t, t.prefix)) {
		snprintf(t.before, sizeof(t.before), "%.*s", (int)(equals + 1 - t.prefix),
			 t.prefix);
		t.prefix = equals + 1;
		offer_values(&t);
	} else if (t.flag && !(t.optional && t.prefix[0] == '-')) {
		offer_values(&t);
	} else if (t.prefix[0] == '-') {
		offer_flags(&t);
	} else if (!t.n_places) {
		offer_first(&t);
	} else if (t.n_places == 1 && !(t.command && !strchr(t.command->words, ' '))) {
		offer_verbs(&t, t.places[0]);
	} else {
		offer_arguments(&t);
	}
	generic_free(t.made);
}
