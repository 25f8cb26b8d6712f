/* sellersmart brief: what happened since the last one. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/client/zone.h"
#include "tui/commands/command.h"

static void add_query(struct buf *path, const char *name, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	buf_printf(path, "%c%s=", strchr(buf_str(path), '?') ? '&' : '?', name);
	for (const char *p = value; *p; p++)
		buf_printf(path, strchr(plain, *p) ? "%c" : "%%%02X", (unsigned char)*p);
}

/* Read by a person: the next one begins where this one ended. */
static int mark_seen(struct invocation *in, const json_t *data)
{
	struct error e = {0};
	json_t *reply = NULL;
	json_t *body = json_pack("{s:s}", "until", json_str(data, "until", ""));
	enum err err = request_json(in, "POST", "/v1/brief/seen", body, &reply, &e);
	json_decref(body);
	json_decref(reply);
	return err ? invocation_fail(&e) : 0;
}

static int run(struct invocation *in)
{
	const char *since = invocation_flag(in, "since"), *until = invocation_flag(in, "until");
	struct buf path = BUF_INIT(1024);
	struct error e = {0};
	json_t *reply = NULL;
	char zone[64];
	int status = 0;
	if (output_format(in->output) == OUTPUT_CSV) {
		error_set(&e, ERR_USAGE, "a brief is no table: no -o csv");
		error_hint(&e, "sellersmart brief -o json, or event list -o csv");
		return invocation_fail(&e);
	}
	buf_add_str(&path, "/v1/brief");
	add_query(&path, "since", since ? since : "last");
	if (until)
		add_query(&path, "until", until);
	add_query(&path, "zone", local_zone(zone, sizeof(zone)));
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *data = json_object_get(reply, "data");
	if (!output_machine(in->output, data)) {
		output_text(in->output, "%s", json_str(data, "text", ""));
		if (json_bool(data, "last", false) && !invocation_flag(in, "peek"))
			status = mark_seen(in, data);
	}
	json_decref(reply);
	return status;
}

static const struct flag flags[] = {
	{"since", "last|TIME", "where it begins: last, 24h, 7d or a time (default last)", false},
	{"until", "TIME", "where it ends (default now)", false},
	{"peek", NULL, "do not say that it was read: the next one tells it again", false},
};
static const char *const examples[] = {"sellersmart brief", "sellersmart brief --since 7d",
				       "sellersmart brief --since last -o json", NULL};

const struct command command_brief = {
	.words = "brief",
	.usage = "brief [--since last|7d|TIME] [--until TIME] [--peek] [-o json]",
	.summary = "what happened since the last brief",
	.details =
		"A brief of --since last that is printed for a person counts as read: the next one "
		"begins where it\nended. With -o json, with --peek or with another --since it "
		"does not.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.run = run,
};
