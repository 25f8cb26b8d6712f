/* What the lists of notifiers show beside their fields. */
#include <string.h>

#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"

void notifier_write(struct json_writer *w, const struct resource *r, void *ctx)
{
	outbox_write_live(alerts_outbox(ctx), w, r);
}

const char *notifier_filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	return strcmp(name, "state") ? NULL : outbox_notifier_state(alerts_outbox(ctx), r);
}
