#pragma once
/* Alerts in the store: written inside operations, read back at the start. */
#include "daemon/alerts/book.h"
#include "daemon/store/store.h"

struct alert_step {
	uint64_t alert;
	int64_t at_ms;
	const char *what; /* a literal: opened, changed, acknowledged, ... */
	char *text;
};

/** Insert or replace; data NULL keeps what is stored. */
enum err alert_row_write(struct txn *t, const struct alert *a, struct error *e);
enum err alert_row_delete(struct txn *t, uint64_t id, struct error *e);
enum err alert_step_write(struct txn *t, const struct alert_step *s, struct error *e);
enum err alert_told_write(struct txn *t, uint64_t alert, uint64_t notifier, int64_t rev,
			  int64_t at_ms, struct error *e);

/** Living alerts, and resolved ones that somebody who was told of them does not know yet of; in
 *  order of their numbers. fn owns the alert. *next_number: the first that was never given. */
enum err alert_rows_read(struct store *s, void (*fn)(struct alert *a, void *arg), void *arg,
			 int64_t *next_number, struct error *e);
/** What notifiers were told of those. */
enum err alert_told_read(struct store *s,
			 void (*fn)(uint64_t alert, uint64_t notifier, int64_t rev, int64_t at_ms,
				    void *arg),
			 void *arg, struct error *e);
/** Its data as it is stored; free(); NULL: none. */
char *alert_data_read(struct store *s, uint64_t id);
/** 0: there is no such alert. */
int64_t alert_number_read(struct store *s, uint64_t id);
/** When the last one of that kind about the same was resolved (wall ms), 0: never. */
int64_t alert_last_resolved(struct store *s, uint64_t subject, const char *fingerprint);

/** A store_prune_fn: resolved alerts. */
enum err alerts_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e);
