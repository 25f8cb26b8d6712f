/* sellersmart import --from kuma FILE: take over what another program watches. */
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/files.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"
#include "tui/import/import.h"

/* ---- which program -------------------------------------------------------------------------- */

static const struct importer *importer_named(const char *name, struct error *e)
{
	const char *names[32];
	struct buf all = BUF_INIT(512);
	size_t n = 0;
	for (; importer_table[n] && n < ARRAY_LEN(names); n++) {
		names[n] = importer_table[n]->name;
		buf_printf(&all, "%s%s", n ? ", " : "", names[n]);
		if (!strcmp(names[n], name))
			break;
	}
	const struct importer *found = importer_table[n];
	if (!found) {
		const char *near = nearest(name, names, n);
		error_set(e, ERR_USAGE, "import: nothing is known of \"%.40s\"", name);
		error_hint(e, near ? "--from %s" : "--from is one of: %s",
			   near ? near : buf_str(&all));
	}
	buf_fini(&all);
	return found;
}

static const struct importer *importer_guessed(struct import_file *files, size_t n, struct error *e)
{
	for (size_t i = 0; importer_table[i]; i++)
		for (size_t f = 0; f < n; f++)
			if (importer_table[i]->knows(&files[f]))
				return importer_table[i];
	error_set(e, ERR_USAGE, "import: it is not plain which program wrote %.200s",
		  files[0].path);
	error_hint(e, "--from kuma|gatus|blackbox|healthchecks");
	return NULL;
}

/* ---- what the daemon has already ------------------------------------------------------------ */

static struct import_item *item_of(struct import_plan *p, const char *kind, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->items[i]->name, name) && !strcmp(p->items[i]->kind->kind, kind))
			return p->items[i];
	return NULL;
}

/* Only what came from the same place may be changed by importing it again. */
static bool is_ours(struct invocation *in, const struct import_item *i)
{
	struct buf path = BUF_INIT(256);
	struct error e = {0};
	json_t *reply = NULL;
	bool ours = false;
	buf_printf(&path, "/v1/%s/%s", i->kind->plural, i->name);
	if (!request_json(in, "GET", buf_str(&path), NULL, &reply, &e))
		ours = !strcmp(json_str(json_path(reply, "data.labels"), "imported", ""),
			       json_str(i->labels, "imported", "-"));
	json_decref(reply);
	buf_fini(&path);
	return ours;
}

static size_t skip_foreign(struct invocation *in, struct import_plan *p, const json_t *items)
{
	size_t n, skipped = 0;
	const json_t *r;
	json_array_foreach(items, n, r)
	{
		struct import_item *i =
			item_of(p, json_str(r, "kind", ""), json_str(r, "name", ""));
		if (!i || strcmp(json_str(r, "outcome", ""), "changed") || is_ours(in, i))
			continue;
		item_skip(i,
			  "%s of that name exists already: --replace overwrites it, --prefix "
			  "gives other names",
			  i->kind->kind);
		skipped++;
	}
	return skipped;
}

/* ---- writing -------------------------------------------------------------------------------- */

static int store_secrets(struct invocation *in, const struct import_plan *p)
{
	struct error e = {0};
	for (size_t s = 0; s < p->n_secrets; s++) {
		struct buf path = BUF_INIT(256);
		json_t *reply = NULL;
		buf_printf(&path, "/v1/secrets/%s/value", p->secrets[s].name);
		enum err err = request_raw(in, "PUT", buf_str(&path), p->secrets[s].value,
					   strlen(p->secrets[s].value), &reply, &e);
		json_decref(reply);
		buf_fini(&path);
		if (err)
			return invocation_fail(&e);
	}
	return 0;
}

static int send_plan(struct invocation *in, const struct import_plan *p, bool dry_run,
		     struct file_result *result)
{
	struct buf yaml = BUF_INIT((size_t)1 << 30);
	import_write_yaml(p, &yaml);
	int status = file_send_memory(in, "the import", buf_str(&yaml), yaml.len, dry_run, result);
	buf_fini(&yaml);
	return status;
}

/* Tried first, so that what exists already is seen before anything is written. */
static int apply(struct invocation *in, struct import_plan *p, struct file_result *result)
{
	bool dry_run = invocation_flag(in, "dry-run") != NULL;
	int status = send_plan(in, p, true, result);
	if (status)
		return status;
	if (!invocation_flag(in, "replace") && skip_foreign(in, p, result->items)) {
		file_result_fini(result);
		status = send_plan(in, p, true, result);
	}
	if (status || dry_run)
		return status;
	file_result_fini(result);
	*result = (struct file_result){0};
	status = store_secrets(in, p);
	return status ? status : send_plan(in, p, false, result);
}

/* ---- what is said --------------------------------------------------------------------------- */

static json_t *outcomes_of(const json_t *items)
{
	json_t *by_name = json_object();
	size_t n;
	const json_t *r;
	json_array_foreach(items, n, r)
	{
		char key[128];
		snprintf(key, sizeof(key), "%.30s %.80s", json_str(r, "kind", ""),
			 json_str(r, "name", ""));
		json_object_set(by_name, key, json_object_get(r, "outcome"));
	}
	return by_name;
}

static json_t *items_json(const struct import_plan *p, const json_t *results)
{
	json_t *out = json_array(), *by_name = outcomes_of(results);
	for (size_t n = 0; n < p->n; n++) {
		const struct import_item *i = p->items[n];
		char key[128];
		snprintf(key, sizeof(key), "%.30s %.80s", i->kind->kind, i->name);
		const char *outcome =
			i->skipped ? "skipped" : json_string_value(json_object_get(by_name, key));
		json_array_append_new(out,
				      json_pack("{s:s,s:s,s:s,s:s*,s:s*,s:s,s:O}", "kind",
						i->kind->kind, "name", i->name, "title", i->title,
						"type", json_str(i->object, "type", NULL), "target",
						json_str(i->object, "target", NULL), "outcome",
						outcome ? outcome : "new", "notes", i->notes));
	}
	json_decref(by_name);
	return out;
}

static void say_notes(const struct invocation *in, const json_t *notes)
{
	size_t n;
	const json_t *note;
	json_array_foreach(notes, n, note)
		output_text(in->output, "           - %s\n", json_string_value(note));
}

static void say(struct invocation *in, const struct import_plan *p, const struct importer *from,
		const json_t *items, bool dry_run)
{
	size_t counts[3] = {0}, n;
	const json_t *i;
	json_array_foreach(items, n, i)
	{
		const char *outcome = json_str(i, "outcome", "");
		bool skipped = !strcmp(outcome, "skipped");
		counts[skipped ? 2 : !strcmp(outcome, "unchanged") ? 1 : 0]++;
		if (strcmp(outcome, "unchanged"))
			output_text(in->output, "%-10s %-24s %-9s %s\n", outcome,
				    skipped ? json_str(i, "title", "") : json_str(i, "name", ""),
				    json_str(i, "type", json_str(i, "kind", "")),
				    json_str(i, "target", ""));
		if (strcmp(outcome, "unchanged"))
			say_notes(in, json_object_get(i, "notes"));
	}
	json_array_foreach(p->notes, n, i)
		output_text(in->output, "note: %s\n", json_string_value(i));
	output_text(in->output, "%s: %zu taken over, %zu unchanged, %zu skipped, %zu secrets%s\n",
		    from->name, counts[0], counts[1], counts[2], p->n_secrets,
		    dry_run ? " (nothing was written)" : "");
}

static int carry_over(struct invocation *in, const struct importer *from, struct import_plan *p)
{
	struct file_result result = {0};
	bool dry_run = invocation_flag(in, "dry-run") != NULL;
	if (invocation_flag(in, "yaml")) {
		struct buf yaml = BUF_INIT((size_t)1 << 30);
		import_write_yaml(p, &yaml);
		fwrite(buf_str(&yaml), 1, yaml.len, in->output->to);
		buf_fini(&yaml);
		for (size_t s = 0; s < p->n_secrets; s++)
			output_note(in->output, "missing secret: sellersmart secret set %s < file",
				    p->secrets[s].name);
		for (size_t i = 0; i < p->n; i++)
			if (p->items[i]->skipped)
				output_note(in->output, "skipped: %s: %s", p->items[i]->title,
					    json_string_value(json_array_get(
						    p->items[i]->notes,
						    json_array_size(p->items[i]->notes) - 1)));
		return 0;
	}
	int status = apply(in, p, &result);
	if (!status) {
		json_t *items = items_json(p, result.items), *names = json_array();
		for (size_t s = 0; s < p->n_secrets; s++)
			json_array_append_new(names, json_string(p->secrets[s].name));
		json_t *whole =
			json_pack("{s:s,s:b,s:O,s:o,s:O}", "from", from->name, "dry_run", dry_run,
				  "items", items, "secrets", names, "notes", p->notes);
		if (!output_machine(in->output, whole))
			say(in, p, from, items, dry_run);
		json_decref(whole);
		json_decref(items);
	}
	file_result_fini(&result);
	return status;
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct import_file files[IMPORT_FILES_MAX] = {0};
	struct import_plan plan;
	const char *name = invocation_flag(in, "from");
	const struct importer *from = NULL;
	size_t n = 0;
	enum err err = ERR_NONE;
	int status = 0;
	if (in->n_args > IMPORT_FILES_MAX)
		err = error_set(&e, ERR_USAGE, "import: at most %d files at once",
				IMPORT_FILES_MAX);
	for (int a = 0; a < in->n_args && !err; a++)
		err = import_file_read(in->args[a], &files[n++], &e);
	if (!err) {
		from = name ? importer_named(name, &e) : importer_guessed(files, n, &e);
		err = from ? ERR_NONE : e.code;
	}
	if (!err) {
		import_plan_init(&plan, from->name, invocation_flag(in, "prefix"));
		err = from->read(files, n, &plan, &e);
		if (!err) {
			import_finish(&plan);
			status = carry_over(in, from, &plan);
		}
		import_plan_fini(&plan);
	}
	if (err)
		status = invocation_fail(&e);
	for (size_t f = 0; f < n; f++)
		import_file_fini(&files[f]);
	return status;
}

static const struct flag flags[] = {
	{"from", "PROGRAM", "kuma, gatus, blackbox or healthchecks; guessed when left out", false},
	{"dry-run", NULL, "only say what would be taken over, and what not", false},
	{"yaml", NULL, "print a file for `apply` instead, without secrets' values", false},
	{"prefix", "TEXT", "in front of each name", false},
	{"replace", NULL, "change what has the same name and came from elsewhere", false},
};
static const char *const examples[] = {
	"sellersmart import --from kuma backup.json --dry-run", "sellersmart import kuma.db",
	"sellersmart import --from blackbox blackbox.yml prometheus.yml --yaml > shops.yaml",
	"curl -H \"X-Api-Key: $KEY\" https://healthchecks.io/api/v3/checks/ | sellersmart import -",
	NULL};

const struct command command_import = {
	.words = "import",
	.usage = "import [--from PROGRAM] FILE... [--dry-run | --yaml]",
	.summary = "take over what another program watches",
	.details =
		"From Uptime Kuma (a backup, or its kuma.db), Gatus, blackbox_exporter with Prometheus's scrape\n"
		"lists, healthchecks.io. Each thing that means less here than there has a note, each that cannot be\n"
		"taken over says why. Passwords and tokens become secrets. Imported again, all is unchanged.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = IMPORT_FILES_MAX,
	.run = run,
};
