/* What each service is sent, of each message of tests/fixtures/messages: as it stands in
 * tests/fixtures/notifiers/SERVICE.golden. UPDATE=1 writes the golden files anew: then look at the
 * difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/alerts/notifiers/services/service.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

static const char *const names[] = {"slack", "mattermost", "discord", "telegram", "ntfy",
				    "teams", "pagerduty",  "gotify",  "pushover"};
static const char *const messages[] = {"opened", "resolved", "many", "brief", "test", "hostile"};

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf text = BUF_INIT(1 << 20);
	int c;

	if (!f)
		return mem_strdup("");
	while ((c = fgetc(f)) != EOF)
		buf_add_char(&text, (char)c);
	fclose(f);
	return buf_take(&text);
}

struct fixture {
	json_t *file;
	struct wording wording;
	struct service_message m;
};

static void fixture_open(struct fixture *f, const char *name)
{
	char path[200], *text;
	struct error e = {0};

	snprintf(path, sizeof path, "tests/fixtures/messages/%s.json", name);
	text = read_file(path);
	f->file = json_loads(text, JSON_ALLOW_NUL, NULL);
	assert_non_null(f->file);
	f->wording.language = json_str(f->file, "language", "en");
	f->wording.zone = tz_load(json_str(f->file, "zone", "UTC"), &e);
	assert_true(time_parse(json_str(f->file, "now", ""), &f->wording.now_ms));
	f->m = (struct service_message){
		.message = json_object_get(f->file, "message"),
		.wording = &f->wording,
		.id = "msg_06c0000000001",
		.url = "https://ntfy.example/shop-7c1",
		.token = "t0ken",
		.recipient = "-100",
	};
	free(text);
}

static void fixture_close(struct fixture *f)
{
	json_decref(f->file);
	tz_free((struct tz *)f->wording.zone);
}

static json_t *body_of(const struct chat_service *s, const struct service_message *m, size_t part)
{
	struct buf body = BUF_INIT(SERVICE_BODY_MAX);
	struct json_writer w;
	json_t *v;

	jw_init(&w, &body);
	jw_object(&w);
	s->write(m, part, &w);
	jw_object_end(&w);
	assert_false(body.overflow);
	v = json_loadb(body.data, body.len, 0, NULL);
	assert_non_null(v);
	buf_fini(&body);
	return v;
}

static void add_all(const struct chat_service *s, const struct fixture *f, const char *name,
		    struct buf *out)
{
	size_t n = s->parts ? s->parts(&f->m) : 1;

	buf_printf(out, "=== %s: %zu\n", name, n);
	for (size_t i = 0; i < n && i < 3; i++) {
		json_t *body = body_of(s, &f->m, i);
		char *text = json_dumps(body, JSON_INDENT(1));

		buf_printf(out, "%s\n", text);
		free(text);
		json_decref(body);
	}
}

static void services__are_sent__what_the_golden_files_say(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct chat_service *s = chat_service_find(names[i]);
		struct buf now = BUF_INIT(1 << 20);
		char path[200], *wanted;

		assert_non_null(s);
		for (size_t k = 0; k < ARRAY_LEN(messages); k++) {
			struct fixture f = {0};

			fixture_open(&f, messages[k]);
			add_all(s, &f, messages[k], &now);
			fixture_close(&f);
		}
		snprintf(path, sizeof path, "tests/fixtures/notifiers/%s.golden", names[i]);
		if (getenv("UPDATE")) {
			FILE *out = fopen(path, "wb");

			assert_non_null(out);
			fwrite(now.data, 1, now.len, out);
			fclose(out);
		}
		wanted = read_file(path);
		assert_string_equal(buf_str(&now), wanted);
		free(wanted);
		buf_fini(&now);
	}
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void texts__stay__within_what_each_service_takes(void **state)
{
	static const struct {
		const char *service, *member;
		size_t max;
	} limits[] = {{"discord", "content", 2000},
		      {"telegram", "text", 4096},
		      {"mattermost", "text", 4000},
		      {"ntfy", "message", 4096},
		      {"pushover", "message", 1024}};
	struct fixture f = {0};

	fixture_open(&f, "many");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		json_t *body = body_of(chat_service_find(limits[i].service), &f.m, 0);
		const char *text = json_str(body, limits[i].member, "");

		assert_in_range(characters(text), 20, limits[i].max);
		json_decref(body);
	}
	fixture_close(&f);
}

static void pagerduty__has__an_event_for_each_alert_and_nothing_for_a_brief(void **state)
{
	struct fixture f = {0};

	fixture_open(&f, "many");
	assert_int_equal(service_pagerduty.parts(&f.m), 20);
	fixture_close(&f);
	fixture_open(&f, "brief");
	assert_int_equal(service_pagerduty.parts(&f.m), 0);
	fixture_close(&f);
	fixture_open(&f, "brief");
	json_object_set_new((json_t *)(uintptr_t)f.m.message, "type",
			    json_string("store.readonly"));
	assert_int_equal(service_pagerduty.parts(&f.m), 1);
	fixture_close(&f);
	fixture_open(&f, "resolved");
	json_t *body = body_of(&service_pagerduty, &f.m, 0);
	assert_string_equal(json_str(body, "event_action", ""), "resolve");
	json_decref(body);
	fixture_close(&f);
}

static void answers__that_only_one_service_gives__are_understood(void **state)
{
	static const struct {
		const char *service, *body;
		int status;
		enum notifier_end end;
		int64_t retry_after_ms;
	} cases[] = {
		{"slack", "no_service", 404, NOTIFIER_GONE, 0},
		{"slack", "invalid_payload", 400, NOTIFIER_REFUSED, 0},
		{"discord", "{\"code\": 10015, \"message\": \"Unknown Webhook\"}", 404,
		 NOTIFIER_GONE, 0},
		{"discord", "{\"retry_after\": 0.3, \"global\": false}", 429, NOTIFIER_RETRY, 301},
		{"telegram",
		 "{\"ok\":false,\"description\":\"x\",\"parameters\":{\"retry_after\":9}}", 429,
		 NOTIFIER_RETRY, 9000},
		{"telegram", "{\"ok\":false,\"description\":\"chat not found\"}", 400,
		 NOTIFIER_REFUSED, 0},
		{"pagerduty", "{\"status\":\"success\"}", 202, NOTIFIER_SENT, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct send_answer *http = mem_zalloc(sizeof *http);
		struct notifier_answer a = {0};
		json_t *body = json_loads(cases[i].body, 0, NULL);

		http->end = SEND_ANSWERED;
		http->status = cases[i].status;
		http->body_len = strlen(cases[i].body);
		memcpy(http->body, cases[i].body, http->body_len);
		answer_http(&a, http, NULL);
		chat_service_find(cases[i].service)->judge(http, body, &a);
		if (a.end != cases[i].end || a.retry_after_ms != cases[i].retry_after_ms)
			fail_msg("%s %s: %d, %s", cases[i].service, cases[i].body, a.end, a.text);
		json_decref(body);
		free(http);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services__are_sent__what_the_golden_files_say),
		cmocka_unit_test(texts__stay__within_what_each_service_takes),
		cmocka_unit_test(pagerduty__has__an_event_for_each_alert_and_nothing_for_a_brief),
		cmocka_unit_test(answers__that_only_one_service_gives__are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
