#include "tests/unit/shared/schema/support.h"

#include "shared/schema/shape.h"

static char *shaped(struct buf *out, const char *shape)
{
	struct json_writer w;
	buf_reset(out);
	jw_init(&w, out);
	jw_object(&w);
	shape_write(&w, shape);
	jw_object_end(&w);
	return (char *)buf_str(out);
}

static void shape__of_scalars__is_their_type(void **state)
{
	struct buf out = BUF_INIT(4096);
	assert_string_equal(shaped(&out, "str"), "{\"type\":\"string\"}");
	assert_string_equal(shaped(&out, "int?"), "{\"type\":[\"integer\",\"null\"]}");
	assert_string_equal(shaped(&out, "time"), "{\"type\":\"string\",\"format\":\"date-time\"}");
	assert_string_equal(shaped(&out, "any"), "{}");
	assert_string_equal(shaped(&out, "<up|down>?"),
			    "{\"type\":[\"string\",\"null\"],\"enum\":[\"up\",\"down\",null]}");
	buf_fini(&out);
}

static void shape__of_objects__nests_and_requires(void **state)
{
	struct buf out = BUF_INIT(4096);
	assert_string_equal(
		shaped(&out, "{a:int b?:[{c:num?}]?}"),
		"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},"
		"\"b\":{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"object\",\"properties\":"
		"{\"c\":{\"type\":[\"number\",\"null\"]}},\"required\":[\"c\"]}}},\"required\":[\"a\"]}");
	assert_string_equal(
		shaped(&out, "{*:{x:bool}}"),
		"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"properties\":"
		"{\"x\":{\"type\":\"boolean\"}},\"required\":[\"x\"]}}");
	buf_fini(&out);
}

static void shape__of_references__points_into_the_document(void **state)
{
	struct buf out = BUF_INIT(4096);
	assert_string_equal(
		shaped(&out, "[=Monitor]"),
		"{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Monitor\"}}");
	assert_string_equal(
		shaped(&out, "=Monitor?"),
		"{\"anyOf\":[{\"$ref\":\"#/components/schemas/Monitor\"},{\"type\":\"null\"}]}");
	buf_fini(&out);
}

/* What the client lists as outputs of a kind and what the document says of them are one list. */
static void live_shape__names__each_output_once(void **state)
{
	for (size_t i = 0; resource_table[i]; i++) {
		const struct resource_kind *k = resource_table[i];
		struct buf out = BUF_INIT(1 << 16);
		struct error e = {0};
		if (!k->live)
			continue;
		const char *text = shaped(&out, k->live);
		json_t *schema = json_read(text, strlen(text), 1 << 16, &e);
		const json_t *properties = json_object_get(schema, "properties");
		size_t n = 0;
		for (; k->outputs[n]; n++)
			if (!json_object_get(properties, k->outputs[n]))
				fail_msg("%s: %s has no shape", k->kind, k->outputs[n]);
		assert_int_equal(json_object_size(properties), n);
		json_decref(schema);
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shape__of_scalars__is_their_type),
		cmocka_unit_test(shape__of_objects__nests_and_requires),
		cmocka_unit_test(shape__of_references__points_into_the_document),
		cmocka_unit_test(live_shape__names__each_output_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
