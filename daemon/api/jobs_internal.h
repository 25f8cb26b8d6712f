#pragma once
/* What the files of jobs in the API share. */
#include "daemon/api/sql_list.h"
#include "daemon/jobs/item_fetch.h"
#include "daemon/jobs/schedules.h"
#include "daemon/services/service.h"

struct jobs {
	struct daemon *d;
	struct item_fetch *fetch;
	struct items *items;
	struct schedules *schedules;
};

/** ctx: struct jobs. */
extern const struct sql_list job_list;
/** Into the open object. */
void job_write_members(struct json_writer *w, const struct job_progress *p, int64_t now_ms);
/** The last lines as an array. */
void job_write_log(struct json_writer *w, struct reader *r, uint64_t job, int last);
