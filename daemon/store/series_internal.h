#pragma once
/* What the store does with the series; everybody else uses series.h.
 *
 * The store calls series_new before and series_load after the migrations, before the writer takes
 * operations; series_free after the last operation ended. The series in turn needs txn_on_end
 * (store_internal.h): what an operation appended becomes visible only when it was committed. */
#include "daemon/store/series.h"

struct series *series_new(struct store *s);
/** Read what each monitor's state was and replay the journal; db may write. No operation runs yet.
 */
enum err series_load(struct series *series, sqlite3 *db, struct error *e);
void series_free(struct series *series);

/** Delete chunks of samples that all lie before raw_before_ms, and hourly roll-ups before
 *  hourly_before_ms; daily ones stay for ever. One bounded slice (a few ms) a call; call again, in
 * an operation of its own, while *more. A limit by bytes is the caller's: move both times up,
 * oldest first, until the file is small enough. */
enum err series_prune(struct txn *t, int64_t raw_before_ms, int64_t hourly_before_ms, bool *more,
		      struct error *e);
