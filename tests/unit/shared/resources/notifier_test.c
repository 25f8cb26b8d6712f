#include "tests/unit/shared/schema/support.h"

static bool takes(const char *kind_name, const char *text, struct error *e)
{
	const struct resource_kind *k = kind(kind_name);
	struct error_list errors = {0};
	struct resource_input in = {0};
	json_t *input = json(text);
	bool fine = resource_validate(k, input, SCHEMA_LOOSE, NULL, &in, &errors);

	if (errors.n)
		*e = errors.items[0];
	resource_input_fini(&in);
	json_decref(input);
	return fine;
}

/* members: of a webhook that is fine otherwise */
static bool takes_webhook(const char *members, struct error *e)
{
	char text[600];

	snprintf(text, sizeof text, "{'name':'n','type':'webhook','secret':{'secret':'s'}%s%s}",
		 *members ? "," : "", members);
	return takes("notifier", text, e);
}

static void expect(const char *members, const char *field, const char *why, const char *hint)
{
	struct error e = {0};

	if (takes_webhook(members, &e))
		fail_msg("%s was taken", members);
	if (strcmp(e.field, field) || !strstr(e.text, why) || !strstr(e.hint, hint))
		fail_msg("%s: %s: %s (%s)", members, e.field, e.text, e.hint);
}

static void expect_taken(const char *members)
{
	struct error e = {0};

	if (!takes_webhook(members, &e))
		fail_msg("%s: %s", members, e.text);
}

static void webhook__needs__one_address_and_a_secret(void **state)
{
	struct error e = {0};

	expect_taken("'url':'http://127.0.0.1:9000/hook'");
	expect_taken("'url_secret':{'secret':'u'}");
	expect("", "url", "missing", "url_secret");
	expect("'url':'http://a/','url_secret':{'secret':'u'}", "url", "not together",
	       "url_secret");
	expect("'url':'ftp://a/'", "url", "ftp", "http");
	expect("'url':'http://u:p@a/'", "url", "", "");
	assert_false(takes("notifier", "{'name':'n','type':'webhook','url':'http://a/'}", &e));
	assert_string_equal(e.field, "secret");
	assert_false(takes(
		"notifier",
		"{'name':'n','type':'webhook','url':'http://a/','secret':'whsec_literal'}", &e));
	assert_null(strstr(e.text, "whsec_literal"));
}

static void headers__are__one_line_each_and_not_those_of_the_message(void **state)
{
	expect_taken("'url':'http://a/','headers':{'X-Key':'1','Authorization':{'secret':'s'}}");
	expect("'url':'http://a/','headers':{'webhook-id':'1'}", "headers", "set by the program",
	       "");
	expect("'url':'http://a/','headers':{'content-length':'1'}", "headers", "Content-Length",
	       "");
	expect("'url':'http://a/','headers':{'X A':'1'}", "headers", "not the name", "");
	expect("'url':'http://a/','headers':{'X-A':'1\\r\\nX-B: 2'}", "headers.X-A",
	       "control characters", "");
	expect("'url':'http://a/\\r\\nX-B: 2'", "url", "", "");
}

static void quiet_hours__are__a_span_of_the_day(void **state)
{
	static const char *const good[] = {"22:00-07:00", "9:30-17:00", "00:00-24:00"};
	static const char *const bad[] = {
		"22:00",        "22-07",       "25:00-07:00",   "22:60-07:00",
		"22:00-07:00 ", "07:00-07:00", "22:00 - 07:00", "x",
		"22:0-07:00",   "-1:00-07:00", "22:00-24:30"};
	char text[100];

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		snprintf(text, sizeof text, "'url':'http://a/','quiet_hours':'%s'", good[i]);
		expect_taken(text);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(text, sizeof text, "'url':'http://a/','quiet_hours':'%s'", bad[i]);
		expect(text, "quiet_hours", "no span", "22:00-07:00");
	}
}

static void group_by_match_and_language__are__what_there_is(void **state)
{
	expect_taken("'url':'http://a/','group_by':['rule','labels.region','tag']");
	expect("'url':'http://a/','group_by':['rules']", "group_by", "nothing that alerts have",
	       "rule?");
	expect("'url':'http://a/','group_by':['labels.']", "group_by", "", "labels");
	expect("'url':'http://a/','match':['severity>']", "match", "", "");
	expect("'url':'http://a/','language':'tlh'", "language", "not one of", "");
	expect("'url':'http://a/','brief':'99 7 * * *'", "brief", "", "");
	expect_taken("'url':'http://a/','language':'de','brief':'0 7 * * *'");
}

static void subscription__judges__its_topics_and_conditions(void **state)
{
	struct error e = {0};

	if (!takes("subscription",
		   "{'name':'n','url':'http://a/','secret':{'secret':'s'},'topics':['monitor'],"
		   "'match':['severity>=warning']}",
		   &e))
		fail_msg("%s", e.text);
	assert_false(takes(
		"subscription",
		"{'name':'n','url':'http://a/','secret':{'secret':'s'},'topics':['Mon itor']}",
		&e));
	assert_string_equal(e.field, "topics");
	assert_false(takes("subscription",
			   "{'name':'n','url':'http://a/','secret':{'secret':'s'},'match':['x']}",
			   &e));
	assert_string_equal(e.field, "match");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(webhook__needs__one_address_and_a_secret),
		cmocka_unit_test(headers__are__one_line_each_and_not_those_of_the_message),
		cmocka_unit_test(quiet_hours__are__a_span_of_the_day),
		cmocka_unit_test(group_by_match_and_language__are__what_there_is),
		cmocka_unit_test(subscription__judges__its_topics_and_conditions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
