/* What messages say, in every form: tests/fixtures/messages/NAME.json and NAME.golden. UPDATE=1
 * writes the golden files anew: then look at the difference. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/alerts/text/message.h"
#include "daemon/store/feed.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

#define FOLDER "tests/fixtures/messages/"

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf text = BUF_INIT(1 << 20);
	int c;
	if (!f)
		return NULL;
	while ((c = fgetc(f)) != EOF)
		buf_add_char(&text, (char)c);
	fclose(f);
	return buf_take(&text);
}

struct fixture {
	json_t *file;
	const json_t *message;
	struct wording wording;
	struct tz *zone;
};

static void fixture_open(struct fixture *f, const char *name)
{
	char path[200];
	struct error e = {0};
	snprintf(path, sizeof(path), FOLDER "%s.json", name);
	char *text = read_file(path);
	assert_non_null(text);
	f->file = json_loads(text, JSON_ALLOW_NUL, NULL);
	assert_non_null(f->file);
	f->message = json_object_get(f->file, "message");
	f->zone = tz_load(json_str(f->file, "zone", "UTC"), &e);
	assert_non_null(f->zone);
	f->wording = (struct wording){json_str(f->file, "language", "en"), f->zone, 0};
	assert_true(time_parse(json_str(f->file, "now", ""), &f->wording.now_ms));
	free(text);
}

static void fixture_close(struct fixture *f)
{
	json_decref(f->file);
	tz_free(f->zone);
}

enum { FORMS = 7 };
static const char *const form_names[FORMS] = {"title",   "text",     "html",    "slack",
					      "discord", "telegram", "markdown"};

static void draw(const json_t *m, const struct wording *w, int form, struct buf *out)
{
	if (form == 0)
		message_title(m, w, out);
	else if (form == 1)
		message_text(m, w, out);
	else if (form == 2)
		message_html(m, w, out);
	else
		message_markup(m, w, (enum message_markup)(form - 3), out);
}

static void draw_all(const struct fixture *f, struct buf *all)
{
	for (int i = 0; i < FORMS; i++) {
		struct buf out = BUF_INIT(64 * 1024);
		draw(f->message, &f->wording, i, &out);
		assert_false(out.overflow);
		buf_printf(all, "=== %s\n%s\n", form_names[i], buf_str(&out));
		buf_fini(&out);
	}
}

static int is_fixture(const struct dirent *d)
{
	size_t n = strlen(d->d_name);
	return n > 5 && !strcmp(d->d_name + n - 5, ".json");
}

static void every_form__is_as_in_its_golden_file(void **state)
{
	struct dirent **names = NULL;
	int n = scandir(FOLDER, &names, is_fixture, alphasort);
	assert_true(n >= 10);
	for (int i = 0; i < n; i++) {
		char path[400];
		struct fixture f;
		struct buf all = BUF_INIT(1 << 20);
		names[i]->d_name[strlen(names[i]->d_name) - 5] = 0;
		snprintf(path, sizeof(path), FOLDER "%s.golden", names[i]->d_name);
		fixture_open(&f, names[i]->d_name);
		draw_all(&f, &all);
		if (getenv("UPDATE")) {
			FILE *to = fopen(path, "wb");
			assert_non_null(to);
			fputs(buf_str(&all), to);
			fclose(to);
		}
		char *wanted = read_file(path);
		assert_non_null(wanted);
		assert_string_equal(buf_str(&all), wanted);
		free(wanted);
		buf_fini(&all);
		fixture_close(&f);
		free(names[i]);
	}
	free(names);
}

static void text__has_lines_of_78_columns(void **state)
{
	static const char *const names[] = {"opened", "group", "many", "summary", "brief", "event"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct fixture f;
		struct buf out = BUF_INIT(64 * 1024);
		char *rest, *line;
		fixture_open(&f, names[i]);
		message_text(f.message, &f.wording, &out);
		char *text = buf_take(&out);
		for (rest = text; (line = strsep(&rest, "\n"));) {
			assert_true(text_width(line) <= 78);
			assert_true(!*line || line[strlen(line) - 1] != ' ');
		}
		free(text);
		fixture_close(&f);
	}
}

static void full__leaves_out_whole_pieces(void **state)
{
	struct fixture f;
	fixture_open(&f, "group");
	for (size_t max = 0; max < 4000; max += 13) {
		for (int form = 0; form < FORMS; form++) {
			struct buf out = BUF_INIT(max);
			draw(f.message, &f.wording, form, &out);
			assert_true(out.len <= max);
			/* an HTML document is closed or not begun */
			if (form == 2 && out.len)
				assert_non_null(strstr(buf_str(&out), "</html>\n"));
			buf_fini(&out);
		}
	}
	fixture_close(&f);
}

static void hostile_text__never_mentions_or_opens_anything(void **state)
{
	struct fixture f;
	fixture_open(&f, "hostile");
	for (int form = 0; form < FORMS; form++) {
		struct buf out = BUF_INIT(64 * 1024);
		draw(f.message, &f.wording, form, &out);
		for (const char *p = buf_str(&out); *p; p++)
			assert_true((unsigned char)*p >= ' ' || (*p == '\n' && form));
		assert_null(strstr(buf_str(&out), "\u202e"));
		if (form >= 2) {
			if (form == 2 || form == 3 || form == 5)
				assert_null(strstr(buf_str(&out), "<script"));
			assert_null(strstr(buf_str(&out), "href=\"javascript"));
		}
		if (form >= 3) {
			assert_null(strstr(buf_str(&out), "@everyone"));
			assert_null(strstr(buf_str(&out), "@here"));
		}
		if (form == 3 || form == 5) { /* what Slack and Telegram take for a tag */
			assert_null(strstr(buf_str(&out), "<!"));
			assert_null(strstr(buf_str(&out), "<@"));
			assert_null(strstr(buf_str(&out), "http://evil"));
		}
		buf_fini(&out);
	}
	fixture_close(&f);
}

/* ---- making --------------------------------------------------------------------------------- */

static struct message_alert an_alert(int64_t number, const char *what)
{
	return (struct message_alert){
		.id = 77,
		.number = number,
		.what = what,
		.rule = "monitor-down",
		.state = "open",
		.topic = "monitor.down",
		.subject = "garden",
		.subject_kind = "monitor",
		.subject_id = 5,
		.severity = SEVERITY_CRITICAL,
		.text = "garden is down: HTTP 502",
		.data = "{\"state\":\"down\",\"reason\":\"HTTP 502\",\"cause\":\"http_status\",\"changed\":[{\"what\":"
			"\"address\",\"from\":\"a\",\"to\":\"b\"}],\"evidence\":{\"status\":502}}",
		.labels = "{\"owner\":\"mine\"}",
		.tags = "[\"shop\"]",
		.since_ms = 1000000,
		.opened_ms = 1050000,
		.now_ms = 1060000,
		.incident = 9,
	};
}

/* The message about those n. */
static char *made(const struct message_alert *all, size_t n, struct message_parts p, char *title)
{
	struct message m;
	p.alerts = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(p.alerts, message_alert(&all[i]));
	message_make(&p, &m);
	assert_true(strlen(m.json) <= MESSAGE_BYTES_MAX);
	assert_true(strlen(m.title) <= MESSAGE_TITLE_MAX);
	if (title)
		snprintf(title, MESSAGE_TITLE_MAX + 1, "%s", m.title);
	free(m.title);
	json_decref(p.alerts);
	return m.json;
}

static json_t *read_message(const char *text)
{
	struct error e = {0};
	json_t *m = json_read(text, strlen(text), MESSAGE_BYTES_MAX, &e);
	assert_non_null(m);
	return m;
}

static void make__writes_what_the_header_promises(void **state)
{
	struct message_alert a = an_alert(14, "opened");
	char title[MESSAGE_TITLE_MAX + 1];
	char *text = made(
		&a, 1,
		(struct message_parts){
			.at_ms = 1060000, .severity = SEVERITY_CRITICAL, .total = 1, .open = 1},
		title);
	json_t *m = read_message(text);
	const json_t *o = json_array_get(json_object_get(m, "alerts"), 0);
	assert_string_equal(title, "DOWN garden: HTTP 502");
	assert_string_equal(json_str(m, "title", ""), title);
	assert_string_equal(json_str(m, "type", ""), "alert.opened");
	assert_string_equal(json_str(m, "severity", ""), "critical");
	assert_int_equal(json_int(m, "total", 0), 1);
	assert_int_equal(json_int(json_object_get(m, "counts"), "open", 0), 1);
	assert_string_equal(json_str(o, "ack", ""), "sellersmart ack 14");
	assert_string_equal(json_str(o, "reason", ""), "HTTP 502");
	assert_string_equal(json_str(o, "cause", ""), "http_status");
	assert_string_equal(json_str(o, "condition", ""), "down");
	assert_string_equal(json_str(json_object_get(o, "labels"), "owner", ""), "mine");
	assert_int_equal(json_int(json_object_get(o, "evidence"), "status", 0), 502);
	assert_int_equal(json_array_size(json_object_get(o, "changed")), 1);
	assert_int_equal(json_int(o, "duration_ms", 0), 60000);
	assert_memory_equal(json_str(o, "id", ""), "alr_", 4);
	assert_memory_equal(json_str(o, "subject_id", ""), "mon_", 4);
	json_decref(m);
	free(text);
}

static void make__stays_within_its_bounds(void **state)
{
	enum { N = 20 };
	struct message_alert all[N];
	struct buf data = BUF_INIT(8192);
	char title[MESSAGE_TITLE_MAX + 1];
	buf_add_str(&data, "{\"reason\":\"HTTP 502\",\"evidence\":{\"server\":\"");
	for (int i = 0; i < 3000; i++)
		buf_add_char(&data, 'x');
	buf_add_str(&data, "\"}}");
	for (int i = 0; i < N; i++) {
		all[i] = an_alert(i + 1, "opened");
		all[i].data = buf_str(&data);
	}
	char *text = made(
		all, N,
		(struct message_parts){.at_ms = 1, .total = 10000, .open = 9990, .resolved = 10},
		title);
	json_t *m = read_message(text);
	const json_t *alerts = json_object_get(m, "alerts");
	assert_true(strlen(text) <= MESSAGE_BYTES_MAX);
	assert_true(json_array_size(alerts) >= 15);
	assert_int_equal(json_int(m, "total", 0), 10000);
	assert_string_equal(title, "10,000 alerts: 9,990 open, 10 resolved (garden, ...)");
	/* The worst keeps what helps to find the cause, the others still say their reason. */
	assert_non_null(
		json_object_get(json_object_get(json_array_get(alerts, 0), "evidence"), "server"));
	assert_true(json_is_null(json_object_get(json_array_get(alerts, 14), "evidence")));
	assert_string_equal(json_str(json_array_get(alerts, 14), "reason", ""), "HTTP 502");
	json_decref(m);
	free(text);
	buf_fini(&data);
}

static void make__survives_data_that_is_not_what_it_should_be(void **state)
{
	static const char *const wrong[] = {"", "[", "[1]", "{\"changed\":{},\"evidence\":[]}",
					    "{\"reason\":5}"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct message_alert a = an_alert(1, "resolved");
		a.data = a.labels = a.tags = wrong[i];
		a.labels = "oops";
		char *text = made(&a, 1, (struct message_parts){.total = 1}, NULL);
		json_decref(read_message(text));
		free(text);
	}
}

/* What the header says of an ALERT: each of its members is there, and no other. */
static void alert__has_the_members_that_the_header_lists(void **state)
{
	static const char *const members[] = {
		"number",          "id",          "what",      "rule",       "severity",
		"state",           "topic",       "subject",   "subject_id", "text",
		"subject_kind",    "since",       "opened_at", "changed_at", "resolved_at",
		"incident",        "duration_ms", "condition", "reason",     "cause",
		"changed",         "evidence",    "labels",    "tags",       "runbook",
		"acknowledged_by", "note",        "ended",     "ack"};
	struct message_alert a = an_alert(14, "opened");
	json_t *full = message_alert(&a), *empty = message_alert(&(struct message_alert){0});
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		assert_non_null(json_object_get(full, members[i]));
		assert_non_null(json_object_get(empty, members[i]));
	}
	assert_int_equal(json_object_size(full), ARRAY_LEN(members));
	assert_int_equal(json_object_size(empty), ARRAY_LEN(members));
	json_decref(full);
	json_decref(empty);
}

static void what_ended_it__is_said_of_what_is_over_only(void **state)
{
	struct message_alert a = an_alert(14, "resolved");
	a.ended = "garden is up again after 31m";
	json_t *o = message_alert(&a);
	assert_null(json_str(o, "ended", NULL));
	assert_string_equal(json_str(o, "ack", ""), "sellersmart ack 14");
	json_decref(o);
	a.state = "resolved";
	a.resolved_ms = 1075000;
	o = message_alert(&a);
	assert_string_equal(json_str(o, "ended", ""), "garden is up again after 31m");
	assert_null(json_str(o, "ack", NULL));
	assert_int_equal(json_int(o, "duration_ms", 0), 75000);
	json_decref(o);
}

static void expect_kind(const char *const *what, size_t n, const char *type, const char *title)
{
	static const char *const subjects[] = {"garden", "lamps", "garden"};
	struct message_alert all[3];
	char line[MESSAGE_TITLE_MAX + 1];
	size_t over = 0;
	for (size_t i = 0; i < n; i++) {
		all[i] = an_alert((int64_t)i + 1, what[i]);
		all[i].subject = subjects[i];
		over += !strcmp(what[i], "resolved");
	}
	char *text =
		made(all, n, (struct message_parts){.total = n, .open = n - over, .resolved = over},
		     line);
	json_t *m = read_message(text);
	assert_string_equal(json_str(m, "type", ""), type);
	assert_string_equal(line, title);
	json_decref(m);
	free(text);
}

static void kind_and_title__say_what_all_of_it_is(void **state)
{
	expect_kind((const char *const[]){"changed"}, 1, "alert.changed", "DOWN garden: HTTP 502");
	expect_kind((const char *const[]){"reminder"}, 1, "alert.reminder",
		    "Still DOWN garden: HTTP 502");
	expect_kind((const char *const[]){"opened", "opened", "resolved"}, 3, "alert.group",
		    "3 alerts: 2 down, 1 resolved (garden, lamps)");
	expect_kind((const char *const[]){"reminder", "reminder"}, 2, "alert.reminder",
		    "2 alerts still open: 2 down (garden, lamps)");
	expect_kind((const char *const[]){"opened", "reminder"}, 2, "alert.group",
		    "2 alerts: 2 down (garden, lamps)");
}

static void lines__that_do_not_fit__are_counted(void **state)
{
	struct message m;
	struct message_parts p = {.type = "alert.summary",
				  .title = "Summary of 2 h",
				  .lines = json_array(),
				  .total_lines = 500};
	for (int i = 0; i < 100; i++) {
		char line[240];
		snprintf(line, sizeof(line), "%d %*s", i, 220, "garden came and went");
		json_array_append_new(p.lines, json_string(line));
	}
	message_make(&p, &m);
	json_t *read = read_message(m.json);
	const json_t *lines = json_object_get(read, "lines");
	size_t n = json_array_size(lines);
	char more[40];
	assert_in_range(n, 21, 100);
	snprintf(more, sizeof(more), "and %zu more", 500 - (n - 1));
	assert_string_equal(json_string_value(json_array_get(lines, n - 1)), more);
	assert_string_equal(m.title, "Summary of 2 h");
	assert_string_equal(m.type, "alert.summary");
	json_decref(read);
	json_decref(p.lines);
	message_fini(&m);
}

static void test_message__says_that_it_is_one(void **state)
{
	char *text = message_test("ops", 1000000);
	json_t *m = read_message(text);
	struct wording w = {.now_ms = 1000000};
	struct buf out = BUF_INIT(4096);
	message_text(m, &w, &out);
	assert_non_null(strstr(buf_str(&out), "only a test"));
	assert_string_equal(json_str(m, "title", ""), "Test of the notifier ops");
	buf_fini(&out);
	json_decref(m);
	free(text);
}

static void title__is_one_line_of_at_most_200_bytes(void **state)
{
	struct buf long_name = BUF_INIT(4096);
	for (int i = 0; i < 300; i++)
		buf_add_str(&long_name, "\u00e4");
	struct message_alert a = an_alert(1, "opened");
	a.subject = a.text = buf_str(&long_name);
	a.data = NULL;
	char title[MESSAGE_TITLE_MAX + 1];
	free(made(&a, 1, (struct message_parts){.total = 1}, title));
	assert_true(strlen(title) <= MESSAGE_TITLE_MAX);
	assert_string_equal(title + strlen(title) - 3, "...");
	assert_null(strstr(title, "\ufffd"));
	buf_fini(&long_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form__is_as_in_its_golden_file),
		cmocka_unit_test(text__has_lines_of_78_columns),
		cmocka_unit_test(full__leaves_out_whole_pieces),
		cmocka_unit_test(hostile_text__never_mentions_or_opens_anything),
		cmocka_unit_test(make__writes_what_the_header_promises),
		cmocka_unit_test(make__stays_within_its_bounds),
		cmocka_unit_test(alert__has_the_members_that_the_header_lists),
		cmocka_unit_test(what_ended_it__is_said_of_what_is_over_only),
		cmocka_unit_test(kind_and_title__say_what_all_of_it_is),
		cmocka_unit_test(lines__that_do_not_fit__are_counted),
		cmocka_unit_test(make__survives_data_that_is_not_what_it_should_be),
		cmocka_unit_test(test_message__says_that_it_is_one),
		cmocka_unit_test(title__is_one_line_of_at_most_200_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
