/* Windows in the store: their events, and what a person ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

static const char *const topics[] = {"maintenance.ended", "maintenance.started"};

struct telling {
	struct store_op op;
	struct sitemonitor *sm;
	uint64_t id;
	bool open;
	int64_t start_ms, at_ms;
	char name[NAME_MAX_BYTES + 1], text[160], data[160];
};

/* What the log says last of this window is what was told, also by a daemon before this one. */
static enum err is_news(struct txn *t, const struct telling *w, bool *news, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "SELECT topic, at_ms FROM events WHERE subject = ?1 AND topic"
			    " IN ('maintenance.started', 'maintenance.ended')"
			    " ORDER BY seq DESC LIMIT 1",
			    e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)w->id);
	bool started = sqlite3_step(st) == SQLITE_ROW && !strcmp(column_text(st, 0), topics[1]);
	int64_t at = started ? sqlite3_column_int64(st, 1) : 0;
	sqlite3_reset(st);
	*news = w->open ? !started || at < w->start_ms : started;
	return ERR_NONE;
}

static enum err write_telling(struct txn *t, void *arg, struct error *e)
{
	struct telling *w = arg;
	struct event ev = {.at_ms = w->at_ms,
			   .severity = SEVERITY_INFO,
			   .subject_kind = "maintenance",
			   .subject = w->id,
			   .text = w->text,
			   .data_json = w->data[0] ? w->data : NULL};
	bool news;
	enum err err = is_news(t, w, &news, e);
	if (err || !news)
		return err;
	snprintf(ev.topic, sizeof(ev.topic), "%s", topics[w->open]);
	snprintf(ev.name, sizeof(ev.name), "%s", w->name);
	return feed_event(t, &ev, e);
}

static void told(void *arg, enum err code, const struct error *e)
{
	struct telling *w = arg;
	if (code)
		log_warn("sitemonitor", "that %s is not among the events: %s", w->text,
			 e ? e->text : "");
	writing_ended(w->sm, free, free, w);
}

void window_tell(struct sitemonitor *sm, const struct window *win, bool open)
{
	struct telling *w = mem_zalloc(sizeof(*w));
	struct error e = {0};
	char end[TIME_TEXT], start[TIME_TEXT];
	struct tz_civil c = {0};
	const char *abbr = "";
	w->op = (struct store_op){.run = write_telling, .done = told, .arg = w};
	w->sm = sm;
	w->id = win->res->id;
	w->open = open;
	w->start_ms = win->now.start_ms;
	w->at_ms = clock_wall_ms(sm->d->clock);
	snprintf(w->name, sizeof(w->name), "%s", win->res->name);
	if (open) {
		const struct tz *z = recurrence_zone(win->when);
		tz_civil_from_ms(z, win->now.end_ms, &c);
		tz_offset_s(z, win->now.end_ms, &abbr);
		snprintf(w->text, sizeof(w->text),
			 "the maintenance %s began, until %04d-%02d-%02d %02d:%02d %s", w->name,
			 c.year, c.month, c.day, c.hour, c.minute, abbr);
		snprintf(w->data, sizeof(w->data), "{\"starts_at\":\"%s\",\"ends_at\":\"%s\"}",
			 time_rfc3339(start, win->now.start_ms),
			 time_rfc3339(end, win->now.end_ms));
	} else {
		snprintf(w->text, sizeof(w->text), "the maintenance %s ended", w->name);
	}
	if (writing_submit(sm, OP_PEOPLE, &w->op, &e))
		free(w);
}

/* ---- ended by a person ---------------------------------------------------------------------- */

struct ended {
	char key[64], value[32];
};

static void key_of(char out[static 64], uint64_t id)
{
	snprintf(out, 64, "maintenance.ended.%llu", (unsigned long long)id);
}

static enum err write_ended(struct txn *t, void *arg, struct error *e)
{
	const struct ended *w = arg;
	return txn_meta_set(t, w->key, w->value, e);
}

enum err window_keep_ended(struct sitemonitor *sm, uint64_t id, int64_t start_ms, struct error *e)
{
	struct ended w;
	key_of(w.key, id);
	snprintf(w.value, sizeof(w.value), "%lld", (long long)start_ms);
	return store_run(sm->d->store, OP_PEOPLE, write_ended, &w, e);
}

int64_t window_ended(struct sitemonitor *sm, uint64_t id)
{
	char key[64];
	key_of(key, id);
	char *value = store_meta_get(sm->d->store, key);
	int64_t ms = value ? strtoll(value, NULL, 10) : 0;
	free(value);
	return ms;
}
