#pragma once
/* Subscriptions: programs that want events as they come, each as a message of its own. */
#include "daemon/store/feed.h"
#include "shared/matcher.h"

struct subject;

struct subscription {
	uint64_t id;
	char name[64];
	json_t *topics;
	struct matchers *match;
};
struct subscriptions {
	struct subscription *all;
	size_t n;
};
void subscriptions_read(struct subscriptions *s, struct store *store);
void subscriptions_fini(struct subscriptions *s);
bool subscription_wants(const struct subscription *s, const struct event *ev,
			const struct subject *subject, const json_t *data);
