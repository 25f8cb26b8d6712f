/* An item of a scan: what it is, what is asked for, who works on it. */
#include "daemon/services/rivalradar/scan.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/jobs.h"
#include "shared/mem.h"

static const char *const kind_names[] = {
	[SCAN_FIRST] = "first", [SCAN_CURRENCY] = "currency", [SCAN_API] = "api",
	[SCAN_FEED] = "feed",   [SCAN_SITEMAP] = "sitemap",   [SCAN_LINKS] = "links",
	[SCAN_PAGE] = "page",   [SCAN_CLOSING] = "closing",
};

static enum scan_kind kind_of(const struct item *it, const json_t *payload)
{
	const char *name = json_str(payload, "kind", "");
	if (!strcmp(it->key, SCAN_CLOSING_KEY))
		return SCAN_CLOSING;
	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
		if (!strcmp(kind_names[i], name))
			return (enum scan_kind)i;
	return SCAN_FIRST;
}

/* ---- adding ---------------------------------------------------------------------------------- */

int64_t scan_room(const struct scan *s)
{
	struct job_progress p;
	int64_t limit = spec_int(s->site->kind, s->spec, "limit");
	struct items *items = jobs_items(s->rr->d->jobs);
	int64_t found = items_progress(items, s->it->job, &p) ? p.found : 0;
	return found < limit ? limit - found : 0;
}

char *scan_at_origin(const char *url, const char *path)
{
	struct url u;
	struct error e = {0};
	char authority[HOST_MAX + 8];
	if (url_parse(url, &u, &e))
		return mem_strdup("");
	return mem_printf("%s://%s%s", u.scheme, url_authority(&u, authority, sizeof(authority)),
			  path);
}

/* The address; a digest of one that is too long. */
static void key_of(const char *url, char out[static ITEM_KEY_MAX + 1])
{
	unsigned char hash[16];
	char hex[sizeof(hash) * 2 + 1];
	size_t n = strlen(url);
	if (n <= ITEM_KEY_MAX) {
		snprintf(out, ITEM_KEY_MAX + 1, "%s", url);
		return;
	}
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)url, n, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(out, ITEM_KEY_MAX + 1, "%.200s... %s", url, hex);
}

enum err scan_add(struct scan *s, const struct scan_page *p, struct error *e)
{
	struct url u;
	struct error ignored = {0};
	char key[ITEM_KEY_MAX + 1], host[HOST_MAX + 8];
	struct buf payload = BUF_INIT(ITEM_PAYLOAD_MAX);
	struct json_writer w;
	if (url_parse(p->url, &u, &ignored) || strlen(p->url) >= URL_MAX ||
	    strlen(url_authority(&u, host, sizeof(host))) > ITEM_HOST_MAX)
		return ERR_NONE;
	key_of(p->url, key);
	jw_init(&w, &payload);
	jw_object(&w);
	jw_kv_str(&w, "kind", kind_names[p->kind]);
	if (p->platform)
		jw_kv_str(&w, "platform", p->platform->name);
	jw_kv_str(&w, "url", p->url);
	if (p->n)
		jw_kv_int(&w, "n", p->n);
	if (p->size)
		jw_kv_int(&w, "size", p->size);
	if (p->probe)
		jw_kv_bool(&w, "probe", true);
	if (p->before)
		jw_kv_str(&w, "before", p->before);
	jw_object_end(&w);
	const struct item_new item = {
		.key = key, .host = host, .payload = buf_str(&payload), .priority = p->priority};
	enum err err = payload.overflow ? ERR_NONE : item_out_add(s->out, &item, e);
	buf_fini(&payload);
	return err;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static const char *accept_of(enum scan_kind kind)
{
	switch (kind) {
	case SCAN_CURRENCY:
	case SCAN_API: return "application/json, */*;q=0.5";
	case SCAN_FEED:
	case SCAN_SITEMAP: return "application/xml, text/xml, */*;q=0.8";
	case SCAN_LINKS:
	case SCAN_PAGE: return "text/html, application/xhtml+xml, */*;q=0.8";
	case SCAN_FIRST:
	case SCAN_CLOSING: break;
	}
	return NULL;
}

bool scan_request(const struct item *it, struct item_request *rq)
{
	struct error e = {0};
	struct rivalradar *rr = rivalradar_of(it->ctx);
	json_t *payload = json_read(it->payload, strlen(it->payload), ITEM_PAYLOAD_MAX, &e);
	enum scan_kind kind = kind_of(it, payload);
	bool asks = kind != SCAN_FIRST && kind != SCAN_CLOSING;
	if (asks) {
		bool list = kind == SCAN_FEED || kind == SCAN_SITEMAP;
		*rq = (struct item_request){
			.url = mem_strdup(json_str(payload, "url", "")),
			.bytes_max = list ? FEED_BYTES : EXTRACT_DOCUMENT_MAX,
			.accept = accept_of(kind),
			.sitemaps = kind == SCAN_API || kind == SCAN_SITEMAP,
		};
		pthread_mutex_lock(&rr->lock);
		const struct site *site = sites_find(rr, it->owner);
		rq->pace_ms = site ? site->pace_ms : 0;
		pthread_mutex_unlock(&rr->lock);
	}
	json_decref(payload);
	return asks;
}

/* ---- working --------------------------------------------------------------------------------- */

static enum err work(struct scan *s, struct error *e)
{
	bool asked = s->kind != SCAN_FIRST && s->kind != SCAN_CLOSING;
	if (asked && !scan_has_page(s))
		return scan_failed(s, e);
	if (asked)
		sites_note_page(s->rr, s->site->id, false, false);
	switch (s->kind) {
	case SCAN_FIRST: return scan_first(s, e);
	case SCAN_CURRENCY: return scan_read_currency(s, e);
	case SCAN_API: return scan_read_api(s, e);
	case SCAN_FEED: return scan_read_feed(s, e);
	case SCAN_SITEMAP: return scan_read_sitemap(s, e);
	case SCAN_LINKS: return scan_read_links(s, e);
	case SCAN_PAGE: return scan_read_page(s, e);
	case SCAN_CLOSING: return scan_close(s, e);
	}
	return ERR_INTERNAL;
}

enum err scan_handle(const struct item *it, const struct item_answer *a, struct item_out *out,
		     struct error *e)
{
	struct scan s = {.it = it, .answer = a, .out = out, .rr = rivalradar_of(it->ctx)};
	s.site = resource_by_id(it->store, it->owner);
	if (!s.site || !s.rr || !sites_get(s.rr, it->owner, &s.row)) {
		item_out_fail_job(out, "its site was deleted");
		resource_unref(s.site);
		return ERR_NONE;
	}
	s.spec = resource_spec(s.site);
	s.payload = json_read(it->payload, strlen(it->payload), ITEM_PAYLOAD_MAX, e);
	s.kind = kind_of(it, s.payload);
	s.platform = platform_find(json_str(s.payload, "platform", ""));
	s.url = json_str(s.payload, "url", "");
	s.n = json_int(s.payload, "n", 0);
	s.size = json_int(s.payload, "size", 0);
	s.probe = json_bool(s.payload, "probe", false);
	s.facts = mem_zalloc(sizeof(*s.facts));
	s.facts->rr = s.rr;
	s.facts->row = s.row;
	s.facts->site_name = mem_strdup(s.site->name);
	s.facts->page_url = mem_strdup(s.url);
	scan_observation(&s, PAGE_PRODUCT);
	enum err err = s.platform || (s.kind != SCAN_CURRENCY && s.kind != SCAN_API)
			       ? work(&s, e)
			       : error_set(e, ERR_INTERNAL, "an item of a platform that is none");
	item_out_facts(out, s.facts);
	json_decref(s.payload);
	json_decref(s.spec);
	resource_unref(s.site);
	return err;
}
