/* The hosts whose pages are fetched, by the API. */
#include "tests/unit/daemon/api/fixture.h"

#include <semaphore.h>

#include "daemon/net/fetch.h"
#include "daemon/net/resolver.h"

struct fetching {
	struct fixture *f;
	sem_t done;
};

static void on_done(const struct fetch_result *r, void *arg)
{
	sem_post(&((struct fetching *)arg)->done);
}

/* Of private addresses nothing is fetched, but their hosts are known then. */
static void open_fetcher(void *arg)
{
	struct fetching *g = arg;
	struct daemon *d = &g->f->d;
	struct error e = {0};
	struct resolver_options ro = {.loop = d->net,
				      .clock = d->clock,
				      .nameservers = "127.0.0.1:1",
				      .tries = 1,
				      .timeout_ms = 100};
	struct fetcher_options fo = {.loop = d->net, .clock = d->clock};

	d->resolver = resolver_new(&ro, &e);
	assert_non_null(d->resolver);
	fo.resolver = d->resolver;
	fo.settings.rules = (struct manners_rules){.pace_ms = 5000, .budget = 50};
	d->fetcher = fetcher_new(&fo);
	for (int i = 1; i <= 5; i++) {
		char url[64];
		struct fetch_request q = {.url = url,
					  .wait_ms = -1,
					  .pace_ms = i * 1000,
					  .budget = -1,
					  .done = on_done,
					  .arg = g};

		snprintf(url, sizeof url, "http://10.0.0.%d%s/", i, i == 5 ? ":8080" : "");
		assert_int_equal(fetch_start(d->fetcher, &q, NULL, &e), ERR_NONE);
	}
}

static void close_fetcher(void *arg)
{
	struct daemon *d = &((struct fetching *)arg)->f->d;

	fetcher_free(d->fetcher);
	resolver_free(d->resolver);
	d->fetcher = NULL;
	d->resolver = NULL;
}

static void with_hosts(struct fetching *g, struct fixture *f)
{
	*g = (struct fetching){.f = f};
	sem_init(&g->done, 0, 0);
	loop_call(f->d.net, open_fetcher, g);
	for (int i = 0; i < 5; i++)
		sem_wait(&g->done);
}

static void without_hosts(struct fetching *g)
{
	loop_call(g->f->d.net, close_fetcher, g);
	sem_destroy(&g->done);
}

static void names_are(struct fixture *f, const char *path, const char *wanted)
{
	struct answer a = ask(f, "GET", path, NULL, NULL);
	struct buf names = BUF_INIT(1000);
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(a.json, "data"), i, row)
		buf_printf(&names, "%s%s", i ? " " : "", json_str(row, "name", "?"));
	if (strcmp(buf_str(&names), wanted))
		fail_msg("%s: %s, not %s: %s", path, buf_str(&names), wanted, a.body);
	buf_fini(&names);
	answer_fini(&a);
}

static void hosts__are_listed__filtered_sorted_and_in_pages(void **state)
{
	struct fixture *f = *state;
	struct fetching g;

	names_are(f, "/v1/hosts", "");
	with_hosts(&g, f);
	names_are(f, "/v1/hosts", "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5:8080");
	names_are(f, "/v1/hosts?sort=-name&limit=2", "10.0.0.5:8080 10.0.0.4");
	names_are(f, "/v1/hosts?sort=-name&limit=2&after=10.0.0.4", "10.0.0.3 10.0.0.2");
	names_are(f, "/v1/hosts?limit=2&before=10.0.0.4", "10.0.0.2 10.0.0.3");
	names_are(f, "/v1/hosts?limit=2&last=1", "10.0.0.4 10.0.0.5:8080");
	names_are(f, "/v1/hosts?limit=3&around=10.0.0.3", "10.0.0.2 10.0.0.3 10.0.0.4");
	names_are(f, "/v1/hosts?q=8080", "10.0.0.5:8080");
	names_are(f, "/v1/hosts?filter[state]=open,spent", "");
	names_are(f, "/v1/hosts?filter[breaker]=closed&limit=1", "10.0.0.1");
	names_are(f, "/v1/hosts?filter[robots]=unread&limit=1", "10.0.0.1");
	expect(f, "GET", "/v1/hosts?limit=2&after=10.0.0.1", NULL, 200,
	       "\"meta\":{\"total\":5,\"position\":1,\"limit\":2,\"prev\":\"10.0.0.2\","
	       "\"next\":\"10.0.0.3\"}");
	expect(f, "GET", "/v1/hosts?fields=name,pace_ms&limit=1", NULL, 200,
	       "[{\"id\":\"10.0.0.1\",\"name\":\"10.0.0.1\",\"pace_ms\":1000}]");
	without_hosts(&g);
}

static void host__is_shown__and_reset(void **state)
{
	struct fixture *f = *state;
	struct fetching g;

	with_hosts(&g, f);
	expect(f, "GET", "/v1/hosts/10.0.0.5%3A8080", NULL, 200, "\"breaker\":\"closed\"");
	expect(f, "GET", "/v1/hosts/10.0.0.1", NULL, 200, "\"crawl_delay_ms\":null");
	expect(f, "POST", "/v1/hosts/10.0.0.1/reset", NULL, 200, "\"failures\":0");
	expect(f, "POST", "/v1/hosts/other.test/reset", NULL, 404, "sellersmart host list");
	expect(f, "GET", "/v1/hosts/other.test", NULL, 404, NULL);
	without_hosts(&g);
}

static void hosts__asked_for_wrongly__say_what_can_be(void **state)
{
	struct fixture *f = *state;

	expect(f, "GET", "/v1/hosts?sort=colour", NULL, 422, "asked_at");
	expect(f, "GET", "/v1/hosts?filter[colour]=red", NULL, 422, "breaker");
	expect(f, "GET", "/v1/hosts?limit=0", NULL, 422, "1..1000");
	expect(f, "GET", "/v1/hosts?limit=99999", NULL, 422, "1..1000");
	expect(f, "GET", "/v1/hosts?last=2", NULL, 422, "0 or 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hosts__are_listed__filtered_sorted_and_in_pages,
						fixture_start, fixture_stop),
		cmocka_unit_test_setup_teardown(host__is_shown__and_reset, fixture_start,
						fixture_stop),
		cmocka_unit_test_setup_teardown(hosts__asked_for_wrongly__say_what_can_be,
						fixture_start, fixture_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
