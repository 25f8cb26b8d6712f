#include "tests/unit/daemon/api/fixture.h"

#include "daemon/alerts/hooks.h"
#include "shared/timefmt.h"

static void add_silence(const struct fixture *f, const char *name, int64_t until_ms)
{
	char body[200], until[TIME_TEXT];
	snprintf(body, sizeof body, "{\"match\":[\"tag=shop\"],\"until\":\"%s\"}",
		 time_rfc3339(until, until_ms));
	char path[96];
	snprintf(path, sizeof path, "/v1/silences/%s", name);
	expect(f, "PUT", path, body, 201, name);
}

static enum err prune(struct txn *t, void *arg, struct error *e)
{
	return silences_prune(t, 0, arg, e);
}

static void silences__of_long_ago__go_in_slices(void **state)
{
	struct fixture *f = *state;
	const int64_t day = 86400000, now = clock_wall_ms(&clock_system);
	struct error e = {0};
	bool more = false;
	for (int i = 0; i < 20; i++) {
		char name[16];
		snprintf(name, sizeof name, "old%d", i);
		add_silence(f, name, now - 31 * day - i);
	}
	add_silence(f, "lately", now - 29 * day);
	add_silence(f, "active", now + day);
	int rounds = 0;
	do {
		assert_int_equal(store_run(f->d.store, OP_PEOPLE, prune, &more, &e), ERR_NONE);
		assert_true(++rounds < 10);
	} while (more);
	assert_true(rounds > 1);
	expect(f, "GET", "/v1/silences", NULL, 200, "\"total\":2");
	expect(f, "GET", "/v1/silences/lately", NULL, 200, NULL);
	expect(f, "GET", "/v1/silences/active", NULL, 200, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(silences__of_long_ago__go_in_slices, fixture_start,
						fixture_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
