/* Pages of one host fetched and taken apart as a scan does it, by the daemon's own fetcher and its
 * worker processes, without a store: what a page costs. This program is its own worker.
 *
 *   scraper URL PAGES WORD [RECIPE | SELECTOR[@ATTRIBUTE]...]    URL is followed by the page's
 *                                      number; WORD must be in what was found on each page
 *
 * Prints {"pages","wrong","wall_s","own_cpu_s","worker_cpu_s"}. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon/extract/extract.h"
#include "daemon/net/fetch.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"
#include "shared/mem.h"

enum { AHEAD = 16, BUDGET = 100000000 };

struct scraper {
	const char *url, *word, *recipe;
	struct extract_query queries[EXTRACT_QUERIES_MAX]; /* selectors */
	size_t n_queries;
	int pages, begun, done, wrong;
	struct loop *loop;
	struct resolver *resolver;
	struct transfers *transfers;
	struct fetcher *fetcher;
	struct extract *extract;
	struct address_range allow;
	struct error error;
	sem_t over;
};

static void begin_more(struct scraper *s);

static void page_over(struct scraper *s, bool right)
{
	s->wrong += !right;
	if (++s->done == s->pages)
		sem_post(&s->over);
	else
		begin_more(s);
}

static void on_extracted(const struct extract_answer *a, void *arg)
{
	struct scraper *s = arg;
	bool right = false, all = !a->code && a->n;

	for (size_t i = 0; i < a->n; i++) {
		all &= a->found[i].n > 0;
		right |= a->found[i].n && strstr(a->found[i].values[0], s->word);
	}
	page_over(s, all && right);
}

static void on_fetched(const struct fetch_result *r, void *arg)
{
	struct scraper *s = arg;
	struct extract_query query = {
		.kind = EXTRACT_PRODUCT, .expression = r->url, .recipe = s->recipe};
	struct extract_request request = {.document = r->body,
					  .document_len = r->len,
					  .content_type = r->type,
					  .queries = s->n_queries ? s->queries : &query,
					  .n_queries = s->n_queries ? s->n_queries : 1};

	if (r->end == FETCH_OK) {
		extract_submit(s->extract, &request, on_extracted, s);
	} else {
		fprintf(stderr, "scraper: %s: %s\n", r->url, r->text);
		page_over(s, false);
	}
}

static void begin_more(struct scraper *s)
{
	while (s->begun < s->pages && s->begun - s->done < AHEAD) {
		char url[URL_MAX];
		struct fetch_request q = {.url = url,
					  .wait_ms = -1,
					  .pace_ms = -1,
					  .budget = -1,
					  .done = on_fetched,
					  .arg = s};
		struct fetch *fetch;

		snprintf(url, sizeof url, "%s%d", s->url, s->begun++);
		if (fetch_start(s->fetcher, &q, &fetch, &s->error)) {
			sem_post(&s->over);
			return;
		}
	}
}

static void setup(void *arg)
{
	struct scraper *s = arg;
	struct resolver_options resolver = {.loop = s->loop, .clock = &clock_system};
	struct transfers_options transfers = {.loop = s->loop, .clock = &clock_system};
	struct fetcher_options fetcher = {.loop = s->loop, .clock = &clock_system};
	struct extract_options extract = {.loop = s->loop, .clock = &clock_system};

	s->resolver = resolver_new(&resolver, &s->error);
	s->transfers = s->resolver ? transfers_new(&transfers, &s->error) : NULL;
	if (!s->transfers || address_range_parse("127.0.0.0/8", &s->allow, &s->error)) {
		sem_post(&s->over);
		return;
	}
	fetcher.resolver = s->resolver;
	fetcher.transfers = s->transfers;
	fetcher.settings = (struct fetcher_settings){.allow = &s->allow,
						     .n_allow = 1,
						     .contact = "",
						     .rules = {.pace_ms = 0, .budget = BUDGET},
						     .cache_bytes = 1 << 20};
	s->fetcher = fetcher_new(&fetcher);
	s->extract = extract_new(&extract);
	begin_more(s);
}

static void teardown(void *arg)
{
	struct scraper *s = arg;

	extract_free(s->extract);
	fetcher_free(s->fetcher);
	transfers_free(s->transfers);
	resolver_free(s->resolver);
}

static double cpu_s(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	struct scraper s = {.loop = loop_new("net")};
	int64_t begun = clock_boot_us(&clock_system);

	if (argc == 2 && !strcmp(argv[1], "--extract"))
		return extract_worker_main();
	if (argc < 4)
		return 64;
	s.url = argv[1];
	s.pages = atoi(argv[2]);
	s.word = argv[3];
	if (argc > 4 && *argv[4] == '{')
		s.recipe = argv[4];
	for (int i = 4; !s.recipe && i < argc && s.n_queries < EXTRACT_QUERIES_MAX; i++) {
		char *at = strchr(argv[i], '@');

		if (at)
			*at++ = '\0';
		s.queries[s.n_queries++] = (struct extract_query){
			.kind = EXTRACT_CSS, .expression = argv[i], .attribute = at};
	}
	sem_init(&s.over, 0, 0);
	if (loop_start(s.loop, setup, &s, &s.error))
		return 1;
	sem_wait(&s.over);
	loop_stop(s.loop, teardown, &s, 5000);
	loop_free(s.loop);
	sem_destroy(&s.over);
	if (s.error.code) {
		fprintf(stderr, "scraper: %s\n", s.error.text);
		return 1;
	}
	printf("{\"pages\": %d, \"wrong\": %d, \"wall_s\": %.3f, \"own_cpu_s\": %.3f, "
	       "\"worker_cpu_s\": %.3f}\n",
	       s.done, s.wrong, (double)(clock_boot_us(&clock_system) - begun) / 1e6,
	       cpu_s(RUSAGE_SELF), cpu_s(RUSAGE_CHILDREN));
	return 0;
}
