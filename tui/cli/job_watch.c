#include "tui/cli/job_watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/mem.h"

enum {
	BAR_CELLS = 24,
	LOOK_MS = 250,
	AWAY_MAX = 120,  /* looks: half a minute */
	LINE_LOOKS = 20, /* between two lines of progress where there is no terminal: 5 s */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	interrupted = 1;
}

bool job_is_over(const json_t *job)
{
	const char *state = json_str(job, "state", "");
	return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

int job_exit_status(const json_t *job)
{
	return !job_is_over(job) || !strcmp(json_str(job, "state", ""), "done") ? 0 : 1;
}

static bool is_scan(const json_t *job)
{
	return !strcmp(json_str(job, "type", ""), "site-scan");
}

/* Of a scan its own beginning is no page. */
static void describe(const json_t *job, char *out, size_t cap)
{
	char eta[32];
	int64_t found = json_int(job, "found", 0), failed = json_int(job, "failed", 0);
	int64_t done = json_int(job, "done", 0) + failed, ms = json_int(job, "eta_ms", -1);
	int n;
	if (is_scan(job)) {
		found -= found > 0;
		done -= done > 0;
		n = snprintf(out, cap, "found %lld page%s, %lld read, %lld left", (long long)found,
			     found == 1 ? "" : "s", (long long)done, (long long)(found - done));
	} else {
		n = snprintf(out, cap, "%lld of %lld", (long long)done, (long long)found);
	}
	if (failed && (size_t)n < cap)
		n += snprintf(out + n, cap - (size_t)n, ", %lld failed", (long long)failed);
	if (ms >= 0 && !job_is_over(job) && (size_t)n < cap)
		snprintf(out + n, cap - (size_t)n, ", %s%s", output_span(eta, (double)ms),
			 is_scan(job) ? "" : " left");
}

static void draw(const struct invocation *in, const json_t *job, unsigned looks)
{
	char bar[BAR_CELLS + 1], text[160];
	int64_t found = json_int(job, "found", 0);
	int64_t done = json_int(job, "done", 0) + json_int(job, "failed", 0);
	describe(job, text, sizeof(text));
	if (in->output->quiet)
		return;
	if (!isatty(STDERR_FILENO)) {
		if (is_scan(job) && looks % LINE_LOOKS == LINE_LOOKS - 1)
			output_note(in->output, "%s", text);
		return;
	}
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = found && i < done * BAR_CELLS / found ? '#' : '.';
	bar[BAR_CELLS] = 0;
	fprintf(stderr, "\r\033[K[%s] %s", bar, text);
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

static enum err follow(struct invocation *in, const char *path, json_t **last, struct error *e)
{
	int away = 0;
	for (unsigned looks = 0; !interrupted; looks++) {
		json_t *reply = NULL;
		*e = (struct error){0};
		enum err err = request_json(in, "GET", path, NULL, &reply, e);
		if (err && interrupted)
			break;
		if (err && (err != ERR_UNAVAILABLE || ++away > AWAY_MAX))
			return err;
		if (!err) {
			away = 0;
			json_decref(*last);
			*last = json_incref(json_object_get(reply, "data"));
			json_decref(reply);
			draw(in, *last, looks);
			if (job_is_over(*last))
				return ERR_NONE;
		}
		wait_a_little();
	}
	return ERR_NONE;
}

enum err job_watch(struct invocation *in, const char *id, json_t **job, bool *left, struct error *e)
{
	struct buf path = BUF_INIT(256);
	struct sigaction take = {.sa_handler = on_interrupt}, before;
	buf_printf(&path, "/v1/jobs/%s", id);
	sigaction(SIGINT, &take, &before);
	enum err err = follow(in, buf_str(&path), job, e);
	undraw(in);
	*left = interrupted && !(*job && job_is_over(*job));
	if (*left)
		*e = (struct error){0};
	interrupted = 0;
	sigaction(SIGINT, &before, NULL);
	buf_fini(&path);
	return *left ? ERR_NONE : err;
}

void job_say_left(struct invocation *in, const json_t *job)
{
	const char *id = json_str(job, "id", "");
	output_note(
		in->output,
		"it goes on: sellersmart job show %s --watch; end it: sellersmart job cancel %s",
		id, id);
}
