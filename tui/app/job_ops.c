#include "tui/app/job_ops.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/widgets/format.h"

/* What starts a resource's job, whatever kind it is of. */
static const char *const starters[] = {"run", "scan", "check"};

bool job_lives(const json_t *job)
{
	const char *state = json_str(job, "state", "");

	return !strcmp(state, "running") || !strcmp(state, "queued");
}

bool ops_start(struct app *app, const struct resource_kind *kind, const char *id, const char *name,
	       const char *verb)
{
	struct targets t = {.kind = kind, .n = 1};

	for (size_t i = 0; i < kind->n_actions; i++) {
		const struct action *a = &kind->actions[i];

		if (strcmp(a->verb, verb) != 0 || strcmp(a->method, "POST") != 0)
			continue;
		snprintf(t.at[0].id, sizeof t.at[0].id, "%s", id);
		snprintf(t.at[0].name, sizeof t.at[0].name, "%s", name);
		ops_action(app, &t, a);
		return true;
	}
	return false;
}

bool job_run_again(struct view *v, const json_t *job)
{
	const char *owner = json_str(job, "owner", "");
	const struct resource_kind *kind = resource_kind_of_id(owner);

	if (!job)
		return false;
	if (job_lives(job)) {
		app_say(v->app, ROLE_INFO, "%s runs already: x ends it", json_str(job, "name", ""));
		return true;
	}
	for (size_t i = 0; kind && i < ARRAY_LEN(starters); i++)
		if (ops_start(v->app, kind, owner, json_str(job, "name", ""), starters[i]))
			return true;
	app_say(v->app, ROLE_ERROR, "%s cannot be started again: what it worked for is gone",
		json_str(job, "name", ""));
	return true;
}

void job_progress_text(const json_t *job, char *out, size_t cap)
{
	static const struct {
		const char *member, *word;
	} counts[] = {{"done", "done"},
		      {"failed", "FAILED"},
		      {"retries", "tried again"},
		      {"left", "left"}};
	char count[32], eta[FORMAT_TEXT];
	size_t n = (size_t)snprintf(out, cap, "%s found",
				    format_count(count, sizeof count, json_int(job, "found", 0)));

	for (size_t i = 0; i < ARRAY_LEN(counts) && n < cap; i++) {
		int64_t value = json_int(job, counts[i].member, 0);

		if (value > 0 || i == 0)
			n += (size_t)snprintf(out + n, cap - n, ", %s %s",
					      format_count(count, sizeof count, value),
					      counts[i].word);
	}
	if (json_int(job, "eta_ms", -1) >= 0 && job_lives(job) && n < cap)
		snprintf(out + n, cap - n, "; about %s to go",
			 format_age(eta, sizeof eta, json_int(job, "eta_ms", 0)));
}
