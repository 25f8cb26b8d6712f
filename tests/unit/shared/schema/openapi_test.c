#include "tests/unit/shared/schema/support.h"

#include "shared/schema/openapi.h"

static json_t *document(void)
{
	struct buf out = BUF_INIT(1 << 20);
	struct json_writer w;
	struct error e = {0};
	jw_init(&w, &out);
	schema_write_openapi(&w);
	assert_false(out.overflow);
	json_t *v = json_read(out.data, out.len, 1 << 20, &e);
	if (!v)
		fail_msg("%s", e.text);
	buf_fini(&out);
	return v;
}

static void resolve_refs(const json_t *v, const json_t *schemas)
{
	static const char prefix[] = "#/components/schemas/";
	const char *key;
	json_t *member;
	size_t i;
	json_object_foreach((json_t *)v, key, member)
	{
		if (!strcmp(key, "$ref")) {
			const char *ref = json_string_value(member);
			assert_int_equal(strncmp(ref, prefix, strlen(prefix)), 0);
			assert_non_null(json_object_get(schemas, ref + strlen(prefix)));
		}
		resolve_refs(member, schemas);
	}
	json_array_foreach((json_t *)v, i, member) resolve_refs(member, schemas);
}

static void openapi__resolves__each_reference(void **state)
{
	json_t *doc = document();
	const json_t *schemas = json_path(doc, "components.schemas");
	assert_true(json_object_size(schemas) > 6);
	resolve_refs(doc, schemas);
	json_decref(doc);
}

static void openapi__has__every_route_of_every_kind(void **state)
{
	json_t *doc = document();
	const json_t *paths = json_object_get(doc, "paths");
	assert_string_equal(json_str(doc, "openapi", ""), "3.1.0");
	assert_non_null(json_object_get(json_object_get(paths, "/v1/monitors"), "post"));
	assert_non_null(json_object_get(json_object_get(paths, "/v1/monitors/{ref}"), "patch"));
	assert_non_null(
		json_object_get(json_object_get(paths, "/v1/monitors/{ref}/check"), "post"));
	assert_non_null(json_object_get(json_object_get(paths, "/v1/events"), "get"));
	assert_null(json_object_get(json_object_get(paths, "/v1/events"), "post"));
	assert_non_null(json_object_get(json_object_get(paths, "/v1/overview"), "get"));
	assert_non_null(json_object_get(json_object_get(paths, "/v1/batch"), "post"));
	const json_t *page = json_object_get(
		json_path(json_object_get(json_object_get(paths, "/v1/monitors"), "get"),
			  "responses.200.content"),
		"application/json");
	assert_string_equal(json_str(json_path(page, "schema.properties.data.items"), "$ref", ""),
			    "#/components/schemas/Monitor");
	assert_null(json_object_get(json_object_get(paths, "/v1/incidents/{ref}"), "delete"));
	json_decref(doc);
}

static void openapi__says__what_the_descriptor_says(void **state)
{
	json_t *doc = document();
	const json_t *http = json_path(doc, "components.schemas.Monitor_http.properties");
	assert_string_equal(json_str(json_object_get(http, "type"), "const", ""), "http");
	assert_int_equal(json_int(json_object_get(http, "failures"), "maximum", 0), 20);
	assert_string_equal(json_str(json_object_get(http, "interval"), "default", ""), "60s");
	assert_true(json_bool(json_object_get(http, "state"), "readOnly", false));
	const json_t *heartbeat = json_path(doc, "components.schemas.Monitor_heartbeat.properties");
	assert_null(json_object_get(heartbeat, "interval"));
	assert_int_equal(json_int(json_object_get(heartbeat, "failures"), "default", 0), 1);
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openapi__resolves__each_reference),
		cmocka_unit_test(openapi__has__every_route_of_every_kind),
		cmocka_unit_test(openapi__says__what_the_descriptor_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
