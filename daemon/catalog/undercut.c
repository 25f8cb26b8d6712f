#include "daemon/catalog/undercut.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/offers.h"
#include "daemon/catalog/words.h"
#include "daemon/store/feed.h"
#include "shared/mem.h"
#include "shared/percent.h"
#include "shared/utf8.h"

enum { DATA_MAX = 3000 };

/* What is written of a product, and what an event says. */
struct verdict {
	char currency[CURRENCY_TEXT];
	int64_t mine_minor, best_minor;
	uint64_t best_listing; /* 0: none */
	bool landed, undercut;
};

struct judged {
	struct txn *t;
	uint64_t id;
	int64_t at_ms;
	struct offers offers;
	/* as it was */
	char *title;
	struct verdict was;
	int64_t undercut_ms, floor_minor;
	struct verdict now;
	/* of the rival's offer that counts */
	char *url, *site;
	uint64_t site_id;
};

static enum err read_product(struct judged *j, bool *exists, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(j->t,
			    "SELECT title, currency, mine_minor, best_minor, best_listing,"
			    " undercut_ms, floor_minor FROM product WHERE id = ?1",
			    e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)j->id);
	int rc = sqlite3_step(st);
	*exists = rc == SQLITE_ROW;
	if (*exists) {
		j->title = mem_strdup(row_text(st, 0));
		snprintf(j->was.currency, sizeof(j->was.currency), "%s", row_text(st, 1));
		j->was.mine_minor = row_minor(st, 2);
		j->was.best_minor = row_minor(st, 3);
		j->was.best_listing = (uint64_t)sqlite3_column_int64(st, 4);
		j->undercut_ms = sqlite3_column_int64(st, 5);
		j->was.undercut = sqlite3_column_type(st, 5) != SQLITE_NULL;
		j->floor_minor = row_minor(st, 6);
	}
	enum err err = rc == SQLITE_ROW || rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, txn_db(j->t), "reading a product", e);
	sqlite3_reset(st);
	return err;
}

static enum err read_offers(struct judged *j, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		j->t, "SELECT " OFFER_COLUMNS " FROM listing l WHERE l.product = ?1", e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)j->id);
	return offers_read(&j->offers, st, e);
}

/* The lowest price of mine, or of rivals, where there is nobody to compare it with. */
static void lowest_alone(struct judged *j)
{
	const char *currency = offers_currency(&j->offers, j->was.currency);

	snprintf(j->now.currency, sizeof(j->now.currency), "%s",
		 *currency ? currency : j->was.currency);
	for (size_t i = 0; i < j->offers.n; i++) {
		const struct market_offer *o = &j->offers.all[i];
		bool mine = o->seller == MARKET_MINE;
		int64_t *low = mine ? &j->now.mine_minor : &j->now.best_minor;

		if (!market_counts(o, currency) || (*low >= 0 && *low <= o->price_minor))
			continue;
		*low = o->price_minor;
		if (!mine)
			j->now.best_listing = o->listing;
	}
}

static void judge(struct judged *j)
{
	struct market_duel d;

	j->now = (struct verdict){.mine_minor = MARKET_UNKNOWN, .best_minor = MARKET_UNKNOWN};
	if (!market_duel(j->offers.all, j->offers.n, MARKET_ANYBODY, &d)) {
		lowest_alone(j);
		return;
	}
	snprintf(j->now.currency, sizeof(j->now.currency), "%s", d.mine->currency);
	j->now.mine_minor = d.mine_minor;
	j->now.best_minor = d.theirs_minor;
	j->now.best_listing = d.theirs->listing;
	j->now.landed = d.landed;
	j->now.undercut = d.theirs_minor < d.mine_minor;
}

static bool is_same(const struct verdict *a, const struct verdict *b)
{
	return a->mine_minor == b->mine_minor && a->best_minor == b->best_minor &&
	       a->best_listing == b->best_listing && a->undercut == b->undercut &&
	       !strcmp(a->currency, b->currency);
}

static enum err write_product(struct judged *j, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(j->t,
				       "UPDATE product SET currency = ?2, mine_minor = ?3,"
				       " best_minor = ?4, best_listing = ?5, undercut_ms = ?6"
				       " WHERE id = ?1",
				       e);
	enum err err;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)j->id);
	sqlite3_bind_text(st, 2, j->now.currency, -1, SQLITE_STATIC);
	bind_minor(st, 3, j->now.mine_minor);
	bind_minor(st, 4, j->now.best_minor);
	if (j->now.best_listing)
		sqlite3_bind_int64(st, 5, (sqlite3_int64)j->now.best_listing);
	if (j->now.undercut)
		sqlite3_bind_int64(st, 6, j->was.undercut ? j->undercut_ms : j->at_ms);
	err = txn_exec(j->t, st, e);
	return err ? err : feed_change(j->t, "product", j->id, false, e);
}

/* ---- what is told ---------------------------------------------------------------------------- */

static enum err read_rival(struct judged *j, uint64_t listing, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(j->t,
				       "SELECT l.site, l.url, r.name FROM listing l"
				       " LEFT JOIN resource r ON r.id = l.site WHERE l.id = ?1",
				       e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		j->site_id = (uint64_t)sqlite3_column_int64(st, 0);
		j->url = mem_strdup(row_text(st, 1));
		j->site = mem_strdup(row_text(st, 2));
	}
	enum err err = rc == SQLITE_ROW || rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, txn_db(j->t), "reading a listing", e);
	sqlite3_reset(st);
	return err;
}

/* Why it is over: what became of the offer that undercut. */
static const char *reason_of_end(const struct judged *j)
{
	const struct market_offer *o = NULL;

	for (size_t i = 0; i < j->offers.n; i++)
		if (j->offers.all[i].listing == j->was.best_listing)
			o = &j->offers.all[i];
	if (!o || o->state == LISTING_GONE)
		return "gone";
	if (o->state == LISTING_UNKNOWN)
		return "unknown";
	if (!market_can_be_bought(o->availability))
		return "out_of_stock";
	if (j->now.mine_minor < 0)
		return "mine_out";
	return j->now.mine_minor < j->was.mine_minor ? "mine" : "dearer";
}

static const char *words_of_end(const char *reason)
{
	static const char *const words[][2] = {
		{"gone", "no longer offers it"},
		{"unknown", "does not show its price any more"},
		{"out_of_stock", "is out of stock"},
		{"mine_out", "is cheaper than nobody: you do not sell it now"},
		{"mine", "is not cheaper than you any more: you changed your price"},
		{"dearer", "is not cheaper than you any more"},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(words[i][0], reason))
			return words[i][1];
	return reason;
}

static void data_of(const struct judged *j, const char *reason, struct buf *out)
{
	const struct verdict *v = &j->now;
	struct json_writer w;

	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "state", v->undercut ? "undercut" : "over");
	if (reason)
		jw_kv_str(&w, "reason", reason);
	words_id(&w, "product", "prd", j->id);
	if (j->site) {
		words_id(&w, "rival", "riv", j->site_id);
		jw_kv_str(&w, "rival_name", j->site);
		words_id(&w, "listing", "lst", v->undercut ? v->best_listing : j->was.best_listing);
	}
	words_minor(&w, "price_minor", v->best_minor);
	words_minor(&w, "mine_minor", v->mine_minor);
	jw_kv_str(&w, "currency", v->currency);
	jw_kv_bool(&w, "landed", v->landed);
	if (v->mine_minor > 0 && v->best_minor >= 0) {
		struct market_gap gap = market_gap(v->mine_minor, v->best_minor);

		jw_kv_int(&w, "gap_minor", gap.minor);
		jw_kv_int(&w, "gap_bp", gap.bp);
	}
	if (j->floor_minor >= 0)
		jw_kv_int(&w, "floor_minor", j->floor_minor);
	if (j->url)
		jw_kv_str(&w, "url", j->url);
	jw_object_end(&w);
}

static void text_of(const struct judged *j, const char *reason, char *out, size_t cap)
{
	char theirs[MONEY_TEXT], mine[MONEY_TEXT], percent[PERCENT_TEXT];
	const struct verdict *v = &j->now;
	const char *site = j->site && *j->site ? j->site : "the rival";

	if (!v->undercut) {
		snprintf(out, cap, "%.63s %s", site, words_of_end(reason));
		return;
	}
	money_format(theirs, v->best_minor, v->currency);
	money_format(mine, v->mine_minor, v->currency);
	change_format(percent, market_gap(v->mine_minor, v->best_minor).bp);
	snprintf(out, cap, "%.63s sells it for %s%s, you for %s: %s", site, theirs,
		 v->landed ? " landed" : "", mine, percent);
}

static enum err tell(struct judged *j, struct error *e)
{
	const char *reason = j->now.undercut ? NULL : reason_of_end(j);
	struct buf data = BUF_INIT(DATA_MAX);
	char text[240];
	struct event ev = {.at_ms = j->at_ms,
			   .severity = j->now.undercut ? SEVERITY_WARNING : SEVERITY_INFO,
			   .subject_kind = "product",
			   .subject = j->id,
			   .text = text};
	enum err err =
		read_rival(j, j->now.undercut ? j->now.best_listing : j->was.best_listing, e);

	if (err)
		return err;
	snprintf(ev.topic, sizeof(ev.topic), "%s",
		 j->now.undercut ? "price.undercut" : "price.undercut_over");
	words_cut(ev.name, sizeof(ev.name), j->title);
	text_of(j, reason, text, sizeof(text));
	data_of(j, reason, &data);
	ev.data_json = data.overflow ? NULL : data.data;
	err = feed_event(j->t, &ev, e);
	buf_fini(&data);
	return err;
}

static enum err judge_one(struct judged *j, bool quiet, struct error *e)
{
	bool exists = false, told;
	enum err err = read_product(j, &exists, e);

	if (err || !exists)
		return err;
	err = read_offers(j, e);
	if (err)
		return err;
	judge(j);
	if (is_same(&j->now, &j->was))
		return ERR_NONE;
	told = (j->now.undercut && !quiet) || (j->was.undercut && !j->now.undercut);
	err = write_product(j, e);
	return err || !told ? err : tell(j, e);
}

enum err undercut_judge(struct txn *t, const uint64_t *products, size_t n, int64_t at_ms,
			bool quiet, struct error *e)
{
	struct offers offers = {0};
	enum err err = ERR_NONE;

	for (size_t i = 0; !err && i < n; i++) {
		struct judged j = {.t = t, .id = products[i], .at_ms = at_ms, .offers = offers};

		err = judge_one(&j, quiet, e);
		offers = j.offers; /* its memory is used again */
		free(j.title);
		free(j.url);
		free(j.site);
	}
	offers_fini(&offers);
	return err;
}
