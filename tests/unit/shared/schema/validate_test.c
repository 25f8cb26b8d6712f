#include "tests/unit/shared/schema/support.h"

#include "shared/schema/files.h"

static void validate__guesses__type_and_name_from_target(void **state)
{
	static const struct {
		const char *target, *type, *name;
	} cases[] = {
		{"https://Shop.Example/Cart?token=1", "http", "shop-example-cart"},
		{"http://127.0.0.1:8080/", "http", "127-0-0-1-8080"},
		{"tcp://db.example:5432", "tcp", "db-example-5432"},
		{"db.example:5432", "tcp", "db-example-5432"},
		{"[::1]:22", "tcp", "1-22"},
		{"tls://shop.example", "tls", "shop-example"},
		{"smtp://mail.example", "smtp", "mail-example"},
		{"wss://Shop.Example/live", "websocket", "shop-example-live"},
		{"dns://Shop.Example.", "dns", "shop-example"},
		{"ping://[2001:DB8::1]/", "ping", "2001-db8-1"},
		{"http://status/", "http", "status-monitor"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error_list errors = {.n = 0};
		struct resource_input in;
		json_t *input = json_pack("{s:s}", "target", cases[i].target);
		assert_true(resource_validate(kind("monitor"), input, 0, NULL, &in, &errors));
		assert_string_equal(json_str(in.spec, "type", ""), cases[i].type);
		assert_string_equal(in.name, cases[i].name);
		assert_null(in.labels);
		resource_input_fini(&in);
		json_decref(input);
	}
}

static void validate__keeps__each_tag_once(void **state)
{
	char *spec = canonical("monitor", "{'target':'http://a/','tags':['eu','shop','eu']}", 0);
	assert_contains(spec, "\"tags\":[\"eu\",\"shop\"]");
	free(spec);
	assert_ptr_equal(resource_field_flagged(kind("monitor"), "tag"),
			 resource_field(kind("monitor"), NULL, "tags"));
}

static void validate__keeps__the_host_alone(void **state)
{
	static const char *const targets[] = {"dns://Shop.Example.", "https://shop.example:8443/x",
					      "shop.example"};
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		char *input = mem_printf("{'type':'dns','target':'%s','server':'ns1.example',"
					 "'expect':'192.0.2.1','name':'n'}",
					 targets[i]);
		char *spec = canonical("monitor", input, SCHEMA_LOOSE);
		assert_string_equal(spec,
				    "{\"type\":\"dns\",\"target\":\"shop.example\","
				    "\"expect\":[\"192.0.2.1\"],\"server\":\"ns1.example:53\"}");
		free(spec);
		free(input);
	}
}

static void validate__keeps__only_what_differs_from_defaults(void **state)
{
	char *plain = canonical("monitor", "{'target':'http://a/'}", 0);
	char *same =
		canonical("monitor",
			  "{'paused':false,'status':'2xx','retry_interval':'20000ms','verify':true,"
			  "'max_body':1048576,'target':'http://a/','interval':'1m','ip':'auto',"
			  "'headers':{},'keyword':null}",
			  0);
	assert_string_equal(plain, "{\"type\":\"http\",\"target\":\"http://a/\"}");
	assert_string_equal(plain, same);
	free(plain);
	free(same);
}

static void validate__gives__equal_bytes_for_equal_configurations(void **state)
{
	char *a = canonical("monitor",
			    "{'name':'x','target':'http://a/','headers':{'B':'2','A':'1'},"
			    "'timeout':'5000ms','status':'301, 200,201-202','max_body':'64KiB'}",
			    0);
	char *b = canonical("monitor",
			    "{'max_body':65536,'status':'200-202,301','timeout':'5s',"
			    "'headers':{'A':'1','B':'2'},'target':'http://a/','name':'y'}",
			    0);
	assert_string_equal(a, b);
	assert_contains(a, "\"headers\":{\"A\":\"1\",\"B\":\"2\"}");
	assert_contains(a, "\"max_body\":\"64KiB\"");
	free(a);
	free(b);
}

static void validate__takes__scalars_as_text_when_loose(void **state)
{
	char *spec = canonical("monitor",
			       "{'target':'http://a/','failures':'2','verify':'no','ip':'4',"
			       "'headers':{'X':'1'},'status':'200','cert_days':'0','paused':'Yes'}",
			       SCHEMA_LOOSE);
	assert_string_equal(spec, "{\"type\":\"http\",\"target\":\"http://a/\",\"failures\":2,"
				  "\"paused\":true,\"headers\":{\"X\":\"1\"},\"status\":\"200\","
				  "\"verify\":false,\"cert_days\":0,\"ip\":\"4\"}");
	free(spec);
	struct error e = refused("monitor", "{'target':'http://a/','failures':'2'}", 0);
	assert_contains(e.text, "failures: \"2\" is text");
	e = refused("monitor", "{'target':'http://a/','verify':'no'}", 0);
	assert_contains(e.text, "verify: \"no\" is neither true nor false");
}

/* Field, value, limit and hint are in each refusal. */
static void validate__names__field_value_limit_and_hint(void **state)
{
	static const struct {
		const char *input, *field, *text, *hint;
	} cases[] = {
		{"'interval':'5'", "interval",
		 "interval: \"5\" has no unit; write 5s or 5m (1s..1d)", "interval: 30s"},
		{"'interval':5", "interval", "interval: 5 has no unit; write 5s or 5m", "30s"},
		{"'interval':'5 parsecs'", "interval", "is not a duration; write", "30s"},
		{"'interval':'500ms'", "interval",
		 "interval: \"500ms\" is below the minimum 1s (1s..1d)", "30s"},
		{"'interval':'25h'", "interval", "is above the maximum 1d (1s..1d)", "30s"},
		{"'interval':true", "interval", "interval: true is not a duration", "30s"},
		{"'interval':{}", "interval", "a mapping is not a duration", "30s"},
		{"'failures':0", "failures", "failures: 0 is below the minimum 1 (1..20)",
		 "failures: 2"},
		{"'failures':21", "failures", "is above the maximum 20 (1..20)", ""},
		{"'failures':1.5", "failures", "failures: 1.5 is not a whole number (1..20)", ""},
		{"'ip':'5'", "ip", "ip: \"5\" is not one of auto, 4, 6, both", ""},
		{"'method':'PSOT'", "method", "is not one of GET, HEAD, POST",
		 "did you mean POST?"},
		{"'intervall':'5s'", "intervall", "intervall: a monitor has no such field",
		 "did you mean interval?"},
		{"'retry-interval':'5s'", "retry-interval", "no such field",
		 "did you mean retry_interval?"},
		{"'zzzzzzzzzz':1", "zzzzzzzzzz", "no such field", "sellersmart help monitor"},
		{"'grace':'1h'", "grace",
		 "grace: not a field of a http monitor; heartbeat monitors have it",
		 "another type"},
		{"'max_body':'1XB'", "max_body", "max_body: \"1XB\" is not a size; write 64KiB",
		 "64KiB"},
		{"'max_body':'17MiB'", "max_body", "is above the maximum 16MiB (1KiB..16MiB)", ""},
		{"'max_body':-5", "max_body", "is below the minimum 1KiB", ""},
		{"'status':'2000'", "status", "status: \"2000\" is not a set of HTTP statuses",
		 "200-299"},
		{"'pattern':'(a'", "pattern", "missing closing parenthesis", "pattern: "},
		{"'pattern':''", "pattern", "is empty", ""},
		{"'keyword':''", "keyword", "keyword: \"\" is empty (1..1024 bytes)",
		 "Add to basket"},
		{"'keyword':7", "keyword", "keyword: 7 is not text", ""},
		{"'keyword':'a\\u0007'", "keyword", "has control characters", ""},
		{"'headers':'x'", "headers", "headers: \"x\" is not a mapping", ""},
		{"'headers':{'A':1}", "headers.A",
		 "headers.A: the value is not text or {secret: NAME}", ""},
		{"'headers':{'A':'x\\r\\nB: y'}", "headers.A", "has control characters", ""},
		{"'headers':{'A b':'x'}", "headers", "is not the name of a header", "X-Name"},
		{"'headers':{'Content-Length':'5'}", "headers",
		 "Content-Length is set by the program", "leave it out"},
		{"'headers':{'secret':'x'}", "headers", "stands for one value", "KEY"},
		{"'expect_headers':{'Server':'(x'}", "expect_headers.Server", "not a pattern", ""},
		{"'bearer':{'secret':'No Name'}", "bearer", "bearer: the secret's name", "no-name"},
		{"'name':'My Shop'", "name", "name: \"My Shop\" has characters", "write my-shop"},
		{"'name':'status'", "name", "is a word of the address /v1/monitors/status",
		 "status-1"},
		{"'name':'mon_0000000000000'", "name", "looks like an id", "mon-0000000000000"},
		{"'name':5", "name", "name: 5 is not text", ""},
		{"'labels':{'A':'x'}", "labels", "labels: \"A\" is not a key", "shop: lamps"},
		{"'labels':[]", "labels", "labels: a list is not a mapping", ""},
		{"'renamed_from':'A b'", "renamed_from", "is not the former name of a monitor", ""},
		{"'timeout':'11s','interval':'1s'", "timeout",
		 "more than ten times the interval 1s", "shorter"},
		{"'slow':'10s'", "slow", "slow: 10s is never reached", "below timeout"},
		{"'tls_timeout':'11s'", "tls_timeout", "longer than the whole timeout 10s",
		 "at most"},
		{"'method':'HEAD','keyword':'x'", "keyword", "a HEAD request has no body", "GET"},
		{"'basic_user':'u'", "basic_password", "needs user and password", "secret"},
		{"'basic_user':'u:p','basic_password':{'secret':'p'}", "basic_user", "no colon",
		 ""},
		{"'basic_user':'u','basic_password':{'secret':'p'},'bearer':{'secret':'t'}",
		 "bearer", "not together with basic_user", "only one"},
		{"'bearer':{'secret':'t'},'headers':{'authorization':'x'}", "headers",
		 "already set", "only one"},
		{"'oauth_token_url':'https://l/t'", "oauth_client_id", "missing; a token needs",
		 "oauth_client_secret: {secret: NAME}"},
		{"'oauth_scope':'x'", "oauth_token_url", "missing; a token needs",
		 "oauth_token_url"},
		{"'oauth_token_url':'https://l/t','oauth_client_id':'c','oauth_client_secret':"
		 "{'secret':'s'},'bearer':{'secret':'t'}",
		 "oauth_token_url", "not together with bearer", "only one"},
		{"'oauth_token_url':'https://l/t','oauth_client_id':'c','oauth_client_secret':"
		 "{'secret':'s'},'headers':{'Authorization':'x'}",
		 "headers", "already set by bearer, basic_user or oauth_token_url", "only one"},
		{"'client_key':{'secret':'k'}", "client_certificate",
		 "missing; client_key is its key", "{secret: NAME}"},
		{"'client_certificate':{'secret':'c'}", "client_certificate",
		 "an http:// target is asked without TLS", "https://"},
		{"'proxy':'ftp://p:1'", "proxy", "none of http://, https://, socks5h://",
		 "http://proxy.example:3128"},
		{"'proxy':'socks5://p:1'", "proxy", "none of http://", "socks5h"},
		{"'proxy':'http://p'", "proxy", "the port is missing", "http://proxy.example:3128"},
		{"'proxy':'http://p:1/x'", "proxy", "without a path", "3128"},
		{"'proxy':'http://me:word@p:1'", "proxy", "it has a user", "proxy_password"},
		{"'proxy':'http://p:1','proxy_user':'u'", "proxy_password",
		 "missing; proxy_user is given", "{secret: NAME}"},
		{"'proxy_user':'u'", "proxy", "missing; proxy_user is given", "give proxy"},
		{"'proxy':'http://p:1','ip':'both'", "ip", "through a proxy", "4 or 6"},
		{"'css':'h1:hover'", "css", "css: ", ""},
		{"'css':'h1','xpath':'//h1'", "xpath", "not together with css", "second monitor"},
		{"'select_pattern':'x'", "select_pattern", "nothing is selected", "css or xpath"},
		{"'css':'h1','max_body':'5MiB'", "max_body", "look at no more than 4MiB", "4MiB"},
		{"'json_expect':'.a'", "json_expect", "is not a list", ""},
		{"'method':'HEAD','json_expect':['.a']", "json_expect",
		 "a HEAD request has no body", "GET"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = mem_printf("{'target':'http://a/',%s}", cases[i].input);
		struct error e = refused("monitor", text, 0);
		assert_string_equal(e.field, cases[i].field);
		assert_contains(e.text, cases[i].text);
		assert_contains(e.hint, cases[i].hint);
		assert_int_equal(e.code, ERR_INVALID);
		free(text);
	}
}

static void validate__refuses__by_type(void **state)
{
	static const struct {
		const char *input, *field, *text;
	} cases[] = {
		{"{'target':'shop.example'}", "target", "lacks http:// or https://"},
		{"{'target':'http://u:p@a/'}", "target", "user name and password"},
		{"{'target':'http://a/','type':'htp'}", "type", "is not one of http, "},
		{"{'type':'tcp','target':'a'}", "target", "port is missing"},
		{"{'type':'tcp','target':'a:99999'}", "target", "port"},
		{"{'type':'tcp'}", "name", "name: missing"},
		{"{'type':'tcp','name':'x'}", "target", "target: missing; Host and port"},
		{"{'target':'a:1','send':'\\\\q'}", "send", "unknown escape at character 1"},
		{"{'name':'n','cron':'0 3 * *'}", "cron", "cron: "},
		{"{'name':'n','cron':'0 3 * * *','period':'2d'}", "period",
		 "not together with cron"},
		{"{'name':'n','zone':'Europe/Berlin'}", "zone", "only counts with cron"},
		{"{'name':'n','cron':'0 3 * * *','zone':'Mars/Base'}", "zone",
		 "zone: \"Mars/Base\""},
		{"{'name':'n','interval':'5s'}", "interval", "a heartbeat monitor has none"},
		{"{'type':'dns','name':'n'}", "target", "target: missing; Name whose records"},
		{"{'target':'dns://127.0.0.1'}", "target",
		 "is an address; records belong to names"},
		{"{'target':'dns://::1'}", "target", "is an address"},
		{"{'target':'a.example:53','type':'dns'}", "target", "has a port"},
		{"{'target':'dns://a b'}", "target", "no valid name"},
		{"{'target':'dns://a','record':'PTR'}", "record", "is not one of A, AAAA, CNAME"},
		{"{'target':'dns://a','expect':['::1']}", "expect", "is no IPv4 address"},
		{"{'target':'dns://a','record':'AAAA','expect':['1.2.3.4']}", "expect",
		 "is no IPv6 address"},
		{"{'target':'dns://a','record':'MX','expect':['70000 m.a']}", "expect",
		 "is no mail exchanger"},
		{"{'target':'dns://a','record':'NS','expect':['a b']}", "expect", "is no name"},
		{"{'target':'dns://a','expect':'1.2.3.4'}", "expect", "is not a list"},
		{"{'target':'dns://a','match':'any'}", "match", "only counts with expect"},
		{"{'target':'dns://a','server':'ns:0'}", "server", "port"},
		{"{'target':'ping://a','loss_degraded':60,'loss_down':50}", "loss_degraded",
		 "60 % is never reached, down begins at 50 %"},
		{"{'target':'ping://a','count':20,'gap':'1s'}", "gap",
		 "20 packets, 1s apart, do not fit in the timeout 10s"},
		{"{'target':'ping://a','count':21}", "count", "above the maximum 20"},
		{"{'grace':'5m'}", "name", "name: missing"},
		{"[]", "", "a monitor is a mapping"},
		{"7", "", "a monitor is a mapping"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = refused("monitor", cases[i].input, 0);
		assert_string_equal(e.field, cases[i].field);
		assert_contains(e.text, cases[i].text);
	}
}

static void validate__never_repeats__a_literal_secret(void **state)
{
	static const char *const inputs[] = {
		"{'target':'http://a/','bearer':'hunter2-hunter2'}",
		"{'target':'http://a/','basic_user':'u','basic_password':'hunter2-hunter2'}",
		"{'target':'http://a/','bearer':{'secret':'a','value':'hunter2-hunter2'}}",
		"{'target':'http://a/','bearer':['hunter2-hunter2']}",
		"{'target':'http://a/','headers':{'Cookie':'hunter2-hunter2\\n'}}",
	};
	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		struct error e = refused("monitor", inputs[i], SCHEMA_LOOSE);
		assert_null(strstr(e.text, "hunter2"));
		assert_null(strstr(e.hint, "hunter2"));
	}
	struct error e = refused("monitor", inputs[0], 0);
	assert_contains(e.hint, "sellersmart secret set NAME < file");
}

static void validate__makes_safe__what_it_quotes(void **state)
{
	json_t *input =
		json_pack("{s:s, s:s}", "target", "http://a/", "interval",
			  "\x1b[2J\x1b]0;owned\x07 and a very long text that goes on and on "
			  "and on and on and on and on and on and on and on and on and on");
	struct error_list errors = {.n = 0};
	struct resource_input in;
	assert_false(resource_validate(kind("monitor"), input, 0, NULL, &in, &errors));
	for (const char *c = errors.items[0].text; *c; c++)
		assert_true((unsigned char)*c >= 0x20);
	assert_true(strlen(errors.items[0].text) < 250);
	json_decref(input);
}

static void validate__counts__more_faults_than_it_keeps(void **state)
{
	json_t *input = json("{'target':'http://a/'}");
	for (int i = 0; i < 100; i++) {
		char key[16];
		snprintf(key, sizeof(key), "bad%d", i);
		json_object_set_new(input, key, json_integer(1));
	}
	struct error_list errors = {.n = 0};
	struct resource_input in;
	assert_false(resource_validate(kind("monitor"), input, 0, NULL, &in, &errors));
	assert_int_equal(errors.n, ERRORS_MAX);
	assert_int_equal(errors.total, 100);
	json_decref(input);
}

static void validate__reports__every_fault_at_once(void **state)
{
	struct error_list errors = {.n = 0};
	struct resource_input in;
	assert_false(
		validate("monitor",
			 "{'target':'ftp://a/','name':'A','interval':'x','failures':0,'nope':1,"
			 "'type':'http','labels':{'X':'1'}}",
			 0, &in, &errors));
	assert_int_equal(errors.n, 6);
}

static void validate__accepts__its_own_answers(void **state)
{
	static const char *const specs[] = {
		"{'type':'http','target':'https://a/','interval':'2s','headers':{'A':{'secret':'s'}}}",
		"{'type':'tcp','target':'a:1','send':'x'}",
		"{'type':'tls','target':'a:443','verify':false}",
		"{'type':'heartbeat','period':'90m'}",
		"{'type':'heartbeat','cron':'0 3 * * *','zone':'Europe/Berlin'}",
	};
	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		json_t *spec = json(specs[i]);
		struct buf out = BUF_INIT(1 << 16);
		struct json_writer w;
		jw_init(&w, &out);
		jw_object(&w);
		jw_kv_str(&w, "kind", "monitor");
		jw_kv_str(&w, "id", "mon_0000000000001");
		jw_kv_str(&w, "name", "x");
		jw_kv_int(&w, "version", 3);
		spec_write_effective(&w, kind("monitor"), spec);
		jw_kv_str(&w, "state", "up");
		jw_kv_str(&w, "since", "2026-11-22T17:48:03.120Z");
		jw_key(&w, "last");
		jw_null(&w);
		jw_object_end(&w);
		char *again = canonical("monitor", buf_str(&out), 0);
		char *before = canonical("monitor", buf_str(&out), SCHEMA_LOOSE);
		char *expected = mem_strdup(specs[i]);
		for (char *c = expected; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		assert_string_equal(again, expected);
		assert_string_equal(before, expected);
		free(again);
		free(before);
		free(expected);
		buf_fini(&out);
		json_decref(spec);
	}
}

static void validate__keeps__a_patch_as_given(void **state)
{
	struct error_list errors = {.n = 0};
	struct resource_input in;
	assert_true(validate("monitor", "{'interval':'1m','keyword':null,'target':'a:25'}",
			     SCHEMA_PARTIAL, &in, &errors));
	char *spec = spec_dump(in.spec);
	assert_string_equal(spec, "{\"interval\":\"1m\",\"keyword\":null,\"target\":\"a:25\"}");
	assert_string_equal(in.name, "");
	free(spec);
	resource_input_fini(&in);
	struct error e = refused("monitor", "{'interval':'1'}", SCHEMA_PARTIAL);
	assert_string_equal(e.field, "interval");
	e = refused("monitor", "{'nope':1}", SCHEMA_PARTIAL);
	assert_string_equal(e.field, "nope");
}

static void validate__does_without__names_where_nothing_is_added(void **state)
{
	static const struct field fields[] = {
		{.name = "listen", .type = FIELD_TEXT, .min = 1, .max = 20, .help = "Where"},
	};
	static const struct resource_kind settings = {
		.kind = "setting", .plural = "settings", .fields = fields, .n_fields = 1};
	struct error_list errors = {.n = 0};
	struct resource_input in;
	json_t *input = json("{'listen':'here'}");
	assert_true(resource_validate(&settings, input, 0, NULL, &in, &errors));
	assert_string_equal(json_str(in.spec, "listen", ""), "here");
	resource_input_fini(&in);
	json_decref(input);
}

/* ---- patches ---- */

static bool patch(const char *spec, const char *labels, const char *change,
		  struct resource_input *out, struct error_list *errors)
{
	json_t *s = json(spec), *l = json(labels), *c = json(change);
	bool fine = resource_patch(kind("monitor"), "shop", s, l, c, 0, out, errors);
	json_decref(s);
	json_decref(l);
	json_decref(c);
	return fine;
}

static void patch__resets__null_and_merges_maps(void **state)
{
	struct error_list errors = {.n = 0};
	struct resource_input in;
	assert_true(patch("{'type':'http','target':'http://a/','interval':'5s','keyword':'x',"
			  "'headers':{'A':'1','B':{'secret':'s'}}}",
			  "{'shop':'a','tier':'1'}",
			  "{'interval':null,'headers':{'A':null,'B':'2','C':'3'},'keyword':'y',"
			  "'labels':{'tier':null}}",
			  &in, &errors));
	char *spec = spec_dump(in.spec), *labels = spec_dump(in.labels);
	assert_string_equal(spec, "{\"type\":\"http\",\"target\":\"http://a/\","
				  "\"headers\":{\"B\":\"2\",\"C\":\"3\"},\"keyword\":\"y\"}");
	assert_string_equal(labels, "{\"shop\":\"a\"}");
	assert_string_equal(in.name, "shop");
	free(spec);
	free(labels);
	resource_input_fini(&in);
}

static void patch__replaces__a_secret_as_a_whole(void **state)
{
	struct error_list errors = {.n = 0};
	struct resource_input in;
	assert_true(patch("{'type':'http','target':'http://a/','bearer':{'secret':'old'}}", "{}",
			  "{'bearer':{'secret':'new'},'labels':null,'name':'other'}", &in,
			  &errors));
	assert_string_equal(secret_ref(json_object_get(in.spec, "bearer")), "new");
	assert_string_equal(in.name, "other");
	assert_int_equal(json_object_size(in.labels), 0);
	resource_input_fini(&in);
}

static void patch__refuses(void **state)
{
	static const struct {
		const char *change, *field;
	} cases[] = {
		{"{'type':'tcp','target':'a:1'}", "type"},
		{"{'name':null}", "name"},
		{"{'target':null}", "target"},
		{"{'interval':'1'}", "interval"},
		{"{'slow':'1h'}", "slow"},
		{"{'slow':'20s'}", "slow"},
		{"[]", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error_list errors = {.n = 0};
		struct resource_input in;
		assert_false(patch("{'type':'http','target':'http://a/'}", "{}", cases[i].change,
				   &in, &errors));
		assert_string_equal(errors.items[0].field, cases[i].field);
		assert_null(in.spec);
	}
}

static void patch__keeps__the_type_when_it_is_null(void **state)
{
	struct error_list errors = {.n = 0};
	struct resource_input in;
	assert_true(patch("{'type':'tls','target':'a:443'}", "{}", "{'type':null,'paused':true}",
			  &in, &errors));
	assert_string_equal(json_str(in.spec, "type", ""), "tls");
	resource_input_fini(&in);
}

static void fixed_check__refuses__another_type(void **state)
{
	json_t *before = json("{'type':'http','target':'http://a/'}");
	json_t *after = json("{'type':'tcp','target':'a:1'}");
	struct error e = {0};
	assert_int_equal(resource_fixed_check(kind("monitor"), before, after, &e), ERR_INVALID);
	assert_string_equal(e.text,
			    "type: cannot change from \"http\" to \"tcp\" after the monitor "
			    "was made");
	assert_int_equal(resource_fixed_check(kind("monitor"), before, before, NULL), ERR_NONE);
	json_decref(before);
	json_decref(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validate__guesses__type_and_name_from_target),
		cmocka_unit_test(validate__keeps__the_host_alone),
		cmocka_unit_test(validate__keeps__only_what_differs_from_defaults),
		cmocka_unit_test(validate__gives__equal_bytes_for_equal_configurations),
		cmocka_unit_test(validate__takes__scalars_as_text_when_loose),
		cmocka_unit_test(validate__names__field_value_limit_and_hint),
		cmocka_unit_test(validate__refuses__by_type),
		cmocka_unit_test(validate__never_repeats__a_literal_secret),
		cmocka_unit_test(validate__makes_safe__what_it_quotes),
		cmocka_unit_test(validate__counts__more_faults_than_it_keeps),
		cmocka_unit_test(validate__reports__every_fault_at_once),
		cmocka_unit_test(validate__accepts__its_own_answers),
		cmocka_unit_test(validate__keeps__a_patch_as_given),
		cmocka_unit_test(validate__does_without__names_where_nothing_is_added),
		cmocka_unit_test(patch__resets__null_and_merges_maps),
		cmocka_unit_test(patch__replaces__a_secret_as_a_whole),
		cmocka_unit_test(validate__keeps__each_tag_once),
		cmocka_unit_test(patch__refuses),
		cmocka_unit_test(patch__keeps__the_type_when_it_is_null),
		cmocka_unit_test(fixed_check__refuses__another_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
