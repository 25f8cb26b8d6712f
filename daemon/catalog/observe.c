/* Comparing what a page said with what is known, on a worker. */
#include "daemon/catalog/observe.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

void listing_ids_add(struct listing_ids *ids, uint64_t id)
{
	if (ids->n == ids->cap) {
		ids->cap = ids->cap ? 2 * ids->cap : 32;
		ids->all = mem_array(ids->all, ids->cap, sizeof(*ids->all));
	}
	ids->all[ids->n++] = id;
}

static struct observed *observed_new(enum observed_kind kind, const struct observation *o)
{
	struct observed *x = mem_zalloc(sizeof(*x));
	x->kind = kind;
	x->o = *o;
	x->o.site_name = mem_strdup(o->site_name ? o->site_name : "");
	x->o.site_kind = mem_strdup(o->site_kind ? o->site_kind : "rival");
	x->o.page_url = mem_strdup(o->page_url ? o->page_url : "");
	x->o.default_currency = mem_strdup(o->default_currency ? o->default_currency : "");
	return x;
}

void observed_free(struct observed *x)
{
	if (!x)
		return;
	free((char *)x->o.site_name);
	free((char *)x->o.site_kind);
	free((char *)x->o.page_url);
	free((char *)x->o.default_currency);
	sightings_fini(&x->sightings);
	free(x->touched.all);
	free(x->left.all);
	free(x->listings.all);
	free(x->products);
	free(x->text);
	free(x);
}

struct observe_counts observed_counts(const struct observed *x)
{
	return x->counts;
}

size_t observed_products(const struct observed *x, const uint64_t **ids)
{
	*ids = x->products;
	return x->n_products;
}

/* ---- a reading ---------------------------------------------------------------------------------
 */

enum { READER_LISTINGS = 25 }; /* that are compared with one reader: it is lent for seconds only */
enum { TITLES_MANY = 50 }; /* to be looked for: then it is asked whether that may lead anywhere */

struct preparing {
	struct store *store;
	struct known_source from;
	struct observed *x;
	struct listing_ids seen;
	bool titles_asked, titles_lead_nowhere;
	uint64_t newest; /* product when that was asked */
};

static int by_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static enum err ask_titles(struct preparing *p, struct error *e)
{
	bool lead = true;
	enum err err =
		p->titles_asked || p->x->sightings.n < TITLES_MANY
			? ERR_NONE
			: match_titles_lead(p->from.reader, p->x->o.site, &lead, &p->newest, e);
	p->titles_lead_nowhere |= !lead;
	p->titles_asked = true;
	return err;
}

static enum err find_product(struct preparing *p, struct sighting *s, const struct known *k,
			     struct error *e)
{
	enum err err = ask_titles(p, e);
	const struct identity id = {
		.site = p->x->o.site,
		.titles_lead_nowhere = p->titles_lead_nowhere,
		.title = s->text[TEXT_TITLE],
		.brand = s->text[TEXT_BRAND],
		.gtin = s->text[TEXT_GTIN],
		.mpn = s->text[TEXT_MPN],
		.asin = "",
		.sku = s->text[TEXT_SKU],
		.image = s->text[TEXT_IMAGE],
		.category = s->text[TEXT_CATEGORY],
		.mine = p->x->o.mine,
	};
	s->found = mem_zalloc(sizeof(*s->found));
	if (!err)
		err = match_find(p->from.reader, &id, k->product, s->found, e);
	if (p->titles_lead_nowhere)
		s->found->newest = p->newest;
	return err;
}

static bool has_new_review(const struct known_source *from, const struct known *k,
			   const struct sighting *s, struct error *e)
{
	for (size_t i = 0; i < s->n_reviews; i++)
		if (review_is_new(from, k->id, &s->review[i], e))
			return true;
	return false;
}

static void count(struct observe_counts *c, const struct difference *d, bool is_new)
{
	c->listings++;
	c->doubtful += d->doubts;
	if (is_new)
		c->added++;
	else if (d->what)
		c->changed++;
	else
		c->unchanged++;
}

/* *wanted: it changes something. */
static enum err compare_one(struct preparing *p, struct sighting *s, bool *wanted, struct error *e)
{
	struct observed *x = p->x;
	struct known k;
	struct difference d;
	enum err err = known_read(&p->from, x->o.site, s->key, 0, &k, e);
	if (err) {
		known_fini(&k);
		return err;
	}
	/* A page that has no row yet is none on which it was before. */
	difference_make(&d, &k, s, x->page ? x->page : UINT64_MAX, x->o.at_ms);
	count(&x->counts, &d, !k.id);
	x->doubts |= d.doubts;
	if (k.id)
		listing_ids_add(&p->seen, k.id);
	*wanted = d.what || has_new_review(&p->from, &k, s, e);
	if (!k.id || ((d.what & DIFFERS_CODES) && k.method != MATCH_PERSON))
		err = find_product(p, s, &k, e);
	if (!*wanted && x->o.part)
		listing_ids_add(&x->touched, k.id);
	difference_fini(&d);
	known_fini(&k);
	return err;
}

static enum err renew_reader(struct preparing *p, struct error *e)
{
	reader_done(p->from.reader);
	p->from.reader = store_reader(p->store, e);
	return p->from.reader ? ERR_NONE : e->code ? e->code : ERR_BUSY;
}

static enum err compare_all(struct preparing *p, struct error *e)
{
	struct sightings *all = &p->x->sightings;
	size_t kept = 0;
	enum err err = ERR_NONE;
	for (size_t i = 0; i < all->n; i++) {
		bool wanted = false;
		if (!err && i && i % READER_LISTINGS == 0)
			err = renew_reader(p, e);
		if (!err)
			err = compare_one(p, &all->all[i], &wanted, e);
		if (wanted && !err)
			all->all[kept++] = all->all[i];
		else
			sighting_fini(&all->all[i]);
	}
	all->n = kept;
	return err;
}

static enum err read_ids(sqlite3_stmt *st, struct listing_ids *ids, struct error *e)
{
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		listing_ids_add(ids, (uint64_t)sqlite3_column_int64(st, 0));
	enum err err = rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, sqlite3_db_handle(st), "read listings", e);
	sqlite3_reset(st);
	return err;
}

/* Those that the page had and that this reading does not have. */
static enum err find_left(struct preparing *p, struct error *e)
{
	struct listing_ids before = {0};
	sqlite3_stmt *st =
		p->x->page && !p->x->o.part
			? known_prepare(&p->from, "SELECT id FROM listing WHERE page = ?", e)
			: NULL;
	if (!st)
		return p->x->page && !p->x->o.part ? ERR_STORE : ERR_NONE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)p->x->page);
	enum err err = read_ids(st, &before, e);
	if (p->seen.n)
		qsort(p->seen.all, p->seen.n, sizeof(*p->seen.all), by_id);
	for (size_t i = 0; i < before.n && !err; i++)
		if (!p->seen.n ||
		    !bsearch(&before.all[i], p->seen.all, p->seen.n, sizeof(*p->seen.all), by_id))
			listing_ids_add(&p->x->left, before.all[i]);
	free(before.all);
	return err;
}

/* Give x to the caller, or free it. */
static enum err hand_over(struct observed *x, enum err err, struct observed **out)
{
	if (err)
		observed_free(x);
	*out = err ? NULL : x;
	return err;
}

enum err observe_prepare(struct store *s, const struct observation *o, const struct facts *facts,
			 struct observed **out, struct error *e)
{
	struct preparing p = {.store = s, .from.reader = store_reader(s, e)};
	*out = NULL;
	if (!p.from.reader)
		return e->code ? e->code : ERR_BUSY;
	p.x = observed_new(OBSERVED_READING, o);
	sightings_make(&p.x->sightings, &p.x->o, facts);
	enum err err = page_find(&p.from, o, &p.x->page, e);
	if (!err)
		err = compare_all(&p, e);
	if (!err)
		err = find_left(&p, e);
	reader_done(p.from.reader);
	free(p.seen.all);
	return hand_over(p.x, err, out);
}

/* ---- what else there is ------------------------------------------------------------------------
 */

enum err observe_prepare_failed(struct store *s, const struct observation *o, enum page_state state,
				const char *text, struct observed **out, struct error *e)
{
	struct known_source from = {.reader = store_reader(s, e)};
	*out = NULL;
	if (!from.reader)
		return e->code ? e->code : ERR_BUSY;
	struct observed *x = observed_new(OBSERVED_FAILED, o);
	x->state = state;
	x->text = mem_strdup(text ? text : "");
	enum err err = page_find(&from, o, &x->page, e);
	sqlite3_stmt *st =
		err || !x->page
			? NULL
			: known_prepare(&from,
					"SELECT id FROM listing WHERE page = ? AND state < ?", e);
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)x->page);
		sqlite3_bind_int(st, 2, state == PAGE_GONE ? LISTING_GONE : LISTING_UNKNOWN);
		err = read_ids(st, &x->listings, e);
	} else if (!err && x->page) {
		err = ERR_STORE;
	}
	reader_done(from.reader);
	return hand_over(x, err, out);
}

static enum err prepare_listings(struct store *s, struct observed *x, const char *sql,
				 int64_t began_ms, struct error *e)
{
	struct known_source from = {.reader = store_reader(s, e)};
	if (!from.reader)
		return e->code ? e->code : ERR_BUSY;
	sqlite3_stmt *st = known_prepare(&from, sql, e);
	enum err err = st ? ERR_NONE : ERR_STORE;
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)x->o.site);
		if (sqlite3_bind_parameter_count(st) > 1)
			sqlite3_bind_int64(st, 2, began_ms);
		err = read_ids(st, &x->listings, e);
	}
	reader_done(from.reader);
	return err;
}

/* A listing whose page blocks or fails is not known, not missed. */
enum err observe_prepare_over(struct store *s, const struct observation *o, int64_t began_ms,
			      struct observed **out, struct error *e)
{
	struct observed *x = observed_new(OBSERVED_OVER, o);
	x->began_ms = began_ms;
	enum err err =
		prepare_listings(s, x,
				 "SELECT l.id FROM listing l LEFT JOIN page g ON g.id = l.page"
				 " WHERE l.site = ?1 AND l.state <> 2 AND l.missed_ms < ?2"
				 " AND " LISTING_SEEN_SQL " < ?2 AND (g.id IS NULL OR g.state = 0)",
				 began_ms, e);
	return hand_over(x, err, out);
}

enum err observe_prepare_forget(struct store *s, uint64_t site, struct observed **out,
				struct error *e)
{
	const struct observation o = {.site = site, .baseline = true};
	struct observed *x = observed_new(OBSERVED_FORGET, &o);
	enum err err = prepare_listings(s, x, "SELECT id FROM listing WHERE site = ?", 0, e);
	return hand_over(x, err, out);
}
