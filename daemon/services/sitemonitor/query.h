#pragma once
/* What routes of monitors are asked with. */
#include "daemon/services/sitemonitor/sitemonitor.h"

/** A duration before now_ms or a time; ERR_INVALID names the parameter. */
bool query_time(struct request *r, const char *name, const char *fallback, int64_t now_ms,
		int64_t *ms, struct error *e);
/** A whole number, 1..max; fallback (also 0: "not given") when it is left out. */
bool query_number(struct request *r, const char *name, int64_t fallback, int64_t max, int64_t *out,
		  struct error *e);
/** The monitor of a path's ":ref", counted, when it is of that type.
 *  @param why, hint  for one of another: "only heartbeats get pings", and what to do instead
 *  @return NULL with e filled */
const struct resource *query_monitor_of(struct sitemonitor *sm, struct request *r, const char *type,
					const char *why, const char *hint, struct error *e);
