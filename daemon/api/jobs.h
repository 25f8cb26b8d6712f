#pragma once
/* Jobs and schedules by the API, and their part in a start and an end of the daemon. */
#include "daemon/jobs/items.h"
#include "daemon/services/service.h"

struct jobs;

/** Engine, schedules, routes; before listening and after api_init. */
struct jobs *jobs_new(struct daemon *d);
enum err jobs_start(struct jobs *j, struct error *e);
void jobs_stop(struct jobs *j, int limit_ms);
/** After the store was closed. */
void jobs_free(struct jobs *j);
/** A run as the API shows it. */
enum err jobs_write(struct jobs *j, struct json_writer *w, uint64_t id, struct error *e);
/** The engine, for services that start jobs of their own. */
struct items *jobs_items(struct jobs *j);
