#pragma once
/* What a person does about jobs. */
#include "tui/app/ops.h"

/** It is under way or waits for its turn. */
bool job_lives(const json_t *job);
/** Start it again: the run, scan or check of what it belongs to. Says so when it belongs to
 *  nothing. @return false: there is no job */
bool job_run_again(struct view *v, const json_t *job);
/** Start that action of a resource that is known by id alone. @return false: it has no such one */
bool ops_start(struct app *app, const struct resource_kind *kind, const char *id, const char *name,
	       const char *verb);
/** "84 found, 57 done, 3 FAILED, 24 left; about 2m to go". */
void job_progress_text(const json_t *job, char *out, size_t cap);
