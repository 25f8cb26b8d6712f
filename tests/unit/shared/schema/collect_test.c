#include "tests/unit/shared/schema/support.h"

static const struct field *monitor_field(const char *name)
{
	const struct field *f = resource_field_any(kind("monitor"), name);
	assert_non_null(f);
	return f;
}

static void collect__takes__flags_to_a_valid_input(void **state)
{
	static const struct {
		const char *field, *text;
	} flags[] = {
		{"target", "http://a/"},     {"interval", "5s"},
		{"failures", "2"},           {"verify", "no"},
		{"bearer", "secret:token"},  {"headers", "X-A: 1"},
		{"headers", "X-B=secret:b"}, {"headers", "X-C: secret:Not A Name"},
		{"keyword", "a=b: c"},
	};
	json_t *object = json_pack("{s:s}", "name", "x");
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		assert_int_equal(
			field_collect(monitor_field(flags[i].field), object, flags[i].text, NULL),
			ERR_NONE);
	static struct error_list errors;
	struct resource_input in;
	assert_true(resource_validate(kind("monitor"), object, SCHEMA_LOOSE, NULL, &in, &errors));
	char *spec = spec_dump(in.spec);
	assert_string_equal(spec,
			    "{\"type\":\"http\",\"target\":\"http://a/\",\"interval\":\"5s\","
			    "\"failures\":2,\"headers\":{\"X-A\":\"1\",\"X-B\":{\"secret\":\"b\"},"
			    "\"X-C\":\"secret:Not A Name\"},\"bearer\":{\"secret\":\"token\"},"
			    "\"keyword\":\"a=b: c\",\"verify\":false}");
	free(spec);
	resource_input_fini(&in);
	json_decref(object);
}

static void collect__takes__empty_as_back_to_default(void **state)
{
	json_t *object = json("{'keyword':'x'}");
	assert_int_equal(field_collect(monitor_field("keyword"), object, "", NULL), ERR_NONE);
	assert_true(json_is_null(json_object_get(object, "keyword")));
	json_decref(object);
}

static void collect__collects__lists(void **state)
{
	static const struct field tags = {.name = "tags", .type = FIELD_TEXT_LIST};
	json_t *object = json_object();
	assert_int_equal(field_collect(&tags, object, "a, b", NULL), ERR_NONE);
	assert_int_equal(field_collect(&tags, object, "c\nd", NULL), ERR_NONE);
	char *text = spec_dump(object), shown[32];
	assert_string_equal(text, "{\"tags\":[\"a, b\",\"c\",\"d\"]}");
	field_text(&tags, json_object_get(object, "tags"), shown, sizeof(shown));
	assert_string_equal(shown, "a, b, c, d");
	free(text);
	json_decref(object);
}

static void collect__refuses(void **state)
{
	json_t *object = json_object();
	struct error e = {0};
	assert_int_equal(field_collect(monitor_field("headers"), object, "no separator", &e),
			 ERR_INVALID);
	assert_contains(e.text, "headers: \"no separator\" has no key");
	assert_contains(e.hint, "KEY=VALUE");
	assert_int_equal(field_collect(monitor_field("headers"), object, "=x", &e), ERR_INVALID);
	assert_int_equal(field_collect(monitor_field("keyword"), object, "\xff", &e), ERR_INVALID);
	assert_contains(e.text, "keyword: the value is not UTF-8");
	char *big = mem_zalloc(70000);
	memset(big, 'x', 69999);
	assert_int_equal(field_collect(monitor_field("body"), object, big, &e), ERR_TOO_LARGE);
	free(big);
	json_decref(object);
}

/* What a form shows can be typed back. */
static void field_text__is__collected_back(void **state)
{
	json_t *spec =
		json("{'type':'http','interval':'90s','failures':5,'verify':false,"
		     "'bearer':{'secret':'t'},'headers':{'A':'1, 2','B':{'secret':'s'},'C':'x=y'},"
		     "'body':'line\\nline'}");
	const char *name;
	json_t *value;
	json_object_foreach(spec, name, value)
	{
		char text[256];
		const struct field *f = monitor_field(name);
		json_t *again = json_object();
		field_text(f, value, text, sizeof(text));
		assert_int_equal(field_collect(f, again, text, NULL), ERR_NONE);
		char round[256];
		field_text(f, json_object_get(again, name), round, sizeof(round));
		assert_string_equal(text, round);
		if (!strcmp(name, "headers"))
			assert_true(json_equal(value, json_object_get(again, name)));
		json_decref(again);
	}
	json_decref(spec);
}

static void field_text__cuts__between_characters(void **state)
{
	char out[6];
	json_t *v = json_string("a\xc3\xa9\xc3\xa9\xc3\xa9");
	field_text(monitor_field("keyword"), v, out, sizeof(out));
	assert_string_equal(out, "a\xc3\xa9\xc3\xa9");
	field_text(monitor_field("keyword"), NULL, out, sizeof(out));
	assert_string_equal(out, "");
	json_decref(v);
}

static void size__parses__units(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} good[] = {{"0", 0},      {"4096", 4096},      {"1KiB", 1024},    {"16 MiB", 16 << 20},
		    {"1kB", 1000}, {"2GB", 2000000000}, {"1GiB", 1 << 30}, {"12B", 12}};
	static const char *const bad[] = {"",
					  "KiB",
					  "1K",
					  "-1",
					  "1.5MiB",
					  "1MiBx",
					  "99999999999999999999",
					  "9223372036854775807GiB",
					  " 1"};
	int64_t bytes;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(size_parse(good[i].text, &bytes));
		assert_int_equal(bytes, good[i].bytes);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(size_parse(bad[i], &bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collect__takes__flags_to_a_valid_input),
		cmocka_unit_test(collect__takes__empty_as_back_to_default),
		cmocka_unit_test(collect__collects__lists),
		cmocka_unit_test(collect__refuses),
		cmocka_unit_test(field_text__is__collected_back),
		cmocka_unit_test(field_text__cuts__between_characters),
		cmocka_unit_test(size__parses__units),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
