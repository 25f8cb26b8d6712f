/* sellersmart secret generate NAME: a secret for webhooks, shown this once for the receiver. */
#include <string.h>

#include <sodium.h>

#include "shared/mem.h"
#include "shared/webhook_secret.h"
#include "tui/cli/request.h"
#include "tui/cli/secret_value.h"
#include "tui/commands/command.h"

static enum err must_be_new(struct invocation *in, const char *name, struct error *e)
{
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;

	buf_add_str(&path, "/v1/secrets/");
	path_escape(&path, name);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
	bool taken = !err && json_bool(json_object_get(reply, "data"), "stored", true);
	json_decref(reply);
	buf_fini(&path);
	if (err == ERR_NOT_FOUND || (!err && !taken)) {
		*e = (struct error){0};
		return ERR_NONE;
	}
	if (err)
		return err;
	error_set(e, ERR_EXISTS, "there is a secret %.64s already", name);
	error_hint(e,
		   "another name, and then: sellersmart notifier edit NAME --secret secret:NEW "
		   "--secret-previous secret:%.64s",
		   name);
	return ERR_EXISTS;
}

static int run(struct invocation *in)
{
	char text[WEBHOOK_SECRET_TEXT] = "";
	struct secret_value value = {.bytes = text};
	struct error e = {0};
	json_t *reply = NULL;
	int status = 0;

	if (sodium_init() < 0) {
		error_set(&e, ERR_INTERNAL, "no random numbers can be had");
		return invocation_fail(&e);
	}
	webhook_secret_make(text);
	value.n = strlen(text);
	if (must_be_new(in, in->args[0], &e) ||
	    secret_value_store(in, in->args[0], &value, &reply, &e)) {
		status = invocation_fail(&e);
	} else {
		json_t *made = json_pack("{s:s,s:s}", "name", in->args[0], "value", text);
		if (!output_machine(in->output, made))
			output_text(in->output, "%s\n", text);
		output_note(in->output,
			    "stored as %s; give it to the receiver, it is not shown again",
			    in->args[0]);
		json_decref(made);
	}
	sodium_memzero(text, sizeof(text));
	json_decref(reply);
	return status;
}

static const char *const examples[] = {
	"sellersmart secret generate ops-secret",
	"sellersmart secret generate ops-secret-2 > /run/receiver/secret",
	NULL,
};

const struct command command_secret_generate = {
	.words = "secret generate",
	.usage = "secret generate NAME",
	.summary = "make, store and print, this once, a secret that signs webhooks",
	.details =
		"whsec_ and base64 of 32 random bytes, as Standard Webhooks want it. To change one without a gap:"
		" generate another, `notifier edit NAME --secret secret:NEW --secret-previous secret:OLD`, tell"
		" the receiver, and later `notifier edit NAME --unset secret_previous`.",
	.examples = examples,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
