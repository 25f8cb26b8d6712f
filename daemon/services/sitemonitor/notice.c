/* Events outside of transitions: about this daemon and its machine, or about a monitor. Net loop.
 */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/text.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"

struct notice {
	struct store_op op;
	struct sitemonitor *sm;
	struct event event;
	char text[NOTICE_TEXT], data[NOTICE_DATA];
};

static enum err write_notice(struct txn *t, void *arg, struct error *e)
{
	const struct notice *n = arg;
	bool exists = true;
	enum err err =
		n->event.subject ? monitor_row_exists(t, n->event.subject, &exists, e) : ERR_NONE;
	return err || !exists ? err : feed_event(t, &n->event, e);
}

static void notice_written(void *arg, enum err code, const struct error *e)
{
	struct notice *n = arg;
	if (code)
		log_warn("sitemonitor", "\"%s\" is not among the events: %s", n->text,
			 e ? e->text : "");
	writing_ended(n->sm, free, free, n);
}

static bool submit(struct notice *n)
{
	struct error e = {0};
	if (!writing_submit(n->sm, OP_PEOPLE, &n->op, &e))
		return true;
	log_warn("sitemonitor", "\"%s\" is not among the events: %s", n->text, e.text);
	free(n);
	return false;
}

static struct notice *make(struct sitemonitor *sm, const char *topic, enum severity severity,
			   const char *text, const char *data)
{
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
	return n;
}

void notice_write(struct sitemonitor *sm, const char *topic, enum severity severity,
		  const char *text, const char *data)
{
	submit(make(sm, topic, severity, text, data));
}

void notice_of(struct sitemonitor *sm, const struct monitor *m, const char *topic,
	       enum severity severity, const char *text, const char *data)
{
	struct notice *n = make(sm, topic, severity, text, data);
	n->event.subject = m->id;
	snprintf(n->event.subject_kind, sizeof(n->event.subject_kind), "monitor");
	snprintf(n->event.name, sizeof(n->event.name), "%s", monitor_name(m));
	submit(n);
}

bool notice_last(struct sitemonitor *sm, const char *a, const char *b, struct notice_last *out)
{
	struct error e = {0};
	struct reader *reader = store_reader(sm->d->store, &e);
	sqlite3_stmt *st = reader ? reader_prepare(reader,
						   "SELECT topic, at_ms, data FROM events"
						   " WHERE subject = 0 AND topic IN (?1, ?2)"
						   " ORDER BY seq DESC LIMIT 1",
						   &e)
				  : NULL;
	bool found = false;
	*out = (struct notice_last){0};
	if (st) {
		bind_text(st, 1, a);
		bind_text(st, 2, b ? b : a);
		found = sqlite3_step(st) == SQLITE_ROW;
	}
	if (found) {
		const char *data = column_text(st, 2);
		snprintf(out->topic, sizeof(out->topic), "%s", column_text(st, 0));
		out->at_ms = sqlite3_column_int64(st, 1);
		out->scarce = data && text_equals(text_member(data, "scarce"), "true");
	}
	if (st)
		sqlite3_reset(st);
	if (reader)
		reader_done(reader);
	return found;
}
