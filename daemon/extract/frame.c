#include "daemon/extract/frame.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/gzip.h"
#include "daemon/extract/list.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum { NO_TEXT = 0xFFFFFFFF };

/* ---- writing ------------------------------------------------------------------------------- */

static void put_u32(struct buf *out, uint32_t v)
{
	buf_add(out, &v, sizeof v);
}

static void put_u64(struct buf *out, uint64_t v)
{
	put_u32(out, (uint32_t)v);
	put_u32(out, (uint32_t)(v >> 32));
}

static void put_text(struct buf *out, const char *s, size_t len)
{
	if (!s) {
		put_u32(out, NO_TEXT);
		return;
	}
	put_u32(out, (uint32_t)len);
	buf_add(out, s, len);
	buf_add_char(out, '\0');
}

/* One text of two parts. */
static void put_two(struct buf *out, const char *a, size_t a_len, const char *b, size_t b_len)
{
	put_u32(out, (uint32_t)(a_len + b_len));
	if (a_len)
		buf_add(out, a, a_len);
	if (b_len)
		buf_add(out, b, b_len);
	buf_add_char(out, '\0');
}

static void put_string(struct buf *out, const char *s)
{
	put_text(out, s, s ? strlen(s) : 0);
}

static void put_length(struct buf *out, size_t at)
{
	uint32_t len = (uint32_t)(out->len - at - FRAME_HEAD);

	memcpy(out->data + at, &len, sizeof len);
}

uint32_t frame_length(const char *data)
{
	uint32_t len;

	memcpy(&len, data, sizeof len);
	return len;
}

/* What of the document is sent. */
struct part {
	size_t head_len, piece, piece_len;
	uint64_t piece_at;
	bool more;
};

/* A worker is given a stretch of a document that may be long. Whether it is of a kind that is read
 * like that, the worker finds out. */
static struct part part_of(const struct extract_request *req)
{
	struct part p = {req->head_len, req->head_len, req->document_len - req->head_len,
			 req->piece_at, req->more};
	bool products = req->n_queries == 1 && req->queries[0].kind == EXTRACT_PRODUCT;
	uint64_t from = products ? req->queries[0].from : 0, skip = 0;

	if (req->head_len || !products || gzip_is(req->document, req->document_len))
		return p;
	if (from >= EXTRACT_FROM_PLACE) {
		p.head_len =
			LIST_HEAD_BYTES < req->document_len ? LIST_HEAD_BYTES : req->document_len;
		skip = from - EXTRACT_FROM_PLACE;
	} else if (req->document_len <= EXTRACT_DOCUMENT_MAX) {
		return p;
	}
	p.piece_at = p.piece = skip < req->document_len ? (size_t)skip : req->document_len;
	p.piece_len = req->document_len - p.piece;
	p.more = req->more || p.piece_len > EXTRACT_PIECE_BYTES;
	if (p.piece_len > EXTRACT_PIECE_BYTES)
		p.piece_len = EXTRACT_PIECE_BYTES;
	return p;
}

static enum err check_request(const struct extract_request *req, struct error *e)
{
	bool gzip = gzip_is(req->document, req->document_len);
	int max = gzip ? EXTRACT_GZIP_MAX : EXTRACT_DOCUMENT_MAX;
	struct part p;

	if (req->head_len > req->document_len)
		return error_set(e, ERR_INVALID, "the head is longer than the document");
	p = part_of(req);
	if (p.head_len + p.piece_len > (size_t)max) {
		error_set(e, ERR_TOO_LARGE,
			  "the document has %zu bytes, at most %d are taken apart",
			  req->document_len, max);
		error_hint(e, "choose an address that answers with less");
		return ERR_TOO_LARGE;
	}
	if (req->n_queries == 0 || req->n_queries > EXTRACT_QUERIES_MAX)
		return error_set(e, ERR_INVALID, "%zu expressions, 1 to %d are possible",
				 req->n_queries, EXTRACT_QUERIES_MAX);
	for (size_t i = 0; i < req->n_queries; i++) {
		const struct extract_query *q = &req->queries[i];

		if (strlen(q->expression) > EXTRACT_EXPRESSION_MAX)
			return error_set(e, ERR_INVALID,
					 "the expression has %zu bytes, at most %d are possible",
					 strlen(q->expression), EXTRACT_EXPRESSION_MAX);
		if (q->recipe && strlen(q->recipe) > EXTRACT_RECIPE_MAX)
			return error_set(e, ERR_TOO_LARGE,
					 "the recipe has %zu bytes, at most %d are possible",
					 strlen(q->recipe), EXTRACT_RECIPE_MAX);
		if (q->attribute && strlen(q->attribute) > FRAME_ATTRIBUTE_MAX)
			return error_set(e, ERR_INVALID, "the attribute's name is too long");
	}
	return ERR_NONE;
}

enum err frame_write_request(struct buf *out, const struct extract_request *req, struct error *e)
{
	enum err err = check_request(req, e);
	struct part p;

	if (err)
		return err;
	p = part_of(req);
	buf_reset(out);
	put_u32(out, 0);
	put_u32(out, req->timeout_ms > 0 ? (uint32_t)req->timeout_ms : EXTRACT_TIMEOUT_MS);
	put_text(out, req->content_type,
		 req->content_type ? strnlen(req->content_type, FRAME_TYPE_MAX) : 0);
	put_u32(out, (uint32_t)req->n_queries);
	for (size_t i = 0; i < req->n_queries; i++) {
		put_u32(out, req->queries[i].kind);
		put_string(out, req->queries[i].expression);
		put_string(out, req->queries[i].attribute);
		put_u64(out, req->queries[i].from);
		put_string(out, req->queries[i].recipe);
	}
	put_u32(out, (uint32_t)p.head_len);
	put_u64(out, p.piece_at);
	put_u32(out, p.more);
	put_two(out, req->document, p.head_len, req->document ? req->document + p.piece : NULL,
		p.piece_len);
	put_length(out, 0);
	return out->overflow ? error_set(e, ERR_TOO_LARGE, "the request is too large") : ERR_NONE;
}

void found_init(struct found_writer *f, size_t budget)
{
	*f = (struct found_writer){.values = BUF_INIT(budget)};
}

void found_fini(struct found_writer *f)
{
	buf_fini(&f->values);
}

static size_t clean_length(const char *s, size_t len)
{
	size_t i = 0;
	uint32_t cp;

	while (i < len && s[i]) {
		size_t n = utf8_next(s + i, len - i, &cp);

		if (cp == UTF8_INVALID)
			break;
		i += n;
	}
	return i;
}

/* Only groups of patterns come here: they are bytes as they were. */
static size_t clean_copy(char *out, size_t cap, const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + UTF8_MAX_BYTES <= cap;) {
		uint32_t cp;

		i += utf8_next(s + i, len - i, &cp);
		n += utf8_put(out + n, cp == UTF8_INVALID || cp == 0 ? UTF8_REPLACEMENT : cp);
	}
	return n;
}

bool found_add(struct found_writer *f, const char *text, size_t len)
{
	char *copy = NULL;
	size_t limit = len < EXTRACT_VALUE_BYTES ? len : utf8_floor(text, EXTRACT_VALUE_BYTES);

	f->total++;
	if (f->n == EXTRACT_VALUES_MAX || f->full)
		return false;
	if (clean_length(text, limit) < limit) {
		copy = mem_alloc(EXTRACT_VALUE_BYTES);
		limit = clean_copy(copy, EXTRACT_VALUE_BYTES, text, limit);
		text = copy;
	}
	/* Whole or not at all, and none after it: what is there is the beginning. */
	f->full = f->values.len + limit + sizeof(uint32_t) + 1 > f->values.max;
	if (!f->full) {
		put_text(&f->values, text, limit);
		f->n++;
	}
	free(copy);
	return !f->full;
}

void found_add_whole(struct found_writer *f, const struct buf *text)
{
	f->total++;
	if (text->overflow || f->values.len + text->len + sizeof(uint32_t) + 1 > f->values.max) {
		error_set(&f->error, ERR_TOO_LARGE, "what was found does not fit in an answer");
		return;
	}
	put_text(&f->values, buf_str(text), text->len);
	f->n++;
}

void frame_answer_begin(struct buf *out)
{
	buf_reset(out);
	put_u32(out, 0);
	put_u32(out, 0);
}

void frame_answer_found(struct buf *out, const struct found_writer *f)
{
	bool failed = f->error.code != ERR_NONE;
	uint32_t n;

	put_u32(out, (uint32_t)f->error.code);
	put_string(out, failed ? f->error.text : "");
	put_string(out, failed ? f->error.hint : "");
	put_u32(out, failed ? 0 : f->total);
	put_u32(out, failed ? 0 : f->n);
	if (!failed)
		buf_add(out, f->values.data, f->values.len);
	memcpy(&n, out->data + FRAME_HEAD, sizeof n);
	n++;
	memcpy(out->data + FRAME_HEAD, &n, sizeof n);
}

void frame_answer_end(struct buf *out)
{
	put_length(out, 0);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct cursor {
	const char *at;
	size_t left;
	bool bad;
};

static uint32_t get_u32(struct cursor *c)
{
	uint32_t v = 0;

	if (c->left < sizeof v) {
		c->bad = true;
		return 0;
	}
	memcpy(&v, c->at, sizeof v);
	c->at += sizeof v;
	c->left -= sizeof v;
	return v;
}

static uint64_t get_u64(struct cursor *c)
{
	uint64_t low = get_u32(c), high = get_u32(c);

	return low | high << 32;
}

/* NULL for no text and after a fault; else as many bytes as *len and a NUL. */
static const char *get_text(struct cursor *c, size_t *len)
{
	uint32_t n = get_u32(c);
	const char *s = c->at;

	*len = 0;
	if (c->bad || n == NO_TEXT)
		return NULL;
	if (n >= c->left || s[n] != '\0') {
		c->bad = true;
		return NULL;
	}
	c->at += n + 1;
	c->left -= n + 1;
	*len = n;
	return s;
}

/* A text that has no NUL inside. */
static const char *get_string(struct cursor *c)
{
	size_t len;
	const char *s = get_text(c, &len);

	if (s && strlen(s) != len)
		c->bad = true;
	return s;
}

bool frame_read_request(const char *data, size_t len, struct frame_request *out)
{
	struct cursor c = {data, len, false};
	struct extract_request *r = &out->request;

	*r = (struct extract_request){.queries = out->queries};
	r->timeout_ms = (int)(get_u32(&c) & 0x7FFFFFFF);
	r->content_type = get_string(&c);
	r->n_queries = get_u32(&c);
	if (r->n_queries > EXTRACT_QUERIES_MAX)
		return false;
	for (size_t i = 0; i < r->n_queries && !c.bad; i++) {
		uint32_t kind = get_u32(&c);

		out->queries[i].kind = (enum extract_kind)kind;
		out->queries[i].expression = get_string(&c);
		out->queries[i].attribute = get_string(&c);
		out->queries[i].from = get_u64(&c);
		out->queries[i].recipe = get_string(&c);
		if (kind > EXTRACT_PROPOSE || !out->queries[i].expression)
			c.bad = true;
	}
	r->head_len = get_u32(&c);
	r->piece_at = get_u64(&c);
	r->more = get_u32(&c) != 0;
	r->document = get_text(&c, &r->document_len);
	return !c.bad && r->document && r->head_len <= r->document_len && c.left == 0;
}

static enum err get_code(struct cursor *c)
{
	int32_t code = (int32_t)get_u32(c);

	if (code > 0 || code <= -ERR_COUNT)
		c->bad = true;
	return (enum err)code;
}

static void get_values(struct cursor *c, struct extract_found *f)
{
	const char **values;
	size_t n;

	f->total = get_u32(c);
	n = get_u32(c);
	if (c->bad || n > EXTRACT_VALUES_MAX || n > f->total) {
		c->bad = true;
		return;
	}
	values = mem_array(NULL, n ? n : 1, sizeof *values);
	f->values = values;
	for (f->n = 0; f->n < n && !c->bad; f->n++) {
		values[f->n] = get_string(c);
		if (!values[f->n])
			c->bad = true;
	}
}

static void get_found(struct cursor *c, struct extract_found *f)
{
	const char *text, *hint;

	*f = (struct extract_found){.code = get_code(c)};
	text = get_string(c);
	hint = get_string(c);
	if (c->bad || !text || !hint) {
		c->bad = true;
		return;
	}
	if (f->code) {
		error_set(&f->error, f->code, "%s", text);
		if (hint[0])
			error_hint(&f->error, "%s", hint);
	}
	get_values(c, f);
}

bool frame_read_answer(const char *data, size_t len, struct frame_answer *out)
{
	struct cursor c = {data, len, false};
	uint32_t n = get_u32(&c);

	out->answer = (struct extract_answer){.found = out->found};
	if (n > EXTRACT_QUERIES_MAX)
		return false;
	while (out->answer.n < n && !c.bad)
		get_found(&c, &out->found[out->answer.n++]);
	if (!c.bad && c.left == 0)
		return true;
	frame_answer_fini(out);
	return false;
}

void frame_answer_fini(struct frame_answer *a)
{
	for (size_t i = 0; i < a->answer.n; i++)
		free((void *)a->found[i].values);
	a->answer.n = 0;
}
