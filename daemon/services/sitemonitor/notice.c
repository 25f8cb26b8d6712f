/* Events that are about this daemon and its machine, not about a monitor. Net loop. */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"

struct notice {
	struct store_op op;
	struct sitemonitor *sm;
	struct event event;
	char text[200], data[200];
};

static enum err write_notice(struct txn *t, void *arg, struct error *e)
{
	return feed_event(t, &((struct notice *)arg)->event, e);
}

static void notice_written(void *arg, enum err code, const struct error *e)
{
	struct notice *n = arg;
	if (code)
		log_warn("sitemonitor", "\"%s\" is not among the events: %s", n->text,
			 e ? e->text : "");
	writing_ended(n->sm, free, free, n);
}

void notice_write(struct sitemonitor *sm, const char *topic, enum severity severity,
		  const char *text, const char *data)
{
	struct error e = {0};
	struct notice *n = mem_zalloc(sizeof(*n));
	n->op = (struct store_op){.run = write_notice, .done = notice_written, .arg = n};
	n->sm = sm;
	snprintf(n->text, sizeof(n->text), "%s", text);
	snprintf(n->data, sizeof(n->data), "%s", data ? data : "{}");
	n->event = (struct event){.at_ms = clock_wall_ms(sm->d->clock),
				  .severity = severity,
				  .text = n->text,
				  .data_json = n->data};
	snprintf(n->event.topic, sizeof(n->event.topic), "%s", topic);
	if (!writing_submit(sm, OP_PEOPLE, &n->op, &e))
		return;
	log_warn("sitemonitor", "\"%s\" is not among the events: %s", text, e.text);
	free(n);
}
