/* The engine on a real store, turned by hand, with a clock and a network of the test's. */
#include "tests/unit/daemon/store/store_fixture.h"

#include "daemon/jobs/items_internal.h"
#include "daemon/store/feed.h"

enum { MAX = 512 };

/* ---- a clock --------------------------------------------------------------------------------- */

struct fake_clock {
	struct clock clock;
	_Atomic int64_t ms;
};
static int64_t fake_boot(const struct clock *c)
{
	return ((const struct fake_clock *)c)->ms * 1000;
}
static int64_t fake_wall(const struct clock *c)
{
	return INT64_C(1790000000000) + ((const struct fake_clock *)c)->ms;
}

/* ---- a network ------------------------------------------------------------------------------- */

struct fake_fetch {
	struct fake_fetch *next;
	char url[128];
	void (*done)(void *arg, struct item_answer *a);
	void *arg;
	bool cancelled;
};

struct house {
	struct fixture *f;
	struct items *x;
	struct fake_clock clock;
	struct item_net net;
	struct fake_fetch *fetches;
	char asked[MAX][128]; /* in order */
	size_t n_asked;
	char answered[MAX][64]; /* keys that the handler saw */
	_Atomic size_t n_answered;
};

static void *net_start(void *ctx, const struct item_request *rq,
		       void (*done)(void *arg, struct item_answer *a), void *arg)
{
	struct house *h = ctx;
	struct fake_fetch *f = mem_zalloc(sizeof(*f)), **at = &h->fetches;
	snprintf(f->url, sizeof(f->url), "%s", rq->url);
	snprintf(h->asked[h->n_asked++], 128, "%s", rq->url);
	f->done = done;
	f->arg = arg;
	while (*at)
		at = &(*at)->next;
	*at = f;
	return f;
}

static void net_cancel(void *ctx, void *fetch)
{
	((struct fake_fetch *)fetch)->cancelled = true;
}

/* ---- a type: an item's key is its address, its payload says what it finds
 * ------------------------ */

static bool request(const struct item *it, struct item_request *rq)
{
	if (!it->host[0])
		return false;
	rq->url = mem_printf("%s/%s", it->host, it->key);
	return true;
}

static enum err handle(const struct item *it, const struct item_answer *answer,
		       struct item_out *out, struct error *e)
{
	struct house *h = it->ctx;
	size_t i;
	if (answer && answer->err && !it->last)
		return error_set(e, answer->err, "%s", answer->text);
	const json_t *found;
	size_t at = h->n_answered++;
	snprintf(h->answered[at], 64, "%s", it->key);
	json_t *payload = json_read(it->payload, strlen(it->payload), ITEM_PAYLOAD_MAX, e);
	enum err err = ERR_NONE;
	json_array_foreach(json_object_get(payload, "find"), i, found)
	{
		const struct item_new n = {.key = json_str(found, "key", ""),
					   .host = json_str(found, "host", ""),
					   .priority = (int)json_int(found, "priority", 0)};
		err = err ? err : item_out_add(out, &n, e);
	}
	for (int64_t k = json_int(payload, "many", 0); k > 0 && !err; k--) {
		char key[32];
		snprintf(key, sizeof(key), "m%lld", (long long)k);
		const struct item_new n = {.key = key, .host = "many"};
		err = item_out_add(out, &n, e);
	}
	if (json_str(payload, "fatal", NULL))
		item_out_fail_job(out, "%s", json_str(payload, "fatal", ""));
	json_decref(payload);
	item_out_facts(out, mem_strdup(it->key));
	return err;
}

static enum err keep(struct txn *t, const struct item *it, void *facts, bool *more, struct error *e)
{
	if (!strcmp(facts, "unkeepable"))
		return error_set(e, ERR_STORE, "no place for it");
	/* "sss" is kept as "s", "ss" and "sss". */
	if (!strncmp(it->key, "sss", 3)) {
		size_t had = strspn(facts, "+");
		*more = had + 1 < strlen(it->key);
		char name[16];
		snprintf(name, sizeof(name), "%.*s", (int)had + 1, it->key);
		((char *)facts)[had] = '+';
		return txn_meta_set(t, name, "kept", e);
	}
	return txn_meta_set(t, facts, "kept", e);
}

static const struct job_type type = {
	.name = "fake",
	.help = "fake",
	.attempts_max = 3,
	.retry_ms = 1000,
	.failed_max_pct = 20,
	.request = request,
	.handle = handle,
	.keep = keep,
	.facts_free = free,
};
static const struct job_type careful = {
	.name = "careful",
	.help = "fake",
	.attempts_max = 2,
	.retry_ms = 1000,
	.takes_failures = true,
	.closing = "closing",
	.request = request,
	.handle = handle,
	.keep = keep,
	.facts_free = free,
};
static const struct job_type *const types[] = {&type, &careful, NULL};

/* ---- the house ------------------------------------------------------------------------------- */

static void engine_open(struct house *h)
{
	const struct items_options o = {.store = h->f->store,
					.clock = &h->clock.clock,
					.types = types,
					.net = &h->net,
					.ctx = h};
	h->x = items_new(&o);
}

static int setup(void **state)
{
	void *f = NULL;
	struct house *h = mem_zalloc(sizeof(*h));
	if (fixture_setup_dir(&f))
		return -1;
	h->f = f;
	h->clock.clock = (struct clock){fake_boot, fake_wall};
	h->clock.ms = 1000000;
	h->f->options.clock = &h->clock.clock;
	fixture_open(h->f);
	h->net = (struct item_net){.ctx = h, .start = net_start, .cancel = net_cancel};
	engine_open(h);
	*state = h;
	return 0;
}

static void answer_as(struct house *h, struct fake_fetch *f, const struct item_answer *a)
{
	struct fake_fetch **at = &h->fetches;
	struct item_answer copy = *a;
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	f->done(f->arg, &copy);
	free(f);
}

static void engine_close(struct house *h)
{
	static const struct item_answer gone = {.err = ERR_CANCELLED, .text = "ending"};
	atomic_store(&h->x->stopping, true);
	while (h->fetches)
		answer_as(h, h->fetches, &gone);
	items_stop(h->x, 0);
}

static int teardown(void **state)
{
	struct house *h = *state;
	void *f = h->f;
	engine_close(h);
	store_close(h->f->store);
	h->f->store = NULL;
	items_free(h->x);
	free(h);
	return fixture_teardown(&f);
}

/* Turns until what can be done without an answer or time is done. */
static void settle(struct house *h)
{
	for (;;) {
		items_work(h->x);
		size_t waits = 0;
		for (struct fake_fetch *f = h->fetches; f; f = f->next)
			waits++;
		pthread_mutex_lock(&h->x->lock);
		while (!h->x->noted && h->x->n_turns > waits)
			thread_cond_wait_until(&h->x->wake, &h->x->lock, thread_now_us() + 20000);
		bool more = h->x->noted || h->x->look;
		pthread_mutex_unlock(&h->x->lock);
		if (!more)
			return;
	}
}

static void answer(struct house *h, const char *url)
{
	static const struct item_answer fine = {.status = 200};
	struct fake_fetch *f = h->fetches;
	while (f && strcmp(f->url, url) != 0)
		f = f->next;
	if (!f)
		fail_msg("%s was not asked for", url);
	answer_as(h, f, &fine);
	settle(h);
}

static void answer_all(struct house *h)
{
	static const struct item_answer fine = {.status = 200};
	while (h->fetches) {
		answer_as(h, h->fetches, &fine);
		settle(h);
	}
}

static uint64_t start_type(struct house *h, const struct job_type *kind, const char *name,
			   const char *payload)
{
	uint64_t id = 0;
	const struct job_start s = {
		.type = kind, .name = name, .cause = "person", .payload = payload};
	if (items_run(h->x, &s, &id, &h->f->error))
		fail_msg("%s", h->f->error.text);
	settle(h);
	return id;
}

static uint64_t start(struct house *h, const char *name, const char *payload)
{
	return start_type(h, &type, name, payload);
}

static int64_t ask(struct house *h, const char *sql)
{
	struct reader *r = store_reader(h->f->store, &h->f->error);
	sqlite3_stmt *st = reader_prepare(r, sql, &h->f->error);
	assert_non_null(st);
	int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
	sqlite3_reset(st);
	reader_done(r);
	return n;
}

static void assert_progress(struct house *h, uint64_t id, const char *state, int found, int done,
			    int failed)
{
	struct job_progress p;
	assert_true(items_progress(h->x, id, &p));
	assert_string_equal(p.state, state);
	assert_int_equal(p.found, found);
	assert_int_equal(p.done, done);
	assert_int_equal(p.failed, failed);
}

#define FIND(key, host) "{\"key\":\"" key "\",\"host\":\"" host "\"}"

/* ---- tests ----------------------------------------------------------------------------------- */

static void job__ends__when_each_item_is_done(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"find\":[" FIND("1", "x") "," FIND("2", "y") "]}");
	assert_progress(h, id, "running", 3, 1, 0);
	answer_all(h);
	assert_progress(h, id, "done", 3, 3, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM meta WHERE value = 'kept'"), 3);
	assert_int_equal(ask(h, "SELECT count(*) FROM events WHERE topic = 'job.started'"), 1);
	assert_int_equal(ask(h, "SELECT count(*) FROM events WHERE topic = 'job.done'"), 1);
}

static void host__is_asked__one_at_a_time(void **state)
{
	struct house *h = *state;
	start(h, "a", "{\"find\":[" FIND("1", "x") "," FIND("2", "x") "," FIND("3", "y") "]}");
	assert_int_equal(h->n_asked, 2);
	answer(h, "x/1");
	assert_int_equal(h->n_asked, 3);
	assert_string_equal(h->asked[2], "x/2");
}

static void host__is_shared__by_jobs_in_turn(void **state)
{
	struct house *h = *state;
	static const char finds[] =
		"{\"find\":[" FIND("1", "x") "," FIND("2", "x") "," FIND("3", "x") "]}";
	start(h, "a", finds);
	start(h, "b", "{\"find\":[" FIND("b1", "x") "," FIND("b2", "x") "]}");
	static const char *const order[] = {"x/1", "x/b1", "x/2", "x/b2", "x/3"};
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		assert_int_equal(h->n_asked, i + 1);
		assert_string_equal(h->asked[i], order[i]);
		answer(h, order[i]);
	}
}

static void slow_host__blocks__nobody(void **state)
{
	struct house *h = *state;
	uint64_t id = start(
		h, "a", "{\"find\":[" FIND("1", "slow") "," FIND("2", "x") "," FIND("3", "x") "]}");
	answer(h, "x/2");
	answer(h, "x/3");
	assert_progress(h, id, "running", 4, 3, 0);
}

static void item__found_twice__is_one(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a",
			    "{\"find\":[" FIND("1", "x") "," FIND("1", "x") "," FIND("", "x") "]}");
	assert_progress(h, id, "running", 2, 1, 0);
}

static void priority__goes_first(void **state)
{
	struct house *h = *state;
	start(h, "a",
	      "{\"find\":[" FIND("1", "x") ",{\"key\":\"2\",\"host\":\"x\",\"priority\":5}]}");
	assert_string_equal(h->asked[0], "x/2");
}

static void facts__are_kept_in_slices__each_an_operation(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"find\":[" FIND("ssss", "x") "]}");
	struct store_health before, after;
	store_health(h->f->store, &before);
	answer(h, "x/ssss");
	store_health(h->f->store, &after);
	assert_progress(h, id, "done", 2, 2, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM meta WHERE key IN ('s','ss','sss','ssss')"),
			 4);
	assert_true(after.operations - before.operations >= 4);
}

static void cancelled_between_slices__ends(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"find\":[" FIND("sss", "x") "," FIND("2", "y") "]}");
	assert_int_equal(items_cancel(h->x, id, &h->f->error), ERR_NONE);
	answer_all(h);
	assert_progress(h, id, "cancelled", 3, 1, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM meta WHERE key = 'sss'"), 0);
}

static void closing_item__comes_when_all_others_are_over(void **state)
{
	struct house *h = *state;
	uint64_t id =
		start_type(h, &careful, "a", "{\"find\":[" FIND("1", "x") "," FIND("2", "y") "]}");
	answer(h, "x/1");
	assert_progress(h, id, "running", 3, 2, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM meta WHERE key = 'closing'"), 0);
	answer(h, "y/2");
	assert_progress(h, id, "done", 4, 4, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM meta WHERE key = 'closing'"), 1);
}

static void failed_fetch__is_the_handlers__where_it_takes_it(void **state)
{
	struct house *h = *state;
	const struct item_answer dead = {.err = ERR_TIMEOUT, .text = "no answer"};
	uint64_t id = start_type(h, &careful, "a", "{\"find\":[" FIND("1", "x") "]}");
	answer_as(h, h->fetches, &dead);
	settle(h);
	assert_progress(h, id, "running", 2, 1, 0);
	h->clock.ms += 5000;
	settle(h);
	answer_as(h, h->fetches, &dead); /* the last attempt: the handler says it is done */
	settle(h);
	assert_progress(h, id, "done", 3, 3, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM meta WHERE key = '1'"), 1);
}

static void failure__is_tried_again_later_then_given_up(void **state)
{
	struct house *h = *state;
	const struct item_answer dead = {.err = ERR_TIMEOUT, .text = "no answer"};
	uint64_t id = start(h, "a", "{\"find\":[" FIND("1", "x") "]}");
	for (size_t attempt = 1; attempt <= 3; attempt++) {
		assert_int_equal(h->n_asked, attempt);
		answer_as(h, h->fetches, &dead);
		settle(h);
		assert_int_equal(h->n_asked, attempt); /* not at once */
		h->clock.ms += 900;
		settle(h);
		assert_int_equal(h->n_asked, attempt);
		h->clock.ms += 5000;
		settle(h);
	}
	assert_progress(h, id, "failed", 2, 1, 1);
	assert_int_equal(ask(h, "SELECT count(*) FROM events WHERE topic = 'job.failed'"), 1);
}

static void retry_after__holds_the_host(void **state)
{
	struct house *h = *state;
	const struct item_answer busy = {
		.err = ERR_UNAVAILABLE, .text = "429", .status = 429, .wait_ms = 60000};
	start(h, "a", "{\"find\":[" FIND("1", "x") "," FIND("2", "x") "]}");
	answer_as(h, h->fetches, &busy);
	settle(h);
	h->clock.ms += 59000;
	settle(h);
	assert_int_equal(h->n_asked, 1);
	h->clock.ms += 2000;
	settle(h);
	assert_int_equal(h->n_asked, 2);
}

static void postponed__is_no_attempt(void **state)
{
	struct house *h = *state;
	const struct item_answer later = {
		.err = ERR_NOT_NOW, .text = "budget", .postponed = true, .wait_ms = 3600000};
	uint64_t id = start(h, "a", "{\"find\":[" FIND("1", "x") "]}");
	for (int i = 0; i < 5; i++) {
		answer_as(h, h->fetches, &later);
		settle(h);
		h->clock.ms += 3600001;
		settle(h);
	}
	answer(h, "x/1");
	assert_progress(h, id, "done", 2, 2, 0);
}

static void few_failures__are_forgiven(void **state)
{
	struct house *h = *state;
	const struct item_answer bad = {.err = ERR_MALFORMED, .text = "no page"};
	uint64_t id = start(h, "a",
			    "{\"find\":[" FIND("1", "a") "," FIND("2", "b") "," FIND(
				    "3", "c") "," FIND("4", "d") "]}");
	answer_as(h, h->fetches, &bad);
	settle(h);
	answer_all(h);
	assert_progress(h, id, "done", 5, 4, 1);
}

static void cancel__drops_what_is_under_way(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"find\":[" FIND("1", "x") "," FIND("2", "x") "]}");
	assert_int_equal(items_cancel(h->x, id, &h->f->error), 0);
	items_work(h->x);
	assert_true(h->fetches->cancelled);
	answer(h, "x/1");
	assert_int_equal(h->n_asked, 1);
	assert_progress(h, id, "cancelled", 3, 1, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM meta WHERE value = 'kept'"), 1);
	assert_int_equal(items_cancel(h->x, id, &h->f->error), ERR_NOT_NOW);
}

static void name__runs__once_at_a_time(void **state)
{
	struct house *h = *state;
	uint64_t id;
	const struct job_start s = {.type = &type, .name = "a", .cause = "person"};
	start(h, "a", "{\"find\":[" FIND("1", "x") "]}");
	assert_int_equal(items_run(h->x, &s, &id, &h->f->error), ERR_NOT_NOW);
	answer_all(h);
	assert_int_equal(items_run(h->x, &s, &id, &h->f->error), 0);
}

static void facts__that_cannot_be_kept__fail_their_item(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"find\":[" FIND("unkeepable", "x") "]}");
	answer_all(h);
	assert_progress(h, id, "failed", 2, 1, 1);
}

static void handler__may_fail_the_whole_job(void **state)
{
	struct house *h = *state;
	uint64_t id =
		start(h, "a", "{\"fatal\":\"the shop is gone\",\"find\":[" FIND("1", "x") "]}");
	assert_progress(h, id, "failed", 2, 1, 0);
	assert_int_equal(h->n_asked, 0);
}

static void job__goes_on__after_a_restart(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"find\":[" FIND("1", "x") "," FIND("2", "x") "]}");
	answer(h, "x/1");
	engine_close(h);
	store_close(h->f->store);
	items_free(h->x);
	fixture_open(h->f);
	engine_open(h);
	h->n_asked = 0;
	settle(h);
	assert_int_equal(h->n_asked, 1);
	assert_string_equal(h->asked[0], "x/2");
	answer_all(h);
	assert_progress(h, id, "done", 3, 3, 0);
}

/* In the store, in chunks; a window of them is in memory. */
static void fifty_thousand_items__stay_in_the_store(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"many\":50000}");
	assert_progress(h, id, "running", 50001, 1, 0);
	struct lane *l = h->x->jobs->lanes;
	assert_non_null(l);
	assert_null(l->next);
	assert_true(l->n <= ITEM_WINDOW);
	for (int i = 0; i < 20; i++)
		answer(h, h->fetches->url);
	assert_progress(h, id, "running", 50001, 21, 0);
	assert_int_equal(ask(h, "SELECT count(*) FROM job_item WHERE state = 0"), 49980);
}

static void ended_job__leaves_no_items(void **state)
{
	struct house *h = *state;
	uint64_t id = start(h, "a", "{\"many\":1200}");
	assert_int_equal(items_cancel(h->x, id, &h->f->error), 0);
	items_work(h->x);
	engine_close(h);
	store_close(h->f->store);
	items_free(h->x);
	fixture_open(h->f);
	engine_open(h);
	for (int i = 0; i < 500 && ask(h, "SELECT count(*) FROM job_item") > 0; i++) {
		pthread_mutex_lock(&h->x->lock);
		while (h->x->sweeping)
			thread_cond_wait_until(&h->x->settled, &h->x->lock,
					       thread_now_us() + 100000);
		pthread_mutex_unlock(&h->x->lock);
		items_work(h->x);
	}
	assert_int_equal(ask(h, "SELECT count(*) FROM job_item"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(job__ends__when_each_item_is_done),
		TEST(host__is_asked__one_at_a_time),
		TEST(host__is_shared__by_jobs_in_turn),
		TEST(slow_host__blocks__nobody),
		TEST(item__found_twice__is_one),
		TEST(priority__goes_first),
		TEST(facts__are_kept_in_slices__each_an_operation),
		TEST(cancelled_between_slices__ends),
		TEST(closing_item__comes_when_all_others_are_over),
		TEST(failed_fetch__is_the_handlers__where_it_takes_it),
		TEST(failure__is_tried_again_later_then_given_up),
		TEST(retry_after__holds_the_host),
		TEST(postponed__is_no_attempt),
		TEST(few_failures__are_forgiven),
		TEST(cancel__drops_what_is_under_way),
		TEST(name__runs__once_at_a_time),
		TEST(facts__that_cannot_be_kept__fail_their_item),
		TEST(handler__may_fail_the_whole_job),
		TEST(job__goes_on__after_a_restart),
		TEST(fifty_thousand_items__stay_in_the_store),
		TEST(ended_job__leaves_no_items),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
