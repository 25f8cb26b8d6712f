#include "tui/cli/alerts.h"

#include <string.h>

#include "tui/cli/request.h"

/* Who does it is at this end of the connection: an ssh context has its own user there. */
static json_t *body_of(const struct invocation *in)
{
	json_t *body = json_object();
	for (size_t i = 0; i < in->n_flags; i++)
		json_object_set_new(body, in->flags[i].flag->name, json_string(in->flags[i].value));
	return body;
}

static int act_on(struct invocation *in, const char *ref, const char *verb, const json_t *body,
		  const char *done)
{
	struct error e = {0};
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;
	int status = 0;
	buf_add_str(&path, "/v1/alerts/");
	if (ref) {
		path_escape(&path, ref);
		buf_add_char(&path, '/');
	}
	buf_add_str(&path, verb);
	enum err err = request_json(in, "POST", buf_str(&path), body, &reply, &e);
	const json_t *a = json_object_get(reply, "data");
	if (err)
		status = invocation_fail(&e);
	else if (!output_machine(in->output, a))
		output_text(in->output, "%lld %s: %s%s%s\n", (long long)json_int(a, "number", 0),
			    json_str(a, "subject", ""), done,
			    json_str(body, "note", NULL) ? ": " : "", json_str(body, "note", ""));
	json_decref(reply);
	buf_fini(&path);
	return status;
}

int alerts_act(struct invocation *in, const char *verb, const char *done)
{
	json_t *body = body_of(in);
	int status = in->n_args ? 0 : act_on(in, NULL, verb, body, done);
	for (int i = 0; i < in->n_args; i++) {
		int one = act_on(in, in->args[i], verb, body, done);
		status = status ? status : one;
	}
	json_decref(body);
	return status;
}
