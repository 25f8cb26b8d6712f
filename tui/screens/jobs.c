/* Jobs: long work, how far it is, how it ended. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/job_ops.h"
#include "tui/app/listing.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

static const struct listing_view views[] = {
	{"all", NULL, NULL, "Nothing has run yet. Schedules start jobs by themselves: :schedules"},
	{"under way", "filter[state]=queued,running", NULL, "Nothing runs."},
	{"failed", "filter[state]=failed", NULL, "No job has failed."},
};

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 9, .priority = 0},
	{.title = "job", .path = "name", .min_width = 12, .weight = 2, .priority = 0},
	{.title = "progress",
	 .path = "done",
	 .format = COLUMN_METER,
	 .min_width = 10,
	 .weight = 1,
	 .priority = 1},
	{.title = "failed", .path = "failed", .format = COLUMN_INT, .min_width = 6, .priority = 4},
	{.title = "to go", .path = "eta_ms", .format = COLUMN_SPAN, .min_width = 5, .priority = 6},
	{.title = "begun",
	 .path = "started_at",
	 .format = COLUMN_TIME,
	 .min_width = 12,
	 .priority = 2},
	{.title = "took", .path = "took_ms", .format = COLUMN_SPAN, .min_width = 5, .priority = 3},
	{.title = "result", .path = "result", .min_width = 16, .weight = 3, .priority = 5},
};

static int preview_height(struct view *v, const json_t *row, int width)
{
	return *json_str(row, "result", "") ? 4 : 3;
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	char text[FORMAT_TEXT], created[64];
	const char *state = json_str(row, "state", "");

	section_draw_in(s, 0, json_str(row, "name", ""), state_role(state), state);
	job_progress_text(row, text, sizeof text);
	surface_outside(s, 1, 2, ROLE_TEXT, text, s.width - 4);
	surface_printf(
		s, 2, 2, ROLE_DIM, "%s, started by %s %s", json_str(row, "type", ""),
		strcmp(json_str(row, "cause", ""), "person") ? json_str(row, "cause", "") : "you",
		format_time_of(created, sizeof created, row, "created_at", app_now_ms(v->app)));
	if (*json_str(row, "result", ""))
		surface_outside(s, 3, 2, state_role(state), json_str(row, "result", ""),
				s.width - 4);
}

static const struct listing_look look = {
	.preview_height = preview_height,
	.preview = preview,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.views = views,
	.n_views = ARRAY_LEN(views),
};

static const json_t *job_here(const struct view *v)
{
	const struct resource_kind *kind;

	return view_subject(v, &kind);
}

static bool is_over(const struct view *v)
{
	return job_here(v) && !job_lives(job_here(v));
}

static bool lives(const struct view *v)
{
	return job_lives(job_here(v));
}

static bool run_again(struct view *v, const struct binding *b)
{
	return job_run_again(v, job_here(v));
}

static bool run_cancel(struct view *v, const struct binding *b)
{
	const json_t *job = job_here(v);

	if (!job)
		return false;
	if (!job_lives(job)) {
		app_say(v->app, ROLE_INFO, "%s is over already: r runs it again",
			json_str(job, "name", ""));
		return true;
	}
	return ops_start(v->app, v->kind, json_str(job, "id", ""), json_str(job, "name", ""),
			 "cancel");
}

static bool run_schedules(struct view *v, const struct binding *b)
{
	return app_go(v->app, "schedules");
}

static const struct binding bindings[] = {
	{.context = "job",
	 .keys = "x",
	 .action = "cancel",
	 .brief = "cancel",
	 .run = run_cancel,
	 .applies = lives,
	 .help = "end it; what it has kept stays; asks first"},
	{.context = "job",
	 .keys = "r",
	 .action = "run",
	 .brief = "run again",
	 .run = run_again,
	 .applies = is_over,
	 .help = "start it again, now; F5 asks the daemon again"},
	{.context = "jobs",
	 .keys = "o",
	 .action = "schedules",
	 .brief = "schedules",
	 .run = run_schedules,
	 .needs = "schedule",
	 .help = "when jobs are started by themselves"},
};

extern const struct screen screen_jobs;
const struct screen screen_jobs = {
	.name = "jobs",
	.tab = 70,
	.kind = "job",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.look = &look,
	LISTING_SCREEN,
};
