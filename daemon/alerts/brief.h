#pragma once
/* A brief: what happened in a stretch of time, from alerts, deliveries, the machine and every
 * service; and when which notifier is told of it by itself. */
#include <stdbool.h>

#include "daemon/alerts/text/message.h"
#include "daemon/services/service.h"
#include "shared/cron.h"

/* ---- one brief (brief.c) -------------------------------------------------------------------- */

/** A message of the type "brief" (message.h) with "since", "until" and "quiet" (nothing but what
 *  was watched). Numbers and dates of the title follow w. At most MESSAGE_BYTES_MAX as text.
 *  @return new reference.  Thread: a worker */
json_t *brief_make(struct daemon *d, int64_t since_ms, int64_t until_ms, const struct wording *w);

/* ---- when (briefs.c) ------------------------------------------------------------------------ */

enum { BRIEF_LATE_MAX_MS = 12 * 3600000 };

/** The slot of a schedule that is to be told now: the last one after after_ms and up to now, unless
 *  it is more than BRIEF_LATE_MAX_MS old. Pure.
 *  @param slot  0: none
 *  @return the next one after now, INT64_MAX: never */
int64_t brief_next(const struct cron *c, const struct tz *z, int64_t after_ms, int64_t now_ms,
		   int64_t *slot);

struct briefs;
struct outbox;

struct briefs *briefs_new(struct daemon *d, struct outbox *outbox);
/** Notifiers came, went or changed. Thread: any. */
void briefs_changed(struct briefs *b);
/** Tell what is due: a worker puts the brief together and hands it to the outbox, each slot once,
 *  also over restarts. wait: do it here and now.
 *  @return when to call again (wall ms), INT64_MAX: not before briefs_changed.  Thread: one */
int64_t briefs_tick(struct briefs *b, int64_t now_ms, bool wait);
/** Until the worker is done; nothing begins after it. */
void briefs_stop(struct briefs *b);
void briefs_free(struct briefs *b);
