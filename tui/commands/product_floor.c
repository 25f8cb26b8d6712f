/* sellersmart product floor REF PRICE, and product map: what I say of a product's price. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"
#include "tui/commands/product_say.h"

int product_say(struct invocation *in, const char *what, const char *title)
{
	struct error e = {0};
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL, *body;
	bool none = invocation_flag(in, "none") != NULL;

	if (none != (in->n_args == 1)) {
		error_set(&e, ERR_USAGE, "a price, or --none to take it away");
		error_hint(&e, "sellersmart product %s %.64s 33.20", what, in->args[0]);
		return invocation_fail(&e);
	}
	buf_add_str(&path, "/v1/products/");
	path_escape(&path, in->args[0]);
	buf_printf(&path, "/%s", what);
	body = none ? json_pack("{s:n}", "price") : json_pack("{s:s}", "price", in->args[1]);
	enum err err = request_json(in, "POST", buf_str(&path), body, &reply, &e);
	json_decref(body);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *a = json_object_get(reply, "data");
	if (!output_machine(in->output, a)) {
		output_text(in->output, "%s: %s %s\n", json_str(a, "title", ""), title,
			    json_str(a, what, "none"));
	}
	if (json_str(a, "warning", NULL))
		output_note(in->output, "%s", json_str(a, "warning", ""));
	json_decref(reply);
	return 0;
}

static int run(struct invocation *in)
{
	return product_say(in, "floor", "floor");
}

static const struct flag flags[] = {{"none", NULL, "there is none any more", false}};
static const char *const examples[] = {"sellersmart product floor LMP-101 33.20",
				       "sellersmart product floor LMP-101 --none", NULL};

const struct command command_product_floor = {
	.words = "product floor",
	.usage = "product floor REF PRICE|--none",
	.summary = "the price below which you will not go",
	.details =
		"It is drawn in charts, said beside an undercut, and what-if tells when a price\n"
		"is below it. REF is an id, a GTIN, or a SKU or MPN that only one product has.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
