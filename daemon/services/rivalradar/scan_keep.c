/* What came of an item is written: offers in slices, pages that failed, the site's own row and what
 * is told of it last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/map.h"
#include "daemon/catalog/undercut.h"
#include "daemon/core/fault.h"
#include "daemon/services/rivalradar/picture.h"
#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"

void scan_take_observed(struct scan_facts *k, struct observed *x)
{
	if (!(k->n_observed & (k->n_observed - 1)))
		k->observed = mem_array(k->observed, k->n_observed ? k->n_observed * 2 : 1,
					sizeof(*k->observed));
	k->observed[k->n_observed++] = x;
}

void scan_facts_free(void *facts)
{
	struct scan_facts *k = facts;
	if (!k)
		return;
	for (size_t i = 0; i < k->n_observed; i++)
		observed_free(k->observed[i]);
	free(k->observed);
	if (k->map.len)
		map_page_fini(&k->map);
	free(k->page_url);
	free(k->site_name);
	free(k);
}

static enum err tell(struct txn *t, const struct scan_facts *k, struct error *e)
{
	static const char *const words[] = {"new", "ok", "blocked", "failing"};
	struct buf data = BUF_INIT(2048);
	struct json_writer w;
	struct event ev = {.at_ms = k->o.at_ms,
			   .severity = k->severity,
			   .subject = k->o.site,
			   .text = (char *)k->event_text};
	if (!k->topic)
		return ERR_NONE;
	snprintf(ev.topic, sizeof(ev.topic), "%s", k->topic);
	snprintf(ev.subject_kind, sizeof(ev.subject_kind), "%s", k->o.site_kind);
	snprintf(ev.name, sizeof(ev.name), "%s", k->site_name);
	jw_init(&w, &data);
	jw_object(&w);
	jw_kv_str(&w, "state", words[k->set & SITE_SET_STATE ? k->row.state : SITE_OK]);
	jw_kv_str(&w, "was", words[k->was]);
	jw_kv_bool(&w, "mine", k->o.mine);
	jw_kv_str(&w, "platform", k->row.platform[0] ? k->row.platform : NULL);
	jw_kv_str(&w, "why", k->row.text[0] ? k->row.text : NULL);
	jw_object_end(&w);
	ev.data_json = (char *)buf_str(&data);
	enum err err = feed_event(t, &ev, e);
	buf_fini(&data);
	return err;
}

static const struct map_page *page_of(const struct scan_facts *k)
{
	return k->map.len ? &k->map : NULL;
}

/* A slice of what was observed. */
static enum err keep_observed(struct txn *t, struct scan_facts *k, bool *more, struct error *e)
{
	struct observed *x = k->observed[k->observed_at];
	const uint64_t *ids = NULL;
	enum err err = observe_keep(t, x, more, e);
	if (err)
		return err;
	size_t n = observed_products(x, &ids);
	fault_point("rivalradar.observed");
	err = undercut_judge(t, ids, n, k->o.at_ms, k->o.baseline, e);
	return err ? err : map_judge(t, ids, n, page_of(k), k->o.at_ms, e);
}

static enum err keep_site(struct txn *t, struct scan_facts *k, struct error *e)
{
	enum err err = k->same ? observe_same(t, &k->o, e) : ERR_NONE;
	if (!err && k->same)
		err = map_judge_same(t, k->o.site, k->o.page_url, page_of(k), k->o.at_ms, e);
	if (!err && k->set)
		err = site_put(t, k->rr, &k->row, k->set, e);
	if (!err && k->topic && !strcmp(k->topic, "rival.scanned"))
		err = picture_base(t, k->o.site, k->row.scanned_ms, e);
	return err ? err : tell(t, k, e);
}

/* What was prepared is spent when its operation is not written. */
static void ended(void *arg, bool committed)
{
	struct scan_facts *k = arg;
	k->spoiled = !committed;
	k->observed_at += committed && k->next;
	k->next = false;
}

/* One after the other, each slice an operation. */
enum err scan_keep(struct txn *t, const struct item *it, void *facts, bool *more, struct error *e)
{
	struct scan_facts *k = facts;
	if (!k)
		return ERR_NONE;
	if (k->spoiled)
		return error_set(e, ERR_UNAVAILABLE, "the store did not take it");
	txn_on_end(t, ended, k);
	if (k->observed_at < k->n_observed) {
		enum err err = keep_observed(t, k, more, e);
		if (err || *more)
			return err;
		if (k->observed_at + 1 < k->n_observed) {
			k->next = *more = true;
			return ERR_NONE;
		}
	}
	return keep_site(t, k, e);
}
