#include "daemon/extract/news_feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/extract/news_date.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { ITEMS = 8 };

struct feed {
	json_t *items[ITEMS];
	size_t n;
	enum err code;
};

static struct feed read_feed(const char *document)
{
	struct found_writer f;
	struct feed out = {0};
	found_init(&f, EXTRACT_ANSWER_BYTES);
	news_feed_read(document, strlen(document), "https://news.example/feeds/rss", &f);
	out.code = f.error.code;
	struct buf answer = BUF_INIT(FRAME_ANSWER_MAX);
	struct frame_answer a;
	frame_answer_begin(&answer);
	frame_answer_found(&answer, &f);
	frame_answer_end(&answer);
	assert_true(frame_read_answer(answer.data + FRAME_HEAD, answer.len - FRAME_HEAD, &a));
	for (size_t i = 0; i < a.found[0].n && i < ITEMS; i++) {
		struct error e = {0};
		const char *s = a.found[0].values[i];
		out.items[out.n++] = json_read(s, strlen(s), JSON_BODY_MAX, &e);
		assert_non_null(out.items[i]);
	}
	frame_answer_fini(&a);
	buf_fini(&answer);
	found_fini(&f);
	return out;
}

static void feed_fini(struct feed *f)
{
	for (size_t i = 0; i < f->n; i++)
		json_decref(f->items[i]);
}

static void item_is(const json_t *item, const char *title, const char *url, const char *at,
		    const char *text)
{
	assert_string_equal(json_str(item, "title", "-"), title);
	assert_string_equal(json_str(item, "url", "-"), url);
	assert_string_equal(json_str(item, "at", "-"), at);
	assert_string_equal(json_str(item, "text", "-"), text);
}

static void rss__items_with_markup_and_references(void **state)
{
	struct feed f = read_feed(
		"<?xml version='1.0'?><rss version='2.0' xmlns:media='m'><channel><title>Lamp News</title>"
		"<link>https://news.example/</link><image><title>Logo</title></image>"
		"<item><media:title>a picture</media:title><title>A &amp;amp; B</title><link>/a?x=1&amp;y=2</link>"
		"<guid isPermaLink='false'>17</guid><pubDate>Mon, 23 Nov 2026 01:00:00 +0100</pubDate>"
		"<source url='x'><title>Other</title></source>"
		"<description><![CDATA[<p>The <b>lamp</b>&nbsp;fell</p>]]></description></item>"
		"<item><title>No link</title><guid>https://news.example/2</guid></item></channel></rss>");
	assert_int_equal(f.n, 2);
	item_is(f.items[0], "A & B", "https://news.example/a?x=1&y=2", "2026-11-23T00:00:00.000Z",
		"The lamp fell");
	assert_string_equal(json_str(f.items[0], "feed", ""), "Lamp News");
	assert_string_equal(json_str(f.items[0], "id", ""), "17");
	item_is(f.items[1], "No link", "https://news.example/2", "-", "-");
	feed_fini(&f);
}

static void atom__alternate_link__and_xhtml(void **state)
{
	struct feed f = read_feed(
		"<feed xmlns='http://www.w3.org/2005/Atom'><title>Atoms</title><entry><title type='html'>"
		"&lt;b&gt;ACME&lt;/b&gt; wins</title><link rel='self' href='/self'/>"
		"<link href='/w'/><id>urn:1</id><updated>2026-11-23T10:00:00Z</updated>"
		"<published>2026-11-22T10:00:00+02:00</published><author><title>x</title></author>"
		"<content type='xhtml'><div>one<br/>two</div></content></entry></feed>");
	assert_int_equal(f.n, 1);
	item_is(f.items[0], "ACME wins", "https://news.example/w", "2026-11-22T08:00:00.000Z",
		"one two");
	feed_fini(&f);
}

static void rdf__dublin_core_dates(void **state)
{
	struct feed f = read_feed(
		"<rdf:RDF xmlns:rdf='r' xmlns:dc='d'><channel><title>Old</title></channel>"
		"<item><title>T</title><link>https://o.example/</link>"
		"<dc:date>2026-11-23</dc:date></item></rdf:RDF>");
	assert_int_equal(f.n, 1);
	item_is(f.items[0], "T", "https://o.example/", "2026-11-23T00:00:00.000Z", "-");
	feed_fini(&f);
}

static void hostile__entities_scripts_and_escapes(void **state)
{
	struct feed f = read_feed(
		"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><rss><channel>"
		"<item><title>&b;\x1b[31mred</title><link>javascript:alert(1)</link></item>"
		"<item><title>cut");
	assert_int_equal(f.n, 2);
	assert_non_null(strstr(json_str(f.items[0], "title", ""), "&b;"));
	assert_null(strchr(json_str(f.items[0], "title", ""), 0x1b));
	assert_false(json_is_string(json_object_get(f.items[0], "url")));
	feed_fini(&f);
}

static void a_page__is_no_feed(void **state)
{
	struct feed f = read_feed("<html><body><item>x</item></body></html>");
	assert_int_equal(f.code, ERR_MALFORMED);
	assert_int_equal(f.n, 0);
	feed_fini(&f);
	f = read_feed("");
	assert_int_equal(f.code, ERR_MALFORMED);
}

static void dates__as_feeds_write_them(void **state)
{
	static const struct {
		const char *text, *at;
	} good[] = {
		{"Mon, 23 Nov 2026 08:00:00 +0100", "2026-11-23T07:00:00.000Z"},
		{"23 Nov 26 08:00 GMT", "2026-11-23T08:00:00.000Z"},
		{"Mon, 23 Nov 2026 08:00:00 EST", "2026-11-23T13:00:00.000Z"},
		{"Monday, 23-Nov-26 08:00:00 GMT", "2026-11-23T08:00:00.000Z"},
		{" Mon,23 November 2026 8:05 ", "2026-11-23T08:05:00.000Z"},
		{"2026-11-23T08:00:00.123-05:00", "2026-11-23T13:00:00.000Z"},
		{"2026-11-23T08:00Z", "2026-11-23T08:00:00.000Z"},
		{"2026-11-23 08:00:00 +0100", "2026-11-23T07:00:00.000Z"},
		{"2026-11-23", "2026-11-23T00:00:00.000Z"},
		{"2026-11", "2026-11-01T00:00:00.000Z"},
		{"1 Jan 1970 00:00:01 UT", "1970-01-01T00:00:01.000Z"},
		{"29 Feb 2024 00:00:60 Z", "2024-02-29T00:00:59.000Z"},
	};
	static const char *const bad[] = {"",
					  "soon",
					  "31 Feb 2026 08:00 GMT",
					  "2026-13-01",
					  "2026-11-23T25:00Z",
					  "1969-01-01",
					  "Mon, Nov 2026",
					  "32 Nov 2026",
					  "2026-11-23T08:00:00+99:00",
					  "Mon,"};
	char text[TIME_TEXT];
	int64_t ms;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!news_date_parse(good[i].text, &ms))
			fail_msg("%s", good[i].text);
		assert_string_equal(time_rfc3339(text, ms), good[i].at);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (news_date_parse(bad[i], &ms))
			fail_msg("%s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss__items_with_markup_and_references),
		cmocka_unit_test(atom__alternate_link__and_xhtml),
		cmocka_unit_test(rdf__dublin_core_dates),
		cmocka_unit_test(hostile__entities_scripts_and_escapes),
		cmocka_unit_test(a_page__is_no_feed),
		cmocka_unit_test(dates__as_feeds_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
