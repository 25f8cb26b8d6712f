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

#include "daemon/alerts/message.h"
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
		.data = "{\"reason\":\"HTTP 502\",\"cause\":\"http_status\",\"changed\":[{\"what\":"
			"\"address\",\"from\":\"a\",\"to\":\"b\"}],\"evidence\":{\"status\":502}}",
		.labels = "{\"owner\":\"mine\"}",
		.tags = "[\"shop\"]",
		.since_ms = 1000000,
		.opened_ms = 1050000,
		.now_ms = 1060000,
		.events = 1,
		.incident = 9,
	};
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
	struct message_parts p = {.at_ms = 1060000, .alerts = &a, .n = 1};
	char title[MESSAGE_TITLE_MAX + 1];
	char *text = message_make(&p, title);
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
	buf_add_str(&data, "{\"evidence\":{\"server\":\"");
	for (int i = 0; i < 3000; i++)
		buf_add_char(&data, 'x');
	buf_add_str(&data, "\"}}");
	for (int i = 0; i < N; i++) {
		all[i] = an_alert(i + 1, "opened");
		all[i].data = buf_str(&data);
	}
	struct message_parts p = {
		.at_ms = 1, .alerts = all, .n = N, .total = 10000, .open = 9990, .resolved = 10};
	char *text = message_make(&p, title);
	json_t *m = read_message(text);
	const json_t *alerts = json_object_get(m, "alerts");
	assert_true(strlen(text) <= MESSAGE_BYTES_MAX);
	assert_true(json_array_size(alerts) >= 15);
	assert_int_equal(json_int(m, "total", 0), 10000);
	assert_string_equal(title,
			    "10,000 alerts: 9,990 down, 10 resolved (garden, garden, garden, ...)");
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
		struct message_parts p = {.alerts = &a, .n = 1};
		a.data = a.labels = a.tags = wrong[i];
		a.labels = "oops";
		char *text = message_make(&p, NULL);
		json_decref(read_message(text));
		free(text);
	}
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
	struct message_parts p = {.alerts = &a, .n = 1};
	char title[MESSAGE_TITLE_MAX + 1];
	free(message_make(&p, title));
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
		cmocka_unit_test(make__survives_data_that_is_not_what_it_should_be),
		cmocka_unit_test(test_message__says_that_it_is_one),
		cmocka_unit_test(title__is_one_line_of_at_most_200_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
