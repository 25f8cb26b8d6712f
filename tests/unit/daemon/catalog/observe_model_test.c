/* Whatever is seen in whatever order, the rows are what a model of a few lines says. */
#include "tests/unit/daemon/catalog/observe_fixture.h"

enum { SEQUENCES = 12, STEPS = 40, ROWS_MAX = 100 };
#define NONE INT64_C(-1)

struct model {
	bool there;
	enum listing_state state;
	int64_t price, believed, doubt;
	int missed, n;
	struct {
		enum offer_kind kind;
		int64_t price;
	} rows[ROWS_MAX];
};

static void push(struct model *m, enum offer_kind kind, int64_t price)
{
	m->rows[m->n].kind = kind;
	m->rows[m->n++].price = price;
}

static bool is_odd(const struct model *m, int64_t p)
{
	if (p == NONE || (m->believed == 0 && m->there))
		return false;
	if (m->believed == NONE)
		return p == 0;
	return p == 0 || p >= 100 * m->believed || p * 100 <= m->believed;
}

static void model_see(struct model *m, int64_t p)
{
	bool last_odd =
		m->n && m->rows[m->n - 1].kind == OFFER_DOUBTFUL && m->rows[m->n - 1].price == p;
	enum offer_kind kind = is_odd(m, p) && !last_odd ? OFFER_DOUBTFUL : OFFER_SEEN;
	if (!m->n || m->rows[m->n - 1].kind != kind || m->rows[m->n - 1].price != p)
		push(m, kind, p);
	if (kind == OFFER_SEEN) {
		m->price = p;
		m->believed = p == NONE ? m->believed : p;
	}
	m->doubt = kind == OFFER_DOUBTFUL ? p : NONE;
	m->there = true;
	m->state = LISTING_LISTED;
	m->missed = 0;
}

static void model_lose(struct model *m, enum listing_state state)
{
	if (!m->there || m->state >= state)
		return;
	push(m, state == LISTING_GONE ? OFFER_ENDED : OFFER_UNKNOWN, NONE);
	m->state = state;
	m->doubt = NONE;
}

static void model_miss(struct model *m)
{
	if (!m->there || m->state != LISTING_LISTED)
		return;
	if (++m->missed == LISTING_MISSED_GONE)
		model_lose(m, LISTING_GONE);
}

static void compare(struct fixture *f, const struct model *m)
{
	char want[8192] = "", figure[3][24];
	size_t n = 0;
	for (int i = 0; i < m->n; i++) {
		snprintf(figure[0], sizeof *figure, "%lld", (long long)m->rows[i].price);
		n += (size_t)snprintf(want + n, sizeof want - n, "%s%d %s", i ? "; " : "",
				      m->rows[i].kind, m->rows[i].price == NONE ? "-" : figure[0]);
	}
	expect_rows(f, "SELECT kind, price_minor FROM offer ORDER BY at_ms", want);
	expect_rows(f, "SELECT count(*) FROM offer WHERE until_ms < at_ms", "0");
	expect_rows(f,
		    "SELECT count(*) FROM offer a JOIN offer b ON b.at_ms > a.at_ms"
		    " WHERE a.until_ms > b.at_ms",
		    "0");
	if (!m->there)
		return;
	snprintf(figure[1], sizeof *figure, "%lld", (long long)m->price);
	snprintf(figure[2], sizeof *figure, "%lld", (long long)m->doubt);
	snprintf(want, sizeof want, "%d %d %s %s", m->state, m->missed,
		 m->price == NONE ? "-" : figure[1], m->doubt == NONE ? "-" : figure[2]);
	expect_rows(f, "SELECT state, missed, price_minor, doubt_minor FROM listing", want);
}

static unsigned next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (unsigned)(*seed >> 33);
}

/* Sometimes it is killed after a slice, or done twice. */
static void see(struct fixture *f, int64_t price, int64_t at_ms, unsigned how)
{
	struct page_said p;
	if (how % 4) {
		observe_price(f, price, at_ms);
		return;
	}
	said_init(&p, PAGE_1, at_ms);
	said_offer(&p, said_product(&p, "Lamp", NULL), price, NULL);
	struct slice s = {.x = prepare(f, &p)};
	assert_int_equal(store_run(f->store, OP_BACKGROUND, keep_slice, &s, &f->error), 0);
	observed_free(s.x);
	keep_all(f, prepare(f, &p), NULL);
	facts_fini(&p.facts);
}

static void sequence(struct fixture *f, uint64_t seed)
{
	static const int64_t prices[] = {NONE, 0, 9, 10, 1000, 1000, 1000, 1100, 99999, 100000};
	struct model m = {.price = NONE, .believed = NONE, .doubt = NONE};
	int64_t at = BEGIN;
	for (int i = 0; i < STEPS; i++) {
		unsigned what = next_random(&seed) % 12;
		int64_t price = prices[next_random(&seed) % ARRAY_LEN(prices)];
		at += HOUR;
		if (what < 8) {
			see(f, price, at, next_random(&seed));
			model_see(&m, price);
		} else if (what < 10) {
			enum page_state state = what == 8 ? PAGE_BLOCKED : PAGE_GONE;
			observe_failure(f, PAGE_1, state, at);
			model_lose(&m, what == 8 ? LISTING_UNKNOWN : LISTING_GONE);
		} else {
			observe_end(f, at, at + 1);
			model_miss(&m);
		}
		compare(f, &m);
	}
}

static void rows__of_any_sequence__are_those_of_the_model(void **state)
{
	for (uint64_t seed = 1; seed <= SEQUENCES; seed++) {
		assert_int_equal(fixture_setup(state), 0);
		sequence(*state, seed * UINT64_C(0x9E3779B97F4A7C15));
		fixture_teardown(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows__of_any_sequence__are_those_of_the_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
