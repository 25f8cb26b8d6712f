/* sellersmart alert redeliver: what did not get out goes again, under the same ids. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { PAGE_ROWS = 500 };

static enum err again(struct invocation *in, const char *plural, const char *ref, int64_t *n,
		      struct error *e)
{
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;
	buf_printf(&path, "/v1/%s/", plural);
	path_escape(&path, ref);
	buf_add_str(&path, "/redeliver");
	enum err err = request_json(in, "POST", buf_str(&path), NULL, &reply, e);
	*n += json_int(json_object_get(reply, "data"), "redelivered", 0);
	json_decref(reply);
	buf_fini(&path);
	return err;
}

/* All that was given up. What was sent again is in the list no more, so its first page is asked
 * for until nothing is new in it. */
static enum err all_dead(struct invocation *in, int64_t *n, struct error *e)
{
	enum err err = ERR_NONE;
	for (int64_t before = -1; !err && before != *n;) {
		struct buf path = BUF_INIT(1024);
		json_t *reply = NULL, *row;
		size_t i;
		before = *n;
		buf_add_str(&path, "/v1/deliveries");
		path_add(&path, "filter[state]", "dead");
		path_add(&path, "sort", "created_at");
		path_add(&path, "fields", "id");
		path_add_int(&path, "limit", PAGE_ROWS);
		err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
		json_array_foreach(json_object_get(reply, "data"), i, row)
		{
			struct error one = {0};
			/* Its notifier is gone, or another was quicker. */
			enum err failed = again(in, "deliveries", json_str(row, "id", ""), n, &one);
			if (failed && failed != ERR_NOT_NOW && failed != ERR_NOT_FOUND) {
				*e = one;
				err = failed;
				break;
			}
		}
		json_decref(reply);
		buf_fini(&path);
	}
	return err;
}

static int run(struct invocation *in)
{
	struct error e = {0};
	bool dead = invocation_flag(in, "dead");
	int64_t n = 0;
	int status = 0;
	if (dead == (in->n_args > 0)) {
		error_set(&e, ERR_USAGE,
			  dead ? "--dead is all of them: no number with it"
			       : "it is not said what is to be sent again");
		error_hint(&e, "sellersmart alert redeliver 14, or --dead");
		return invocation_fail(&e);
	}
	if (dead && all_dead(in, &n, &e))
		status = invocation_fail(&e);
	for (int i = 0; i < in->n_args; i++) {
		e = (struct error){0};
		if (again(in, "alerts", in->args[i], &n, &e)) {
			int failed = invocation_fail(&e);
			status = status ? status : failed;
		}
	}
	if (status)
		return status;
	json_t *answer = json_pack("{s:I}", "redelivered", (json_int_t)n);
	if (!output_machine(in->output, answer))
		output_text(in->output, "%lld message%s go%s again\n", (long long)n,
			    n == 1 ? "" : "s", n == 1 ? "es" : "");
	json_decref(answer);
	return 0;
}

static const struct flag flags[] = {{"dead", NULL, "all that was given up", false}};
static const char *const examples[] = {"sellersmart alert redeliver 14",
				       "sellersmart alert redeliver --dead", NULL};

const struct command command_alert_redeliver = {
	.words = "alert redeliver",
	.usage = "alert redeliver N... | --dead",
	.summary = "send again now what did not get out, under the same ids",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.max_args = -1,
	.run = run,
};
