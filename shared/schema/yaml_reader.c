#include "shared/schema/yaml_reader.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "shared/mem.h"
#include "shared/schema/surrogates.h"

enum {
	CHUNK = 8192,
	/* libyaml reads ahead of the event it hands out by at most this. */
	READ_AHEAD = 128 * 1024,
};

struct yaml_reader {
	yaml_parser_t parser;
	yaml_event_t event;
	bool has_event;
	FILE *file;
	const char *data;
	size_t len, at;
	size_t bytes_read, item_bytes; /* bytes_read when the item began */
	size_t item_index;             /* characters before the item */
	int line_ends_given;           /* to libyaml */
	bool too_large, read_failed;
	int depth;
	enum { MODE_UNKNOWN, MODE_YAML, MODE_JSON } mode;
	struct surrogates surrogates;
	char ready[CHUNK + 2 * SURROGATES_SLACK];
	size_t ready_at, ready_n;
	bool ended;
	struct error fault;
};

static size_t read_raw(struct yaml_reader *r, char *out, size_t cap)
{
	if (r->file) {
		size_t n = fread(out, 1, cap, r->file);
		r->read_failed = n == 0 && ferror(r->file);
		return n;
	}
	size_t n = r->len - r->at < cap ? r->len - r->at : cap;
	memcpy(out, r->data + r->at, n);
	r->at += n;
	return n;
}

/* A file that opens with { or [ is taken for JSON. */
static void find_mode(struct yaml_reader *r, const char *raw, size_t n)
{
	for (size_t i = 0; i < n && r->mode == MODE_UNKNOWN; i++) {
		if (!strchr(" \t\r\n", raw[i]))
			r->mode = raw[i] == '{' || raw[i] == '[' ? MODE_JSON : MODE_YAML;
	}
}

static void refill(struct yaml_reader *r)
{
	char raw[CHUNK];
	size_t n = read_raw(r, raw, sizeof(raw));
	r->bytes_read += n;
	r->ready_at = 0;
	r->ended = n == 0;
	find_mode(r, raw, n);
	if (r->mode != MODE_JSON) {
		memcpy(r->ready, raw, n);
		r->ready_n = n;
		return;
	}
	r->ready_n = surrogates_feed(&r->surrogates, raw, n, r->ready);
	if (r->ended)
		r->ready_n += surrogates_end(&r->surrogates, r->ready + r->ready_n);
}

static int count_line_ends(const unsigned char *from, const unsigned char *to)
{
	int n = 0;
	for (; from < to; from++)
		n += *from == '\n';
	return n;
}

static int on_read(void *arg, unsigned char *out, size_t cap, size_t *got)
{
	struct yaml_reader *r = arg;
	*got = 0;
	/* One scalar may be as long as the file: it is cut before it is held in memory. */
	if (r->bytes_read - r->item_bytes > YAML_ITEM_MAX + READ_AHEAD) {
		r->too_large = true;
		return 0;
	}
	while (r->ready_at == r->ready_n && !r->ended)
		refill(r);
	if (r->read_failed)
		return 0;
	size_t n = r->ready_n - r->ready_at < cap ? r->ready_n - r->ready_at : cap;
	memcpy(out, r->ready + r->ready_at, n);
	r->line_ends_given += count_line_ends(out, out + n);
	r->ready_at += n;
	*got = n;
	return 1;
}

struct yaml_reader *yaml_reader_new(FILE *file, const char *data, size_t len)
{
	struct yaml_reader *r = mem_zalloc(sizeof(*r));
	r->file = file;
	r->data = data;
	r->len = len;
	if (!yaml_parser_initialize(&r->parser)) {
		error_set(&r->fault, ERR_INTERNAL, "the YAML parser did not start");
		return r;
	}
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input(&r->parser, on_read, r);
	return r;
}

void yaml_reader_free(struct yaml_reader *r)
{
	if (!r)
		return;
	if (r->has_event)
		yaml_event_delete(&r->event);
	yaml_parser_delete(&r->parser);
	if (r->file && r->file != stdin)
		fclose(r->file);
	free(r);
}

void yaml_item_begins(struct yaml_reader *r)
{
	r->item_bytes = r->bytes_read;
	r->item_index = r->has_event ? r->event.start_mark.index : 0;
}

__attribute__((format(printf, 4, 5))) static struct yaml_token fail(struct yaml_reader *r, int line,
								    const char *hint,
								    const char *fmt, ...)
{
	char text[200];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(&r->fault, ERR_MALFORMED, "%s", text);
	if (hint)
		error_hint(&r->fault, "%s", hint);
	r->fault.line = line;
	return (struct yaml_token){.what = YAML_IS_FAULT, .line = line};
}

static struct yaml_token fail_large(struct yaml_reader *r, int line)
{
	return fail(r, line, "split it, or keep large text elsewhere",
		    "one item is larger than %d KiB", YAML_ITEM_MAX / 1024);
}

static struct yaml_token fail_parser(struct yaml_reader *r)
{
	const yaml_parser_t *p = &r->parser;
	int line = (int)p->problem_mark.line + 1;
	const char *hint = NULL, *problem = p->problem ? p->problem : "no reason given";
	if (r->too_large)
		return fail_large(r, (int)p->mark.line + 1);
	if (r->read_failed)
		return fail(r, 0, NULL, "the file cannot be read");
	/* Bytes are refused before they are scanned, so no mark has their line. */
	if (p->error == YAML_READER_ERROR)
		line = 1 + r->line_ends_given -
		       count_line_ends(p->raw_buffer.pointer, p->raw_buffer.last);
	else if (line > 1 + r->line_ends_given)
		line = 1 + r->line_ends_given; /* the end of a file that lacks a last line end */
	if (strstr(problem, "cannot start any token"))
		hint = "indent with spaces, not tabs; quote text that begins with @ ` or %";
	else if (strstr(problem, "mapping values are not allowed"))
		hint = "quote text that contains a colon and a space";
	else if (p->error == YAML_READER_ERROR)
		hint = "write the file as UTF-8 text without control characters";
	return fail(r, line, hint, "not valid YAML: %s%s%s", problem, p->context ? ", " : "",
		    p->context ? p->context : "");
}

/* Anchors, aliases and tags of this event. */
static const char *forbidden(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_ALIAS_EVENT: return "aliases (*name)";
	case YAML_SCALAR_EVENT:
		return ev->data.scalar.anchor ? "anchors (&name)"
		       : ev->data.scalar.tag  ? "tags (!name)"
					      : NULL;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.anchor ? "anchors (&name)"
		       : ev->data.sequence_start.tag  ? "tags (!name)"
						      : NULL;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.anchor ? "anchors (&name)"
		       : ev->data.mapping_start.tag  ? "tags (!name)"
						     : NULL;
	case YAML_DOCUMENT_START_EVENT:
		return ev->data.document_start.tag_directives.start !=
				       ev->data.document_start.tag_directives.end
			       ? "tags (%TAG)"
			       : NULL;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return NULL;
	}
	return NULL;
}

static void take_scalar(const yaml_event_t *ev, struct yaml_token *t)
{
	t->what = YAML_IS_SCALAR;
	t->text = (const char *)ev->data.scalar.value;
	t->len = ev->data.scalar.length;
	t->null = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		  (!t->len || !strcmp(t->text, "~") || !strcmp(t->text, "null"));
}

/* The token of an event; YAML_IS_FAULT for one that has none (the stream's start). */
static struct yaml_token token_of(struct yaml_reader *r)
{
	const yaml_event_t *ev = &r->event;
	struct yaml_token t = {.line = (int)ev->start_mark.line + 1};
	switch (ev->type) {
	case YAML_STREAM_END_EVENT: t.what = YAML_IS_END; break;
	case YAML_DOCUMENT_START_EVENT: t.what = YAML_IS_DOCUMENT; break;
	case YAML_DOCUMENT_END_EVENT: t.what = YAML_IS_DOCUMENT_END; break;
	case YAML_SEQUENCE_START_EVENT:
		t.what = YAML_IS_LIST;
		r->depth++;
		break;
	case YAML_SEQUENCE_END_EVENT:
		t.what = YAML_IS_LIST_END;
		r->depth--;
		break;
	case YAML_MAPPING_START_EVENT:
		t.what = YAML_IS_MAP;
		r->depth++;
		break;
	case YAML_MAPPING_END_EVENT:
		t.what = YAML_IS_MAP_END;
		r->depth--;
		break;
	case YAML_SCALAR_EVENT: take_scalar(ev, &t); break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_ALIAS_EVENT: break;
	}
	return t;
}

struct yaml_token yaml_next(struct yaml_reader *r, struct error *e)
{
	struct yaml_token t = {.what = YAML_IS_FAULT, .line = r->fault.line};
	if (r->fault.code)
		goto out;
	do {
		if (r->has_event)
			yaml_event_delete(&r->event);
		r->has_event = yaml_parser_parse(&r->parser, &r->event) != 0;
		if (!r->has_event) {
			t = fail_parser(r);
			goto out;
		}
	} while (r->event.type == YAML_STREAM_START_EVENT);
	const char *bad = forbidden(&r->event);
	t = token_of(r);
	if (bad)
		t = fail(r, t.line, "write the value out where it is used", "%s are not accepted",
			 bad);
	else if (r->depth > YAML_DEPTH_MAX)
		t = fail(r, t.line, NULL, "nested deeper than %d levels", YAML_DEPTH_MAX);
	else if (r->event.end_mark.index - r->item_index > YAML_ITEM_MAX)
		t = fail_large(r, t.line);
out:
	if (t.what == YAML_IS_FAULT && e)
		*e = r->fault;
	return t;
}

bool yaml_skip(struct yaml_reader *r, const struct yaml_token *token, struct error *e)
{
	enum yaml_what what = token->what;
	int depth = 0;
	for (;;) {
		if (what == YAML_IS_FAULT || what == YAML_IS_END)
			return false;
		if (what == YAML_IS_MAP || what == YAML_IS_LIST)
			depth++;
		if (what == YAML_IS_MAP_END || what == YAML_IS_LIST_END)
			depth--;
		if (depth <= 0)
			return true;
		/* What is skipped is not held: its size does not count. */
		yaml_item_begins(r);
		what = yaml_next(r, e).what;
	}
}
