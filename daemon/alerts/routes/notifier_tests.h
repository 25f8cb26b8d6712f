#pragma once
/* POST /v1/notifiers/REF/test: a message that is sent for real, at once, past the queue. Receivers
 * may take their time, so each test has a thread of its own; only a few run at once. */
#include "daemon/services/service.h"

struct notifier_tests;
struct outbox;

/** Registers the route; before listening. */
struct notifier_tests *notifier_tests_new(struct daemon *d, struct outbox *o);
/** Waits for those under way, which end soon once the outbox is stopped. No requests come any more.
 */
void notifier_tests_join(struct notifier_tests *t);
/** Before http_free. */
void notifier_tests_free(struct notifier_tests *t);
