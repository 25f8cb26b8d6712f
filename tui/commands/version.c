/* sellersmart version: of this program and of the daemon. */
#include <stdio.h>

#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *reply = NULL;
	printf("sellersmart %s\n", SELLERSMART_VERSION);
	if (!request_json(in, "GET", "/v1/daemon", NULL, &reply, &e))
		output_text(in->output, "sellersmartd %s\n",
			    json_str(json_object_get(reply, "data"), "version", "?"));
	else
		output_note(in->output, "sellersmartd: %s", e.text);
	json_decref(reply);
	return 0;
}

const struct command command_version = {.words = "version",
					.usage = "version",
					.summary = "versions of the client and the daemon",
					.run = run};
