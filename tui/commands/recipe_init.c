/* sellersmart recipe init URL|FILE: a first recipe for a shop, from one of its pages. */
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "tui/cli/cli.h"
#include "tui/cli/document.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

extern const struct resource_kind resource_recipe;

enum { DOCUMENT_MAX = 4 << 20, YAML_MAX = 256 << 10, NOTE_MAX = 300 };

static enum err ask(struct invocation *in, json_t **reply, struct error *e)
{
	const char *page = in->args[0], *url = invocation_flag(in, "url");
	bool address = is_web_address(page);
	struct buf document = BUF_INIT(DOCUMENT_MAX), path = BUF_INIT(8192);
	enum err err = ERR_NONE;

	if (address)
		url = page;
	else
		err = document_read(page, &document, e);
	if (!err) {
		buf_add_str(&path, "/v1/recipes/propose");
		path_add(&path, "url", url ? url : "");
		err = request_raw(in, "POST", buf_str(&path), document.data, document.len, reply,
				  e);
	}
	buf_fini(&path);
	buf_fini(&document);
	return err;
}

/* A page in a file is tested from there. */
static json_t *spec_of(struct invocation *in, const json_t *data)
{
	json_t *spec = json_deep_copy(json_object_get(data, "spec")), *test;

	if (is_web_address(in->args[0]) || !strcmp(in->args[0], "-"))
		return spec;
	test = json_deep_copy(json_object_get(data, "test"));
	json_object_set_new(test, "file", json_string(in->args[0]));
	json_object_set_new(spec, "tests", json_pack("[o]", test));
	return spec;
}

static void print_comment(struct invocation *in, const char *text)
{
	char line[NOTE_MAX];

	snprintf(line, sizeof line, "%s", text);
	for (char *p = line; *p; p++)
		*p = *p == '\n' || *p == '\r' ? ' ' : *p;
	output_text(in->output, "# %s\n", line);
}

static void print_yaml(struct invocation *in, const json_t *data, const json_t *spec)
{
	const char *name = invocation_flag(in, "name");
	struct buf yaml = BUF_INIT(YAML_MAX);
	const json_t *note;
	char *line, *rest;
	size_t i;

	print_comment(in, "What each field says on that page now is in tests.");
	print_comment(in, "Look at each selector, then: sellersmart recipe test FILE; "
			  "sellersmart apply -f FILE");
	json_array_foreach(json_object_get(data, "notes"), i, note)
		print_comment(in, json_string_value(note));
	resource_write_yaml_heading(&yaml, &resource_recipe);
	resource_write_yaml(&yaml, &resource_recipe, name ? name : json_str(data, "name", "shop"),
			    NULL, spec);
	for (line = strtok_r(yaml.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		output_text(in->output, "%s\n", line);
	buf_fini(&yaml);
}

static int run(struct invocation *in)
{
	const char *name = invocation_flag(in, "name");
	struct error e = {0};
	json_t *reply = NULL, *data, *spec;

	if (name && !name_valid(&resource_recipe, name, &e))
		return invocation_fail(&e);
	if (ask(in, &reply, &e))
		return invocation_fail(&e);
	data = json_object_get(reply, "data");
	spec = spec_of(in, data);
	if (!output_machine(in->output, data))
		print_yaml(in, data, spec);
	json_decref(spec);
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"url", "URL", "where the page in a file is from", false},
	{"name", "NAME", "what the recipe is called; the host's name when left out", false},
};
static const char *const examples[] = {
	"sellersmart recipe init https://shop.example/p/lamp > shop.yaml",
	"sellersmart recipe init lamp.html --url https://shop.example/p/lamp > shop.yaml", NULL};

extern const struct command command_recipe_init;
const struct command command_recipe_init = {
	.words = "recipe init",
	.usage = "recipe init URL|FILE [--url URL] [--name NAME]",
	.summary = "propose a recipe for a shop from the page of one product, or of a list",
	.details =
		"The page is fetched as a scrape would, and looked through for prices, the title, "
		"availability, images,\nand for blocks that repeat. Selectors are ids, itemprops, "
		"data attributes and classes that a person\nnamed; places among siblings and made-up "
		"names are left out. Nothing is stored.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
