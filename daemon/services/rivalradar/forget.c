/* A site whose resource was deleted goes: its scan ends, then slice by slice all that was read of
 * it. What is left over by a crash is found at the next start. */
#include <stdlib.h>

#include "daemon/api/jobs.h"
#include "daemon/catalog/undercut.h"
#include "daemon/core/pool.h"
#include "daemon/services/rivalradar/rivalradar.h"
#include "shared/log.h"
#include "shared/mem.h"

struct forgetting {
	struct rivalradar *rr;
	uint64_t site;
	struct observed *x;
	bool more;
};

/* ---- one site -------------------------------------------------------------------------------- */

static uint64_t job_of(struct rivalradar *rr, uint64_t site, struct error *e)
{
	uint64_t id = 0;
	struct reader *r = store_reader(rr->d->store, e);
	sqlite3_stmt *st =
		r ? reader_prepare(
			    r, "SELECT id FROM job WHERE owner = ? AND ended_ms IS NULL LIMIT 1", e)
		  : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)site);
		if (sqlite3_step(st) == SQLITE_ROW)
			id = (uint64_t)sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	reader_done(r);
	return id;
}

static enum err delete_rows(struct txn *t, uint64_t site, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "DELETE FROM rival_day WHERE site = ?", e);
	if (st)
		sqlite3_bind_int64(st, 1, (int64_t)site);
	enum err err = txn_exec(t, st, e);
	if (err)
		return err;
	st = txn_prepare(t, "DELETE FROM site WHERE id = ?", e);
	if (st)
		sqlite3_bind_int64(st, 1, (int64_t)site);
	return txn_exec(t, st, e);
}

static enum err put_slice(struct txn *t, void *arg, struct error *e)
{
	struct forgetting *f = arg;
	const uint64_t *ids = NULL;
	f->more = false;
	enum err err = observe_keep(t, f->x, &f->more, e);
	if (err)
		return err;
	size_t n = observed_products(f->x, &ids);
	err = undercut_judge(t, ids, n, clock_wall_ms(f->rr->d->clock), false, e);
	return err || f->more ? err : delete_rows(t, f->site, e);
}

static bool has_ended(struct rivalradar *rr)
{
	pthread_mutex_lock(&rr->lock);
	bool ended = rr->ended;
	pthread_mutex_unlock(&rr->lock);
	return ended;
}

static enum err forget_one(struct rivalradar *rr, uint64_t site, struct error *e)
{
	struct forgetting f = {.rr = rr, .site = site};
	uint64_t job = job_of(rr, site, e);
	if (e->code)
		return e->code;
	enum err err = job ? items_cancel(jobs_items(rr->d->jobs), job, e) : ERR_NONE;
	if (err && err != ERR_NOT_NOW && err != ERR_NOT_FOUND)
		return err;
	*e = (struct error){0};
	err = observe_prepare_forget(rr->d->store, site, &f.x, e);
	do
		err = err ? err : store_run(rr->d->store, OP_BACKGROUND, put_slice, &f, e);
	while (!err && f.more && !has_ended(rr));
	observed_free(f.x);
	return err;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static uint64_t next_gone(struct rivalradar *rr)
{
	pthread_mutex_lock(&rr->lock);
	uint64_t id = rr->n_gone ? rr->gone[0] : 0;
	pthread_mutex_unlock(&rr->lock);
	return id;
}

static void drop_gone(struct rivalradar *rr, uint64_t id)
{
	pthread_mutex_lock(&rr->lock);
	for (size_t i = 0; i < rr->n_gone; i++)
		if (rr->gone[i] == id) {
			rr->gone[i] = rr->gone[--rr->n_gone];
			break;
		}
	pthread_mutex_unlock(&rr->lock);
}

static void set_forgetting(struct rivalradar *rr, bool on)
{
	pthread_mutex_lock(&rr->lock);
	rr->forgetting = on;
	pthread_mutex_unlock(&rr->lock);
}

static void forget_all(void *arg)
{
	struct rivalradar *rr = arg;
	uint64_t id;
	while (!has_ended(rr) && (id = next_gone(rr))) {
		struct error e = {0};
		if (forget_one(rr, id, &e)) {
			log_warn("rivalradar", "what was read of a deleted site goes later: %s",
				 e.text);
			break;
		}
		drop_gone(rr, id);
	}
	set_forgetting(rr, false);
}

void forget_go_on(struct rivalradar *rr)
{
	pthread_mutex_lock(&rr->lock);
	bool begin = rr->n_gone && !rr->forgetting;
	rr->forgetting = rr->forgetting || begin;
	pthread_mutex_unlock(&rr->lock);
	if (begin && !pool_submit(rr->d->pool, forget_all, rr))
		set_forgetting(rr, false);
}

void forget_site(struct rivalradar *rr, uint64_t id)
{
	pthread_mutex_lock(&rr->lock);
	rr->gone = mem_array(rr->gone, rr->n_gone + 1, sizeof(*rr->gone));
	rr->gone[rr->n_gone++] = id;
	pthread_mutex_unlock(&rr->lock);
}

void forget_left_over(struct rivalradar *rr)
{
	struct error e = {0};
	struct reader *r = store_reader(rr->d->store, &e);
	sqlite3_stmt *st =
		r ? reader_prepare(r, "SELECT id FROM site UNION SELECT DISTINCT site FROM page",
				   &e)
		  : NULL;
	if (st) {
		while (sqlite3_step(st) == SQLITE_ROW) {
			uint64_t id = (uint64_t)sqlite3_column_int64(st, 0);
			if (!sites_get(rr, id, NULL))
				forget_site(rr, id);
		}
		sqlite3_reset(st);
	}
	reader_done(r);
}
