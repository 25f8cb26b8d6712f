#include "tests/unit/shared/schema/support.h"

#include <stdio.h>

static void spec__fills__defaults(void **state)
{
	const struct resource_kind *k = kind("monitor");
	json_t *s = json("{'type':'http','target':'http://a/','interval':'90s','paused':true,"
			 "'headers':{'A':'1'},'max_body':'64KiB','failures':5}");
	assert_string_equal(spec_text(k, s, "target"), "http://a/");
	assert_int_equal(spec_ms(k, s, "interval"), 90000);
	assert_int_equal(spec_ms(k, s, "timeout"), 10000);
	assert_int_equal(spec_ms(k, s, "retry_interval"), 20000);
	assert_int_equal(spec_ms(k, s, "slow"), 0);
	assert_int_equal(spec_int(k, s, "failures"), 5);
	assert_int_equal(spec_int(k, s, "recoveries"), 2);
	assert_int_equal(spec_int(k, s, "redirects"), 10);
	assert_true(spec_bool(k, s, "paused"));
	assert_true(spec_bool(k, s, "verify"));
	assert_int_equal(spec_bytes(k, s, "max_body"), 65536);
	assert_string_equal(spec_text(k, s, "status"), "200-299");
	assert_null(spec_text(k, s, "keyword"));
	assert_null(spec_value(k, s, "bearer"));
	assert_int_equal(json_object_size(spec_value(k, s, "headers")), 1);
	assert_null(spec_text(k, s, "no_such_field"));
	assert_int_equal(spec_int(k, s, "no_such_field"), 0);
	assert_false(spec_bool(k, s, "no_such_field"));
	json_decref(s);
}

static void spec__takes__the_variants_default_before_the_kinds(void **state)
{
	const struct resource_kind *k = kind("monitor");
	json_t *s = json("{'type':'heartbeat'}");
	assert_int_equal(spec_int(k, s, "failures"), 1);
	assert_int_equal(spec_ms(k, s, "period"), 86400000);
	assert_int_equal(spec_ms(k, s, "interval"), 60000);
	json_decref(s);
}

static void count(const char *name, void *arg)
{
	strcat(arg, name);
	strcat(arg, " ");
}

static void each_secret__finds__fields_and_map_values(void **state)
{
	json_t *s = json("{'bearer':{'secret':'a'},'headers':{'X':{'secret':'b'},'Y':'secret:no'},"
			 "'keyword':'secret'}");
	char names[64] = "";
	spec_each_secret(s, count, names);
	assert_string_equal(names, "a b ");
	json_decref(s);
}

static void write_effective__puts__what_is_read_first_first(void **state)
{
	json_t *s = json("{'type':'tcp','target':'a:1','slow':'2s','timeout':'5s'}");
	struct buf out = BUF_INIT(4096);
	struct json_writer w;
	jw_init(&w, &out);
	jw_object(&w);
	spec_write_effective(&w, kind("monitor"), s);
	jw_object_end(&w);
	assert_string_equal(
		buf_str(&out),
		"{\"type\":\"tcp\",\"target\":\"a:1\",\"interval\":\"60s\",\"timeout\":\"5s\","
		"\"failures\":3,\"retry_interval\":\"20s\",\"recoveries\":2,\"paused\":false,"
		"\"slow\":\"2s\",\"ip\":\"auto\"}");
	buf_fini(&out);
	json_decref(s);
}

static void write_effective__leaves_out__what_a_heartbeat_has_not(void **state)
{
	json_t *s = json("{'type':'heartbeat'}");
	struct buf out = BUF_INIT(4096);
	struct json_writer w;
	jw_init(&w, &out);
	jw_object(&w);
	spec_write_effective(&w, kind("monitor"), s);
	jw_object_end(&w);
	assert_null(strstr(buf_str(&out), "interval"));
	assert_null(strstr(buf_str(&out), "timeout"));
	assert_contains(buf_str(&out), "\"failures\":1,\"recoveries\":1");
	buf_fini(&out);
	json_decref(s);
}

static void note(const char *field, const char *from, const char *to, void *arg)
{
	struct buf *out = arg;
	buf_printf(out, "%s: %s -> %s; ", field, from ? from : "nothing", to ? to : "nothing");
}

static void diff__names__each_change_with_defaults(void **state)
{
	json_t *from = json("{'type':'http','target':'http://a/','interval':'5s','keyword':'x'}");
	json_t *to = json("{'type':'http','target':'http://b/','verify':false,"
			  "'bearer':{'secret':'t'},'headers':{'A':'1','B':{'secret':'s'}}}");
	struct buf out = BUF_INIT(4096);
	spec_diff(kind("monitor"), from, to, note, &out);
	assert_string_equal(buf_str(&out), "target: http://a/ -> http://b/; interval: 5s -> 60s; "
					   "headers: nothing -> A=1\nB=secret:s; "
					   "bearer: nothing -> secret:t; "
					   "keyword: x -> nothing; verify: true -> false; ");
	buf_reset(&out);
	spec_diff(kind("monitor"), NULL, from, note, &out);
	assert_contains(buf_str(&out), "type: nothing -> http; target: nothing -> http://a/;");
	buf_reset(&out);
	spec_diff(kind("monitor"), from, from, note, &out);
	assert_string_equal(buf_str(&out), "");
	buf_fini(&out);
	json_decref(from);
	json_decref(to);
}

static void status_set__contains(void **state)
{
	assert_true(status_set_contains("200-299", 200));
	assert_true(status_set_contains("200-299", 299));
	assert_false(status_set_contains("200-299", 300));
	assert_true(status_set_contains("200,301-302", 302));
	assert_true(status_set_contains("4xx", 404));
	assert_false(status_set_contains("200,301", 0));
	assert_false(status_set_contains("", 200));
	assert_false(status_set_contains(NULL, 200));
	assert_false(status_set_contains("nonsense", 200));
}

static void status_set__is__sorted_and_merged(void **state)
{
	static const struct {
		const char *text, *canonical;
	} cases[] = {
		{"200", "200"},
		{"2xx", "200-299"},
		{"301, 200-204 ,205", "200-205,301"},
		{"200-299,250-260", "200-299"},
		{"100-599", "100-599"},
		{"404,404", "404"},
		{"", NULL},
		{"20", NULL},
		{"600", NULL},
		{"099", NULL},
		{"299-200", NULL},
		{"200-", NULL},
		{"200,", NULL},
		{"200;201", NULL},
		{"-200", NULL},
		{"6xx", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct error_list errors;
		struct resource_input in;
		memset(&errors, 0, sizeof(errors));
		json_t *input =
			json_pack("{s:s, s:s}", "target", "http://a/", "status", cases[i].text);
		bool fine = resource_validate(kind("monitor"), input, 0, NULL, &in, &errors);
		assert_int_equal(fine, cases[i].canonical != NULL);
		if (fine)
			assert_string_equal(spec_text(kind("monitor"), in.spec, "status"),
					    cases[i].canonical);
		if (fine)
			resource_input_fini(&in);
		json_decref(input);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spec__fills__defaults),
		cmocka_unit_test(spec__takes__the_variants_default_before_the_kinds),
		cmocka_unit_test(each_secret__finds__fields_and_map_values),
		cmocka_unit_test(write_effective__puts__what_is_read_first_first),
		cmocka_unit_test(write_effective__leaves_out__what_a_heartbeat_has_not),
		cmocka_unit_test(diff__names__each_change_with_defaults),
		cmocka_unit_test(status_set__contains),
		cmocka_unit_test(status_set__is__sorted_and_merged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
