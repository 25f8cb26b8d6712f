/* When the feeds of brands are read, how that goes, and what is left of brands that are gone. */
#include <stdio.h>
#include <string.h>

#include "daemon/api/jobs.h"
#include "daemon/jobs/items.h"
#include "daemon/jobs/schedules.h"
#include "daemon/catalog/offers.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/log.h"
#include "shared/mem.h"

extern const struct job_type job_brand_mentions;

enum { SLICE = 500, AGAIN_MS = 5000, JOB_NAME = 54 };

/* ---- starting ---------------------------------------------------------------------------------
 */

struct starting {
	struct job_start start;
	int64_t slot_ms;
	uint64_t job;
	bool busy;
};

static enum err put_slot(struct txn *t, const struct starting *s, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO brand_state (brand, fallen, low_ms, burst_ms, slot_ms)"
		" VALUES (?, 0, 0, 0, ?) ON CONFLICT DO UPDATE SET slot_ms = excluded.slot_ms",
		e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, (int64_t)s->start.owner);
	sqlite3_bind_int64(st, 2, s->slot_ms);
	return txn_exec(t, st, e);
}

static enum err put_job(struct txn *t, void *arg, struct error *e)
{
	struct starting *s = arg;
	enum err err = s->slot_ms ? put_slot(t, s, e) : ERR_NONE;
	if (err)
		return err;
	err = items_put(t, &s->start, &s->job, e);
	s->busy = err == ERR_NOT_NOW;
	return s->busy && s->slot_ms ? ERR_NONE : err;
}

enum err feeds_start(struct brandscan *bs, const struct resource *r, int64_t slot_ms, uint64_t *job,
		     struct error *e)
{
	char name[64], payload[96], id[ID_TEXT];
	struct starting s = {.slot_ms = slot_ms};
	struct items *items = jobs_items(bs->d->jobs);
	id_format(id, "brd", r->id);
	snprintf(name, sizeof(name), "mentions-%s", strlen(r->name) > JOB_NAME ? id : r->name);
	snprintf(payload, sizeof(payload), "{\"brand\":\"%s\"}", id);
	s.start = (struct job_start){.type = &job_brand_mentions,
				     .name = name,
				     .owner_kind = "brand",
				     .owner = r->id,
				     .cause = slot_ms ? "schedule" : "person",
				     .payload = payload,
				     .slot_ms = slot_ms};
	enum err err = store_run(bs->d->store, slot_ms ? OP_BACKGROUND : OP_PEOPLE, put_job, &s, e);
	if (!err && !s.busy)
		items_wake(items);
	if (s.busy)
		log_info("brandscan", "%s: its feeds are being read still", r->name);
	*job = s.job;
	return err;
}

/* ---- by the clock -----------------------------------------------------------------------------
 */

static void read_faults(struct brandscan *bs, struct brand_summary *s)
{
	struct error e = {0};
	struct reader *r = store_reader(bs->d->store, &e);
	sqlite3_stmt *st = r ? reader_prepare(r,
					      "SELECT url, read_ms, state_ms, text FROM brand_feed"
					      " WHERE brand = ? ORDER BY text <> '', state_ms DESC",
					      &e)
			     : NULL;
	s->read_ms = s->feed_fault_ms = 0;
	s->feed_fault[0] = 0;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)s->id);
		while (sqlite3_step(st) == SQLITE_ROW) {
			if (sqlite3_column_int64(st, 1) > s->read_ms)
				s->read_ms = sqlite3_column_int64(st, 1);
			if (!*row_text(st, 3)) /* those at fault come last, the oldest of them at
						    the end */
				continue;
			s->feed_fault_ms = sqlite3_column_int64(st, 2);
			snprintf(s->feed_fault, sizeof(s->feed_fault), "%.70s: %.80s",
				 row_text(st, 0), row_text(st, 3));
		}
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
}

int64_t feeds_look(struct brandscan *bs, const struct resource *r, struct brand_summary *s,
		   int64_t now_ms)
{
	json_t *spec = resource_spec(r);
	struct schedule_plan plan = {.id = r->id,
				     .every_ms = spec_ms(&resource_brand, spec, "every")};
	bool any = json_array_size(json_object_get(spec, "feeds")) > 0;
	json_decref(spec);
	read_faults(bs, s);
	s->next_ms = 0;
	if (!any)
		return INT64_MAX;
	int64_t next = INT64_MAX, slot = now_ms;
	if (s->slot_ms && s->slot_ms <= now_ms) /* else it is new, or the clock was set back */
		slot = schedule_plan_due(&plan, s->slot_ms, now_ms, &next);
	else
		next = schedule_plan_next(&plan, now_ms);
	if (slot) {
		struct error e = {0};
		uint64_t job;
		if (feeds_start(bs, r, slot, &job, &e)) {
			log_warn("brandscan", "the feeds of %s are read later: %s", r->name,
				 e.text);
			return now_ms + AGAIN_MS;
		}
		s->slot_ms = slot;
	}
	s->next_ms = next;
	return next;
}

/* ---- what goes --------------------------------------------------------------------------------
 */

static enum err delete_some(struct txn *t, const char *sql, int64_t before_ms, bool *more,
			    struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, sql, e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, before_ms);
	sqlite3_bind_int(st, 2, SLICE);
	enum err err = txn_exec(t, st, e);
	*more = *more || sqlite3_changes(txn_db(t)) >= SLICE;
	return err;
}

/* Mentions are many, brands are few: those that are gone are found in the small tables, which go
 * last. Statements are cached by address: each is a literal of its own. */
enum err feeds_orphans(struct txn *t, void *arg, struct error *e)
{
	bool *more = arg;
	*more = false;
	enum err err = delete_some(t,
				   "DELETE FROM mention WHERE id IN (SELECT id FROM mention"
				   " WHERE ?1 = 0 AND brand IN (SELECT brand FROM brand_feed"
				   " UNION SELECT brand FROM brand_state"
				   " EXCEPT SELECT id FROM resource) LIMIT ?2)",
				   0, more, e);
	if (!err)
		err = delete_some(t,
				  "DELETE FROM brand_day WHERE (brand, day) IN (SELECT brand, day"
				  " FROM brand_day WHERE ?1 = 0 AND brand IN (SELECT brand FROM"
				  " brand_state EXCEPT SELECT id FROM resource) LIMIT ?2)",
				  0, more, e);
	if (!err && !*more)
		err = delete_some(t,
				  "DELETE FROM brand_state WHERE ?1 = 0 AND ?2 > 0"
				  " AND brand NOT IN (SELECT id FROM resource)",
				  0, more, e);
	if (!err && !*more)
		err = delete_some(t,
				  "DELETE FROM brand_feed WHERE ?1 = 0 AND ?2 > 0"
				  " AND brand NOT IN (SELECT id FROM resource)",
				  0, more, e);
	return err;
}

/* Ids grow with time: the oldest are the first. */
enum err mentions_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e)
{
	*more = false;
	return delete_some(t,
			   "DELETE FROM mention WHERE id IN"
			   " (SELECT id FROM mention ORDER BY id LIMIT ?2) AND found_ms < ?1",
			   before_ms, more, e);
}
