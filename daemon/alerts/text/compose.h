#pragma once
/* Messages (message.h) out of what is to be told. */
#include "daemon/alerts/groups.h"
#include "daemon/alerts/text/message.h"
#include "daemon/store/feed.h"

struct store;

/** The MESSAGE_ALERTS_MAX first of tells are listed, the rest is counted. Reads data of alerts and
 *  runbooks of their subjects from the store. */
void compose_tells(struct store *s, const struct tell *tells, size_t n, int64_t now_ms,
		   struct message *out);
/** An event for a subscription. */
void compose_event(uint64_t epoch, const struct event *ev, struct message *out);

/** {"a": 1} of an alert, from memory or the store; an empty object when it has none. New
 *  reference. */
json_t *alert_data(struct store *s, const struct alert *a);
