/* sellersmart job run NAME [--watch]: start it, and stay until it is over. */
#include <stdio.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/job_watch.h"
#include "tui/commands/command.h"

static void print(struct invocation *in, const json_t *job)
{
	char span[32];
	const char *state = json_str(job, "state", ""), *result = json_str(job, "result", "");
	if (output_machine(in->output, job))
		return;
	if (!job_is_over(job)) {
		output_text(in->output, "%s\n", json_str(job, "id", ""));
		output_note(in->output, "it has begun: sellersmart job show %s",
			    json_str(job, "id", ""));
		return;
	}
	output_text(in->output, "%s: %s%s%s, %lld of %lld items, %s\n", json_str(job, "name", ""),
		    state, *result ? ": " : "", result, (long long)json_int(job, "done", 0),
		    (long long)json_int(job, "found", 0),
		    output_span(span, (double)json_int(job, "took_ms", 0)));
	if (job_exit_status(job))
		output_note(in->output, "try: sellersmart job log %s", json_str(job, "id", ""));
}

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *reply = NULL, *body = json_pack("{s:s}", "name", in->args[0]);
	enum err err = request_json(in, "POST", "/v1/jobs/run", body, &reply, &e);
	json_decref(body);
	if (err)
		return invocation_fail(&e);
	json_t *job = json_incref(json_object_get(reply, "data"));
	json_decref(reply);
	bool left = false;
	if (in->watch || invocation_flag(in, "watch")) {
		char id[32];
		snprintf(id, sizeof(id), "%s", json_str(job, "id", ""));
		err = job_watch(in, id, &job, &left, &e);
	}
	if (left)
		job_say_left(in, job);
	int status = err ? invocation_fail(&e) : job_exit_status(job);
	if (!err && !left)
		print(in, job);
	json_decref(job);
	return left ? 130 : status;
}

static const char *const examples[] = {"sellersmart job run store-check --watch",
				       "sellersmart job run scan-brightco --watch", NULL};

const struct command command_job_run = {
	.words = "job run",
	.usage = "job run NAME [--watch]",
	.summary = "start a job now; --watch: wait, exit 0 done, 1 failed or cancelled",
	.details =
		"NAME is a schedule's, or scan-NAME of a rival, as job list has it. With --watch the progress is on standard error. To leave with "
		"Ctrl-C does not end the job:\nthat does job cancel.",
	.examples = examples,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
