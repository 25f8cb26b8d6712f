#pragma once
/* What the parts of the importer of Uptime Kuma share: its members come in two spellings
 * (retryInterval, retry_interval), so they are looked up in small letters without underscores. */
#include "tui/import/import.h"

/** A row with its members' names in that form, without null ones. */
json_t *kuma_normalised(const json_t *row);
const char *kuma_text(const json_t *m, const char *key);
/** SQLite has 0 and 1, JSON false and true, both sometimes text. */
bool kuma_truth(const json_t *m, const char *key, bool fallback);
int64_t kuma_number(const json_t *m, const char *key, int64_t fallback);
/** Rows of the tables of its SQLite file, named as in a backup. */
json_t *kuma_database(const char *path, struct error *e);

/** Notifications become notifiers, for the monitors that named them.
 *  @param told  id of a notification -> array of names of monitors in the plan
 *  @param n_monitors  in the plan */
void kuma_notifications(struct import_plan *p, const json_t *list, const json_t *told,
			size_t n_monitors);
