/* The tokenizer against html5lib's tests of tokenizers, which contrib/setup takes from the source
 * package of html5lib into build/html5lib-tests; HTML5LIB_TESTS names another copy. Each input is
 * fed whole, byte by byte, by sevens and in pieces of any size.
 *
 * Left out: inputs with half a surrogate pair, which UTF-8 cannot hold (charset.h makes U+FFFD of
 * them before), and xmlViolation.test, which asks how a tree would be written as XML. */
#include "daemon/extract/html_token.h"

#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "shared/buf.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum { TEXT_MAX = 1 << 16, TESTS_WANTED = 5000 };

struct counts {
	int run, wrong, surrogates;
};

/* ---- what comes out, as the suite writes it ------------------------------------------------ */

struct tokens {
	json_t *all;
	struct buf text;
};

static void flush(struct tokens *o)
{
	if (o->text.len)
		json_array_append_new(
			o->all, json_pack("[s, s#]", "Character", o->text.data, (int)o->text.len));
	buf_reset(&o->text);
}

static void on_text(void *arg, const char *s, size_t n)
{
	struct tokens *o = arg;

	assert_true(n > 0);
	buf_add(&o->text, s, n);
}

static void on_tag(void *arg, const struct html_tag *tag)
{
	struct tokens *o = arg;
	json_t *token;

	flush(o);
	token = json_pack("[s, s#]", tag->end ? "EndTag" : "StartTag", tag->name,
			  (int)tag->name_len);
	if (!tag->end) {
		json_t *attributes = json_object();

		for (size_t i = 0; i < tag->n; i++) {
			const struct html_attribute *a = &tag->attributes[i];

			assert_int_equal(a->name[a->name_len], 0);
			assert_null(json_object_get(attributes, a->name));
			json_object_set_new(attributes, a->name,
					    json_stringn(a->value, a->value_len));
		}
		json_array_append_new(token, attributes);
		if (tag->self_closing)
			json_array_append_new(token, json_true());
	}
	json_array_append_new(o->all, token);
}

static void on_comment(void *arg, const char *s, size_t n)
{
	struct tokens *o = arg;

	flush(o);
	json_array_append_new(o->all, json_pack("[s, s#]", "Comment", s, (int)n));
}

static json_t *string_or_null(const char *s, size_t n)
{
	return s ? json_stringn(s, n) : json_null();
}

static void on_doctype(void *arg, const struct html_doctype *d)
{
	struct tokens *o = arg;

	flush(o);
	json_array_append_new(o->all, json_pack("[s, o, o, o, b]", "DOCTYPE",
						string_or_null(d->name, d->name_len),
						string_or_null(d->public_id, d->public_len),
						string_or_null(d->system_id, d->system_len),
						!d->force_quirks));
}

static const struct html_sink sink = {on_tag, on_text, on_comment, on_doctype, NULL};

static enum html_content content_of(const char *state)
{
	static const struct {
		const char *name;
		enum html_content content;
	} states[] = {
		{"Data state", HTML_DATA},           {"RCDATA state", HTML_RCDATA},
		{"RAWTEXT state", HTML_RAWTEXT},     {"Script data state", HTML_SCRIPT},
		{"PLAINTEXT state", HTML_PLAINTEXT}, {"CDATA section state", HTML_CDATA},
	};

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (!strcmp(states[i].name, state))
			return states[i].content;
	}
	fail_msg("unknown state %s", state);
	return HTML_DATA;
}

static size_t piece(int how, size_t left)
{
	size_t n = how == 0 ? left : how == 1 ? 1 : how == 2 ? 7 : 1 + (size_t)random() % 9;

	return n < left ? n : left;
}

static json_t *tokens_of(const struct buf *input, const char *state, const char *last, int how)
{
	struct tokens o = {.all = json_array(), .text = BUF_INIT(TEXT_MAX)};
	struct html_tokens *t = html_tokens_new(&sink, &o);

	html_tokens_content(t, content_of(state), last, strlen(last));
	for (size_t at = 0; at < input->len;) {
		size_t n = piece(how, input->len - at);
		char *copy = mem_alloc(n); /* so that reading past it is seen */

		memcpy(copy, input->data + at, n);
		html_tokens_feed(t, copy, n);
		free(copy);
		at += n;
	}
	html_tokens_finish(t);
	flush(&o);
	html_tokens_free(t);
	buf_fini(&o.text);
	return o.all;
}

/* ---- what the suite has -------------------------------------------------------------------- */

/* \uXXXX in the text itself; false for half a pair. */
static bool unescape(const char *s, size_t n, struct buf *out)
{
	uint32_t high = 0;

	for (size_t i = 0; i < n; i++) {
		char hex[5] = "", bytes[UTF8_MAX_BYTES];
		uint32_t cp;

		if (s[i] != '\\' || i + 5 >= n || s[i + 1] != 'u') {
			if (high)
				return false;
			buf_add_char(out, s[i]);
			continue;
		}
		memcpy(hex, s + i + 2, 4);
		cp = (uint32_t)strtoul(hex, NULL, 16);
		i += 5;
		if (high) {
			if (cp < 0xDC00 || cp > 0xDFFF)
				return false;
			cp = 0x10000 + ((high - 0xD800) << 10) + (cp - 0xDC00);
			high = 0;
		} else if (cp >= 0xD800 && cp <= 0xDBFF) {
			high = cp;
			continue;
		} else if (cp >= 0xDC00 && cp <= 0xDFFF) {
			return false;
		}
		buf_add(out, bytes, utf8_put(bytes, cp));
	}
	return high == 0;
}

static json_t *unescaped(json_t *value);

static json_t *unescaped_object(json_t *value)
{
	json_t *out = json_object(), *member;
	const char *key;

	json_object_foreach(value, key, member)
	{
		struct buf name = BUF_INIT(TEXT_MAX);

		unescape(key, strlen(key), &name);
		json_object_set_new(out, buf_str(&name), unescaped(member));
		buf_fini(&name);
	}
	return out;
}

static json_t *unescaped(json_t *value)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	json_t *out, *item;
	size_t i;

	if (json_is_object(value))
		return unescaped_object(value);
	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach(value, i, item) json_array_append_new(out, unescaped(item));
		return out;
	}
	if (!json_is_string(value))
		return json_incref(value);
	unescape(json_string_value(value), json_string_length(value), &text);
	out = json_stringn(buf_str(&text), text.len);
	buf_fini(&text);
	return out;
}

static void compare(json_t *test, const struct buf *input, json_t *expected, const char *state,
		    const char *file, struct counts *c)
{
	json_t *last = json_object_get(test, "lastStartTag");

	for (int how = 0; how < 4; how++) {
		json_t *got = tokens_of(input, state, last ? json_string_value(last) : "", how);

		c->run += how == 0;
		if (!json_equal(got, expected)) {
			char *a = json_dumps(expected, JSON_COMPACT | JSON_ENCODE_ANY);
			char *b = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);

			c->wrong++;
			print_error("%s: %s, %s, pieces %d\n  wanted %s\n  got    %s\n", file,
				    json_string_value(json_object_get(test, "description")), state,
				    how, a, b);
			free(a);
			free(b);
		}
		json_decref(got);
	}
}

static void run_case(json_t *test, const char *file, struct counts *c)
{
	bool escaped = json_is_true(json_object_get(test, "doubleEscaped"));
	json_t *raw = json_object_get(test, "input"), *output = json_object_get(test, "output");
	json_t *states = json_object_get(test, "initialStates"), *state;
	struct buf input = BUF_INIT(TEXT_MAX);
	bool whole = true;
	size_t i;

	if (escaped)
		whole = unescape(json_string_value(raw), json_string_length(raw), &input);
	else
		buf_add(&input, json_string_value(raw), json_string_length(raw));
	output = escaped ? unescaped(output) : json_incref(output);
	if (!whole) {
		c->surrogates++;
	} else if (!states) {
		compare(test, &input, output, "Data state", file, c);
	} else {
		json_array_foreach(states, i, state)
			compare(test, &input, output, json_string_value(state), file, c);
	}
	json_decref(output);
	buf_fini(&input);
}

static void run_file(const char *directory, const char *file, struct counts *c)
{
	char *path = mem_printf("%s/%s", directory, file);
	json_error_t e;
	json_t *root = json_load_file(path, JSON_ALLOW_NUL, &e), *test;
	size_t i;

	if (!root)
		fail_msg("%s: line %d: %s", path, e.line, e.text);
	json_array_foreach(json_object_get(root, "tests"), i, test) run_case(test, file, c);
	json_decref(root);
	free(path);
}

static DIR *suite(char **path)
{
	const char *chosen = getenv("HTML5LIB_TESTS");
	DIR *d;

	*path = mem_printf("%s/tokenizer", chosen ? chosen : "build/html5lib-tests");
	d = opendir(*path);
	if (!d) {
		print_message("# %s is not there: contrib/setup could not fetch html5lib's tests; "
			      "HTML5LIB_TESTS names a copy\n",
			      *path);
		free(*path);
		skip();
	}
	return d;
}

static void tokens__of_html5libs_tests__are_the_ones_it_wants(void **state)
{
	struct counts c = {0};
	struct dirent *entry;
	char *path;
	DIR *d = suite(&path);

	srandom(1);
	while ((entry = readdir(d))) {
		size_t n = strlen(entry->d_name);

		if (n > 5 && !strcmp(entry->d_name + n - 5, ".test"))
			run_file(path, entry->d_name, &c);
	}
	closedir(d);
	free(path);
	print_message("# %d cases, %d wrong; %d with half a surrogate pair left out\n", c.run,
		      c.wrong, c.surrogates);
	assert_int_equal(c.wrong, 0);
	assert_true(c.run > TESTS_WANTED);
	assert_true(c.surrogates < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens__of_html5libs_tests__are_the_ones_it_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
