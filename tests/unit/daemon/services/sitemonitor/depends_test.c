#include "daemon/services/sitemonitor/depends.h"

#include "tests/unit/daemon/services/sitemonitor/house.h"

HOUSE_DEFINITIONS

enum { CHILDREN = 30 };

static bool router_down, shop_7_down;

static bool is_down(const char *target)
{
	if (strstr(target, "router"))
		return router_down;
	return router_down || (shop_7_down && strstr(target, "shop-7."));
}

static uint64_t put(struct house *h, const char *name, const char *parent, int failures)
{
	char spec[400], links[100] = "";
	if (parent)
		snprintf(links, sizeof(links), ",\"depends_on\":[\"%s\"]", parent);
	snprintf(spec, sizeof(spec),
		 "{\"type\":\"http\",\"target\":\"http://%s.example/\",\"interval\":\"60s\","
		 "\"failures\":%d,\"retry_interval\":\"20s\",\"recoveries\":1%s}",
		 name, failures, links);
	return house_put(h, name, spec);
}

struct family {
	uint64_t router, shops[CHILDREN];
};

static void family_make(struct house *h, struct family *f, int failures)
{
	char name[32];
	router_down = shop_7_down = false;
	told.is_down = is_down;
	f->router = put(h, "router", NULL, 3);
	for (int i = 0; i < CHILDREN; i++) {
		snprintf(name, sizeof(name), "shop-%d", i);
		f->shops[i] = put(h, name, "router", failures);
	}
	house_pass(h, 1000);
}

static int64_t events(struct house *h, const char *condition)
{
	char sql[300];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE %s", condition);
	house_write(h);
	return house_number(h, sql);
}

static size_t attention(struct house *h, struct attention out[static 8])
{
	size_t total = 0;
	attention_lines(h->sm, out, 8, &total);
	return total;
}

#define SUPPRESSED "data LIKE '%\"suppressed\":true%'"

static void router__with_thirty_children__is_one_line_and_one_event(void **state)
{
	struct house *h = *state;
	struct family f;
	struct attention lines[8];
	family_make(h, &f, 3);
	router_down = true;
	house_pass(h, 180000);
	assert_int_equal(house_shown(h, f.shops[0]).state, STATE_DOWN);
	assert_int_equal(attention(h, lines), 1);
	assert_string_equal(lines[0].name, "router");
	assert_non_null(strstr(lines[0].text, "; +30 behind it"));
	assert_int_equal(events(h, "topic = 'monitor.down' AND NOT " SUPPRESSED), 1);
	assert_int_equal(events(h, "topic = 'monitor.down' AND " SUPPRESSED
				   " AND data LIKE '%\"parent\":\"router\"%' AND severity = 0"),
			 CHILDREN);
	/* Recorded as ever. */
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), CHILDREN + 1);
	router_down = false;
	house_pass(h, 120000);
	assert_int_equal(attention(h, lines), 0);
	assert_int_equal(
		events(h, "topic = 'monitor.up' AND data LIKE '%\"was\"%' AND NOT " SUPPRESSED), 1);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident WHERE closed_ms IS NULL"),
			 0);
}

static void child__that_fails_first__waits_for_its_parent(void **state)
{
	struct house *h = *state;
	struct family f;
	family_make(h, &f, 1); /* down at the first failure */
	router_down = true;
	house_pass(h, 300000);
	assert_int_equal(events(h, "topic = 'monitor.down' AND NOT " SUPPRESSED), 1);
	assert_int_equal(events(h, "topic = 'monitor.down' AND " SUPPRESSED), CHILDREN);
}

static void child__alone__is_told_once_its_parent_has_answered(void **state)
{
	struct house *h = *state;
	struct family f;
	struct attention lines[8];
	family_make(h, &f, 1);
	shop_7_down = true;
	house_pass(h, 70000);
	assert_int_equal(house_shown(h, f.shops[7]).state, STATE_DOWN);
	assert_int_equal(events(h, "topic = 'monitor.down' AND name = 'shop-7' AND severity = 2"),
			 1);
	assert_int_equal(attention(h, lines), 1);
	assert_string_equal(lines[0].name, "shop-7");
}

static void child__still_down__is_told_after_the_parent_is_back(void **state)
{
	struct house *h = *state;
	struct family f;
	struct attention lines[8];
	family_make(h, &f, 3);
	router_down = shop_7_down = true;
	house_pass(h, 300000);
	int64_t since = house_shown(h, f.shops[7]).since.wall_ms;
	assert_int_equal(attention(h, lines), 1);
	router_down = false;
	house_pass(h, 90000);
	assert_int_equal(house_shown(h, f.router).state, STATE_UP);
	assert_int_equal(attention(h, lines), 1);
	assert_string_equal(lines[0].name, "shop-7");
	assert_int_equal(lines[0].since_ms, since);
	assert_int_equal(
		events(h, "topic = 'monitor.down' AND name = 'shop-7' AND NOT " SUPPRESSED), 1);
	assert_int_equal(events(h, "topic = 'monitor.down' AND NOT " SUPPRESSED), 2);
}

static void grandchild__is_behind_the_topmost(void **state)
{
	struct house *h = *state;
	struct attention lines[8];
	router_down = shop_7_down = false;
	told.is_down = is_down;
	put(h, "router", NULL, 2);
	put(h, "switch", "router", 2);
	uint64_t shop = put(h, "shop", "switch", 2);
	router_down = true;
	house_pass(h, 200000);
	assert_int_equal(attention(h, lines), 1);
	assert_non_null(strstr(lines[0].text, "; +2 behind it"));
	table_lock(&h->sm->table);
	assert_string_equal(depends_cover(table_find(&h->sm->table, shop)), "router");
	table_unlock(&h->sm->table);
}

static void restart__while_the_parent_is_down__keeps_it_quiet(void **state)
{
	struct house *h = *state;
	struct family f;
	struct attention lines[8];
	family_make(h, &f, 3);
	router_down = true;
	house_pass(h, 180000);
	house_write(h);
	house_crash(h);
	assert_int_equal(attention(h, lines), 1);
	assert_non_null(strstr(lines[0].text, "; +30 behind it"));
	house_pass(h, 180000);
	assert_int_equal(events(h, "topic = 'monitor.down'"), CHILDREN + 1);
}

static void monitor__without_dependencies__has_no_kin(void **state)
{
	struct house *h = *state;
	uint64_t a = put(h, "router", NULL, 3), b = put(h, "shop", "router", 3);
	assert_non_null(table_find(&h->sm->table, a)->kin);
	put(h, "shop", NULL, 3);
	house_drain(h);
	assert_null(table_find(&h->sm->table, a)->kin);
	assert_null(table_find(&h->sm->table, b)->kin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(router__with_thirty_children__is_one_line_and_one_event),
		house_test(child__that_fails_first__waits_for_its_parent),
		house_test(child__alone__is_told_once_its_parent_has_answered),
		house_test(child__still_down__is_told_after_the_parent_is_back),
		house_test(grandchild__is_behind_the_topmost),
		house_test(restart__while_the_parent_is_down__keeps_it_quiet),
		house_test(monitor__without_dependencies__has_no_kin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
