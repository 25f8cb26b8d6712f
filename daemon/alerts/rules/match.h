#pragma once
/* An alert as conditions see it. */
#include "daemon/alerts/book.h"
#include "shared/matcher.h"

struct match_alert {
	struct matched matched; /* borrows from the alert and from these */
	json_t *labels, *tags;
};
/** @param data  of the alert, borrowed; may be NULL */
void match_alert_init(struct match_alert *m, const struct alert *a, const json_t *data);
void match_alert_fini(struct match_alert *m);
/** "sitemonitor" for what monitors say; else the first word of the topic. A literal or borrowed. */
const char *match_service(const char *topic, const char *kind);
/** Does one of these conditions look into the data? */
bool match_needs_data(const json_t *conditions);
