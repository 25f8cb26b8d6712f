/* sellersmart monitor check NAME: now, with the time of each phase. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/cli/views.h"
#include "tui/commands/command.h"

static const struct {
	const char *member, *label;
} phases[] = {{"resolve", "resolve"},
	      {"connect", "connect"},
	      {"tls", "TLS"},
	      {"first_byte", "first byte"},
	      {"transfer", "transfer"}};

static void print(struct invocation *in, const json_t *m)
{
	const json_t *last = json_object_get(m, "last"),
		     *certificate = json_object_get(m, "certificate");
	const char *outcome = json_str(last, "outcome", "unknown"),
		   *message = json_str(last, "message", "");
	output_text(in->output, "%s: %s%s%s\n", json_str(m, "name", ""), outcome,
		    message[0] ? ": " : "", message);
	if (json_is_number(json_object_get(last, "duration_ms"))) {
		output_text(in->output, "  total      %9.1f ms\n",
			    json_num(last, "duration_ms", 0));
		for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
			const json_t *v = json_object_get(json_object_get(last, "phases_ms"),
							  phases[i].member);
			if (json_is_number(v))
				output_text(in->output, "  %-10s %9.1f ms\n", phases[i].label,
					    json_number_value(v));
		}
	}
	if (json_str(last, "address", NULL))
		output_text(in->output, "  address    %s\n", json_str(last, "address", ""));
	view_redirects(in->output, last, "  ", 11);
	view_steps(in->output, last, "  ", 11);
	if (json_is_object(certificate))
		output_text(in->output, "  certificate ends in %lld days (%.10s)\n",
			    (long long)json_int(certificate, "days_left", 0),
			    json_str(certificate, "not_after", ""));
	output_text(in->output, "  state      %s\n", json_str(m, "state", ""));
}

static int run(struct invocation *in)
{
	int status = 0;
	for (int i = 0; i < in->n_args; i++) {
		struct error e = {0};
		struct buf path = BUF_INIT(1024);
		json_t *reply = NULL;
		buf_add_str(&path, "/v1/monitors/");
		path_escape(&path, in->args[i]);
		buf_add_str(&path, "/check");
		if (request_json(in, "POST", buf_str(&path), NULL, &reply, &e)) {
			status = invocation_fail(&e);
		} else {
			const json_t *m = json_object_get(reply, "data");
			const char *outcome =
				json_str(json_object_get(m, "last"), "outcome", "unknown");
			if (!output_machine(in->output, m))
				print(in, m);
			if (strcmp(outcome, "up") && strcmp(outcome, "degraded"))
				status = status ? status : 1;
		}
		json_decref(reply);
		buf_fini(&path);
	}
	return status;
}

static const char *const examples[] = {"sellersmart monitor check shop", NULL};

const struct command command_monitor_check = {
	.words = "monitor check",
	.usage = "monitor check NAME...",
	.summary = "check now and print the phases; exit 0 up, 1 not up",
	.examples = examples,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
