#include "daemon/alerts/book.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "shared/mem.h"

static struct alert *add(struct book *b, uint64_t id, uint64_t subject, const char *fingerprint,
			 enum alert_state state)
{
	struct alert *a = alert_new();
	a->id = id;
	a->number = b->next_number++;
	a->subject = subject;
	a->state = state;
	a->fingerprint = mem_strdup(fingerprint);
	book_add(b, a);
	return a;
}

static size_t about(const struct book *b, uint64_t subject)
{
	size_t n = 0;
	for (const struct alert *a = book_about(b, subject); a; a = a->next_by_subject)
		n += a->subject == subject;
	return n;
}

static void alert__is_found__by_id_subject_and_fingerprint(void **state)
{
	struct book b;
	book_init(&b);
	struct alert *a = add(&b, 7, 70, "down/monitor/70", ALERT_OPEN);
	struct alert *slow = add(&b, 8, 70, "slow/monitor/70", ALERT_PENDING);
	assert_ptr_equal(book_by_id(&b, 7), a);
	assert_ptr_equal(book_living(&b, "slow/monitor/70"), slow);
	assert_int_equal(about(&b, 70), 2);
	assert_null(book_by_id(&b, 70));
	assert_null(book_living(&b, "down/monitor/7"));
	assert_int_equal(about(&b, 7), 0);
	book_fini(&b);
}

static void resolved__gives_its_fingerprint_free__and_stays_to_be_told(void **state)
{
	struct book b;
	book_init(&b);
	struct alert *first = add(&b, 1, 5, "down/monitor/5", ALERT_OPEN);
	first->state = ALERT_RESOLVED;
	book_release_fingerprint(&b, first);
	assert_null(book_living(&b, "down/monitor/5"));
	assert_ptr_equal(book_by_id(&b, 1), first);
	struct alert *second = add(&b, 2, 5, "down/monitor/5", ALERT_OPEN);
	/* To let it go twice must not take the next one's. */
	book_release_fingerprint(&b, first);
	assert_ptr_equal(book_living(&b, "down/monitor/5"), second);
	book_remove(&b, first);
	assert_null(book_by_id(&b, 1));
	assert_ptr_equal(book_living(&b, "down/monitor/5"), second);
	assert_int_equal(b.n, 1);
	book_fini(&b);
}

static void resolved__that_is_read_back__is_not_found_by_its_fingerprint(void **state)
{
	struct book b;
	book_init(&b);
	add(&b, 1, 5, "down/monitor/5", ALERT_RESOLVED);
	assert_null(book_living(&b, "down/monitor/5"));
	assert_non_null(book_by_id(&b, 1));
	book_fini(&b);
}

static void many__are_found__and_keep_their_order_while_others_leave(void **state)
{
	enum { N = 5000 };
	struct book b;
	char print[40];
	int64_t before = 0;
	book_init(&b);
	for (uint64_t i = 1; i <= N; i++) {
		snprintf(print, sizeof(print), "down/monitor/%d", (int)i);
		add(&b, i << 16, i / 2, print, ALERT_OPEN);
	}
	for (uint64_t i = 3; i <= N; i += 3)
		book_remove(&b, book_by_id(&b, i << 16));
	assert_int_equal(b.n, N - N / 3);
	for (uint64_t i = 1; i <= N; i++) {
		snprintf(print, sizeof(print), "down/monitor/%d", (int)i);
		assert_int_equal(book_by_id(&b, i << 16) != NULL, i % 3 != 0);
		assert_int_equal(book_living(&b, print) != NULL, i % 3 != 0);
	}
	for (const struct alert *a = b.first; a; a = a->next) {
		assert_true(a->number > before);
		before = a->number;
	}
	book_fini(&b);
}

static void state__has_one_word__each_way(void **state)
{
	enum alert_state s;
	for (int i = ALERT_PENDING; i <= ALERT_RESOLVED; i++) {
		assert_true(alert_state_parse(alert_state_name((enum alert_state)i), &s));
		assert_int_equal(s, i);
	}
	assert_false(alert_state_parse("opened", &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alert__is_found__by_id_subject_and_fingerprint),
		cmocka_unit_test(resolved__gives_its_fingerprint_free__and_stays_to_be_told),
		cmocka_unit_test(resolved__that_is_read_back__is_not_found_by_its_fingerprint),
		cmocka_unit_test(many__are_found__and_keep_their_order_while_others_leave),
		cmocka_unit_test(state__has_one_word__each_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
