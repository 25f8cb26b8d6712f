/* sellersmart recipe test FILE|NAME: does a recipe find what its tests expect? */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "shared/utf8.h"
#include "tui/cli/cli.h"
#include "tui/cli/document.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

extern const struct resource_kind resource_recipe;

enum { DOCUMENT_MAX = 3 << 20, PATH_MAX_BYTES = 4096 };

static const struct column columns[] = {
	{.title = "field", .path = "name", .min_width = 10, .weight = 1, .priority = 0},
	{.title = "result", .path = "result", .min_width = 8, .priority = 0},
	{.title = "found", .path = "found", .format = COLUMN_INT, .min_width = 5, .priority = 3},
	{.title = "value", .path = "value", .min_width = 14, .weight = 3, .priority = 1},
	{.title = "expected", .path = "expected", .min_width = 12, .weight = 2, .priority = 2},
	{.title = "by", .path = "by", .min_width = 10, .weight = 2, .priority = 4},
};
static const struct resource_kind rows_kind = {
	.kind = "field", .plural = "fields", .columns = columns, .n_columns = ARRAY_LEN(columns)};

/* ---- the recipe ----------------------------------------------------------------------------- */

/* The recipe of a file; the first, or the one that --name says. */
static enum err read_file(struct invocation *in, const char *path, json_t **spec, struct error *e)
{
	const char *name = invocation_flag(in, "name");
	struct resource_file *file = resource_file_open(path, e);
	struct error_list *faults = mem_zalloc(sizeof *faults);
	struct resource_item item;
	int got = 0;

	*spec = NULL;
	while (file && !*spec && (got = resource_file_next(file, &item, faults)) > 0) {
		if (item.kind == &resource_recipe && (!name || !strcmp(item.input.name, name)))
			*spec = json_incref(item.input.spec);
		resource_input_fini(&item.input);
	}
	resource_file_free(file);
	if (file && !*spec && faults->n) {
		*e = faults->items[0];
		error_prefix(e, "%s: ", path);
	} else if (file && !*spec) {
		error_set(e, ERR_NOT_FOUND, "%s has no recipe%s%.60s", path, name ? " called " : "",
			  name ? name : "");
		error_hint(e, "sellersmart recipe init URL > shop.yaml makes one");
	}
	free(faults);
	return e->code;
}

static enum err read_stored(struct invocation *in, const char *name, json_t **spec, struct error *e)
{
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL, *data;
	enum err err;

	buf_add_str(&path, "/v1/recipes/");
	path_escape(&path, name);
	err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
	buf_fini(&path);
	data = json_object_get(reply, "data");
	*spec = err ? NULL : json_incref(data);
	json_decref(reply);
	return err;
}

static bool is_file(const char *text)
{
	return !strcmp(text, "-") || strchr(text, '/') || strstr(text, ".yaml") ||
	       strstr(text, ".yml") || strstr(text, ".json") || !access(text, R_OK);
}

/* ---- pages in files ------------------------------------------------------------------------- */

static bool is_utf8(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;

		i += utf8_next(s + i, n - i, &cp);
		if (cp == UTF8_INVALID || !cp)
			return false;
	}
	return true;
}

/* A test's file is beside the recipe's own. */
static enum err load_page(const char *recipe, json_t *test, struct error *e)
{
	const char *file = json_str(test, "file", NULL), *slash = strrchr(recipe, '/');
	struct buf page = BUF_INIT(DOCUMENT_MAX);
	char path[PATH_MAX_BYTES];
	enum err err;

	if (!file)
		return ERR_NONE;
	if (*file != '/' && slash && access(file, R_OK))
		snprintf(path, sizeof path, "%.*s/%s", (int)(slash - recipe), recipe, file);
	else
		snprintf(path, sizeof path, "%s", file);
	err = document_read(path, &page, e);
	if (!err && !is_utf8(page.data, page.len)) {
		err = error_set(e, ERR_INVALID, "%s is not UTF-8", path);
		error_hint(e, "iconv -f ISO-8859-1 -t UTF-8 FILE > NEW");
	}
	if (!err)
		json_object_set_new(test, "html", json_stringn(page.data, page.len));
	buf_fini(&page);
	return err;
}

/* ---- asking --------------------------------------------------------------------------------- */

static enum err run_one(struct invocation *in, const json_t *spec, const json_t *test,
			json_t *results, struct error *e)
{
	json_t *body = json_object(), *bare = json_copy((json_t *)spec), *reply = NULL;
	enum err err;

	json_object_del(bare, "tests");
	json_object_set_new(body, "spec", bare);
	json_object_set_new(body, "tests", json_pack("[O]", test));
	err = request_json(in, "POST", "/v1/recipes/test", body, &reply, e);
	if (!err)
		json_array_extend(results, json_path(reply, "data.tests"));
	json_decref(body);
	json_decref(reply);
	return err;
}

static enum err run_all(struct invocation *in, const json_t *spec, json_t *results, struct error *e)
{
	const char *url = invocation_flag(in, "url");
	json_t *tests = url ? json_pack("[{s:s}]", "url", url)
			    : json_deep_copy(json_object_get(spec, "tests"));
	enum err err = ERR_NONE;
	json_t *test;
	size_t i;

	if (!json_array_size(tests)) {
		err = error_set(e, ERR_INVALID, "%.100s has no tests", in->args[0]);
		error_hint(e, "look at one page: --url https://...");
	}
	json_array_foreach(tests, i, test)
	{
		if (!err)
			err = load_page(in->args[0], test, e);
		if (!err)
			err = run_one(in, spec, test, results, e);
	}
	json_decref(tests);
	return err;
}

/* ---- what is said --------------------------------------------------------------------------- */

static void print_steps(struct invocation *in, const json_t *field)
{
	const json_t *steps = json_object_get(field, "steps"), *step;
	struct buf line = BUF_INIT(8192);
	size_t i;

	if (!json_array_size(steps))
		return;
	buf_printf(&line, "%s: \"%s\"", json_str(field, "name", ""), json_str(field, "raw", ""));
	json_array_foreach(steps, i, step)
	{
		const char *value = json_str(step, "value", NULL);

		buf_printf(&line, ", %s: %s%s%s", json_str(step, "step", ""), value ? "\"" : "",
			   value ? value : "nothing", value ? "\"" : "");
	}
	output_text(in->output, "  %s\n", buf_str(&line));
	buf_fini(&line);
}

static void print_fields(struct invocation *in, const json_t *test)
{
	json_t *rows = json_array();
	const json_t *field, *warning;
	size_t i;

	json_array_foreach(json_object_get(test, "fields"), i, field)
	{
		json_t *row = json_copy((json_t *)field);
		const json_t *passed = json_object_get(field, "passed");

		json_object_set_new(row, "result",
				    json_string(json_is_false(passed)            ? "differs"
						: passed                         ? "ok"
						: json_str(field, "value", NULL) ? "found"
										 : "nothing"));
		json_array_append_new(rows, row);
	}
	output_list_begin(in->output, &rows_kind);
	output_list_rows(in->output, &rows_kind, rows);
	output_list_end(in->output, &rows_kind);
	json_decref(rows);
	json_array_foreach(json_object_get(test, "fields"), i, field) print_steps(in, field);
	json_array_foreach(json_object_get(test, "warnings"), i, warning)
		output_text(in->output, "  warning: %s\n", json_str(warning, "text", ""));
}

static void print_test(struct invocation *in, const json_t *test)
{
	const char *error = json_str(test, "error", NULL);
	int64_t products = json_int(test, "products", 0),
		expected = json_int(test, "expected_products", -1);
	size_t links = json_array_size(json_object_get(test, "links"));

	output_text(in->output, "%s: %s\n", json_bool(test, "passed", false) ? "ok" : "FAILED",
		    json_str(test, "page", ""));
	if (error) {
		output_text(in->output, "  %s\n", error);
		if (json_str(test, "hint", NULL))
			output_text(in->output, "  try: %s\n", json_str(test, "hint", ""));
		return;
	}
	if (!json_bool(test, "applies", true))
		output_text(in->output, "  the recipe is not for this page: see match\n");
	if (expected >= 0 && expected != products)
		output_text(in->output, "  %lld products, expected %lld\n", (long long)products,
			    (long long)expected);
	else if (products != 1 || links)
		output_text(in->output, "  %lld product%s, %zu link%s%s%s\n", (long long)products,
			    products == 1 ? "" : "s", links, links == 1 ? "" : "s",
			    json_str(test, "next_page", NULL) ? ", next page " : "",
			    json_str(test, "next_page", ""));
	print_fields(in, test);
}

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *spec = NULL, *results = json_array(), *data;
	const json_t *test;
	size_t i, failed = 0;
	enum err err = is_file(in->args[0]) ? read_file(in, in->args[0], &spec, &e)
					    : read_stored(in, in->args[0], &spec, &e);

	if (!err)
		err = run_all(in, spec, results, &e);
	json_array_foreach(results, i, test) failed += !json_bool(test, "passed", false);
	data = json_pack("{s:b, s:i, s:O}", "passed", !failed, "failed", (int)failed, "tests",
			 results);
	if (!err && !output_machine(in->output, data)) {
		json_array_foreach(results, i, test) print_test(in, test);
	}
	json_decref(data);
	json_decref(results);
	json_decref(spec);
	return err ? invocation_fail(&e) : failed ? 1 : 0;
}

static const struct flag flags[] = {
	{"url", "URL", "look at this page instead; nothing is expected of it", false},
	{"name", "NAME", "which recipe of the file; its first when left out", false},
};
static const char *const examples[] = {
	"sellersmart recipe test shop.yaml",
	"sellersmart recipe test shop --url https://shop.example/p/other -o json", NULL};

extern const struct command command_recipe_test;
const struct command command_recipe_test = {
	.words = "recipe test",
	.usage = "recipe test FILE|NAME [--url URL] [--name NAME]",
	.summary = "read the pages of a recipe's tests and compare what is found",
	.details = "Prints what each field found, what its steps made of it and what is kept. "
		   "Prices are compared as\nprices and availability by its meaning. Exits with 1 "
		   "when a test fails.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
