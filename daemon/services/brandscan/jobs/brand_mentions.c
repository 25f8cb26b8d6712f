/* brand-mentions: what the feeds of a brand say of it. An item a feed: fetched politely, taken
 * apart in a worker process, searched for the brand's names, and what is new is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/wait.h"
#include "daemon/services/brandscan/brandscan.h"
#include "daemon/services/brandscan/mentions.h"
#include "daemon/jobs/job_type.h"
#include "shared/mem.h"
#include "shared/url.h"

enum {
	FEED_BYTES_MAX = 4 << 20,
	ATTEMPTS = 3,
	TOLD_MAX = 5, /* mentions of one reading that are events of their own */
};

/* ---- which feeds ------------------------------------------------------------------------------
 */

static uint64_t brand_of(const struct item *it)
{
	struct error e = {0};
	uint64_t id = 0;
	json_t *payload = json_read(it->payload, strlen(it->payload), ITEM_PAYLOAD_MAX, &e);
	if (!payload || !id_parse(json_str(payload, "brand", ""), "brd", &id))
		id = 0;
	json_decref(payload);
	return id;
}

static enum err add_feeds(const struct item *it, struct item_out *out, struct error *e)
{
	const struct resource *r = resource_by_id(it->store, brand_of(it));
	enum err err = ERR_NONE;
	size_t i, n = 0;
	const json_t *feed;
	if (!r) {
		item_out_result(out, "the brand was deleted meanwhile");
		return ERR_NONE;
	}
	json_t *spec = resource_spec(r);
	json_array_foreach(json_object_get(spec, "feeds"), i, feed)
	{
		struct url u;
		struct error wrong = {0};
		if (url_parse(json_string_value(feed), &u, &wrong))
			continue;
		const struct item_new item = {
			.key = json_string_value(feed), .host = u.host, .payload = it->payload};
		if (!err)
			err = item_out_add(out, &item, e);
		n++;
	}
	json_decref(spec);
	item_out_result(out, "%zu feed%s of %s read", n, n == 1 ? "" : "s", r->name);
	resource_unref(r);
	return err;
}

static bool request(const struct item *it, struct item_request *rq)
{
	if (!it->key[0])
		return false;
	rq->url = mem_strdup(it->key);
	rq->bytes_max = FEED_BYTES_MAX;
	return true;
}

/* ---- one feed ---------------------------------------------------------------------------------
 */

struct facts_of_feed {
	uint64_t brand;
	char name[64], brand_text[BRAND_TEXT_MAX];
	int64_t now_ms;
	char fault[160]; /* "": it was read */
	struct mention_list list;
};

static void facts_free(void *facts)
{
	struct facts_of_feed *f = facts;
	mention_list_fini(&f->list);
	free(f);
}

/* Something that may be well at the next attempt is an error while there is one. */
static enum err fail(const struct item *it, bool passing, struct facts_of_feed *f, struct error *e,
		     const char *text)
{
	snprintf(f->fault, sizeof(f->fault), "%s", text);
	if (passing && it->attempts + 1 < ATTEMPTS)
		return error_set(e, ERR_UNAVAILABLE, "%s", text);
	return ERR_NONE;
}

static enum err read_feed(const struct item *it, const struct item_answer *answer,
			  struct facts_of_feed *f, struct error *e)
{
	char text[128];
	struct daemon *d = it->ctx;
	struct error why = {0};
	if (answer->status < 200 || answer->status > 299) {
		snprintf(text, sizeof(text), "HTTP %d", answer->status);
		return fail(it, answer->status >= 500 || answer->status == 429, f, e, text);
	}
	if (!answer->body)
		return fail(it, false, f, e, "an empty answer");
	struct extract_query query = {.kind = EXTRACT_NEWS, .expression = answer->url};
	const struct extract_request request_of = {.document = answer->body,
						   .document_len = answer->len,
						   .content_type = answer->type,
						   .queries = &query,
						   .n_queries = 1};
	struct extracted x;
	enum err err = extract_wait(d->net, d->extract, &request_of, &x, &why);
	if (err) {
		snprintf(text, sizeof(text), "%.120s", why.text);
		return fail(it, err_info(err)->retry, f, e, text);
	}
	mentions_find(x.values, x.n, it->key, f->now_ms, &f->list);
	extracted_fini(&x);
	return ERR_NONE;
}

static enum err handle(const struct item *it, const struct item_answer *answer,
		       struct item_out *out, struct error *e)
{
	if (!it->key[0])
		return add_feeds(it, out, e);
	const struct resource *r = resource_by_id(it->store, brand_of(it));
	if (!r)
		return ERR_NONE;
	struct facts_of_feed *f = mem_zalloc(sizeof(*f));
	f->now_ms = clock_wall_ms(it->clock);
	f->brand = r->id;
	snprintf(f->name, sizeof(f->name), "%s", r->name);
	json_t *spec = resource_spec(r);
	snprintf(f->brand_text, sizeof(f->brand_text), "%s", json_str(spec, "brand", r->name));
	mention_words_of(spec, &f->list.words);
	json_decref(spec);
	resource_unref(r);
	enum err err = read_feed(it, answer, f, e);
	if (err) {
		facts_free(f);
		return err;
	}
	if (f->fault[0])
		item_out_log(out, LOG_WARN, "%s: %s", it->key, f->fault);
	else
		item_out_log(out, LOG_INFO, "%s: %zu items, %zu of them name it", it->key,
			     f->list.items, f->list.n);
	item_out_facts(out, f);
	return ERR_NONE;
}

/* ---- keeping ----------------------------------------------------------------------------------
 */

static enum err keep_feed(struct txn *t, const struct item *it, const struct facts_of_feed *f,
			  bool *first, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t, "SELECT read_ms FROM brand_feed WHERE brand = ? AND url = ?", e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, (int64_t)f->brand);
	sqlite3_bind_text(st, 2, it->key, -1, SQLITE_STATIC);
	*first = sqlite3_step(st) != SQLITE_ROW || !sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	st = txn_prepare(t,
			 "INSERT INTO brand_feed (brand, url, read_ms, state_ms, text)"
			 " VALUES (?1, ?2, iif(?4 = '', ?3, 0), ?3, ?4) ON CONFLICT DO UPDATE SET"
			 " read_ms = iif(?4 = '', ?3, read_ms),"
			 " state_ms = iif((text = '') = (?4 = ''), state_ms, ?3), text = ?4",
			 e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, (int64_t)f->brand);
	sqlite3_bind_text(st, 2, it->key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, f->now_ms);
	sqlite3_bind_text(st, 4, f->fault, -1, SQLITE_STATIC);
	return txn_exec(t, st, e);
}

static enum err keep_mention(struct txn *t, const struct facts_of_feed *f, const struct mention *m,
			     bool *is_new, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO mention (id, brand, key, url, title, source, at_ms, found_ms)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (brand, key) DO NOTHING",
		e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, (int64_t)txn_new_id(t));
	sqlite3_bind_int64(st, 2, (int64_t)f->brand);
	sqlite3_bind_text(st, 3, m->key, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, m->url, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, m->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, m->source, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 7, m->at_ms);
	sqlite3_bind_int64(st, 8, f->now_ms);
	enum err err = txn_exec(t, st, e);
	*is_new = !err && sqlite3_changes(txn_db(t)) > 0;
	return err;
}

static enum err tell(struct txn *t, const struct facts_of_feed *f, const struct mention *m,
		     size_t more, struct error *e)
{
	char text[400];
	struct buf data = BUF_INIT(4000);
	struct json_writer w;
	struct event ev = {.at_ms = f->now_ms,
			   .topic = "brand.mentioned",
			   .severity = SEVERITY_INFO,
			   .subject_kind = "brand",
			   .subject = f->brand,
			   .text = text};
	snprintf(ev.name, sizeof(ev.name), "%s", f->name);
	if (more)
		snprintf(text, sizeof(text), "%.60s was mentioned %zu more times by %.80s",
			 f->brand_text, more, m->source);
	else
		snprintf(text, sizeof(text), "%.60s was mentioned by %.80s: %.200s", f->brand_text,
			 m->source, m->title);
	jw_init(&w, &data);
	jw_object(&w);
	jw_kv_str(&w, "brand", f->brand_text);
	jw_kv_str(&w, "source", m->source);
	if (more) {
		jw_kv_int(&w, "mentions", (int64_t)more);
	} else {
		jw_kv_str(&w, "title", m->title);
		jw_kv_str(&w, "url", m->url);
		jw_kv_time(&w, "at", m->at_ms);
	}
	jw_object_end(&w);
	ev.data_json = (char *)buf_str(&data);
	enum err err = feed_event(t, &ev, e);
	buf_fini(&data);
	return err;
}

/* What a feed had when it was read for the first time is kept, but is no news. */
static enum err keep(struct txn *t, const struct item *it, void *facts, bool *more_to_do,
		     struct error *e)
{
	const struct facts_of_feed *f = facts;
	bool first = false, is_new = false;
	size_t told = 0, more = 0;
	if (!f) /* the first item, or the brand went meanwhile */
		return ERR_NONE;
	sqlite3_stmt *st = txn_prepare(t, "SELECT 1 FROM resource WHERE id = ?", e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, (int64_t)f->brand);
	bool there = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	enum err err = there ? keep_feed(t, it, f, &first, e) : ERR_NONE;
	for (size_t i = 0; there && i < f->list.n && !err; i++) {
		err = keep_mention(t, f, &f->list.all[i], &is_new, e);
		if (err || !is_new || first)
			continue;
		if (told < TOLD_MAX)
			err = tell(t, f, &f->list.all[i], 0, e);
		else
			more++;
		told++;
	}
	if (!err && more)
		err = tell(t, f, &f->list.all[0], more, e);
	return err;
}

const struct job_type job_brand_mentions = {
	.name = "brand-mentions",
	.help = "Read the feeds of a brand for what is said of it",
	.attempts_max = ATTEMPTS,
	.retry_ms = 30000,
	.failed_max_pct = 99,
	.request = request,
	.handle = handle,
	.keep = keep,
	.facts_free = facts_free,
};
