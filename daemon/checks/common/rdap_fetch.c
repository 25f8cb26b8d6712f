#include "daemon/checks/common/rdap_fetch.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { FETCH_REDIRECTS = 4 };

static const char *const header_names[RDAP_HEADERS] = {"ETag", "Last-Modified", "Retry-After"};

static void add_header(struct rdap_fetch *f, const char *name, const char *value)
{
	char *line;

	if (!value || !*value || strpbrk(value, "\r\n"))
		return;
	line = mem_printf("%s: %s", name, value);
	f->config.headers = curl_slist_append(f->config.headers, line);
	f->config.plain_headers = curl_slist_append(f->config.plain_headers, line);
	free(line);
}

static void on_walked(struct http_walk *w, void *arg)
{
	struct rdap_fetch *f = arg;

	f->done(f, f->arg);
}

void rdap_fetch_start(struct rdap_fetch *f, const struct check_env *env)
{
	struct http_config *c = &f->config;

	*c = (struct http_config){.target = (char *)f->url,
				  .method = (char *)"GET",
				  .status = (char *)"200",
				  .redirects = FETCH_REDIRECTS,
				  .verify = true,
				  .keep_body = true,
				  .stay_https = true,
				  .max_body = f->max_bytes,
				  .timeout_ms = f->timeout_ms,
				  .n_expected = RDAP_HEADERS};
	for (int i = 0; i < RDAP_HEADERS; i++)
		c->expected[i].name = (char *)header_names[i];
	add_header(f, "User-Agent", "SellerSmart/" SELLERSMART_VERSION);
	add_header(f, "Accept", "application/rdap+json, application/json;q=0.9");
	add_header(f, "If-None-Match", f->etag);
	add_header(f, "If-Modified-Since", f->modified);
	f->walk = (struct http_walk){
		.config = c, .env = env, .family = IP_AUTO, .done = on_walked, .arg = f};
	http_walk_start(&f->walk);
}

void rdap_fetch_cancel(struct rdap_fetch *f)
{
	http_walk_cancel(&f->walk);
}

void rdap_fetch_fini(struct rdap_fetch *f)
{
	http_walk_fini(&f->walk);
	curl_slist_free_all(f->config.headers);
	curl_slist_free_all(f->config.plain_headers);
}

const char *rdap_fetch_header(const struct rdap_fetch *f, enum rdap_header which)
{
	return f->walk.expected[which] ? f->walk.expected[which] : "";
}
