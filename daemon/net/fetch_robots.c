/* robots.txt of the origins: read before anything else is asked for, and again after a day. */
#include <stdio.h>
#include <string.h>

#include "daemon/net/fetch_internal.h"

enum {
	KEEP_MS = 24 * 3600000,  /* RFC 9309, 2.4 */
	REFUSED_MS = 15 * 60000, /* until it is asked again after a 5xx */
};
#define TOKEN "SellerSmart"

static void ask(struct fetch *for_whom)
{
	struct fetcher *f = for_whom->f;
	struct fetch_host *h = for_whom->host;
	struct fetch_request q = {.accept = "text/plain, */*;q=0.5",
				  .body_max = ROBOTS_BYTES_MAX,
				  .wait_ms = -1,
				  .pace_ms = -1,
				  .budget = -1};
	struct fetch *x = fetch_new(f, &q);
	struct error e;

	x->url = for_whom->url;
	snprintf(x->url.path, sizeof x->url.path, "/robots.txt");
	x->robots_host = h;
	x->robots_origin = fetch_origin(&x->url);
	h->robots[x->robots_origin].asking = true;
	/* There is always room: it is not one of those that are counted. */
	if (fetch_queue(x, true, &e))
		fetch_finish(x, FETCH_OURS, "%s", e.text);
}

static bool forbidden(struct fetch *x, const struct host_robots *r, int line)
{
	fetch_unqueue(x);
	x->r.status = r->status;
	if (!strcmp(r->word, "refuses"))
		fetch_finish(x, FETCH_DISALLOWED,
			     r->status ? "robots.txt of %s answered %d: nothing is asked for there"
				       : "robots.txt of %s cannot be had: nothing is asked for "
					 "there",
			     x->host->name, r->status);
	else if (line)
		fetch_finish(x, FETCH_DISALLOWED, "robots.txt of %s forbids it in line %d",
			     x->host->name, line);
	else
		fetch_finish(x, FETCH_DISALLOWED, "robots.txt of %s takes too long to compare",
			     x->host->name);
	return false;
}

bool fetch_robots_allow(struct fetch *x)
{
	struct host_robots *r = &x->host->robots[fetch_origin(&x->url)];
	int line;

	if (x->robots_host)
		return true;
	if (!r->asking && (!r->rules || fetcher_now(x->f) >= r->until_ms))
		ask(x);
	if (r->asking)
		return false;
	return robots_allows(r->rules, x->url.path, &line) || forbidden(x, r, line);
}

const char *fetcher_sitemap(struct fetcher *f, const char *url, size_t i)
{
	char name[HOST_MAX + 8];
	struct error e;
	struct url u;
	struct fetch_host *h;

	if (url_parse(url, &u, &e) || !(h = fetch_host_find(f, fetch_host_name(&u, name))) ||
	    !h->robots[fetch_origin(&u)].rules)
		return NULL;
	return robots_sitemap(h->robots[fetch_origin(&u)].rules, i);
}

/* What waits for this origin fares as its robots.txt did: no second try at the same wall. */
static void fail_waiting(struct fetch_host *h, const struct fetch *robots)
{
	struct fetch *x, *next;

	for (x = h->first; x; x = next) {
		next = x->next;
		if (x->robots_host || fetch_origin(&x->url) != robots->robots_origin)
			continue;
		fetch_unqueue(x);
		x->r.status = robots->r.status;
		fetch_finish(x, robots->r.end, "%s", robots->r.text);
	}
}

static void keep(struct fetch_host *h, int origin, struct robots *rules, const char *word,
		 int64_t keep_ms)
{
	struct host_robots *r = &h->robots[origin];
	int64_t delay = robots_delay_ms(rules), other = -1;

	robots_free(r->rules);
	r->rules = rules;
	r->word = word;
	r->read_ms = fetcher_wall(h->f);
	r->until_ms = fetcher_now(h->f) + keep_ms;
	if (h->robots[!origin].rules)
		other = robots_delay_ms(h->robots[!origin].rules);
	h->manners.delay_ms = delay > other ? delay : other;
	/* Rests were reckoned before the delay was known. */
	if (h->manners.delay_ms > 0 &&
	    h->manners.rested_ms < fetcher_now(h->f) + h->manners.delay_ms)
		h->manners.rested_ms = fetcher_now(h->f) + h->manners.delay_ms;
}

/* Nobody has to wait until the host may be asked again to hear that it will not be. */
static void refuse_waiting(struct fetch_host *h, int origin)
{
	struct fetch *x, *next;

	keep(h, origin, robots_nothing(), "refuses", REFUSED_MS);
	for (x = h->first; x; x = next) {
		next = x->next;
		if (!x->robots_host && fetch_origin(&x->url) == origin)
			forbidden(x, &h->robots[origin], 0);
	}
}

void fetch_robots_read(struct fetch *x)
{
	struct fetch_host *h = x->robots_host;
	const struct fetch_result *r = &x->r;
	int origin = x->robots_origin;

	h->robots[origin].asking = false;
	h->robots[origin].status = r->status;
	if (r->end == FETCH_OK)
		keep(h, origin, robots_parse(r->body, r->len, TOKEN), "read", KEEP_MS);
	else if (r->end == FETCH_REDIRECT || (r->end == FETCH_STATUS && r->status >= 400 &&
					      r->status < 500 && r->status != 429))
		keep(h, origin, robots_everything(), "none", KEEP_MS);
	else if (r->end == FETCH_STATUS || r->redirects)
		refuse_waiting(h, origin);
	else
		fail_waiting(h, x);
}
