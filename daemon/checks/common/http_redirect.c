#include "daemon/checks/common/http_redirect.h"

#include <stdio.h>
#include <string.h>

#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"

enum { URL_TEXT = URL_MAX + HOST_MAX + 32 };

bool http_redirect_wanted(const struct http_walk *w)
{
	switch (w->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return w->config->redirects > 0 && w->location_len &&
		       !status_set_contains(w->config->status, w->status);
	default: return false;
	}
}

static void safe_url(const struct url *u, char *out, size_t cap)
{
	char text[URL_TEXT];

	url_format(u, text, sizeof text);
	url_mask_query(text);
	text_safe(out, cap, text, strlen(text), 0, 0, NULL);
}

static bool same_place(const struct url *a, const struct url *b)
{
	return url_same_origin(a, b) && !strcmp(a->path, b->path);
}

/* Asked before with the same cookies? */
static bool was_here(const struct http_walk *w, const struct url *next)
{
	struct url earlier;

	for (int i = w->loop_from; i < w->n_hops; i++) {
		if (!url_parse(w->hops[i].url, &earlier, NULL) && same_place(&earlier, next))
			return true;
	}
	return false;
}

/* The hops as "302 /a, 302 /b" for a message. */
static void hops_text(const struct http_walk *w, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (int i = w->loop_from; i < w->n_hops && len + 24 < cap; i++) {
		struct url u;
		char path[48];

		if (url_parse(w->hops[i].url, &u, NULL))
			continue;
		url_mask_query(u.path);
		text_safe(path, sizeof path, u.path, strlen(u.path), 0, 0, NULL);
		len += (size_t)snprintf(out + len, cap - len, "%s%d %.40s", len ? ", " : "",
					w->hops[i].status, path);
		if (len >= cap)
			len = cap - 1;
	}
}

/* RFC 9110, 15.4: what the next request is. false: its body would go to another origin. */
static bool change_request(struct http_walk *w, bool crosses)
{
	bool head = !strcmp(w->method, "HEAD");
	bool get_instead = w->status == 303 ? !head
					    : (w->status == 301 || w->status == 302) &&
						      !strcmp(w->method, "POST");

	if (get_instead) {
		w->method = "GET";
		w->with_body = false;
	}
	return !(crosses && w->with_body);
}

bool http_redirect_step(struct http_walk *w)
{
	struct verdict *v = &w->verdict;
	char text[URL_TEXT], shown[140], hops[140];
	struct url next;
	struct error e = {0};
	bool crosses;

	if (w->n_hops >= w->config->redirects || w->n_hops >= REDIRECTS_MAX) {
		safe_url(&w->url, shown, sizeof shown);
		verdict_set(v, OUTCOME_DOWN, "redirects",
			    "more than %d redirects, the last from %s", w->n_hops, shown);
		return false;
	}
	w->hops[w->n_hops].status = w->status;
	w->hops[w->n_hops].url = mem_strdup(url_format(&w->url, text, sizeof text));
	w->n_hops++;
	if (w->location_len > LOCATION_MAX || url_resolve(&w->url, w->location, &next, &e) ||
	    idn_to_ascii(next.host, &e)) {
		snprintf(text, sizeof text, "%s", w->location);
		url_mask_query(text);
		text_safe(shown, 100, text, strlen(text), 0, 0, NULL);
		verdict_set(v, OUTCOME_DOWN, "redirect_invalid",
			    "HTTP %d redirects to no http or https address: %s", w->status, shown);
		return false;
	}
	if (was_here(w, &next)) {
		hops_text(w, hops, sizeof hops);
		verdict_set(v, OUTCOME_DOWN, "redirect_loop", "redirects run in a circle: %s",
			    hops);
		return false;
	}
	crosses = !url_same_origin(&w->origin, &next);
	if (!change_request(w, crosses)) {
		safe_url(&next, shown, 100);
		verdict_set(v, OUTCOME_DOWN, "redirect_body",
			    "HTTP %d would send the request's body to another origin: %s",
			    w->status, shown);
		return false;
	}
	if (!strcmp(w->url.scheme, "https") && !strcmp(next.scheme, "http"))
		w->downgrade = true;
	if (w->downgrade && w->config->stay_https) {
		safe_url(&next, shown, 100);
		verdict_set(v, OUTCOME_DOWN, "redirect_insecure",
			    "HTTP %d leads from https to http: %s", w->status, shown);
		return false;
	}
	/* Once away, also the way back is the other's choice. */
	w->crossed = w->crossed || crosses;
	w->url = next;
	return true;
}
