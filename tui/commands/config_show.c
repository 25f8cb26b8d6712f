/* sellersmart config show: the daemon's settings and where each comes from. */
#include <stdlib.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *reply = NULL;
	bool origin = invocation_flag(in, "origin") != NULL;
	if (request_json(in, "GET", "/v1/config", NULL, &reply, &e))
		return invocation_fail(&e);
	const json_t *data = json_object_get(reply, "data");
	if (!output_machine(in->output, data)) {
		const char *key;
		json_t *value;
		json_object_foreach(json_object_get(data, "values"), key, value)
		{
			char *text = json_is_string(value) ? mem_strdup(json_string_value(value))
							   : json_dumps(value, JSON_ENCODE_ANY);
			if (origin)
				output_text(
					in->output, "%-20s %-32s %s\n", key, text,
					json_str(json_object_get(data, "origins"), key, "default"));
			else
				output_text(in->output, "%s: %s\n", key, text);
			free(text);
		}
	}
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {{"origin", NULL, "also where each value comes from", false}};
static const char *const examples[] = {"sellersmart config show --origin", NULL};

const struct command command_config_show = {
	.words = "config show",
	.usage = "config show [--origin]",
	.summary = "the running daemon's settings, sellersmart.yaml(5)",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.run = run,
};
