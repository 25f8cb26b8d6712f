/* sellersmart job run NAME [--watch]: start it, and stay until it is over. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { BAR_CELLS = 24, LOOK_MS = 250, AWAY_MAX = 120 /* looks: half a minute */ };

extern const struct resource_kind resource_job;

static bool is_over(const json_t *job)
{
	const char *state = json_str(job, "state", "");
	return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

static void draw(const struct invocation *in, const json_t *job)
{
	char bar[BAR_CELLS + 1], eta[32];
	int64_t found = json_int(job, "found", 0), failed = json_int(job, "failed", 0);
	int64_t done = json_int(job, "done", 0) + failed, ms = json_int(job, "eta_ms", -1);
	if (in->output->quiet || !isatty(STDERR_FILENO))
		return;
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = found && i < done * BAR_CELLS / found ? '#' : '.';
	bar[BAR_CELLS] = 0;
	fprintf(stderr, "\r\033[K[%s] %lld of %lld", bar, (long long)done, (long long)found);
	if (failed)
		fprintf(stderr, ", %lld failed", (long long)failed);
	if (ms >= 0 && !is_over(job))
		fprintf(stderr, ", %s left", output_span(eta, (double)ms));
	fflush(stderr);
}

static void undraw(const struct invocation *in)
{
	if (!in->output->quiet && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void wait_a_little(void)
{
	const struct timespec t = {.tv_nsec = LOOK_MS * 1000000L};
	nanosleep(&t, NULL);
}

/* A daemon that is restarted meanwhile goes on with it. */
static enum err follow(struct invocation *in, const char *id, json_t **last, struct error *e)
{
	struct buf path = BUF_INIT(256);
	int away = 0;
	enum err err = ERR_NONE;
	buf_printf(&path, "/v1/jobs/%s", id);
	for (;;) {
		json_t *reply = NULL;
		*e = (struct error){0};
		err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
		if (err && (err != ERR_UNAVAILABLE || ++away > AWAY_MAX))
			break;
		if (!err) {
			away = 0;
			json_decref(*last);
			*last = json_incref(json_object_get(reply, "data"));
			json_decref(reply);
			draw(in, *last);
			if (is_over(*last))
				break;
		}
		wait_a_little();
	}
	undraw(in);
	buf_fini(&path);
	return err;
}

static int status_of(const json_t *job)
{
	return !is_over(job) || !strcmp(json_str(job, "state", ""), "done") ? 0 : 1;
}

static void print(struct invocation *in, const json_t *job)
{
	char span[32];
	const char *state = json_str(job, "state", ""), *result = json_str(job, "result", "");
	if (output_machine(in->output, job))
		return;
	if (!is_over(job)) {
		output_text(in->output, "%s\n", json_str(job, "id", ""));
		output_note(in->output, "it has begun: sellersmart job show %s",
			    json_str(job, "id", ""));
		return;
	}
	output_text(in->output, "%s: %s%s%s, %lld of %lld items, %s\n", json_str(job, "name", ""),
		    state, *result ? ": " : "", result, (long long)json_int(job, "done", 0),
		    (long long)json_int(job, "found", 0),
		    output_span(span, (double)json_int(job, "took_ms", 0)));
	if (status_of(job))
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
	if (in->watch || invocation_flag(in, "watch")) {
		char id[32];
		snprintf(id, sizeof(id), "%s", json_str(job, "id", ""));
		err = follow(in, id, &job, &e);
	}
	int status = err ? invocation_fail(&e) : status_of(job);
	if (!err)
		print(in, job);
	json_decref(job);
	return status;
}

static const char *const examples[] = {"sellersmart job run store-check --watch", NULL};

const struct command command_job_run = {
	.words = "job run",
	.usage = "job run NAME [--watch]",
	.summary =
		"start the job of a schedule now; --watch: wait, exit 0 done, 1 failed or cancelled",
	.details =
		"NAME is a schedule's. With --watch the progress is on standard error. To leave with "
		"Ctrl-C does not end the job:\nthat does job cancel.",
	.examples = examples,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
