/* HTML: any bytes in any pieces give the same tokens, and the same answers of
 * selectors, within the limits. The first byte says how the pieces are cut. */
#include "tests/fuzz/fuzz.h"

#include "daemon/extract/html_select.h"
#include "daemon/extract/html_token.h"
#include "shared/buf.h"
#include "shared/utf8.h"

enum { LOG_MAX = 64 << 20 };

struct log {
	struct buf all;
	struct html_tokens *tokens;
	bool text;  /* the last one was text */
	bool clean; /* the input is UTF-8, so every part of a text is */
};

static void add_kind(struct log *l, char kind)
{
	l->text = kind == 't';
	buf_add_char(&l->all, '\n');
	buf_add_char(&l->all, kind);
}

static bool is_utf8(const char *s, size_t n)
{
	uint32_t cp = 0;

	for (size_t i = 0; i < n && cp != UTF8_INVALID;)
		i += utf8_next(s + i, n - i, &cp);
	return cp != UTF8_INVALID;
}

static void on_tag(void *arg, const struct html_tag *tag)
{
	struct log *l = arg;
	size_t bytes = tag->name_len;

	add_kind(l, tag->end ? '/' : '<');
	MUST(tag->name_len > 0 && tag->name_len <= HTML_NAME_MAX);
	MUST(tag->n <= HTML_ATTRIBUTES_MAX && tag->name[tag->name_len] == '\0');
	buf_add(&l->all, tag->name, tag->name_len);
	for (size_t i = 0; i < tag->n; i++) {
		const struct html_attribute *a = &tag->attributes[i];

		MUST(a->name_len <= HTML_NAME_MAX && a->name[a->name_len] == '\0');
		MUST(a->value[a->value_len] == '\0');
		bytes += a->name_len + a->value_len;
		buf_add_char(&l->all, ' ');
		buf_add(&l->all, a->name, a->name_len);
		buf_add_char(&l->all, a->bare ? '-' : '=');
		buf_add(&l->all, a->value, a->value_len);
	}
	MUST(bytes <= HTML_TAG_BYTES);
	if (!tag->end)
		html_tokens_content(l->tokens, html_content_of(tag->name, tag->name_len), tag->name,
				    tag->name_len);
	html_tokens_foreign(l->tokens, tag->name[0] == 's' && !tag->end);
}

static void on_text(void *arg, const char *s, size_t n)
{
	struct log *l = arg;

	MUST(n > 0 && (!l->clean || is_utf8(s, n)));
	if (!l->text)
		add_kind(l, 't');
	buf_add(&l->all, s, n);
}

static void on_comment(void *arg, const char *s, size_t n)
{
	struct log *l = arg;

	MUST(n <= HTML_TAG_BYTES);
	add_kind(l, '!');
	buf_add(&l->all, s, n);
}

static void on_doctype(void *arg, const struct html_doctype *d)
{
	struct log *l = arg;

	MUST(d->name_len + d->public_len + d->system_len <= HTML_TAG_BYTES);
	add_kind(l, d->force_quirks ? 'q' : 'd');
	buf_add(&l->all, d->name ? d->name : "", d->name_len);
	add_kind(l, d->public_id ? 'p' : '-');
	buf_add(&l->all, d->public_id ? d->public_id : "", d->public_len);
	add_kind(l, d->system_id ? 's' : '-');
	buf_add(&l->all, d->system_id ? d->system_id : "", d->system_len);
}

static size_t piece(unsigned *seed, size_t left)
{
	size_t n = left;

	if (*seed)
		n = 1 + (*seed = *seed * 1103515245 + 12345) / 65536 % 17;
	return n < left ? n : left;
}

static void run(struct log *l, const uint8_t *data, size_t size, unsigned seed)
{
	static const struct html_sink sink = {on_tag, on_text, on_comment, on_doctype, NULL};

	l->all = BUF_INIT(LOG_MAX);
	l->text = false;
	l->tokens = html_tokens_new(&sink, l);
	for (size_t at = 0; at < size;) {
		size_t n = piece(&seed, size - at);
		char *copy;

		copy = mem_alloc(n);
		memcpy(copy, data + at, n);
		html_tokens_feed(l->tokens, copy, n);
		free(copy);
		at += n;
	}
	html_tokens_finish(l->tokens);
	html_tokens_free(l->tokens);
}

static bool select_all(struct html_select *s, const uint8_t *data, size_t size, unsigned seed,
		       struct found_writer *f, size_t n)
{
	bool whole;

	for (size_t at = 0; at < size;) {
		size_t part = piece(&seed, size - at);

		html_select_feed(s, (const char *)data + at, part);
		at += part;
	}
	whole = html_select_finish(s);
	for (size_t i = 0; i < n; i++) {
		found_init(&f[i], EXTRACT_ANSWER_BYTES);
		html_select_found(s, i, &f[i]);
		MUST(f[i].n <= EXTRACT_VALUES_MAX && f[i].total >= f[i].n);
	}
	return whole;
}

static void compare_answers(const uint8_t *data, size_t size, bool clean, unsigned seed)
{
	static const char *const selectors[] = {"*", "div p, li > a[href]", ".a b, #b td",
						"[class~=a] > *", "script"};
	static struct html_query queries[2 * ARRAY_LEN(selectors)];
	static struct html_select *s;
	struct found_writer whole[ARRAY_LEN(queries)], pieces[ARRAY_LEN(queries)];

	if (!s) {
		s = html_select_new();
		for (size_t i = 0; i < ARRAY_LEN(queries); i++)
			queries[i] = (struct html_query){css_simple_new(selectors[i / 2]),
							 i % 2 ? "class" : NULL};
	}
	MUST(html_select_begin(s, queries, ARRAY_LEN(queries)));
	bool ended = select_all(s, data, size, 0, whole, ARRAY_LEN(queries));
	MUST(html_select_begin(s, queries, ARRAY_LEN(queries)));
	MUST(ended == select_all(s, data, size, seed, pieces, ARRAY_LEN(queries)));
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		MUST(whole[i].total == pieces[i].total);
		MUST(!clean || whole[i].values.len == pieces[i].values.len);
		MUST(!clean || !whole[i].n ||
		     !memcmp(whole[i].values.data, pieces[i].values.data, whole[i].values.len));
		found_fini(&whole[i]);
		found_fini(&pieces[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log whole = {0}, pieces = {0};

	if (size < 1)
		return 0;
	whole.clean = pieces.clean = is_utf8((const char *)data + 1, size - 1);
	run(&whole, data + 1, size - 1, 0);
	run(&pieces, data + 1, size - 1, 1 + data[0]);
	MUST(whole.all.len == pieces.all.len);
	MUST(!whole.all.len || !memcmp(whole.all.data, pieces.all.data, whole.all.len));
	compare_answers(data + 1, size - 1, whole.clean, 1 + data[0]);
	buf_fini(&whole.all);
	buf_fini(&pieces.all);
	return 0;
}
