#pragma once
/* Stay with a job until it is over, its progress on standard error. */
#include "tui/cli/cli.h"
#include "tui/cli/request.h"

/** *job is replaced by what it is last (a new reference). A daemon that is restarted meanwhile goes
 *  on with it. *left: the user went away (Ctrl-C), the job did not. */
enum err job_watch(struct invocation *in, const char *id, json_t **job, bool *left,
		   struct error *e);
bool job_is_over(const json_t *job);
/** 0: it is done, or still runs. */
int job_exit_status(const json_t *job);
/** How to see it again, and how to end it. */
void job_say_left(struct invocation *in, const json_t *job);
