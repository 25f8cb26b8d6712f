#include "daemon/extract/program.h"

#include <jq.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/numbers.h"
#include "daemon/extract/sandbox.h"
#include "shared/mem.h"

struct program {
	jq_state *jq;
	struct error *compiling; /* the first complaint goes here; NULL afterwards */
};

struct json_document {
	jv value;
};

static void on_no_memory(void *arg)
{
	sandbox_out_of_memory();
}

static void ignore(void *arg, jv message)
{
	jv_free(message);
}

static jv no_input(jq_state *jq, void *arg)
{
	return jv_invalid();
}

/* "jq: error: syntax error, unexpected $end (Unix shell quoting issues?) at <top-level>, line 1:"
 * and the program after it, of which the reader has a copy. */
static void on_error(void *arg, jv message)
{
	struct program *p = arg;
	char text[256], *end;
	const char *from, *hint = " (Unix shell quoting issues?)";

	message = jq_format_error(message);
	if (p->compiling && p->compiling->code == ERR_NONE &&
	    jv_get_kind(message) == JV_KIND_STRING) {
		from = jv_string_value(message);
		if (!strncmp(from, "jq: error: ", strlen("jq: error: ")))
			from += strlen("jq: error: ");
		snprintf(text, sizeof text, "%.*s", (int)strcspn(from, "\n"), from);
		if ((end = strstr(text, hint)))
			memmove(end, end + strlen(hint), strlen(end + strlen(hint)) + 1);
		if ((end = strstr(text, " at <top-level>")))
			memmove(end, end + strlen(" at <top-level>"),
				strlen(end + strlen(" at <top-level>")) + 1);
		if (text[0] && text[strlen(text) - 1] == ':')
			text[strlen(text) - 1] = '\0';
		error_set(p->compiling, ERR_INVALID, "jq: %s", text);
	}
	jv_free(message);
}

struct program *program_compile(const char *text, struct error *e)
{
	struct program *p = mem_zalloc(sizeof *p);

	*e = (struct error){0};
	p->jq = jq_init();
	if (!p->jq)
		sandbox_out_of_memory();
	p->compiling = e;
	jq_set_nomem_handler(p->jq, on_no_memory, NULL);
	jq_set_error_cb(p->jq, on_error, p);
	/* 1.6 leaves both as malloc gave them. */
	jq_set_debug_cb(p->jq, ignore, NULL);
	jq_set_input_cb(p->jq, no_input, NULL);
	jq_set_attr(p->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	if (!jq_compile(p->jq, text)) {
		if (!e->code)
			error_set(e, ERR_INVALID, "jq: the program does not compile");
		program_free(p);
		return NULL;
	}
	p->compiling = NULL;
	return p;
}

void program_free(struct program *p)
{
	if (!p)
		return;
	jq_teardown(&p->jq);
	free(p);
}

/* jq quotes the whole document after its complaint. */
static void describe(jv fault, struct error *e)
{
	jv message = jv_invalid_get_msg(fault);
	const char *text =
		jv_get_kind(message) == JV_KIND_STRING ? jv_string_value(message) : "no value";
	const char *end = strstr(text, " (while parsing");
	int len = (int)strnlen(text, 200);

	if (end && end - text < len)
		len = (int)(end - text);
	error_set(e, ERR_MALFORMED, "not valid JSON: %.*s", len, text);
	jv_free(message);
}

struct json_document *json_document_read(const char *text, size_t len, struct error *e)
{
	struct json_document *d = NULL;
	struct buf safe = BUF_INIT(3 * (len + 1)); /* a number of three bytes gets two quotes */
	jv value;

	if (!numbers_protect(text, len, &safe)) {
		error_set(e, ERR_TOO_LARGE, "the JSON is too large");
		goto out;
	}
	value = jv_parse_sized(buf_str(&safe), (int)safe.len);
	if (!jv_is_valid(value)) {
		describe(value, e);
		goto out;
	}
	d = mem_alloc(sizeof *d);
	d->value = value;
out:
	buf_fini(&safe);
	return d;
}

void json_document_free(struct json_document *d)
{
	if (!d)
		return;
	jv_free(d->value);
	free(d);
}

/* What `error(...)` of the program or of a builtin said. */
static void failed(jv fault, struct error *e)
{
	jv message = jv_invalid_get_msg(fault);

	if (jv_get_kind(message) != JV_KIND_STRING)
		message = jv_dump_string(message, 0);
	error_set(e, ERR_MALFORMED, "jq: %.200s", jv_string_value(message));
	error_hint(e, "does the document have the form that the program expects?");
	jv_free(message);
}

enum err program_each(struct program *p, const struct json_document *d,
		      bool (*fn)(void *arg, const char *text, size_t len), void *arg,
		      struct error *e)
{
	bool more = true;
	jv result;

	*e = (struct error){0};
	jq_start(p->jq, jv_copy(d->value), 0);
	while (jv_is_valid(result = jq_next(p->jq)) && more) {
		jv text = jv_dump_string(result, 0);

		more = fn(arg, jv_string_value(text),
			  (size_t)jv_string_length_bytes(jv_copy(text)));
		jv_free(text);
	}
	if (!jv_is_valid(result) && jv_invalid_has_msg(jv_copy(result)))
		failed(result, e);
	else
		jv_free(result);
	return e->code;
}

static bool add_output(void *arg, const char *text, size_t len)
{
	found_add(arg, text, len);
	return true; /* further ones are counted */
}

void program_run(struct program *p, const struct json_document *d, struct found_writer *f)
{
	(void)!program_each(p, d, add_output, f, &f->error);
}
