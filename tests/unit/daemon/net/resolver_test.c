#include "../checks/harness.h"

#include "daemon/net/address.h"
#include "daemon/net/answers.h"

struct question {
	struct harness *h;
	const char *host;
	enum ip_family family;
	bool use_cache, inside, known;
	int64_t timeout_ms;
	struct resolve_query *query;
	struct resolved r;
};

static void on_resolved(const struct resolved *r, void *arg)
{
	struct question *q = arg;

	assert_false(q->inside);
	q->r = *r;
	sem_post(&q->h->done);
}

static void start(void *arg)
{
	struct question *q = arg;

	q->inside = true;
	q->query = resolver_start_within(q->h->env.resolver, q->host, q->family, q->use_cache,
					 q->timeout_ms, on_resolved, q);
	q->inside = false;
	assert_non_null(q->query);
}

static void ask_known(void *arg)
{
	struct question *q = arg;

	q->known = resolver_known(q->h->env.resolver, q->host, q->family, q->use_cache, &q->r);
}

static void start_and_cancel(void *arg)
{
	struct question *q = arg;

	start(q);
	resolver_cancel(q->query);
}

static struct resolved resolve(struct harness *h, const char *host, enum ip_family family)
{
	struct question q = {.h = h, .host = host, .family = family, .timeout_ms = 500};

	loop_post(h->loop, start, &q);
	harness_wait(h);
	return q.r;
}

static void resolver__gives_addresses__of_the_family_asked_for(void **state)
{
	static const struct {
		const char *host;
		enum ip_family family;
		enum resolve_status status;
		int n;
	} cases[] = {
		{"shop.test", IP_AUTO, RESOLVE_OK, 1},
		{"shop.test", IP_4, RESOLVE_OK, 1},
		{"shop.test", IP_6, RESOLVE_NODATA, 0},
		{"dual.test", IP_AUTO, RESOLVE_OK, 2},
		{"v6.test", IP_4, RESOLVE_NODATA, 0},
		{"v6.test", IP_AUTO, RESOLVE_OK, 1},
		{"empty.test", IP_AUTO, RESOLVE_NODATA, 0},
		{"nx.test", IP_AUTO, RESOLVE_NXDOMAIN, 0},
		{"nx.test", IP_6, RESOLVE_NXDOMAIN, 0},
		{"denied6.test", IP_AUTO, RESOLVE_OK, 1},
		{"denied6-silent.test", IP_AUTO, RESOLVE_FAILED, 0},
		{"servfail.test", IP_AUTO, RESOLVE_FAILED, 0},
		{"silent.test", IP_4, RESOLVE_FAILED, 0},
		{"127.0.0.7", IP_AUTO, RESOLVE_OK, 1},
		{"127.0.0.7", IP_6, RESOLVE_NODATA, 0},
		{"::1", IP_AUTO, RESOLVE_OK, 1},
		{"localhost", IP_AUTO, RESOLVE_OK, 2},
		{"localhost", IP_6, RESOLVE_OK, 1},
		{"a..b", IP_4, RESOLVE_NXDOMAIN, 0},
	};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct resolved r = resolve(h, cases[i].host, cases[i].family);

		if (r.status != cases[i].status || r.n != cases[i].n)
			fail_msg("%s: status %d with %d addresses (%s)", cases[i].host, r.status,
				 r.n, r.message);
		assert_int_equal(r.message[0] == '\0', r.status == RESOLVE_OK);
	}
}

struct renewal {
	struct harness *h;
	const char *hosts;
};

static void renew_with_hosts(void *arg)
{
	struct renewal *n = arg;
	struct harness *h = n->h;
	struct error e = {0};
	struct resolver_options o = {.loop = h->loop,
				     .clock = &clock_system,
				     .nameservers = h->nameservers,
				     .timeout_ms = 300,
				     .tries = 2,
				     .cache_max_ms = 60000,
				     .hosts_file = n->hosts};

	resolver_free(h->env.resolver);
	h->env.resolver = resolver_new(&o, &e);
	assert_non_null(h->env.resolver);
}

static void resolver__knows_a_name__of_the_other_family_only(void **state)
{
	struct harness *h = *state;
	char path[] = "/tmp/sellersmart-hosts-XXXXXX";
	struct renewal renewal = {h, path};
	int fd = mkstemp(path);
	struct resolved r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "127.0.0.9 nx.test\n", 18), 18);
	close(fd);
	r = resolve(h, "nx.test", IP_6);
	assert_int_equal(r.status, RESOLVE_NXDOMAIN);
	assert_string_equal(r.message, "the name does not exist");
	loop_call(h->loop, renew_with_hosts, &renewal);
	r = resolve(h, "nx.test", IP_6);
	assert_int_equal(r.status, RESOLVE_NODATA);
	assert_string_equal(r.message, "the name has no IPv6 address");
	assert_int_equal(r.n, 0);
	unlink(path);
}

static void answers__of_one_family_denied__do_not_deny_the_name(void **state)
{
	struct answer a[ANSWERS] = {{.status = RESOLVE_OK, .n = 1}, {.status = RESOLVE_NXDOMAIN}};
	struct resolved r;

	answers_compose("192.0.2.1", IP_6, a, 0, &r);
	assert_int_equal(r.status, RESOLVE_NODATA);
	assert_string_equal(r.message, "the name has no IPv6 address");
	a[ANSWER_V4] = (struct answer){.status = RESOLVE_NXDOMAIN};
	answers_compose("192.0.2.1", IP_6, a, 0, &r);
	assert_int_equal(r.status, RESOLVE_NXDOMAIN);
}

static void resolver__prefers_ipv6__when_there_is_a_way(void **state)
{
	struct resolved r = resolve(*state, "dual.test", IP_AUTO);

	assert_int_equal(r.addr[0].ss_family, AF_INET6);
	assert_int_equal(r.addr[1].ss_family, AF_INET);
}

static void resolver__does_not_wait__for_a_silent_family(void **state)
{
	int64_t began = clock_boot_ms(&clock_system);
	struct resolved r = resolve(*state, "half.test", IP_AUTO);

	assert_int_equal(r.status, RESOLVE_OK);
	assert_int_equal(r.addr[0].ss_family, AF_INET);
	assert_true(clock_boot_ms(&clock_system) - began < 250);
}

static void resolver__says__who_did_not_answer(void **state)
{
	struct resolved r = resolve(*state, "silent.test", IP_AUTO);

	assert_string_equal(r.message, "no answer from name server 127.0.0.1 within 500ms");
	r = resolve(*state, "servfail.test", IP_4);
	assert_string_equal(r.message, "name server 127.0.0.1 refuses or answers with a failure");
}

static void resolver__keeps_answers__for_their_time(void **state)
{
	struct harness *h = *state;
	struct question q = {.h = h, .host = "kept.test", .family = IP_AUTO, .use_cache = true};
	char first[ADDRESS_TEXT], again[ADDRESS_TEXT];

	resolve(h, "kept.test", IP_AUTO);
	/* NODATA of AAAA is kept for cache_min only, which is 0 here: one family is known. */
	q.family = IP_4;
	loop_call(h->loop, ask_known, &q);
	assert_true(q.known);
	assert_true(q.r.ttl_ms > 0 && q.r.ttl_ms <= 60000);
	q.use_cache = false;
	loop_call(h->loop, ask_known, &q);
	assert_false(q.known);
	q.use_cache = true;
	q.host = "brief.test";
	resolve(h, "brief.test", IP_4);
	loop_call(h->loop, ask_known, &q);
	assert_false(q.known);
	/* Each question to count.test has another answer: the cache is passed by when told so. */
	q.r = resolve(h, "count.test", IP_4);
	address_text(&q.r.addr[0], first);
	q.r = resolve(h, "count.test", IP_4);
	address_text(&q.r.addr[0], again);
	assert_string_not_equal(first, again);
}

static void resolver__answers_once__when_cancelled(void **state)
{
	struct harness *h = *state;
	struct question q = {.h = h, .host = "silent.test", .family = IP_AUTO};

	loop_call(h->loop, start_and_cancel, &q);
	harness_wait(h);
	assert_int_equal(q.r.status, RESOLVE_CANCELLED);
	q.host = "localhost"; /* known at once, told later */
	loop_call(h->loop, start_and_cancel, &q);
	harness_wait(h);
	assert_int_equal(q.r.status, RESOLVE_CANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolver__gives_addresses__of_the_family_asked_for),
		cmocka_unit_test(resolver__prefers_ipv6__when_there_is_a_way),
		cmocka_unit_test(answers__of_one_family_denied__do_not_deny_the_name),
		cmocka_unit_test(resolver__does_not_wait__for_a_silent_family),
		cmocka_unit_test(resolver__says__who_did_not_answer),
		cmocka_unit_test(resolver__keeps_answers__for_their_time),
		cmocka_unit_test(resolver__answers_once__when_cancelled),
		cmocka_unit_test(resolver__knows_a_name__of_the_other_family_only),
	};

	return cmocka_run_group_tests(tests, harness_setup, harness_teardown);
}
