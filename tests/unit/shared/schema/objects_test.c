#include "tests/unit/shared/schema/support.h"

#include <stdio.h>

#include "shared/schema/describe.h"
#include "shared/schema/files.h"

static const struct field source_fields[] = {
	{.name = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED, .help = "What it is called"},
	{.name = "css", .type = FIELD_TEXT, .min = 1, .max = 100, .help = "A selector"},
	{.name = "attribute", .type = FIELD_TEXT, .dflt = "text", .help = "An attribute"},
};
static const char *const methods[] = {"GET", "POST", NULL};
static const struct field step_fields[] = {
	{.name = "name", .type = FIELD_NAME, .flags = FIELD_REQUIRED, .help = "What it is called"},
	{.name = "method", .type = FIELD_ENUM, .choices = methods, .dflt = "GET", .help = "Method"},
	{.name = "url",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 200,
	 .flags = FIELD_REQUIRED,
	 .help = "Where to",
	 .example = "/login"},
	{.name = "redirects", .type = FIELD_INT, .min = 0, .max = 9, .dflt = "5", .help = "Hops"},
	{.name = "follow", .type = FIELD_BOOL, .dflt = "true", .help = "Follow them"},
	{.name = "timeout", .type = FIELD_DURATION, .min = 1, .max = 9000, .help = "Its deadline"},
	{.name = "body", .type = FIELD_TEXT, .flags = FIELD_MULTILINE, .help = "Its body"},
	{.name = "form",
	 .type = FIELD_TEXT_MAP,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE,
	 .max = 4,
	 .help = "Fields"},
	{.name = "expect", .type = FIELD_TEXT_LIST, .max = 3, .help = "What must be there"},
	{.name = "token", .type = FIELD_SECRET, .help = "A secret"},
	{.name = "save",
	 .type = FIELD_OBJECTS,
	 .max = 3,
	 .members = source_fields,
	 .n_members = ARRAY_LEN(source_fields),
	 .help = "Values to keep"},
};
static const struct field walk_fields[] = {
	{.name = "pause", .type = FIELD_DURATION, .min = 0, .max = 9000, .help = "A rest"},
	{.name = "steps",
	 .type = FIELD_OBJECTS,
	 .flags = FIELD_REQUIRED,
	 .min = 1,
	 .max = 4,
	 .members = step_fields,
	 .n_members = ARRAY_LEN(step_fields),
	 .help = "What to do, in order"},
};
static const struct resource_kind walk = {
	.kind = "walk",
	.plural = "walks",
	.title = "Walks",
	.help = "A test's own kind",
	.ops = OP_ALL,
	.fields = walk_fields,
	.n_fields = ARRAY_LEN(walk_fields),
};

static bool check(const char *text, unsigned flags, struct resource_input *out,
		  struct error_list *errors)
{
	json_t *input = json(text);
	memset(errors, 0, sizeof(*errors));
	json_object_set_new(input, "name", json_string("w"));
	bool fine = resource_validate(&walk, input, flags, NULL, out, errors);
	json_decref(input);
	return fine;
}

static json_t *accepted(const char *text, unsigned flags)
{
	static struct error_list errors;
	struct resource_input in;
	if (!check(text, flags, &in, &errors))
		fail_msg("%s was refused: %s", text, errors.items[0].text);
	json_t *spec = json_incref(in.spec);
	resource_input_fini(&in);
	return spec;
}

static void objects__keep__only_what_differs_from_members_defaults(void **state)
{
	json_t *a = accepted("{'steps':[{'url':'/','name':'one','method':'get','redirects':5,"
			     "'follow':true,'form':{},'save':[],'timeout':null}]}",
			     0);
	char *text = spec_dump(a);
	assert_string_equal(text, "{\"steps\":[{\"name\":\"one\",\"url\":\"/\"}]}");
	free(text);
	json_decref(a);
}

static void objects__are__equal_bytes_for_equal_configurations(void **state)
{
	json_t *a = accepted("{'steps':[{'name':'a','url':'/','form':{'y':'2','x':'1'},"
			     "'timeout':'1000ms'}]}",
			     0);
	json_t *b = accepted("{'steps':[{'timeout':'1s','form':{'x':'1','y':'2'},'url':'/',"
			     "'name':'a'}]}",
			     0);
	char *x = spec_dump(a), *y = spec_dump(b);
	assert_string_equal(x, y);
	free(x);
	free(y);
	json_decref(a);
	json_decref(b);
}

static void objects__take__a_mapping_of_names_where_text_is_typed(void **state)
{
	static struct error_list errors;
	struct resource_input in;
	json_t *a = accepted("{'steps':[{'name':'a','url':'/','save':{'csrf':{'css':'input'},"
			     "'id':{'css':'b'}}}]}",
			     SCHEMA_LOOSE);
	char *text = spec_dump(a);
	assert_string_equal(text, "{\"steps\":[{\"name\":\"a\",\"url\":\"/\",\"save\":["
				  "{\"name\":\"csrf\",\"css\":\"input\"},"
				  "{\"name\":\"id\",\"css\":\"b\"}]}]}");
	free(text);
	json_decref(a);
	/* The API's bodies have one form only, the one that is described. */
	assert_false(check("{'steps':{'a':{'url':'/'}}}", 0, &in, &errors));
	assert_string_equal(errors.items[0].text, "steps: a mapping is not a list");
}

static void objects__name__the_place_of_each_fault(void **state)
{
	static struct error_list errors;
	struct resource_input in;
	static const struct {
		const char *field, *text, *hint;
	} expected[] = {
		{"steps[0].urk", "steps[0]: no field is called \"urk\" here", "did you mean url?"},
		{"steps[0].url", "steps[0].url: missing; Where to", "for example url: /login"},
		{"steps[1].method", "steps[1].method: \"FETCHES\" is not one of GET, POST", ""},
		{"steps[1].redirects", "steps[1].redirects: 50 is above the maximum 9 (0..9)", ""},
		{"steps[1].save[0].name", "steps[1].save[0].name: missing; What it is called", ""},
		{"steps[1].save[1]", "steps[1].save[1]: 7 is not a mapping",
		 "begin each entry with - name: ..."},
		{"steps[2].name", "steps[2].name: \"b\" is taken by steps[1]",
		 "each needs a name of its own"},
	};
	assert_false(check("{'steps':[{'name':'a','urk':'/'},"
			   "{'name':'b','url':'/','method':'FETCHES','redirects':50,"
			   "'save':[{'css':'x'},7]},{'name':'b','url':'/'}]}",
			   0, &in, &errors));
	assert_int_equal(errors.total, ARRAY_LEN(expected));
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_string_equal(errors.items[i].field, expected[i].field);
		assert_string_equal(errors.items[i].text, expected[i].text);
		assert_string_equal(errors.items[i].hint, expected[i].hint);
	}
}

static void objects__have__a_lowest_and_a_highest_number(void **state)
{
	static struct error_list errors;
	struct resource_input in;
	assert_false(check("{'steps':[]}", 0, &in, &errors));
	assert_string_equal(errors.items[0].text, "steps: has 0 entries (1..4)");
	assert_false(check("{'steps':[{},{},{},{},{}]}", 0, &in, &errors));
	assert_string_equal(errors.items[0].text, "steps: has 5 entries (1..4)");
	assert_false(check("{}", 0, &in, &errors));
	assert_string_equal(errors.items[0].text, "steps: missing; What to do, in order");
}

static void objects__never_repeat__a_secret_written_in_the_open(void **state)
{
	static struct error_list errors;
	struct resource_input in;
	assert_false(
		check("{'steps':[{'name':'a','url':'/','token':'hunter2'}]}", 0, &in, &errors));
	assert_string_equal(errors.items[0].field, "steps[0].token");
	assert_null(strstr(errors.items[0].text, "hunter2"));
	assert_contains(errors.items[0].text, "{secret: NAME}");
}

static void list_names(const char *name, void *arg)
{
	buf_printf(arg, "%s ", name);
}

static void each_secret__finds__those_inside_of_objects(void **state)
{
	json_t *spec = accepted("{'steps':[{'name':'a','url':'/','token':{'secret':'t'},"
				"'form':{'p':{'secret':'s'},'q':'secret:no'}}]}",
				0);
	struct buf out = BUF_INIT(100);
	spec_each_secret(spec, list_names, &out);
	assert_true(!strcmp(buf_str(&out), "t s ") || !strcmp(buf_str(&out), "s t "));
	buf_fini(&out);
	json_decref(spec);
}

static void write_effective__fills__defaults_inside_of_objects(void **state)
{
	json_t *spec = accepted("{'steps':[{'name':'a','url':'/','save':[{'name':'x'}]}]}", 0);
	struct buf out = BUF_INIT(1000);
	struct json_writer w;
	jw_init(&w, &out);
	jw_object(&w);
	spec_write_effective(&w, &walk, spec);
	jw_object_end(&w);
	assert_string_equal(buf_str(&out),
			    "{\"steps\":[{\"name\":\"a\",\"method\":\"GET\",\"url\":\"/\","
			    "\"redirects\":5,\"follow\":true,"
			    "\"save\":[{\"name\":\"x\",\"attribute\":\"text\"}]}]}");
	buf_fini(&out);
	json_decref(spec);
}

static void members__are_read__with_their_defaults(void **state)
{
	json_t *spec =
		accepted("{'steps':[{'name':'a','url':'/','timeout':'2s','follow':false}]}", 0);
	const struct field *steps = &walk_fields[1];
	const json_t *entry = json_array_get(json_object_get(spec, "steps"), 0);
	assert_string_equal(member_text(steps, entry, "method"), "GET");
	assert_null(member_text(steps, entry, "body"));
	assert_int_equal(member_int(steps, entry, "redirects"), 5);
	assert_int_equal(member_ms(steps, entry, "timeout"), 2000);
	assert_false(member_bool(steps, entry, "follow"));
	assert_int_equal(member_int(steps, entry, "no_such"), 0);
	json_decref(spec);
}

static void note(const char *field, const char *from, const char *to, void *arg)
{
	buf_printf(arg, "%s: %s -> %s\n", field, from ? from : "nothing", to ? to : "nothing");
}

static void diff__compares__entries_by_name(void **state)
{
	json_t *from = accepted("{'steps':[{'name':'login','url':'/login','save':[{'name':'csrf',"
				"'css':'a'}]},{'name':'pay','url':'/pay'}]}",
				0);
	json_t *to = accepted("{'steps':[{'name':'login','url':'/in','save':[{'name':'csrf',"
			      "'css':'b'}]},{'name':'basket','url':'/b','method':'POST'},"
			      "{'name':'pay','url':'/pay'}]}",
			      0);
	struct buf out = BUF_INIT(1000);
	spec_diff(&walk, from, to, note, &out);
	assert_string_equal(buf_str(&out), "steps: login, pay -> login, basket, pay\n"
					   "steps.login.url: /login -> /in\n"
					   "steps.login.save.csrf.css: a -> b\n"
					   "steps.basket.method: GET -> POST\n"
					   "steps.basket.url: nothing -> /b\n");
	buf_reset(&out);
	spec_diff(&walk, to, to, note, &out);
	assert_int_equal(out.len, 0);
	buf_fini(&out);
	json_decref(from);
	json_decref(to);
}

static void patch__replaces__a_list_as_a_whole(void **state)
{
	static struct error_list errors;
	struct resource_input out;
	json_t *spec = accepted("{'steps':[{'name':'a','url':'/','method':'POST'}]}", 0);
	json_t *patch = json("{'steps':[{'name':'b','url':'/b'}]}");
	memset(&errors, 0, sizeof(errors));
	assert_true(resource_patch(&walk, "w", spec, NULL, patch, 0, &out, &errors));
	char *text = spec_dump(out.spec);
	assert_string_equal(text, "{\"steps\":[{\"name\":\"b\",\"url\":\"/b\"}]}");
	free(text);
	resource_input_fini(&out);
	json_decref(patch);
	json_decref(spec);
}

static void yaml__of_objects__reads_back_as_the_same(void **state)
{
	static struct error_list errors;
	json_t *spec = accepted("{'pause':'1s','steps':[{'name':'login','method':'POST',"
				"'url':'/login?a=b: c','body':'one\\ntwo\\n','timeout':'2s',"
				"'form':{'user':'me','password':{'secret':'pw'},'no':'yes'},"
				"'expect':['- x',': y'],'token':{'secret':'t'},"
				"'save':[{'name':'csrf','css':'input[name=\\\\x]'}]},"
				"{'name':'b','url':'#'}]}",
				0);
	struct buf out = BUF_INIT(10000);
	struct resource_item item;
	resource_write_yaml(&out, &walk, "w", NULL, spec);
	assert_contains(buf_str(&out), "    steps:\n"
				       "      - name: login\n"
				       "        method: POST\n");
	assert_contains(buf_str(&out), "        form:\n"
				       "          \"no\": \"yes\"\n"
				       "          password: {secret: pw}\n");
	assert_contains(buf_str(&out), "        save:\n"
				       "          - name: csrf\n"
				       "            css: ");
	struct resource_file *f = resource_file_from_memory(out.data, out.len);
	resource_file_expect(f, &walk, NULL);
	memset(&errors, 0, sizeof(errors));
	if (resource_file_next(f, &item, &errors) != 1)
		fail_msg("%s\n%s", errors.items[0].text, buf_str(&out));
	char *x = spec_dump(spec), *y = spec_dump(item.input.spec);
	assert_string_equal(x, y);
	free(x);
	free(y);
	resource_input_fini(&item.input);
	resource_file_free(f);
	buf_fini(&out);
	json_decref(spec);
}

static void file__tells__the_line_of_a_member_of_an_entry(void **state)
{
	static struct error_list errors;
	static const char text[] = "name: w\n"
				   "steps:\n"
				   "  - name: one\n"
				   "    url: /\n"
				   "  - name: two\n"
				   "    url: /\n"
				   "    redirects: 99\n"
				   "    save:\n"
				   "      csrf: {css: ''}\n"
				   "  - url: /three\n";
	struct resource_item item;
	struct resource_file *f = resource_file_from_memory(text, strlen(text));
	resource_file_expect(f, &walk, NULL);
	memset(&errors, 0, sizeof(errors));
	assert_int_equal(resource_file_next(f, &item, &errors), -1);
	assert_int_equal(errors.total, 3);
	assert_string_equal(errors.items[0].field, "steps[1].redirects");
	assert_int_equal(errors.items[0].line, 7);
	assert_string_equal(errors.items[1].field, "steps[1].save[0].css");
	assert_int_equal(errors.items[1].line, 8);
	assert_string_equal(errors.items[2].field, "steps[2].name");
	assert_int_equal(errors.items[2].line, 10);
	resource_file_free(f);
}

static void file__puts__expected_members_over_its_own(void **state)
{
	static struct error_list errors;
	static const char text[] = "pause: 1s\nsteps: [{name: a, url: /}]\n";
	struct resource_item item;
	json_t *over = json("{'name':'other','pause':'2s'}");
	struct resource_file *f = resource_file_from_memory(text, strlen(text));
	resource_file_expect(f, &walk, over);
	memset(&errors, 0, sizeof(errors));
	assert_int_equal(resource_file_next(f, &item, &errors), 1);
	assert_ptr_equal(item.kind, &walk);
	assert_string_equal(item.input.name, "other");
	assert_string_equal(spec_text(&walk, item.input.spec, "pause"), "2s");
	resource_input_fini(&item.input);
	resource_file_free(f);
	json_decref(over);
}

static void text__of_objects__is_their_names(void **state)
{
	json_t *spec = accepted("{'steps':[{'name':'a','url':'/'},{'name':'b','url':'/'}]}", 0);
	char text[64];
	field_text(&walk_fields[1], json_object_get(spec, "steps"), text, sizeof(text));
	assert_string_equal(text, "a, b");
	json_decref(spec);
}

static void flag__takes__objects_as_json_only(void **state)
{
	struct error e = {0};
	json_t *object = json_object();
	assert_int_equal(field_collect(&walk_fields[1], object, "[{\"name\":\"a\"}]", &e), 0);
	assert_int_equal(json_array_size(json_object_get(object, "steps")), 1);
	assert_int_equal(field_collect(&walk_fields[1], object, "a, b", &e), ERR_INVALID);
	assert_string_equal(e.hint, "write it in a file and give that: -f FILE");
	json_decref(object);
}

static void manual_and_help__describe__the_members(void **state)
{
	struct buf out = BUF_INIT(100000);
	schema_write_man(&out, &walk);
	assert_contains(buf_str(&out), ".B steps\nWhat to do, in order.\n"
				       "(list of mappings, 1..4, required)\n.RS\n.TP\n.B name\n");
	assert_contains(buf_str(&out), ".RS\n.TP\n.B name\nWhat it is called.\n(name, required)\n"
				       ".TP\n.B css\n");
	buf_reset(&out);
	schema_write_help(&out, &walk, "add", NULL);
	assert_contains(buf_str(&out),
			"  --steps\n      What to do, in order (list of mappings, "
			"1..4, required)\n        name: What it is called (name, required)\n");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects__keep__only_what_differs_from_members_defaults),
		cmocka_unit_test(objects__are__equal_bytes_for_equal_configurations),
		cmocka_unit_test(objects__take__a_mapping_of_names_where_text_is_typed),
		cmocka_unit_test(objects__name__the_place_of_each_fault),
		cmocka_unit_test(objects__have__a_lowest_and_a_highest_number),
		cmocka_unit_test(objects__never_repeat__a_secret_written_in_the_open),
		cmocka_unit_test(each_secret__finds__those_inside_of_objects),
		cmocka_unit_test(write_effective__fills__defaults_inside_of_objects),
		cmocka_unit_test(members__are_read__with_their_defaults),
		cmocka_unit_test(diff__compares__entries_by_name),
		cmocka_unit_test(patch__replaces__a_list_as_a_whole),
		cmocka_unit_test(yaml__of_objects__reads_back_as_the_same),
		cmocka_unit_test(file__tells__the_line_of_a_member_of_an_entry),
		cmocka_unit_test(file__puts__expected_members_over_its_own),
		cmocka_unit_test(text__of_objects__is_their_names),
		cmocka_unit_test(flag__takes__objects_as_json_only),
		cmocka_unit_test(manual_and_help__describe__the_members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
