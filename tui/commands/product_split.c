/* sellersmart product split LISTING: it is another product than it was taken for. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	int status = 0;

	for (int i = 0; i < in->n_args; i++) {
		struct error e = {0};
		struct buf path = BUF_INIT(512);
		json_t *reply = NULL;

		buf_add_str(&path, "/v1/listings/");
		path_escape(&path, in->args[i]);
		buf_add_str(&path, "/split");
		enum err err = request_json(in, "POST", buf_str(&path), NULL, &reply, &e);
		const json_t *l = json_object_get(reply, "data");
		if (err)
			status = invocation_fail(&e);
		else if (!output_machine(in->output, l))
			output_text(in->output, "%s: %s is a product of its own now\n",
				    json_str(l, "product", ""), json_str(l, "title", ""));
		json_decref(reply);
		buf_fini(&path);
	}
	return status;
}

static const char *const examples[] = {"sellersmart product split lst_01H5ZK3QW8F2A", NULL};

const struct command command_product_split = {
	.words = "product split",
	.usage = "product split LISTING...",
	.summary = "a listing becomes a product of its own: what a wrong match is undone by",
	.details = "Its history comes with it. It is never put back by itself; product match ID\n"
		   "--confirm does that. The listings of a product: sellersmart product show REF.",
	.examples = examples,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
