#include "tests/unit/daemon/alerts/fixture.h"

/* An alert with something in each column. */
static struct alert *full(struct fixture *f, enum alert_state alert_state)
{
	struct alert *a = alert_new();
	a->id = id_next(store_ids(f->d.store), f->clock.wall_ms);
	a->number = 41;
	a->state = alert_state;
	a->severity = SEVERITY_CRITICAL;
	a->fingerprint = mem_strdup("down/monitor/5");
	a->rule = mem_strdup("down");
	a->name = mem_strdup("garden");
	a->text = mem_strdup("garden is down");
	a->labels = mem_strdup("{\"owner\":\"mine\"}");
	a->data = mem_strdup("{\"state\":\"down\",\"reason\":\"HTTP 502\"}");
	a->runbook = mem_strdup("https://wiki.example/");
	a->notify = mem_strdup("[\"ops\"]");
	a->by = mem_strdup("anna");
	a->note = mem_strdup("on it");
	a->ended = mem_strdup("garden is up again after 31m");
	snprintf(a->topic, sizeof(a->topic), "monitor.down");
	snprintf(a->kind, sizeof(a->kind), "monitor");
	a->subject = 5;
	a->incident = 6;
	a->seq = 7;
	a->rev = 2;
	a->events = 3;
	a->since_ms = f->clock.wall_ms - HOUR;
	a->opened_ms = a->since_ms + 1;
	a->changed_ms = a->since_ms + 2;
	a->acknowledged_ms = a->since_ms + 3;
	a->snoozed_ms = a->since_ms + 4;
	a->resolved_ms = a->since_ms + 5;
	return a;
}

struct writing {
	const struct alert *alert;
	int64_t told_rev; /* 0: nobody */
};

static enum err run_write(struct txn *t, void *arg, struct error *e)
{
	const struct writing *w = arg;
	enum err err = alert_row_write(t, w->alert, e);
	if (!err && w->told_rev)
		err = alert_told_write(t, w->alert->id, 9, w->told_rev, w->alert->changed_ms, e);
	return err;
}

static void write_row(struct fixture *f, const struct alert *a, int64_t told_rev)
{
	struct writing w = {a, told_rev};
	if (store_run(f->d.store, OP_PEOPLE, run_write, &w, &f->e))
		fail_msg("%s", f->e.text);
}

static void keep(struct alert *a, void *arg)
{
	struct alert **kept = arg;
	assert_null(*kept);
	*kept = a;
}

static struct alert *read_row(struct fixture *f, int64_t *next_number)
{
	struct alert *a = NULL;
	if (alert_rows_read(f->d.store, keep, &a, next_number, &f->e))
		fail_msg("%s", f->e.text);
	return a;
}

static void row__comes_back__as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct alert *a = full(f, ALERT_ACKNOWLEDGED);
	int64_t next;
	write_row(f, a, 0);
	struct alert *b = read_row(f, &next);
	assert_non_null(b);
	assert_int_equal(next, 42);
	assert_int_equal(b->id, a->id);
	assert_int_equal(b->number, 41);
	assert_int_equal(b->state, ALERT_ACKNOWLEDGED);
	assert_int_equal(b->severity, SEVERITY_CRITICAL);
	assert_string_equal(b->fingerprint, a->fingerprint);
	assert_string_equal(b->rule, a->rule);
	assert_string_equal(b->name, a->name);
	assert_string_equal(b->text, a->text);
	assert_string_equal(b->labels, a->labels);
	assert_string_equal(b->runbook, a->runbook);
	assert_string_equal(b->notify, a->notify);
	assert_string_equal(b->by, a->by);
	assert_string_equal(b->note, a->note);
	assert_string_equal(b->topic, a->topic);
	assert_string_equal(b->kind, a->kind);
	assert_string_equal(b->condition, "down");
	assert_int_equal(b->subject, 5);
	assert_int_equal(b->incident, 6);
	assert_int_equal(b->seq, 7);
	assert_int_equal(b->rev, 2);
	assert_int_equal(b->events, 3);
	assert_int_equal(b->since_ms, a->since_ms);
	assert_int_equal(b->opened_ms, a->opened_ms);
	assert_int_equal(b->changed_ms, a->changed_ms);
	assert_int_equal(b->acknowledged_ms, a->acknowledged_ms);
	assert_int_equal(b->snoozed_ms, a->snoozed_ms);
	assert_int_equal(b->resolved_ms, 0);
	assert_null(b->ended);
	assert_true(b->stored);
	alert_free(a);
	alert_free(b);
}

static void row__without_data__keeps_what_is_stored(void **state)
{
	struct fixture *f = *state;
	struct alert *a = full(f, ALERT_OPEN);
	write_row(f, a, 0);
	text_set(&a->data, NULL);
	write_row(f, a, 0);
	char *data = alert_data_read(f->d.store, a->id);
	assert_string_equal(data, "{\"state\":\"down\",\"reason\":\"HTTP 502\"}");
	free(data);
	alert_free(a);
}

static void end__is_kept__beside_what_the_last_event_said(void **state)
{
	struct fixture *f = *state;
	struct alert *a = full(f, ALERT_OPEN);
	int64_t next;
	write_row(f, a, 1);
	a->state = ALERT_RESOLVED;
	text_set(&a->data, NULL);
	write_row(f, a, 1);
	struct alert *b = read_row(f, &next); /* somebody was told of it, not yet of its end */
	assert_non_null(b);
	assert_string_equal(b->ended, "garden is up again after 31m");
	assert_string_equal(b->condition, "down");
	assert_int_equal(b->resolved_ms, a->resolved_ms);
	alert_free(b);
	write_row(f, a, a->rev);
	assert_null(read_row(f, &next)); /* everybody knows */
	alert_free(a);
}

static void end__of_what_was_never_stored__is_kept_too(void **state)
{
	struct fixture *f = *state;
	struct alert *a = full(f, ALERT_RESOLVED);
	int64_t next;
	text_set(&a->data, NULL);
	write_row(f, a, 1);
	struct alert *b = read_row(f, &next);
	assert_non_null(b);
	assert_string_equal(b->ended, a->ended);
	assert_string_equal(b->condition, "");
	alert_free(b);
	alert_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		alerts_test(row__comes_back__as_it_was_written),
		alerts_test(row__without_data__keeps_what_is_stored),
		alerts_test(end__is_kept__beside_what_the_last_event_said),
		alerts_test(end__of_what_was_never_stored__is_kept_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
