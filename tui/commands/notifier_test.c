/* sellersmart notifier test NAME: for real, with the receiver's answer. */
#include <string.h>
#include <unistd.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void print(struct invocation *in, const char *name, const json_t *a)
{
	bool ok = json_bool(a, "ok", false);
	const char *text = json_str(a, "text", "");

	output_text(in->output, "%s: %s%s%s, %lld ms\n", name, ok ? "sent" : "NOT SENT",
		    text[0] ? ": " : "", text, (long long)json_int(a, "took_ms", 0));
	if (json_str(a, "hint", NULL))
		output_note(in->output, "try: %s", json_str(a, "hint", ""));
}

/* Somebody is looking: say what is waited for, and take it back. */
static void waiting(const struct invocation *in, const char *name, bool begins)
{
	if (!isatty(STDERR_FILENO) || in->output->quiet)
		return;
	if (begins)
		fprintf(stderr, "sending through %.64s...", name);
	else
		fprintf(stderr, "\r\033[K");
	fflush(stderr);
}

static int run(struct invocation *in)
{
	int status = 0;

	for (int i = 0; i < in->n_args; i++) {
		struct error e = {0};
		struct buf path = BUF_INIT(1024);
		json_t *reply = NULL;

		buf_add_str(&path, "/v1/notifiers/");
		path_escape(&path, in->args[i]);
		buf_add_str(&path, "/test");
		waiting(in, in->args[i], true);
		enum err err = request_json(in, "POST", buf_str(&path), NULL, &reply, &e);
		waiting(in, in->args[i], false);
		if (err) {
			status = invocation_fail(&e);
		} else {
			const json_t *a = json_object_get(reply, "data");
			if (!output_machine(in->output, a))
				print(in, in->args[i], a);
			if (!json_bool(a, "ok", false))
				status = status ? status : 1;
		}
		json_decref(reply);
		buf_fini(&path);
	}
	return status;
}

static const char *const examples[] = {"sellersmart notifier test ops", NULL};

const struct command command_notifier_test = {
	.words = "notifier test",
	.usage = "notifier test NAME...",
	.summary = "send a message for real and print the answer; exit 0 sent, 1 not sent",
	.examples = examples,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
