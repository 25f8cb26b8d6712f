#pragma once
/* The document of a message (message.h) out of what is to be told. */
#include "daemon/alerts/groups.h"
#include "daemon/store/feed.h"

struct store;

struct composed {
	char topic[48];
	char *title, *json;
	int severity; /* of the worst */
};
/** The MESSAGE_ALERTS_MAX first of tells are in it, the rest is counted. Evidence and what changed
 *  are left out where there is no room. Reads data of alerts from the store. */
void compose_tells(struct store *s, const struct tell *tells, size_t n, int64_t now_ms,
		   struct composed *out);
/** An event for a subscription. */
void compose_event(uint64_t epoch, const struct event *ev, struct composed *out);
void composed_fini(struct composed *c);

/** {"a": 1} of an alert, from memory or the store; an empty object when it has none. New
 *  reference. */
json_t *alert_data(struct store *s, const struct alert *a);
