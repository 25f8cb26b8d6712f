/* What html5lib's tests (html_suite_test.c) do not ask: pieces, limits, a reader that sleeps. */
#include "daemon/extract/html_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/extract/html_entity.h"
#include "shared/buf.h"
#include "shared/mem.h"
#include "shared/utf8.h"

struct log {
	struct html_tokens *tokens;
	struct buf all;
	size_t attributes, value_bytes;
	bool cut;
	bool loose;       /* parts may end inside of a character */
	const char *mute; /* from the start tag of that name on */
};

static void on_tag(void *arg, const struct html_tag *tag)
{
	struct log *l = arg;

	buf_printf(&l->all, "<%s%s>", tag->end ? "/" : "", tag->name);
	l->attributes = tag->n;
	l->cut = tag->cut;
	l->value_bytes = tag->n ? tag->attributes[0].value_len : 0;
	if (l->mute)
		html_tokens_mute(l->tokens, !tag->end && !strcmp(tag->name, l->mute));
	if (!tag->end)
		html_tokens_content(l->tokens, html_content_of(tag->name, tag->name_len), tag->name,
				    tag->name_len);
}

static void on_text(void *arg, const char *s, size_t n)
{
	struct log *l = arg;

	assert_true(l->loose || utf8_floor(s, n) == n);
	buf_add(&l->all, s, n);
}

static const struct html_sink sink = {.tag = on_tag, .text = on_text};

static struct log log_new(void)
{
	return (struct log){.all = BUF_INIT(1 << 20)};
}

static void read_all(struct log *l, const char *s, size_t n, size_t piece)
{
	l->tokens = html_tokens_new(&sink, l);
	for (size_t at = 0; at < n; at += piece)
		html_tokens_feed(l->tokens, s + at, piece < n - at ? piece : n - at);
	html_tokens_finish(l->tokens);
	html_tokens_free(l->tokens);
}

static void tokens__of_a_character_that_two_pieces_share__hold_it_whole(void **state)
{
	static const char page[] = "<p>\xE2\x82\xAC 5\r\n\xF0\x9F\x92\xA1</p>";

	for (size_t piece = 1; piece < sizeof page; piece++) {
		struct log l = log_new();

		read_all(&l, page, sizeof page - 1, piece);
		assert_string_equal(buf_str(&l.all), "<p>\xE2\x82\xAC 5\n\xF0\x9F\x92\xA1</p>");
		buf_fini(&l.all);
	}
}

/* Bytes that lead a character and never end it, one after the other. */
static void tokens__of_what_is_not_utf8__give_every_byte_back(void **state)
{
	static const char page[] = "a\xF0\xF0\xF0\xF0\xF0\xF0\xE2z\xC3<p>\x80\xF0\x9F\x92";

	for (size_t piece = 1; piece < sizeof page; piece++) {
		struct log l = log_new();

		l.loose = true;
		read_all(&l, page, sizeof page - 1, piece);
		assert_string_equal(buf_str(&l.all), page);
		buf_fini(&l.all);
	}
}

static void tokens__of_elements_without_markup__end_with_their_own_end_tag(void **state)
{
	static const char page[] = "<title>a <b>&lt;</title><script>if (a<b) '</p>'</script><p>";
	struct log l = log_new();

	read_all(&l, page, sizeof page - 1, 5);
	assert_string_equal(buf_str(&l.all),
			    "<title>a <b><</title><script>if (a<b) '</p>'</script><p>");
	buf_fini(&l.all);
}

static bool wants_links(void *arg, const char *name, size_t len)
{
	return len == 1 && *name == 'a';
}

/* The same tags and texts, whatever stands in the values that nobody reads. */
static void attributes__that_nobody_wants__are_passed_over(void **state)
{
	static const char page[] = "<p class=\"a>b'\" x='</p>' y=a/b&amp; / z><a href=1>&lt;</a>"
				   "<i =c d=\"&amp;\"\n e/><b f =\n'\"'g>t</b class=\"x>\">u";
	static const struct html_sink picky = {
		.tag = on_tag, .text = on_text, .wants = wants_links};

	for (size_t piece = 1; piece < sizeof page; piece++) {
		struct log l = log_new();

		l.tokens = html_tokens_new(&picky, &l);
		for (size_t at = 0; at < sizeof page - 1; at += piece) {
			size_t left = sizeof page - 1 - at;

			html_tokens_feed(l.tokens, page + at, piece < left ? piece : left);
			assert_true(l.attributes <= 1);
		}
		html_tokens_finish(l.tokens);
		html_tokens_free(l.tokens);
		assert_string_equal(buf_str(&l.all), "<p><a><</a><i><b>t</b>u");
		buf_fini(&l.all);
	}
}

static void tokens__while_muted__leave_out_the_text_and_nothing_else(void **state)
{
	static const char page[] = "<a>x &amp; y<b>p &amp; q &lt; <script>'<b>'</script><b>r</b>z";
	struct log l = log_new();

	l.mute = "b";
	read_all(&l, page, sizeof page - 1, 4);
	assert_string_equal(buf_str(&l.all), "<a>x & y<b><script>'<b>'</script><b></b>z");
	buf_fini(&l.all);
}

static void tokens__of_a_tag_with_too_many_attributes__hold_the_first_and_say_so(void **state)
{
	struct log l = log_new();
	struct buf page = BUF_INIT(1 << 20);

	buf_add_str(&page, "<p");
	for (int i = 0; i < HTML_ATTRIBUTES_MAX + 10; i++)
		buf_printf(&page, " a%d=%d", i, i);
	buf_add_str(&page, ">x");
	read_all(&l, page.data, page.len, 1000);
	assert_int_equal(l.attributes, HTML_ATTRIBUTES_MAX);
	assert_true(l.cut);
	assert_string_equal(buf_str(&l.all), "<p>x");
	buf_fini(&l.all);
	buf_fini(&page);
}

static void tokens__of_a_tag_without_end__drop_what_passes_the_limit(void **state)
{
	static const size_t sizes[] = {HTML_TAG_BYTES / 2, HTML_TAG_BYTES - 5, 2 * HTML_TAG_BYTES};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct log l = log_new();
		char *page = mem_alloc(sizes[i] + 32);
		size_t n = 6;

		memcpy(page, "<p a='", n);
		memset(page + n, 'v', sizes[i]);
		n += sizes[i];
		memcpy(page + n, "' b=c>x", 7);
		read_all(&l, page, n + 7, 4096);
		assert_string_equal(buf_str(&l.all), "<p>x");
		assert_int_equal(l.cut, i > 0);
		assert_int_equal(l.attributes, 2 - i);
		assert_int_equal(l.value_bytes, i < 2 ? sizes[i] : 0);
		free(page);
		buf_fini(&l.all);
	}
}

static void tokens__of_a_name_of_a_million_letters__are_cut_at_the_limit(void **state)
{
	struct log l = log_new();
	struct buf page = BUF_INIT(4 << 20);

	buf_add_char(&page, '<');
	for (int i = 0; i < 1 << 20; i++)
		buf_add_char(&page, 'n');
	buf_add_char(&page, '>');
	read_all(&l, page.data, page.len, 777);
	assert_true(l.cut);
	assert_int_equal(l.all.len, HTML_NAME_MAX + 2);
	buf_fini(&l.all);
	buf_fini(&page);
}

static void entity__without_its_semicolon__is_the_longest_old_one(void **state)
{
	struct html_entity e;

	assert_int_equal(html_entity_find("notit", 5, true, &e), 3);
	assert_int_equal(e.points[0], 0xAC);
	assert_int_equal(html_entity_find("notin", 5, true, &e), 5);
	assert_int_equal(e.points[0], 0x2209);
	assert_int_equal(html_entity_find("notin", 5, false, &e), 3);
	assert_int_equal(html_entity_find("euro", 4, false, &e), 0);
	assert_int_equal(html_entity_find("NotEqualTilde", 13, true, &e), 13);
	assert_int_equal(e.points[0], 0x2242);
	assert_int_equal(e.points[1], 0x338);
	assert_int_equal(html_entity_find("Aopf", 4, true, &e), 4);
	assert_int_equal(e.points[0], 0x1D538);
	assert_int_equal(html_entity_find("zzz", 3, true, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens__of_a_character_that_two_pieces_share__hold_it_whole),
		cmocka_unit_test(tokens__of_what_is_not_utf8__give_every_byte_back),
		cmocka_unit_test(tokens__of_elements_without_markup__end_with_their_own_end_tag),
		cmocka_unit_test(attributes__that_nobody_wants__are_passed_over),
		cmocka_unit_test(tokens__while_muted__leave_out_the_text_and_nothing_else),
		cmocka_unit_test(
			tokens__of_a_tag_with_too_many_attributes__hold_the_first_and_say_so),
		cmocka_unit_test(tokens__of_a_tag_without_end__drop_what_passes_the_limit),
		cmocka_unit_test(tokens__of_a_name_of_a_million_letters__are_cut_at_the_limit),
		cmocka_unit_test(entity__without_its_semicolon__is_the_longest_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
