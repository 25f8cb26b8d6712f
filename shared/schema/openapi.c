#include "shared/schema/openapi.h"

#include <stdio.h>
#include <string.h>

#include "shared/schema/internal.h"
#include "shared/schema/shape.h"

enum { WORDS_MAX = 160, SHAPE_MAX_BYTES = 8192, LIST_ROWS_MAX = 1000 };

static void write_query(struct json_writer *w, const char *name, const char *type, const char *help)
{
	jw_object(w);
	jw_kv_str(w, "name", name);
	jw_kv_str(w, "in", "query");
	jw_kv_str(w, "description", help);
	jw_key(w, "schema");
	jw_object(w);
	jw_kv_str(w, "type", type);
	jw_object_end(w);
	jw_object_end(w);
}

static void write_param_field(struct json_writer *w, const struct field *f)
{
	jw_object(w);
	jw_kv_str(w, "name", f->name);
	jw_kv_str(w, "in", "query");
	jw_key(w, "schema");
	jw_object(w);
	openapi_field(w, f);
	jw_object_end(w);
	jw_object_end(w);
}

/* "^-?(name|state)$": each also downwards. */
static void write_sort(struct json_writer *w, const struct resource_kind *k)
{
	char pattern[2 * WORDS_MAX] = "^-?(";
	for (size_t i = 0; k->sorts && k->sorts[i]; i++)
		if (k->sorts[i][0] != '-')
			words_add(pattern, sizeof(pattern), pattern[4] ? "|" : "", k->sorts[i]);
	size_t n = strlen(pattern);
	snprintf(pattern + n, sizeof(pattern) - n, ")$");
	jw_object(w);
	jw_kv_str(w, "name", "sort");
	jw_kv_str(w, "in", "query");
	jw_kv_str(w, "description", "Order; with - in front: downwards");
	jw_key(w, "schema");
	jw_object(w);
	jw_kv_str(w, "type", "string");
	jw_kv_str(w, "pattern", pattern);
	jw_object_end(w);
	jw_object_end(w);
}

static void write_number(struct json_writer *w, const char *name, int64_t min, int64_t max,
			 const char *dflt, const char *help)
{
	const struct field number = {.name = name,
				     .type = FIELD_INT,
				     .min = min,
				     .max = max,
				     .dflt = dflt,
				     .help = help};
	write_param_field(w, &number);
}

static void write_list_params(struct json_writer *w, const struct resource_kind *k)
{
	char words[WORDS_MAX];
	write_query(w, "q", "string", "Words that must occur");
	for (size_t i = 0; k->filters && k->filters[i]; i++) {
		snprintf(words, sizeof(words), "filter[%s]", k->filters[i]);
		write_query(w, words, "string", "Only rows with this value");
	}
	write_sort(w, k);
	write_query(w, "fields", "string", "Only these members, parted by commas");
	write_number(w, "limit", 1, LIST_ROWS_MAX, "100", "Rows of a page");
	write_query(w, "after", "string", "Rows after this id");
	write_query(w, "before", "string", "Rows before this id");
	write_query(w, "around", "string", "Rows around this id");
	write_number(w, "last", 0, 1, "0", "1: the last rows");
	for (size_t i = 0; i < k->n_list_params; i++)
		write_param_field(w, &k->list_params[i]);
}

/* "application/json": {"schema": shape}, inside an open object. */
static void write_content(struct json_writer *w, const char *type, const char *shape)
{
	jw_key(w, "content");
	jw_object(w);
	jw_key(w, type);
	jw_object(w);
	jw_key(w, "schema");
	jw_object(w);
	shape_write(w, shape);
	jw_object_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

void openapi_refusal(struct json_writer *w)
{
	jw_key(w, "default");
	jw_object(w);
	jw_kv_str(w, "description", "Refused or failed");
	write_content(w, "application/problem+json", "=Problem");
	jw_object_end(w);
}

void openapi_answer(struct json_writer *w, const char *status, const char *shape)
{
	struct buf whole = BUF_INIT(SHAPE_MAX_BYTES);
	buf_printf(&whole, "{data:%s meta?:{*:any}}", shape);
	jw_key(w, status);
	jw_object(w);
	jw_kv_str(w, "description", "Done");
	write_content(w, "application/json", buf_str(&whole));
	jw_object_end(w);
	buf_fini(&whole);
}

struct operation {
	const char *method, *verb, *summary;
	const char *input; /* schema of the body, NULL: none */
	bool list, creates, versioned;
};

/* A page: rows, and where it stands among all. ?fields= gives parts of rows. */
static void write_page(struct json_writer *w, const char *schema)
{
	char shape[128];
	snprintf(shape, sizeof(shape), "{data:[=%s] meta:=Meta}", schema);
	jw_key(w, "200");
	jw_object(w);
	jw_kv_str(w, "description", "A page; with ?fields= parts of rows");
	write_content(w, "application/json", shape);
	jw_object_end(w);
}

static void write_header(struct json_writer *w, const char *name, const char *help)
{
	jw_object(w);
	jw_kv_str(w, "name", name);
	jw_kv_str(w, "in", "header");
	jw_kv_str(w, "description", help);
	jw_key(w, "schema");
	jw_object(w);
	jw_kv_str(w, "type", "string");
	jw_object_end(w);
	jw_object_end(w);
}

static void write_parameters(struct json_writer *w, const struct resource_kind *k,
			     const struct operation *o, const struct action *a)
{
	jw_key(w, "parameters");
	jw_array(w);
	if (o->list)
		write_list_params(w, k);
	if (!strcmp(o->verb, "show"))
		write_query(w, "fields", "string", "Only these members, parted by commas");
	if (o->creates)
		write_header(w, "Idempotency-Key",
			     "1..80 characters: the same request again gets the same answer");
	if (o->versioned)
		write_header(w, "If-Match", "\"VERSION\": only if it is still that one, else 412");
	for (size_t i = 0; a && !o->input && i < a->n_params; i++)
		write_param_field(w, &a->params[i]);
	jw_array_end(w);
}

/* What an action takes, as members of a body. */
static void write_action_body(struct json_writer *w, const struct action *a)
{
	jw_key(w, "requestBody");
	jw_object(w);
	jw_key(w, "content");
	jw_object(w);
	jw_key(w, "application/json");
	jw_object(w);
	jw_key(w, "schema");
	jw_object(w);
	jw_kv_str(w, "type", "object");
	jw_key(w, "properties");
	jw_object(w);
	for (size_t i = 0; i < a->n_params; i++) {
		jw_key(w, a->params[i].name);
		jw_object(w);
		openapi_field(w, &a->params[i]);
		jw_object_end(w);
	}
	for (int depth = 0; depth < 5; depth++)
		jw_object_end(w);
}

static void write_operation(struct json_writer *w, const struct resource_kind *k,
			    const struct operation *o, const struct action *a)
{
	char schema[64], own[80], id[96];
	bool body = a && a->n_params && strcmp(o->method, "get") != 0;
	openapi_schema_name(k, NULL, false, schema, sizeof(schema));
	snprintf(own, sizeof(own), "=%s", schema);
	snprintf(id, sizeof(id), "%s_%s", k->kind, o->verb);
	jw_key(w, o->method);
	jw_object(w);
	jw_kv_str(w, "operationId", id);
	jw_kv_str(w, "summary", o->summary);
	write_parameters(w, k, o, body ? NULL : a);
	if (body)
		write_action_body(w, a);
	if (o->input) {
		jw_key(w, "requestBody");
		jw_object(w);
		jw_kv_bool(w, "required", true);
		write_content(w, "application/json", o->input);
		jw_object_end(w);
	}
	jw_key(w, "responses");
	jw_object(w);
	if (o->list)
		write_page(w, schema);
	else
		openapi_answer(w, "200", a && a->answer ? a->answer : own);
	if (o->creates || !strcmp(o->method, "put"))
		openapi_answer(w, "201", own);
	openapi_refusal(w);
	jw_object_end(w);
	jw_object_end(w);
}

/* Each "{name}" of a path. */
void openapi_path_parameters(struct json_writer *w, const char *path)
{
	jw_key(w, "parameters");
	jw_array(w);
	for (const char *at = strchr(path, '{'); at; at = strchr(at + 1, '{')) {
		char name[32];
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 1, "}"), at + 1);
		jw_object(w);
		jw_kv_str(w, "name", name);
		jw_kv_str(w, "in", "path");
		jw_kv_bool(w, "required", true);
		jw_kv_str(w, "description", !strcmp(name, "ref") ? "Name or id" : name);
		jw_key(w, "schema");
		jw_object(w);
		jw_kv_str(w, "type", "string");
		jw_kv_int(w, "minLength", 1);
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void write_paths_of(struct json_writer *w, const struct resource_kind *k)
{
	char name[64], input[80], path[128], method[8];
	openapi_schema_name(k, NULL, true, name, sizeof(name));
	snprintf(input, sizeof(input), "=%s", name);
	const struct operation list = {.method = "get",
				       .verb = "list",
				       .summary = "A page of them",
				       .list = true},
			       add = {.method = "post",
				      .verb = "add",
				      .summary = "Create one",
				      .input = input,
				      .creates = true},
			       show = {.method = "get", .verb = "show", .summary = "One of them"},
			       edit = {.method = "patch",
				       .verb = "edit",
				       .summary = "Change members; null: default",
				       .input = "{*:any}",
				       .versioned = true},
			       put = {.method = "put",
				      .verb = "put",
				      .summary = "Replace one as a whole",
				      .input = input,
				      .versioned = true},
			       rm = {.method = "delete",
				     .verb = "rm",
				     .summary = "Remove; answers what was there",
				     .versioned = true};
	snprintf(path, sizeof(path), "/v1/%s", k->plural);
	jw_key(w, path);
	jw_object(w);
	if (k->ops & OP_LIST)
		write_operation(w, k, &list, NULL);
	if (k->ops & OP_ADD)
		write_operation(w, k, &add, NULL);
	jw_object_end(w);
	snprintf(path, sizeof(path), "/v1/%s/{ref}", k->plural);
	jw_key(w, path);
	jw_object(w);
	openapi_path_parameters(w, path);
	if (k->ops & OP_SHOW)
		write_operation(w, k, &show, NULL);
	if (k->ops & OP_EDIT) {
		write_operation(w, k, &edit, NULL);
		write_operation(w, k, &put, NULL);
	}
	if (k->ops & OP_RM)
		write_operation(w, k, &rm, NULL);
	jw_object_end(w);
	for (size_t i = 0; i < k->n_actions; i++) {
		const struct action *a = &k->actions[i];
		size_t n = 0;
		for (; a->method[n] && n + 1 < sizeof(method); n++)
			method[n] = (char)(a->method[n] | 0x20);
		method[n] = '\0';
		snprintf(path, sizeof(path), "/v1/%s/{ref}/%s", k->plural, a->verb);
		jw_key(w, path);
		jw_object(w);
		openapi_path_parameters(w, path);
		write_operation(
			w, k,
			&(struct operation){.method = method, .verb = a->verb, .summary = a->help},
			a);
		jw_object_end(w);
	}
}

void schema_write_openapi(struct json_writer *w)
{
	jw_object(w);
	jw_kv_str(w, "openapi", "3.1.0");
	jw_key(w, "info");
	jw_object(w);
	jw_kv_str(w, "title", "SellerSmart");
	jw_kv_str(w, "version", SELLERSMART_VERSION);
	jw_object_end(w);
	jw_key(w, "paths");
	jw_object(w);
	for (size_t i = 0; resource_table[i]; i++)
		write_paths_of(w, resource_table[i]);
	openapi_routes(w);
	jw_object_end(w);
	openapi_components(w);
	jw_object_end(w);
}
