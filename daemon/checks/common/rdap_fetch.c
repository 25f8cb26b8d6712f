#include "daemon/checks/common/rdap_fetch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { FETCH_REDIRECTS = 4, RETRY_MAX_S = 7 * 86400 };

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

int64_t rdap_retry_after_ms(const char *value, int64_t now_ms)
{
	char *end;
	int64_t s;

	while (*value == ' ')
		value++;
	if (isdigit((unsigned char)*value)) {
		s = strtoll(value, &end, 10);
		if (end[strspn(end, " ")])
			return 0;
	} else {
		time_t date = *value ? curl_getdate(value, NULL) : -1;

		s = date < 0 ? 0 : (int64_t)date - now_ms / 1000;
	}
	if (s <= 0)
		return 0;
	return (s > RETRY_MAX_S ? RETRY_MAX_S : s) * 1000;
}
