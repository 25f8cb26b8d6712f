/* What rivals did in a stretch of time, for the brief. Thread: a worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/offers.h"
#include "daemon/catalog/words.h"
#include "daemon/services/rivalradar/internal.h"
#include "daemon/store/resources.h"
#include "shared/mem.h"

#define DAY_MS INT64_C(86400000)

enum { RIVALS_TOLD = 12, SITES_TOLD_MAX = 200 };

typedef void say_fn(void *arg, const struct brief_line *line);

struct brief {
	struct radar *radar;
	int64_t since_ms, until_ms;
	say_fn *say;
	void *arg;
};

static void say(const struct brief *b, enum attention_level level, int64_t at_ms, const char *text)
{
	struct brief_line line = {.level = level, .section = "Rivals", .at_ms = at_ms};

	words_cut(line.text, sizeof(line.text), text);
	b->say(b->arg, &line);
}

/* ---- what happened at a rival ---------------------------------------------------------------- */

struct counts {
	unsigned drops, rises, added, gone;
};

static bool count_changes(const struct brief *b, const struct figures *f, struct counts *c)
{
	struct error ignored = {0};
	struct reader *r = store_reader(b->radar->d->store, &ignored);
	sqlite3_stmt *st =
		r ? reader_prepare(
			    r,
			    "SELECT"
			    " total(price_ms >= ?2 AND price_ms < ?3 AND price_ms > first_ms"
			    "  AND price_minor < was_minor AND state = 0),"
			    " total(price_ms >= ?2 AND price_ms < ?3 AND price_ms > first_ms"
			    "  AND price_minor > was_minor AND state = 0),"
			    " total(first_ms >= ?2 AND first_ms < ?3 AND first_ms > ?4 AND ?4 > 0"
			    "  AND state <> 2),"
			    " total(state = 2 AND state_ms >= ?2 AND state_ms < ?3)"
			    " FROM listing WHERE site = ?1",
			    &ignored)
		  : NULL;
	bool known = false;

	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)f->site);
		sqlite3_bind_int64(st, 2, b->since_ms);
		sqlite3_bind_int64(st, 3, b->until_ms);
		sqlite3_bind_int64(st, 4, f->based_ms);
		known = sqlite3_step(st) == SQLITE_ROW;
		c->drops = (unsigned)sqlite3_column_int64(st, 0);
		c->rises = (unsigned)sqlite3_column_int64(st, 1);
		c->added = (unsigned)sqlite3_column_int64(st, 2);
		c->gone = (unsigned)sqlite3_column_int64(st, 3);
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
	return known;
}

static size_t add(char *out, size_t cap, size_t at, unsigned n, const char *what)
{
	if (!n || at >= cap)
		return at;
	return at + (size_t)snprintf(out + at, cap - at, ", %u %s", n, what);
}

static void say_blocked(const struct brief *b, const struct figures *f, const char *name)
{
	char text[320];

	snprintf(text, sizeof(text), "%.63s %s; its prices are unknown since%s%.120s", name,
		 f->state == SITE_BLOCKED ? "blocked us" : "could not be read",
		 *f->text ? ": " : "", f->text);
	say(b, ATTENTION_WARNING, f->state_ms, text);
}

static bool say_rival(const struct brief *b, const struct figures *f, const char *name)
{
	char text[320];
	struct counts c = {0};
	size_t at;

	if (f->state == SITE_BLOCKED || f->state == SITE_FAILING) {
		say_blocked(b, f, name);
		return true;
	}
	if (!f->scanned_ms || !count_changes(b, f, &c))
		return false;
	if (!(c.drops | c.rises | c.added | c.gone) && !f->cheaper)
		return false;
	at = (size_t)snprintf(text, sizeof(text), "%.63s: %u cheaper, %u dearer", name, f->cheaper,
			      f->dearer);
	at = add(text, sizeof(text), at, c.added, "new");
	at = add(text, sizeof(text), at, c.gone, "gone");
	at = add(text, sizeof(text), at, c.drops, c.drops == 1 ? "price fell" : "prices fell");
	(void)add(text, sizeof(text), at, c.rises, c.rises == 1 ? "price rose" : "prices rose");
	say(b, ATTENTION_NOTICE, 0, text);
	return true;
}

/* ---- mine against all ------------------------------------------------------------------------ */

/* On how many I was the cheapest (alone or with others) at the end of the day before since. */
static bool cheapest_then(const struct brief *b, unsigned *n)
{
	struct error ignored = {0};
	struct reader *r = store_reader(b->radar->d->store, &ignored);
	sqlite3_stmt *st = r ? reader_prepare(r,
					      "SELECT compared - dearer FROM rival_day"
					      " WHERE site = 0 AND day <= ?1"
					      " ORDER BY day DESC LIMIT 1",
					      &ignored)
			     : NULL;
	bool known = false;

	if (st) {
		sqlite3_bind_int64(st, 1, b->since_ms / DAY_MS - 1);
		known = sqlite3_step(st) == SQLITE_ROW;
		*n = (unsigned)sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
	return known;
}

static void say_market(const struct brief *b, const struct figures *house, size_t rivals)
{
	struct brief_line line = {
		.level = ATTENTION_NOTICE, .section = "Rivals", .calm = !house->dearer};
	unsigned cheapest = house->compared - house->dearer, then = 0;
	size_t n;

	if (!rivals || !house->compared)
		return;
	n = (size_t)snprintf(line.text, sizeof(line.text), "you are cheapest on %u of %u", cheapest,
			     house->compared);
	if (cheapest_then(b, &then) && then != cheapest)
		snprintf(line.text + n, sizeof(line.text) - n, " (was %u)", then);
	b->say(b->arg, &line);
}

/* ---- the whole ------------------------------------------------------------------------------- */

struct told {
	struct figures all[SITES_TOLD_MAX];
	size_t n;
};

/* Of the first by number of what they sell cheaper; without a lock while the store is asked. */
static void copy_rivals(struct radar *r, struct told *t, struct figures *house)
{
	pthread_mutex_lock(&r->lock);
	const struct picture *p = r->picture;
	if (p)
		*house = p->sites[0];
	for (size_t i = 0; p && i < p->n && t->n < SITES_TOLD_MAX; i++)
		if (!p->sites[i].mine)
			t->all[t->n++] = p->sites[i];
	pthread_mutex_unlock(&r->lock);
}

static int worst_first(const void *x, const void *y)
{
	const struct figures *a = x, *b = y;
	bool bad_a = a->state >= SITE_BLOCKED, bad_b = b->state >= SITE_BLOCKED;

	if (bad_a != bad_b)
		return bad_a ? -1 : 1;
	if (a->cheaper != b->cheaper)
		return a->cheaper > b->cheaper ? -1 : 1;
	return a->site < b->site ? -1 : 1;
}

void radar_brief(struct radar *r, int64_t since_ms, int64_t until_ms, say_fn *fn, void *arg)
{
	const struct brief b = {r, since_ms, until_ms, fn, arg};
	struct told *t = mem_zalloc(sizeof(*t));
	struct figures house = {0};
	size_t told = 0, left = 0;

	radar_settle(r);
	copy_rivals(r, t, &house);
	if (t->n)
		qsort(t->all, t->n, sizeof(*t->all), worst_first);
	for (size_t i = 0; i < t->n; i++) {
		const struct resource *res = resource_by_id(r->d->store, t->all[i].site);

		if (res && told < RIVALS_TOLD)
			told += say_rival(&b, &t->all[i], res->name);
		else
			left += res != NULL;
		resource_unref(res);
	}
	if (left) {
		char text[80];

		snprintf(text, sizeof(text), "and %zu more: sellersmart rival list", left);
		say(&b, ATTENTION_NOTICE, 0, text);
	}
	say_market(&b, &house, t->n);
	free(t);
}
