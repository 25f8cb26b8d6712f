/* What every descriptor must keep: so a wrong default or an example that is refused is found here.
 */
#include "tests/unit/shared/schema/support.h"

#include "shared/schema/files.h"
#include "shared/schema/internal.h"

static void check_field(const struct field *f)
{
	struct error e = {0};
	assert_non_null(f->name);
	assert_non_null(f->help);
	assert_true(strspn(f->name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(f->name));
	assert_true(strlen(f->help) > 5);
	if (f->help[strlen(f->help) - 1] == '.' || strlen(f->help) > 100)
		fail_msg("help of %s: no full stop, at most 100 bytes", f->name);
	assert_true(f->type != FIELD_ENUM || f->choices);
	assert_true(f->min <= f->max || f->type == FIELD_HOST_PORT);
	json_t *dflt = field_default(f);
	if (f->dflt && !dflt)
		fail_msg("the default of %s is refused", f->name);
	json_decref(dflt);
	/* The example, as it would stand in a file. */
	if (!f->example)
		fail_msg("%s has no example", f->name);
	char *line = mem_printf("%s: %s\n", f->name, f->example);
	json_t *doc = yaml_read_mapping(line, strlen(line), NULL, &e);
	if (!doc)
		fail_msg("%s: %s", line, e.text);
	json_t *value = field_canonical(f, json_object_get(doc, f->name), SCHEMA_LOOSE, &e);
	if (!value)
		fail_msg("example of %s: %s", f->name, e.text);
	json_decref(value);
	json_decref(doc);
	free(line);
	for (size_t i = 0; i < f->n_members; i++)
		check_field(&f->members[i]);
}

static void fields__are__complete_and_their_examples_valid(void **state)
{
	for (size_t i = 0; resource_table[i]; i++) {
		const struct resource_kind *k = resource_table[i];
		for (size_t j = 0; j < k->n_fields; j++)
			check_field(&k->fields[j]);
		for (size_t j = 0; j < k->n_list_params; j++)
			check_field(&k->list_params[j]);
		for (size_t j = 0; j < k->n_actions; j++) {
			for (size_t n = 0; n < k->actions[j].n_params; n++)
				check_field(&k->actions[j].params[n]);
		}
		for (size_t v = 0; k->variants && k->variants[v]; v++) {
			for (size_t j = 0; j < k->variants[v]->n_fields; j++)
				check_field(&k->variants[v]->fields[j]);
		}
	}
}

static bool among(const char *word, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++) {
		if (!strcmp(words[i], word))
			return true;
	}
	return false;
}

static void kinds__have__all_that_screens_and_routes_need(void **state)
{
	static const char *const common[] = {"name", "id", "updated_at", "created_at", NULL};
	for (size_t i = 0; resource_table[i]; i++) {
		const struct resource_kind *k = resource_table[i];
		assert_true(k->kind && k->plural && k->title && k->help && k->prefix);
		assert_true(k->n_columns > 0 && k->sorts && k->sorts[0] && k->filters &&
			    k->examples);
		assert_ptr_equal(resource_kind_find(k->kind), k);
		assert_ptr_equal(resource_kind_find(k->plural), k);
		for (size_t c = 0; c < k->n_columns; c++) {
			char member[64];
			strcpy(member, k->columns[c].path);
			member[strcspn(member, ".")] = '\0';
			bool known = among(member, common) || among(member, k->outputs) ||
				     resource_field_any(k, member);
			if (!known)
				fail_msg("column %s of %s shows nothing", member, k->kind);
		}
		for (size_t x = 0; k->examples[x]; x++)
			assert_int_equal(strncmp(k->examples[x], "sellersmart ", 12), 0);
		for (size_t o = 0; k->outputs && k->outputs[o]; o++)
			assert_null(resource_field_any(k, k->outputs[o]));
	}
	assert_null(resource_kind_find("nothing"));
}

static void kinds__come__in_order_of_need(void **state)
{
	assert_true(resource_kind_find("secret")->order < resource_kind_find("monitor")->order);
}

static void variants__are__the_table_and_the_choices(void **state)
{
	const struct resource_kind *k = kind("monitor");
	const struct field *type = resource_field(k, NULL, k->variant_field);
	size_t n = 0, table = 0;
	while (check_variant_table[table])
		table++;
	for (; k->variants[n]; n++) {
		const struct field *fields[FIELDS_MAX];
		assert_string_equal(type->choices[n], k->variants[n]->name);
		assert_true(k->variants[n]->title && k->variants[n]->examples);
		size_t count = resource_fields(k, k->variants[n], fields);
		assert_true(count < FIELDS_MAX);
		for (size_t i = 0; i < count; i++) {
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(fields[i]->name, fields[j]->name);
		}
		assert_ptr_equal(fields[0], type);
	}
	assert_null(type->choices[n]);
	assert_int_equal(n, table);
}

/* Of whatever has an address, a program or steps; a job's name is known to who made the job. */
static void variants__propose__a_name_that_is_valid(void **state)
{
	const struct resource_kind *k = kind("monitor");
	for (size_t n = 0; k->variants[n]; n++) {
		const struct variant *v = k->variants[n];
		json_t *input = json_pack("{s:s}", "type", v->name);
		char name[NAME_MAX_BYTES + 1];
		for (size_t f = 0; f < v->n_fields; f++) {
			if (!strcmp(v->fields[f].name, "target") ||
			    !strcmp(v->fields[f].name, "program"))
				json_object_set_new(input, v->fields[f].name,
						    json_string(v->fields[f].example));
		}
		if (!strcmp(v->name, "steps"))
			json_object_set_new(
				input, "steps",
				json_pack("[{s:s}]", "url", "https://shop.example/?token=1"));
		bool proposed = k->name_propose(input, name, sizeof(name));
		if (proposed != (strcmp(v->name, "heartbeat") != 0))
			fail_msg("%s proposes %s", v->name, proposed ? name : "no name");
		assert_true(!proposed || name_valid(k, name, NULL));
		assert_true(!proposed || !strstr(name, "token"));
		json_decref(input);
	}
}

static void fields__of_a_variant__replace_the_kinds(void **state)
{
	const struct resource_kind *k = kind("monitor");
	json_t *spec = json("{'type':'heartbeat'}");
	const struct variant *v = resource_variant(k, spec);
	assert_string_equal(v->name, "heartbeat");
	assert_string_equal(resource_field(k, v, "failures")->dflt, "1");
	assert_string_equal(resource_field(k, NULL, "failures")->dflt, "3");
	const struct field *fields[FIELDS_MAX];
	size_t n = resource_fields(k, v, fields);
	for (size_t i = 0; i < n; i++)
		assert_string_not_equal(fields[i]->name, "interval");
	json_decref(spec);
}

/* Every field of an HTTP monitor at once. */
static void validate__accepts__a_full_monitor(void **state)
{
	char *spec =
		canonical("monitor",
			  "{'name':'shop','target':'https://shop.example/','interval':'30s',"
			  "'timeout':'5s','failures':2,'retry_interval':'5s','recoveries':1,"
			  "'runbook':'https://host.example/panel','method':'POST',"
			  "'headers':{'X-Api-Key':{'secret':'shop-key'}},'body':'{}',"
			  "'basic_user':'monitor','basic_password':{'secret':'pw'},'redirects':3,"
			  "'status':'200-299','keyword':'basket','keyword_absent':'fatal',"
			  "'pattern':'(?i)in stock','pattern_absent':'error',"
			  "'expect_headers':{'Content-Type':'^text/html'},'slow':'2s',"
			  "'max_body':'64KiB','resolve_timeout':'1s','connect_timeout':'1s',"
			  "'tls_timeout':'1s','first_byte_timeout':'2s','transfer_timeout':'2s',"
			  "'verify':false,'cert_days':30,'connection':'reuse',"
			  "'user_agent':'x','ip':'both','labels':{'shop':'lamps'}}",
			  0);
	assert_contains(spec, "\"ip\":\"both\"");
	free(spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields__are__complete_and_their_examples_valid),
		cmocka_unit_test(kinds__have__all_that_screens_and_routes_need),
		cmocka_unit_test(kinds__come__in_order_of_need),
		cmocka_unit_test(variants__are__the_table_and_the_choices),
		cmocka_unit_test(variants__propose__a_name_that_is_valid),
		cmocka_unit_test(fields__of_a_variant__replace_the_kinds),
		cmocka_unit_test(validate__accepts__a_full_monitor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
