#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "daemon/checks/common/steps_request.h"
#include "shared/mem.h"

struct made {
	struct steps_config *config;
	struct step_values values;
	struct step_request request;
	struct url here;
	struct error e;
	enum err err;
};

/* One step of that text, with the values of a run, asked from the page /shop/list. */
static void make(struct made *m, const char *step)
{
	char *text = mem_printf("{\"type\":\"steps\",\"target\":\"http://shop.example/\","
				"\"steps\":[%s]}",
				step);
	json_t *spec = json_loads(text, 0, NULL);
	struct check_env env = {0};
	void *config = NULL;

	if (!spec)
		fail_msg("%s", text);
	memset(m, 0, sizeof *m);
	if (steps_config_prepare(spec, &env, &config, &m->e))
		fail_msg("%s: %s", text, m->e.text);
	m->config = config;
	step_values_set(&m->values, "id", "a/b c", false);
	step_values_set(&m->values, "quote", "say \"hi\"\n", false);
	step_values_set(&m->values, "pass", "p&ss=word", true);
	step_values_set(&m->values, "next", "/checkout?step=2", false);
	step_values_set(&m->values, "away", "http://evil.example/", false);
	step_values_set(&m->values, "split", "x\r\nHost: evil.example", false);
	assert_int_equal(url_parse("http://shop.example/shop/list?page=2", &m->here, &m->e), 0);
	m->err = step_request_make(&m->request, m->config, &m->config->steps[0], &m->values,
				   &m->here, &m->e);
	json_decref(spec);
	free(text);
}

static void unmake(struct made *m)
{
	step_request_fini(&m->request);
	step_values_fini(&m->values);
	steps_config_free(m->config);
}

static bool has_header(const struct curl_slist *list, const char *line)
{
	for (; list; list = list->next) {
		if (!strcmp(list->data, line))
			return true;
	}
	return false;
}

static void url__is_relative__to_the_page_before(void **state)
{
	static const struct {
		const char *step, *target, *shown;
	} cases[] = {
		{"{\"name\":\"a\",\"url\":\"/basket/{{id}}\"}",
		 "http://shop.example/basket/a%2Fb%20c", "http://shop.example/basket/*"},
		{"{\"name\":\"a\",\"url\":\"item?q={{id}}#top\"}",
		 "http://shop.example/shop/item?q=a%2Fb%20c", "http://shop.example/shop/item"},
		{"{\"name\":\"a\",\"url\":\"{{next}}\"}", "http://shop.example/checkout?step=2",
		 "http://shop.example/shop/*"},
		{"{\"name\":\"a\",\"url\":\"http://pay.example/x\",\"query\":{\"p\":\"{{pass}}\"}}",
		 "http://pay.example/x?p=p%26ss%3Dword", "http://pay.example/x"},
		{"{\"name\":\"a\",\"url\":\"/s?a=1\",\"query\":{\"b c\":\"2\",\"d\":\"\xc3\xa4\"}}",
		 "http://shop.example/s?a=1&b%20c=2&d=%C3%A4", "http://shop.example/s"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct made m;

		make(&m, cases[i].step);
		if (m.err)
			fail_msg("%s: %s", cases[i].step, m.e.text);
		assert_string_equal(m.request.target, cases[i].target);
		assert_string_equal(m.request.url, cases[i].shown);
		unmake(&m);
	}
}

static void body__is_escaped__for_what_it_is(void **state)
{
	static const struct {
		const char *step, *body, *type;
	} cases[] = {
		{"{\"name\":\"a\",\"url\":\"/\",\"form\":{\"p\":\"{{pass}}\",\"a b\":\"x {{id}}\"}}",
		 "p=p%26ss%3Dword&a%20b=x%20a%2Fb%20c",
		 "Content-Type: application/x-www-form-urlencoded"},
		{"{\"name\":\"a\",\"url\":\"/\",\"body\":\"{\\\"q\\\":\\\"{{quote}}\\\"}\"}",
		 "{\"q\":\"say \\\"hi\\\"\\n\"}", "Content-Type: application/json"},
		{"{\"name\":\"a\",\"url\":\"/\",\"body\":\"q={{pass}}\"}", "q=p%26ss%3Dword",
		 "Content-Type: application/x-www-form-urlencoded"},
		{"{\"name\":\"a\",\"url\":\"/\",\"body\":\"<q>{{pass}}</q>\","
		 "\"headers\":{\"Content-Type\":\"text/xml\"}}",
		 "<q>p&ss=word</q>", "Content-Type: text/xml"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct made m;

		make(&m, cases[i].step);
		if (m.err)
			fail_msg("%s: %s", cases[i].step, m.e.text);
		assert_string_equal(m.request.body, cases[i].body);
		assert_true(has_header(m.request.config.headers, cases[i].type));
		/* To another origin nothing goes that says who asks. */
		assert_false(has_header(m.request.config.plain_headers, cases[i].type));
		unmake(&m);
	}
}

static void request__is_refused__when_a_value_would_break_out(void **state)
{
	static const struct {
		const char *step;
		enum err err;
		const char *words;
	} cases[] = {
		{"{\"name\":\"a\",\"url\":\"{{away}}\"}", ERR_DENIED,
		 "its address is a value that leads elsewhere: evil.example"},
		{"{\"name\":\"a\",\"url\":\"/\",\"headers\":{\"X-A\":\"{{split}}\"}}", ERR_INVALID,
		 "line end"},
		{"{\"name\":\"a\",\"url\":\"/{{none}}\"}", ERR_NOT_FOUND, "there is no value none"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct made m;

		make(&m, cases[i].step);
		assert_int_equal(m.err, cases[i].err);
		if (!strstr(m.e.text, cases[i].words))
			fail_msg("\"%s\" lacks \"%s\"", m.e.text, cases[i].words);
		unmake(&m);
	}
}

static void hide__covers__secrets_cookies_and_their_encoded_forms(void **state)
{
	char text[] = "p&ss=word or p%26ss%3Dword, session s3ss10n, but a/b c stays";
	struct http_cookies cookies = {0};
	struct made m;

	make(&m, "{\"name\":\"a\",\"url\":\"/\"}");
	assert_true(http_cookies_set(&cookies, &m.here, "sid=s3ss10n", 11, 0));
	step_values_hide(&m.values, &m.config->steps[0], &cookies, text, strlen(text));
	assert_string_equal(text, "********* or *************, session *******, but a/b c stays");
	http_cookies_fini(&cookies);
	unmake(&m);
}

static void values__are__replaced_by_later_ones(void **state)
{
	struct step_values v = {0};

	step_values_set(&v, "a", "1", false);
	step_values_set(&v, "a", "2", true);
	assert_int_equal(v.n, 1);
	assert_string_equal(step_values_find("a", &v), "2");
	assert_null(step_values_find("b", &v));
	step_values_fini(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url__is_relative__to_the_page_before),
		cmocka_unit_test(body__is_escaped__for_what_it_is),
		cmocka_unit_test(request__is_refused__when_a_value_would_break_out),
		cmocka_unit_test(hide__covers__secrets_cookies_and_their_encoded_forms),
		cmocka_unit_test(values__are__replaced_by_later_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
