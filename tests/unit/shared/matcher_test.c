#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/ids.h"
#include "shared/matcher.h"
#include "shared/mem.h"

/* An event about a slow monitor. */
struct world {
	struct matched what;
	json_t *labels, *tags, *data;
};

static int make(void **state)
{
	struct world *w = mem_zalloc(sizeof(*w));
	w->labels = json_pack("{s:s, s:s}", "region", "eu", "team", "shop");
	w->tags = json_pack("[s, s]", "shop", "mine");
	w->data = json_pack("{s:i, s:f, s:b, s:s, s:s, s:n, s:{s:s}, s:[{s:s, s:s}, {s:s, s:s}]}",
			    "duration_ms", 60000, "share", 5.25, "first", 1, "took", "2m", "until",
			    "2026-11-23T07:00:00Z", "nothing", "last", "phase", "tls", "changed",
			    "what", "address", "to", "192.0.2.1", "what", "certificate", "to", "x");
	w->what = (struct matched){
		.topic = "monitor.degraded",
		.text = "2.9 s, above 2 s",
		.kind = "monitor",
		.subject = "garden-shop",
		.service = "sitemonitor",
		.state = "degraded",
		.severity = 1,
		.incident = 77,
		.labels = w->labels,
		.tags = w->tags,
		.data = w->data,
	};
	*state = w;
	return 0;
}

static int unmake(void **state)
{
	struct world *w = *state;
	json_decref(w->labels);
	json_decref(w->tags);
	json_decref(w->data);
	free(w);
	return 0;
}

static struct matchers *one(const char *condition)
{
	struct error e = {0};
	json_t *list = json_pack("[s]", condition);
	struct matchers *m = matchers_compile(list, &e);
	if (!m)
		fail_msg("%s: %s", condition, e.text);
	json_decref(list);
	return m;
}

static bool holds(const struct matched *what, const char *condition)
{
	struct matchers *m = one(condition);
	bool result = matchers_hold(m, what);
	matchers_free(m);
	return result;
}

static void must_hold(const struct matched *what, const char *const *conditions, bool expected)
{
	for (; *conditions; conditions++) {
		if (holds(what, *conditions) != expected)
			fail_msg("%s: %s", *conditions, expected ? "must hold" : "must not hold");
	}
}

static void conditions__hold__for_what_they_say(void **state)
{
	static const char *const yes[] = {
		"topic=monitor.degraded",
		"topic = monitor.down , monitor.degraded",
		"topic=monitor.*",
		"topic=*",
		"topic=*deg*ded",
		"topic!=monitor.down,monitor.up",
		"severity=warning",
		"severity>=warning",
		"severity > info",
		"severity<critical",
		"severity<=warning",
		"severity!=critical",
		"text~above \\d s$",
		"text !~ HTTP 5..",
		"kind=monitor",
		"subject~^garden-",
		"subject=garden-*",
		"tag=shop",
		"tag=other,mine",
		"tag~^mi",
		"tag!=rival",
		"service=sitemonitor",
		"state=down,degraded",
		"labels.region=eu",
		"labels.region!=us",
		"labels.team~^sh",
		"data.duration_ms=60000",
		"data.duration_ms>=1m",
		"data.duration_ms<61s",
		"data.share>5.2",
		"data.share=5.25",
		"data.first=true",
		"data.took>90s",
		"data.took<=120000",
		"data.until>2026-11-23T06:59:59Z",
		"data.until<2026-11-23T09:00:00+01:00",
		"data.last.phase=tls",
		"data.changed.what=certificate",
		"data.changed.to=192.0.2.*",
		"data.changed.what!=header",
		"monitor=garden-shop",
		"monitor~^garden",
		"monitor!=lamps",
		NULL,
	};
	static const char *const no[] = {
		"topic=monitor.down",
		"topic=monitor",
		"topic!=monitor.*",
		"severity=critical,info",
		"severity>warning",
		"severity<warning",
		"text~^above",
		"subject=garden",
		"subject!=garden-*",
		"tag=sho",
		"tag!=shop",
		"tag!~in",
		"labels.region=EU",
		"data.duration_ms>1m",
		"data.duration_ms<5",
		"data.until>5",
		"data.took<2026-11-23T07:00:00Z",
		"data.changed.what=header",
		"data.changed.what!=address",
		"data.last=tls",
		"data.first=1",
		"monitor=lamps",
		"maintenance=garden-shop",
		NULL,
	};
	struct world *w = *state;
	must_hold(&w->what, yes, true);
	must_hold(&w->what, no, false);
}

static void conditions__of_what_is_absent__are_only_unequal(void **state)
{
	static const struct matched nothing = {.severity = -1};
	static const char *const fields[] = {
		"topic",   "severity", "text",     "rule",   "kind",     "subject",    "tag",
		"service", "state",    "labels.x", "data.x", "data.x.y", "maintenance"};
	struct world *w = *state;
	char text[64];
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		static const char *const ends[] = {"=*", "!=info", "~a*", "!~a*", NULL};
		for (size_t j = 0; ends[j]; j++) {
			snprintf(text, sizeof(text), "%s%s", fields[i], ends[j]);
			if (holds(&nothing, text) != (ends[j][0] == '!'))
				fail_msg("%s", text);
		}
	}
	assert_false(holds(&nothing, "severity<critical"));
	assert_false(holds(&nothing, "data.x<5"));
	assert_false(holds(&nothing, "labels.x>=5"));
	/* null is no value either */
	assert_false(holds(&w->what, "data.nothing=*"));
	assert_true(holds(&w->what, "data.nothing!=x"));
}

static void conditions__name__an_incident_by_its_id(void **state)
{
	struct world *w = *state;
	char id[ID_TEXT], text[64];
	snprintf(text, sizeof(text), "incident=%s", id_format(id, "inc", 77));
	assert_true(holds(&w->what, text));
	snprintf(text, sizeof(text), "incident=%s", id_format(id, "inc", 78));
	assert_false(holds(&w->what, text));
}

static void conditions__of_a_list__all_hold(void **state)
{
	struct world *w = *state;
	struct error e = {0};
	json_t *list = json_pack("[s, s]", "tag=shop", "severity>=warning");
	struct matchers *m = matchers_compile(list, &e);
	assert_non_null(m);
	assert_false(matchers_empty(m));
	assert_true(matchers_hold(m, &w->what));
	w->what.severity = 0;
	assert_false(matchers_hold(m, &w->what));
	matchers_free(m);
	json_decref(list);

	m = matchers_compile(NULL, &e);
	assert_true(matchers_empty(m));
	assert_true(matchers_hold(m, &w->what));
	matchers_free(m);
	assert_true(matchers_empty(NULL));
	assert_true(matchers_hold(NULL, &w->what));
}

static void a_pattern__that_is_too_much_work__is_not_known_to_hold(void **state)
{
	char *text = mem_alloc(40001);
	memset(text, 'a', 40000);
	text[39999] = 'c';
	text[40000] = '\0';
	struct matched what = {.severity = -1, .text = text};
	assert_false(holds(&what, "text~^(a|aa)+$"));
	assert_false(holds(&what, "text!~^(a|aa)+$"));
	free(text);
}

static void compile__refuses__with_the_condition_and_what_to_try(void **state)
{
	static const struct {
		const char *text, *why, *hint;
	} cases[] = {
		{"seveirty>=warning", "there is no field \"seveirty\"", "did you mean severity?"},
		{"moniter=x", "there is no field \"moniter\"", "did you mean monitor?"},
		{"name=x", "there is no field \"name\"", "did you mean subject?"},
		{"label=x", "there is no field \"label\"", "did you mean labels.KEY?"},
		{"xyzzyplugh=x", "there is no field \"xyzzyplugh\"", "topic severity text"},
		{"labels=x", "labels has many members", "labels.KEY=VALUE"},
		{"data>5", "data has many members", "data.PATH=VALUE"},
		{"labels.=x", "\"labels.\" is not followed by a key", "labels.region=eu"},
		{"data..a=x", "\"data.\" is not followed by a path", "data.status"},
		{"labels.A B=x", "\"labels.\" is not followed by a key", "labels.region=eu"},
		{"shop", "there is no operator", "FIELD=VALUE"},
		{"", "there is no operator", "FIELD=VALUE"},
		{"=shop", "there is no field before the operator", "FIELD=VALUE"},
		{"tag==shop", "there is no operator ==", "write ="},
		{"tag=~shop", "there is no operator =~", "write ~"},
		{"tag!==shop", "there is no operator !==", "write !="},
		{"severity=>info", "there is no operator =>", "write >="},
		{"tag<>shop", "there is no operator <>", "write !="},
		{"tag!shop", "\"!\" is no operator", "!= or !~"},
		{"tag=", "there is nothing after the operator", "tag=shop"},
		{"tag=  ", "there is nothing after the operator", "tag=shop"},
		{"tag=a,,b", "nothing between two commas", "one comma"},
		{"tag=a,", "nothing between two commas", "one comma"},
		{"severity=warn", "\"warn\" is not a severity", "info, warning or critical"},
		{"severity>=criticla", "\"criticla\" is not a severity", "did you mean critical?"},
		{"subject>5", "subject has no order", "=, != or ~"},
		{"monitor<a", "monitor has no order", "=, != or ~"},
		{"data.x>soon", "\"soon\" is neither a number", "60000, 5m"},
		{"data.x>inf", "\"inf\" is neither a number", "60000, 5m"},
		{"data.x>0x10", "\"0x10\" is neither a number", "60000, 5m"},
		{"subject~(", "not a pattern", "* stands for anything"},
		{"incident=17", "\"17\" is not the id of an incident", "incident list"},
		{"\x1b[2J=1", "there is no field", "topic severity"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};
		json_t *list = json_pack("[s, s]", "tag=shop", cases[i].text);
		struct matchers *m = matchers_compile(list, &e);
		if (m || e.code != ERR_INVALID || strncmp(e.text, "condition \"", 11) ||
		    strchr(e.text, '\x1b') || !strstr(e.text, cases[i].why) ||
		    !strstr(e.hint, cases[i].hint))
			fail_msg("%s: %s | %s", cases[i].text, e.text, e.hint);
		json_decref(list);
	}
}

static void compile__refuses__too_much_and_what_is_no_text(void **state)
{
	struct error e = {0};
	char *lengthy = mem_alloc(MATCHER_MAX_BYTES + 2);
	memset(lengthy, 'a', MATCHER_MAX_BYTES + 1);
	lengthy[MATCHER_MAX_BYTES + 1] = '\0';
	memcpy(lengthy, "tag=", 4);
	json_t *lists[] = {json_pack("[s]", lengthy), json_pack("[i]", 5), json_pack("{}"),
			   json_array()};
	static const char *const why[] = {"at most 300", "not a text", "list of texts",
					  "at most 16"};
	for (size_t i = 0; i <= MATCHERS_MAX; i++)
		json_array_append_new(lists[3], json_string("tag=a"));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		assert_null(matchers_compile(lists[i], &e));
		if (!strstr(e.text, why[i]) || !e.hint[0])
			fail_msg("%s | %s", e.text, e.hint);
		json_decref(lists[i]);
		e = (struct error){0};
	}
	free(lengthy);
}

static void check_field__names__the_field(void **state)
{
	struct error e = {0};
	json_t *spec = json_pack("{s:[s], s:[s]}", "good", "tag=shop", "match", "tga=shop");
	assert_int_equal(matchers_check_field(spec, "good", &e), ERR_NONE);
	assert_int_equal(matchers_check_field(spec, "absent", &e), ERR_NONE);
	assert_int_equal(matchers_check_field(spec, "match", &e), ERR_INVALID);
	assert_string_equal(e.field, "match");
	assert_string_equal(e.text, "match: condition \"tga=shop\": there is no field \"tga\"");
	assert_string_equal(e.hint, "did you mean tag?");
	json_decref(spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(conditions__hold__for_what_they_say, make, unmake),
		cmocka_unit_test_setup_teardown(conditions__of_what_is_absent__are_only_unequal,
						make, unmake),
		cmocka_unit_test_setup_teardown(conditions__name__an_incident_by_its_id, make,
						unmake),
		cmocka_unit_test_setup_teardown(conditions__of_a_list__all_hold, make, unmake),
		cmocka_unit_test(a_pattern__that_is_too_much_work__is_not_known_to_hold),
		cmocka_unit_test(compile__refuses__with_the_condition_and_what_to_try),
		cmocka_unit_test(compile__refuses__too_much_and_what_is_no_text),
		cmocka_unit_test(check_field__names__the_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
