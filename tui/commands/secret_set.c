/* sellersmart secret set NAME < file: the value never stands on a command line. */
#include "tui/cli/secret_value.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	struct error e = {0};
	struct secret_value value = {0};
	json_t *reply = NULL;
	int status = 0;
	if (secret_value_read(in, in->args[0], &value, &e) ||
	    secret_value_store(in, in->args[0], &value, &reply, &e))
		status = invocation_fail(&e);
	else if (!output_machine(in->output, json_object_get(reply, "data")))
		output_text(in->output, "secret %s stored\n", in->args[0]);
	secret_value_fini(&value);
	json_decref(reply);
	return status;
}

static const char *const examples[] = {"sellersmart secret set shop-password < password.txt",
				       "pass show shop | sellersmart secret set shop-password",
				       NULL};

const struct command command_secret_set = {
	.words = "secret set",
	.usage = "secret set NAME < file",
	.summary = "store or replace a secret; resources refer to it as {secret: NAME}",
	.examples = examples,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
