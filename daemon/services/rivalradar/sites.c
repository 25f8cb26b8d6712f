/* What is known of each site: a copy of the table in memory, for lists and for the plan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/services/rivalradar/rivalradar.h"
#include "shared/mem.h"

#define COLUMNS                                                                            \
	"id, mine, platform, entry, currency, state, state_ms, text, scanned_ms, full_ms," \
	" next_ms, found_ms"

/* ---- in memory ------------------------------------------------------------------------------- */

/* Where it is, or would be. */
static size_t place_of(const struct rivalradar *rr, uint64_t id)
{
	size_t low = 0, high = rr->n_sites;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rr->sites[middle]->row.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct site *sites_find(struct rivalradar *rr, uint64_t id)
{
	size_t at = place_of(rr, id);
	return at < rr->n_sites && rr->sites[at]->row.id == id ? rr->sites[at] : NULL;
}

static struct site *find_or_enter(struct rivalradar *rr, uint64_t id)
{
	size_t at = place_of(rr, id);
	if (at < rr->n_sites && rr->sites[at]->row.id == id)
		return rr->sites[at];
	if (rr->n_sites == rr->cap_sites) {
		rr->cap_sites = rr->cap_sites ? rr->cap_sites * 2 : 16;
		rr->sites = mem_array(rr->sites, rr->cap_sites, sizeof(struct site *));
	}
	memmove(rr->sites + at + 1, rr->sites + at, (rr->n_sites - at) * sizeof(struct site *));
	rr->n_sites++;
	rr->sites[at] = mem_zalloc(sizeof(struct site));
	rr->sites[at]->row.id = id;
	return rr->sites[at];
}

void sites_enter(struct rivalradar *rr, const struct resource *r)
{
	json_t *spec = resource_spec(r);
	pthread_mutex_lock(&rr->lock);
	struct site *s = find_or_enter(rr, r->id);
	s->row.mine = r->kind == &resource_shop;
	s->pace_ms = spec_ms(r->kind, spec, "pace");
	pthread_mutex_unlock(&rr->lock);
	json_decref(spec);
}

void sites_leave(struct rivalradar *rr, uint64_t id)
{
	pthread_mutex_lock(&rr->lock);
	size_t at = place_of(rr, id);
	if (at < rr->n_sites && rr->sites[at]->row.id == id) {
		free(rr->sites[at]);
		rr->n_sites--;
		memmove(rr->sites + at, rr->sites + at + 1,
			(rr->n_sites - at) * sizeof(struct site *));
	}
	pthread_mutex_unlock(&rr->lock);
}

bool sites_get(struct rivalradar *rr, uint64_t id, struct site_row *row)
{
	pthread_mutex_lock(&rr->lock);
	const struct site *s = sites_find(rr, id);
	if (s && row)
		*row = s->row;
	pthread_mutex_unlock(&rr->lock);
	return s != NULL;
}

unsigned sites_note_page(struct rivalradar *rr, uint64_t id, bool blocked, bool failing)
{
	unsigned n = 0;
	pthread_mutex_lock(&rr->lock);
	struct site *s = sites_find(rr, id);
	if (s) {
		s->blocked = blocked ? s->blocked + 1 : 0;
		s->failing = failing ? s->failing + 1 : 0;
		s->had = s->had || (!blocked && !failing);
		n = s->blocked + s->failing;
	}
	pthread_mutex_unlock(&rr->lock);
	return n;
}

void sites_begin(struct rivalradar *rr, uint64_t id)
{
	pthread_mutex_lock(&rr->lock);
	struct site *s = sites_find(rr, id);
	if (s) {
		s->blocked = s->failing = 0;
		s->had = false;
	}
	pthread_mutex_unlock(&rr->lock);
}

bool sites_had_page(struct rivalradar *rr, uint64_t id)
{
	pthread_mutex_lock(&rr->lock);
	const struct site *s = sites_find(rr, id);
	bool had = s && s->had;
	pthread_mutex_unlock(&rr->lock);
	return had;
}

void sites_set_job(struct rivalradar *rr, uint64_t id, uint64_t job)
{
	pthread_mutex_lock(&rr->lock);
	struct site *s = sites_find(rr, id);
	if (s)
		s->last_job = job;
	pthread_mutex_unlock(&rr->lock);
}

uint64_t sites_job(struct rivalradar *rr, uint64_t id)
{
	pthread_mutex_lock(&rr->lock);
	const struct site *s = sites_find(rr, id);
	uint64_t job = s ? s->last_job : 0;
	pthread_mutex_unlock(&rr->lock);
	return job;
}

void sites_fini(struct rivalradar *rr)
{
	for (size_t i = 0; i < rr->n_sites; i++)
		free(rr->sites[i]);
	free(rr->sites);
	free(rr->gone);
}

/* ---- in the store ---------------------------------------------------------------------------- */

static void copy_text(char *out, size_t cap, sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);
	snprintf(out, cap, "%s", text ? text : "");
}

static void read_row(sqlite3_stmt *st, struct site_row *r)
{
	*r = (struct site_row){.id = (uint64_t)sqlite3_column_int64(st, 0)};
	r->mine = sqlite3_column_int(st, 1) != 0;
	copy_text(r->platform, sizeof(r->platform), st, 2);
	copy_text(r->entry, sizeof(r->entry), st, 3);
	copy_text(r->currency, sizeof(r->currency), st, 4);
	int state = sqlite3_column_int(st, 5);
	r->state = state >= SITE_NEW && state <= SITE_FAILING ? (enum site_state)state : SITE_NEW;
	r->state_ms = sqlite3_column_int64(st, 6);
	copy_text(r->text, sizeof(r->text), st, 7);
	r->scanned_ms = sqlite3_column_int64(st, 8);
	r->full_ms = sqlite3_column_int64(st, 9);
	r->next_ms = sqlite3_column_int64(st, 10);
	r->found_ms = sqlite3_column_int64(st, 11);
}

static enum err load_rows(struct rivalradar *rr, struct reader *r, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(r, "SELECT " COLUMNS " FROM site", e);
	if (!st)
		return ERR_STORE;
	int code;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		struct site_row row;
		read_row(st, &row);
		struct site *s = sites_find(rr, row.id);
		if (s)
			s->row = row;
	}
	enum err err = code == SQLITE_DONE ? ERR_NONE
					   : store_error(code, sqlite3_db_handle(st), "sites", e);
	sqlite3_reset(st);
	return err;
}

enum err sites_load(struct rivalradar *rr, struct error *e)
{
	const struct resource_kind *const kinds[] = {&resource_rival, &resource_shop};
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		size_t n = 0;
		const struct resource **all = resource_list(rr->d->store, kinds[k], &n);
		for (size_t i = 0; i < n; i++) {
			sites_enter(rr, all[i]);
			resource_unref(all[i]);
		}
		free(all);
	}
	struct reader *r = store_reader(rr->d->store, e);
	if (!r)
		return e->code;
	enum err err = load_rows(rr, r, e);
	reader_done(r);
	return err;
}

/* Of an operation: in memory when it was committed. */
struct writing {
	struct rivalradar *rr;
	struct site_row row;
};

static void written(void *arg, bool committed)
{
	struct writing *w = arg;
	if (committed) {
		pthread_mutex_lock(&w->rr->lock);
		struct site *s = sites_find(w->rr, w->row.id);
		if (s)
			s->row = w->row;
		pthread_mutex_unlock(&w->rr->lock);
		live_touch(w->rr->d->live, w->row.mine ? "shop" : "rival", w->row.id);
	}
	free(w);
}

static void take_over(struct site_row *r, const struct site_row *to, unsigned set)
{
	if (set & SITE_SET_NEXT)
		r->next_ms = to->next_ms;
	if (set & SITE_SET_PLATFORM) {
		snprintf(r->platform, sizeof(r->platform), "%s", to->platform);
		snprintf(r->entry, sizeof(r->entry), "%s", to->entry);
		r->found_ms = to->found_ms;
	}
	if (set & SITE_SET_CURRENCY)
		snprintf(r->currency, sizeof(r->currency), "%s", to->currency);
	if (set & SITE_SET_STATE) {
		r->state = to->state;
		r->state_ms = to->state_ms;
		snprintf(r->text, sizeof(r->text), "%s", to->text);
	}
	if (set & SITE_SET_SCANNED)
		r->scanned_ms = to->scanned_ms;
	if (set & SITE_SET_FULL)
		r->full_ms = to->full_ms;
}

static enum err put_row(struct txn *t, const struct site_row *r, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t, "REPLACE INTO site (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)r->id);
		sqlite3_bind_int(st, 2, r->mine);
		sqlite3_bind_text(st, 3, r->platform, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 4, r->entry, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 5, r->currency, -1, SQLITE_STATIC);
		sqlite3_bind_int(st, 6, (int)r->state);
		sqlite3_bind_int64(st, 7, r->state_ms);
		sqlite3_bind_text(st, 8, r->text, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 9, r->scanned_ms);
		sqlite3_bind_int64(st, 10, r->full_ms);
		sqlite3_bind_int64(st, 11, r->next_ms);
		sqlite3_bind_int64(st, 12, r->found_ms);
	}
	return txn_exec(t, st, e);
}

enum err site_put(struct txn *t, struct rivalradar *rr, const struct site_row *to, unsigned set,
		  struct error *e)
{
	struct writing *w = mem_zalloc(sizeof(*w));
	w->rr = rr;
	sqlite3_stmt *st = txn_prepare(t, "SELECT " COLUMNS " FROM site WHERE id = ?", e);
	if (!st) {
		free(w);
		return ERR_STORE;
	}
	sqlite3_bind_int64(st, 1, (int64_t)to->id);
	if (sqlite3_step(st) == SQLITE_ROW)
		read_row(st, &w->row);
	sqlite3_reset(st);
	w->row.id = to->id;
	w->row.mine = to->mine;
	take_over(&w->row, to, set);
	enum err err = put_row(t, &w->row, e);
	if (err)
		free(w);
	else
		txn_on_end(t, written, w);
	return err;
}
