/* Briefs that go out by themselves, by the schedule of each notifier. What was sent last stands in
 * the store under a name, written in the operation that hands the message to the outbox: so a slot
 * is told once, whatever happens in between. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/brief.h"
#include "daemon/alerts/outbox/outbox.h"
#include "daemon/core/pool.h"
#include "daemon/store/feed.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { AGAIN_MS = 5000 /* after a failure */, SPAN_MAX_DAYS = 31, META_KEY = 48, META_VALUE = 64 };
static const int64_t span_max_ms = INT64_C(86400000) * SPAN_MAX_DAYS;

int64_t brief_next(const struct cron *c, const struct tz *z, int64_t after_ms, int64_t now_ms,
		   int64_t *slot)
{
	int64_t oldest = now_ms - BRIEF_LATE_MAX_MS - 1, at;
	*slot = 0;
	at = cron_next(c, z, after_ms > oldest ? after_ms : oldest);
	while (at >= 0 && at <= now_ms) {
		*slot = at;
		at = cron_next(c, z, at);
	}
	return at < 0 ? INT64_MAX : at;
}

/* ---- what a notifier wants ------------------------------------------------------------------ */

struct plan {
	const struct resource *notifier; /* counted */
	json_t *spec;
	struct cron cron;
	struct tz *zone;
	char key[META_KEY];
	int64_t sent_slot_ms, until_ms; /* the last one: its slot, and where it ended; 0: none */
};

static void plan_fini(struct plan *p)
{
	json_decref(p->spec);
	tz_free(p->zone);
}

static void read_sent(struct store *s, struct plan *p)
{
	char *value = store_meta_get(s, p->key);
	if (!value || sscanf(value, "%" SCNd64 " %" SCNd64, &p->sent_slot_ms, &p->until_ms) != 2)
		p->sent_slot_ms = p->until_ms = 0;
	free(value);
}

/* false: it wants none. */
static bool plan_of(struct store *s, const struct resource *notifier, struct plan *p)
{
	struct error e = {0};
	const struct resource_kind *k = notifier->kind;
	*p = (struct plan){.notifier = notifier, .spec = resource_spec(notifier)};
	const char *text = spec_text(k, p->spec, "brief"), *zone = spec_text(k, p->spec, "zone");
	if (!text || !*text || spec_bool(k, p->spec, "paused") || cron_parse(text, &p->cron, &e)) {
		plan_fini(p);
		return false;
	}
	p->zone = tz_load(zone ? zone : "UTC", &e);
	if (!p->zone) {
		log_warn("alerts", "the brief of %s is told by UTC: %s", notifier->name, e.text);
		p->zone = tz_load("UTC", &e);
	}
	snprintf(p->key, sizeof(p->key), "brief.sent.%" PRIu64, notifier->id);
	read_sent(s, p);
	return true;
}

/* What it missed before it was wanted is no business of ours. */
static int64_t plan_next(const struct plan *p, int64_t now_ms, int64_t *slot)
{
	int64_t after = p->notifier->updated_ms > p->sent_slot_ms ? p->notifier->updated_ms
								  : p->sent_slot_ms;
	return brief_next(&p->cron, p->zone, after, now_ms, slot);
}

/* Where the last one ended; the first one covers as much time as lies between two. */
static int64_t plan_since(const struct plan *p, int64_t slot, int64_t now_ms)
{
	int64_t next = cron_next(&p->cron, p->zone, slot);
	int64_t since = p->until_ms   ? p->until_ms
			: next > slot ? slot - (next - slot)
				      : slot - INT64_C(86400000);
	if (since < now_ms - span_max_ms)
		since = now_ms - span_max_ms;
	return since < now_ms ? since : now_ms - 1;
}

/* ---- telling -------------------------------------------------------------------------------- */

struct telling {
	const struct plan *plan;
	int64_t slot_ms, now_ms;
	struct outbox_message message;
	char value[META_VALUE];
};

static enum err is_told(struct txn *t, const struct telling *x, bool *told, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT value FROM meta WHERE key = ?1", e);
	int64_t slot = 0;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_text(st, 1, x->plan->key, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		slot = strtoll((const char *)sqlite3_column_text(st, 0), NULL, 10);
	sqlite3_reset(st);
	*told = slot >= x->slot_ms;
	return ERR_NONE;
}

static enum err write_telling(struct txn *t, void *arg, struct error *e)
{
	struct telling *x = arg;
	bool told = false;
	enum err err = is_told(t, x, &told, e);
	if (err || told)
		return err;
	err = outbox_add(t, &x->message, x->now_ms, e);
	return err ? err : txn_meta_set(t, x->plan->key, x->value, e);
}

static enum err tell(struct daemon *d, struct outbox *outbox, const struct plan *p, int64_t slot,
		     int64_t now_ms, struct error *e)
{
	struct wording w = {spec_text(p->notifier->kind, p->spec, "language"), p->zone, now_ms};
	json_t *message = brief_make(d, plan_since(p, slot, now_ms), now_ms, &w);
	char *json = json_dumps(message, JSON_COMPACT);
	struct telling x = {
		.plan = p,
		.slot_ms = slot,
		.now_ms = now_ms,
		.message = {.notifier = p->notifier->id,
			    .notifier_name = p->notifier->name,
			    .topic = "brief",
			    .title = json_str(message, "title", ""),
			    .json = json,
			    .severity = SEVERITY_INFO},
	};
	snprintf(x.value, sizeof(x.value), "%" PRId64 " %" PRId64, slot, now_ms);
	enum err err = store_run(d->store, OP_BACKGROUND, write_telling, &x, e);
	if (!err)
		outbox_wake(outbox, p->notifier->id);
	free(json);
	json_decref(message);
	return err;
}

/* ---- the schedule --------------------------------------------------------------------------- */

struct briefs {
	struct daemon *d;
	struct outbox *outbox;
	atomic_bool changed;
	int64_t next_ms; /* the ticking thread's */

	pthread_mutex_t lock;
	pthread_cond_t done;
	bool working, stopped, failed;
	int64_t now_ms; /* of the work */
};

struct briefs *briefs_new(struct daemon *d, struct outbox *outbox)
{
	struct briefs *b = mem_zalloc(sizeof(*b));
	b->d = d;
	b->outbox = outbox;
	b->changed = true;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->done, NULL);
	return b;
}

void briefs_changed(struct briefs *b)
{
	atomic_store(&b->changed, true);
}

/* Of every notifier: fn for what is due. @return when the next is */
static int64_t look(struct briefs *b, int64_t now_ms,
		    bool (*fn)(struct briefs *b, const struct plan *p, int64_t slot), bool *due)
{
	const struct resource_kind *kind = resource_kind_find("notifier");
	size_t n = 0;
	const struct resource **all = kind ? resource_list(b->d->store, kind, &n) : NULL;
	int64_t next = INT64_MAX;
	*due = false;
	for (size_t i = 0; i < n; i++) {
		struct plan p;
		int64_t slot, at;
		if (plan_of(b->d->store, all[i], &p)) {
			at = plan_next(&p, now_ms, &slot);
			next = at < next ? at : next;
			if (slot && (!fn || !fn(b, &p, slot)))
				*due = true;
			plan_fini(&p);
		}
		resource_unref(all[i]);
	}
	free(all);
	return next;
}

static bool tell_one(struct briefs *b, const struct plan *p, int64_t slot)
{
	struct error e = {0};
	if (!tell(b->d, b->outbox, p, slot, b->now_ms, &e))
		return true;
	log_warn("alerts", "the brief of %s is tried again: %s", p->notifier->name, e.text);
	return false;
}

static void work(void *arg)
{
	struct briefs *b = arg;
	bool failed = false;
	look(b, b->now_ms, tell_one, &failed);
	pthread_mutex_lock(&b->lock);
	b->working = false;
	b->failed = failed;
	pthread_cond_broadcast(&b->done);
	pthread_mutex_unlock(&b->lock);
}

/* @return false: it could not begin, or one failed already */
static bool begin(struct briefs *b, int64_t now_ms, bool wait)
{
	pthread_mutex_lock(&b->lock);
	while (wait && b->working)
		pthread_cond_wait(&b->done, &b->lock);
	bool may = !b->working && !b->stopped;
	if (may) {
		b->working = true;
		b->now_ms = now_ms;
	}
	pthread_mutex_unlock(&b->lock);
	if (!may)
		return false;
	if (wait) {
		work(b);
		return !b->failed;
	}
	if (pool_submit(b->d->pool, work, b))
		return true;
	pthread_mutex_lock(&b->lock);
	b->working = false;
	pthread_cond_broadcast(&b->done);
	pthread_mutex_unlock(&b->lock);
	return false;
}

int64_t briefs_tick(struct briefs *b, int64_t now_ms, bool wait)
{
	bool due = false;
	if (!atomic_exchange(&b->changed, false) && now_ms < b->next_ms)
		return b->next_ms;
	b->next_ms = look(b, now_ms, NULL, &due);
	if (!due)
		return b->next_ms;
	bool good = begin(b, now_ms, wait);
	/* Looked at again soon: whether it is in the outbox by then. */
	if (!good || !wait)
		b->next_ms = now_ms + AGAIN_MS < b->next_ms ? now_ms + AGAIN_MS : b->next_ms;
	return b->next_ms;
}

void briefs_stop(struct briefs *b)
{
	pthread_mutex_lock(&b->lock);
	b->stopped = true;
	while (b->working)
		pthread_cond_wait(&b->done, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

void briefs_free(struct briefs *b)
{
	if (!b)
		return;
	pthread_cond_destroy(&b->done);
	pthread_mutex_destroy(&b->lock);
	free(b);
}
