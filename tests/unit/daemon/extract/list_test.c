#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/product_read.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

static struct charsets *charsets;

static const json_t *list_of(const json_t *facts)
{
	const json_t *entries = json_path(facts, "sitemap.entries");

	return entries ? entries : json_object_get(facts, "products");
}

static json_t *answer_to(const struct product_request *r)
{
	struct buf out = BUF_INIT(512 << 10);
	struct error e = {0};
	json_t *v;

	assert_int_equal(product_read(charsets, r, &out, &e), ERR_NONE);
	assert_false(out.overflow);
	v = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(v);
	buf_fini(&out);
	return v;
}

static json_t *facts_from(const char *text, size_t len)
{
	struct product_request r = {
		.document = text, .len = len, .url = "https://shop.example/feed"};

	return answer_to(&r);
}

static json_t *facts_of(const char *text)
{
	return facts_from(text, strlen(text));
}

static const json_t *item(const json_t *facts, size_t i)
{
	return json_array_get(list_of(facts), i);
}

static const json_t *offer(const json_t *facts, size_t i)
{
	return json_array_get(json_object_get(item(facts, i), "offers"), 0);
}

static void expect(const json_t *o, const char *key, const char *text)
{
	assert_string_equal(json_str(o, key, "(none)"), text);
}

static bool warns(const json_t *facts, const char *code)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(facts, "warnings"), i, one)
	{
		if (!strcmp(json_str(one, "code", ""), code))
			return true;
	}
	return false;
}

/* ---- sitemaps ------------------------------------------------------------------------------ */

static void sitemap__lists__addresses_and_their_times(void **state)
{
	json_t *f = facts_of("<?xml version='1.0' encoding='UTF-8'?><!-- made by hand -->\n"
			     "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\n"
			     "<url><loc> https://shop.example/p/1?a=1&amp;b=2 </loc>"
			     "<lastmod>2026-11-01</lastmod></url>"
			     "<url><loc><![CDATA[https://shop.example/p/2]]></loc></url></urlset>");

	assert_int_equal(json_array_size(list_of(f)), 2);
	expect(item(f, 0), "loc", "https://shop.example/p/1?a=1&b=2");
	expect(item(f, 0), "lastmod", "2026-11-01");
	expect(item(f, 1), "loc", "https://shop.example/p/2");
	expect(json_object_get(f, "sitemap"), "kind", "urlset");
	assert_true(json_is_null(json_object_get(f, "next")));
	assert_int_equal(json_int(f, "total", 0), 2);
	json_decref(f);
}

static void sitemap__is_read__with_prefixes_and_others_elements(void **state)
{
	json_t *f = facts_of(
		"<s:urlset xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'>"
		"<s:url><image:image><image:loc>https://cdn.example/1.jpg</image:loc></image:image>"
		"<s:loc>https://shop.example/p/1</s:loc>"
		"<xhtml:link rel='alternate' href='https://shop.example/de/p/1'/></s:url></s:urlset>");

	assert_int_equal(json_array_size(list_of(f)), 1);
	expect(item(f, 0), "loc", "https://shop.example/p/1");
	json_decref(f);
}

static void sitemap__is_an_index__of_others(void **state)
{
	json_t *f = facts_of("<sitemapindex><sitemap><loc>https://shop.example/s1.xml.gz</loc>"
			     "</sitemap></sitemapindex>");

	expect(json_object_get(f, "sitemap"), "kind", "index");
	expect(item(f, 0), "loc", "https://shop.example/s1.xml.gz");
	json_decref(f);
}

static void sitemap__tolerates__what_is_broken(void **state)
{
	json_t *f = facts_of("\n <urlset><url><loc>https://shop.example/a</loc>"
			     "<url><loc>https://shop.example/b?x=1&y=2<url>"
			     "<loc>https://shop.example/c</url><url></url>"
			     "<url><loc>javascript:alert(1)</loc></url><url><loc>/relative</loc>");

	assert_int_equal(json_array_size(list_of(f)), 4);
	expect(item(f, 0), "loc", "https://shop.example/a");
	expect(item(f, 1), "loc", "https://shop.example/b?x=1&y=2");
	expect(item(f, 2), "loc", "https://shop.example/c");
	expect(item(f, 3), "loc", "https://shop.example/relative");
	assert_true(warns(f, "loc_invalid"));
	json_decref(f);
}

static void sitemap__expands__no_entities(void **state)
{
	json_t *f =
		facts_of("<!DOCTYPE urlset [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>"
			 "<!ENTITY file SYSTEM 'file:///etc/passwd'>]>"
			 "<urlset><url><loc>https://shop.example/&b;&file;</loc></url></urlset>");

	expect(item(f, 0), "loc", "https://shop.example/&b;&file;");
	json_decref(f);
}

static void sitemap__may_be__lines_of_text(void **state)
{
	json_t *f = facts_of("\xEF\xBB\xBFhttps://shop.example/1\r\n\r\nhttps://shop.example/2");

	assert_int_equal(json_array_size(list_of(f)), 2);
	expect(item(f, 1), "loc", "https://shop.example/2");
	json_decref(f);
}

/* ---- pieces -------------------------------------------------------------------------------- */

enum { MANY = 20000 };

static void make_sitemap(struct buf *out)
{
	buf_add_str(out, "<?xml version='1.0'?><urlset>\n");
	for (int i = 0; i < MANY; i++)
		buf_printf(out,
			   "<url><loc>https://shop.example/products/a-rather-long-name-%d</loc>"
			   "<lastmod>2026-11-01T10:00:00+01:00</lastmod></url>\n",
			   i);
	buf_add_str(out, "</urlset>");
}

/* All of a document by the daemon's rules: each item once and in order. */
static size_t walk(const char *doc, size_t len, const char *name, const char *key)
{
	struct product_request r = {.document = doc, .len = len, .url = "https://shop.example/"};
	size_t seen = 0, rounds = 0, i;
	char want[100];

	for (bool more = true; more && rounds < 1000; rounds++) {
		json_t *f = answer_to(&r);
		const json_t *one;
		uint64_t next;

		json_array_foreach(list_of(f), i, one)
		{
			snprintf(want, sizeof want, "%s%zu", name, seen++);
			assert_string_equal(json_str(one, key, ""), want);
		}
		more = json_is_integer(json_object_get(f, "next"));
		next = (uint64_t)json_int(f, "next", 0);
		assert_true(!more || next > r.from);
		r.from = next;
		json_decref(f);
	}
	assert_true(rounds < 1000);
	return seen;
}

static void long_list__comes__in_pieces_each_item_once(void **state)
{
	struct buf doc = BUF_INIT(8 << 20);

	make_sitemap(&doc);
	assert_int_equal(
		walk(doc.data, doc.len, "https://shop.example/products/a-rather-long-name-", "loc"),
		MANY);
	buf_fini(&doc);
}

static size_t pack(const char *s, size_t n, char *out, size_t cap)
{
	z_stream z = {.next_in = (Bytef *)s,
		      .avail_in = (uInt)n,
		      .next_out = (Bytef *)out,
		      .avail_out = (uInt)cap};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return cap - z.avail_out;
}

static void packed_list__comes__in_pieces(void **state)
{
	struct buf doc = BUF_INIT(8 << 20);
	char *packed = mem_alloc(2 << 20);
	size_t n;

	make_sitemap(&doc);
	n = pack(doc.data, doc.len, packed, 2 << 20);
	assert_int_equal(
		walk(packed, n, "https://shop.example/products/a-rather-long-name-", "loc"), MANY);
	free(packed);
	buf_fini(&doc);
}

static void packed_page__is_unpacked__by_its_bytes(void **state)
{
	static const char page[] = "<script type='application/ld+json'>{\"@type\":\"Product\","
				   "\"name\":\"Lamp\"}</script>";
	char packed[1000];
	size_t n = pack(page, sizeof page - 1, packed, sizeof packed);
	json_t *f = facts_from(packed, n);

	expect(item(f, 0), "name", "Lamp");
	json_decref(f);
	f = facts_from(packed, n - 4); /* the check sum is missing */
	expect(item(f, 0), "name", "Lamp");
	assert_true(warns(f, "gzip_broken"));
	json_decref(f);
}

static void bomb__is_told__before_it_goes_off(void **state)
{
	size_t n, len = 64 << 20;
	char *zeros = mem_zalloc(len), *packed = mem_alloc(1 << 20);
	struct product_request r = {.document = packed, .url = ""};
	struct buf out = BUF_INIT(1 << 20);
	struct error e = {0};

	n = pack(zeros, len, packed, 1 << 20);
	r.len = n;
	assert_int_equal(product_read(charsets, &r, &out, &e), ERR_TOO_LARGE);
	buf_fini(&out);
	free(zeros);
	free(packed);
}

static void long_page__is_refused__in_pieces(void **state)
{
	static const char page[] = "<html><body>much";
	struct product_request r = {
		.document = page, .len = sizeof page - 1, .url = "", .more = true};
	struct buf out = BUF_INIT(1 << 20);
	struct error e = {0};

	assert_int_equal(product_read(charsets, &r, &out, &e), ERR_TOO_LARGE);
	buf_fini(&out);
}

/* ---- feeds --------------------------------------------------------------------------------- */

static const char rss[] =
	"<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:m=\"http://base.google.com/ns/1.0\">\n"
	"<channel><title>Shop</title><link>https://shop.example</link><image><title>x</title></image>"
	"<item><title>Lamp</title><m:title>Desk lamp &amp; bulb</m:title>"
	"<link>https://shop.example/p/1</link><description>&lt;b&gt;x&lt;/b&gt;</description>"
	"<m:id>L-1</m:id><m:image_link>https://cdn.example/1.jpg</m:image_link>"
	"<m:availability>in_stock</m:availability><m:price>1200.50 EUR</m:price>"
	"<m:sale_price>999.00 EUR</m:sale_price>"
	"<m:shipping>\n <m:country>DE</m:country><m:price>4.95 EUR</m:price></m:shipping>"
	"<m:shipping><m:country>AT</m:country><m:price>9.95 EUR</m:price></m:shipping>"
	"<m:installment><m:months>6</m:months><m:amount>5 EUR</m:amount></m:installment>"
	"<m:gtin>4006381333931</m:gtin><m:brand><![CDATA[A&B]]></m:brand><m:mpn>X1</m:mpn>"
	"<m:condition>new</m:condition><m:item_group_id>L</m:item_group_id></item>"
	"<item><m:id>L-2</m:id><m:title>Bulb</m:title><m:link>https://shop.example/p/2</m:link>"
	"<m:price>JPY 1200</m:price><m:availability>out of stock</m:availability>"
	"</channel></rss>";

static void rss__gives__what_the_merchant_says(void **state)
{
	json_t *f = facts_of(rss);

	assert_int_equal(json_array_size(list_of(f)), 2);
	expect(item(f, 0), "name", "Desk lamp & bulb");
	expect(item(f, 0), "sku", "L-1");
	expect(item(f, 0), "gtin", "04006381333931");
	expect(item(f, 0), "brand", "A&B");
	expect(item(f, 0), "mpn", "X1");
	expect(item(f, 0), "group", "L");
	expect(item(f, 0), "url", "https://shop.example/p/1");
	expect(item(f, 0), "image", "https://cdn.example/1.jpg");
	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 99900);
	assert_int_equal(json_int(offer(f, 0), "list_price_minor", 0), 120050);
	assert_int_equal(json_int(offer(f, 0), "shipping_minor", 0), 495);
	expect(offer(f, 0), "currency", "EUR");
	expect(offer(f, 0), "availability", "InStock");
	expect(offer(f, 0), "condition", "NewCondition");
	expect(offer(f, 0), "source", "feed");
	assert_int_equal(json_int(offer(f, 1), "price_minor", 0), 1200);
	expect(offer(f, 1), "currency", "JPY");
	expect(offer(f, 1), "availability", "OutOfStock");
	json_decref(f);
}

static void atom__gives__entries(void **state)
{
	json_t *f = facts_of(
		"<feed xmlns='http://www.w3.org/2005/Atom' xmlns:g='http://base.google.com/ns/1.0'>"
		"<title>Shop</title><entry><author><id>x</id></author><id>tag:1</id><g:id>A1</g:id>"
		"<title>Pan</title><link rel='edit' href='/edit'/><link href='/p/pan'/>"
		"<g:price>12.00 GBP</g:price></entry></feed>");

	expect(item(f, 0), "name", "Pan");
	expect(item(f, 0), "sku", "A1");
	expect(item(f, 0), "url", "https://shop.example/p/pan");
	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 1200);
	json_decref(f);
}

static void news__are__no_products(void **state)
{
	json_t *f = facts_of("<rss><channel><item><title>We moved</title><link>/a</link></item>"
			     "</channel></rss>");

	assert_int_equal(json_array_size(list_of(f)), 0);
	assert_true(warns(f, "feed_without_products"));
	json_decref(f);
}

static void table__gives__columns_by_their_names(void **state)
{
	json_t *f = facts_of(
		"\xEF\xBB\xBFid\ttitle\tdescription\tLink\timage link\tAvailability\tprice\tgtin\tbrand"
		"\tshipping\r\n"
		"1\t\"Lamp \"\"Flex\"\"\"\t\"two\nlines\"\thttps://shop.example/1\t/1.jpg\tin stock"
		"\t12.00 EUR\t4006381333931\tACME\tDE::Std:4.95 EUR,AT:::9 EUR\r\n"
		"2\t12\" pan\t\"open\thttps://shop.example/2\t\tpreorder\t9.5 EUR\r\n");

	assert_int_equal(json_array_size(list_of(f)), 2);
	expect(item(f, 0), "name", "Lamp \"Flex\"");
	expect(item(f, 0), "url", "https://shop.example/1");
	assert_int_equal(json_int(offer(f, 0), "shipping_minor", 0), 495);
	expect(item(f, 1), "name", "12\" pan");
	assert_int_equal(json_int(offer(f, 1), "price_minor", 0), 950);
	expect(offer(f, 1), "availability", "PreOrder");
	json_decref(f);
}

static void table__may_have__commas_or_semicolons(void **state)
{
	json_t *f = facts_of("id,title,link,price\n7,\"Box, small\",/p/7,\"1,299.00 USD\"\n");

	expect(item(f, 0), "name", "Box, small");
	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 129900);
	json_decref(f);
	f = facts_of("id;title;link;price;currency\n7;Box;/p/7;12.5;CHF");
	assert_int_equal(json_int(offer(f, 0), "price_minor", 0), 1250);
	expect(offer(f, 0), "currency", "CHF");
	json_decref(f);
}

static void texts__are_read__in_the_set_they_are_really_in(void **state)
{
	json_t *f =
		facts_of("<?xml version='1.0' encoding='UTF-8'?><rss><item><g:id>1</g:id>"
			 "<title>K\xFC"
			 "che</title></item><item><g:id>2</g:id><title>T\xC3\xBCr</title></item>"
			 "</rss>");

	expect(item(f, 0), "name", "Küche");
	expect(item(f, 1), "name", "Tür");
	assert_true(warns(f, "charset_wrong"));
	json_decref(f);
	f = facts_of("<?xml version='1.0' encoding='Shift_JIS'?><rss><item><g:id>1</g:id>"
		     "<title>\x83\x5C\x83\x5C</title></item></rss>");
	expect(item(f, 0), "name", "ソソ");
	json_decref(f);
}

static void wide_table__comes__in_pieces(void **state)
{
	struct buf text = BUF_INIT(2 << 20), wide = BUF_INIT(4 << 20);

	buf_add_str(&text, "id\ttitle\tlink\tprice\n");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "S%d\tLamp of a rather long name\t/p/%d\t12.00 EUR\n", i, i);
	buf_add(&wide, "\xFF\xFE", 2);
	for (size_t i = 0; i < text.len; i++) {
		buf_add_char(&wide, text.data[i]);
		buf_add_char(&wide, '\0');
	}
	assert_int_equal(walk(wide.data, wide.len, "S", "sku"), 5000);
	buf_fini(&text);
	buf_fini(&wide);
}

static int64_t sale_price_at(const char *now, const char *dates)
{
	char text[400];
	struct product_request r = {.document = text, .url = ""};
	int64_t minor;
	json_t *f;

	r.len = (size_t)snprintf(text, sizeof text,
				 "id\ttitle\tlink\tprice\tsale price\tsale price effective date\n"
				 "1\tLamp\thttps://a.example/\t20.00 EUR\t10.00 EUR\t%s\n",
				 dates);
	assert_true(time_parse(now, &r.now_ms));
	f = answer_to(&r);
	minor = json_int(offer(f, 0), "price_minor", 0);
	json_decref(f);
	return minor;
}

static void sale__counts__between_its_dates(void **state)
{
	static const char dates[] = "2026-11-20T00:00+0100/2026-11-30T23:59+0100";

	assert_int_equal(sale_price_at("2026-11-23T12:00:00Z", dates), 1000);
	assert_int_equal(sale_price_at("2026-11-19T22:59:59Z", dates), 2000);
	assert_int_equal(sale_price_at("2026-11-19T23:00:01Z", dates), 1000);
	assert_int_equal(sale_price_at("2026-12-01T00:00:00Z", dates), 2000);
	assert_int_equal(sale_price_at("2026-12-01T00:00:00Z", "2026-01-01/2026-11-30"), 2000);
	assert_int_equal(sale_price_at("2026-12-01T00:00:00Z", "soon"), 1000);
}

static int begin(void **state)
{
	charsets = charsets_new();
	return 0;
}

static int end(void **state)
{
	charsets_free(charsets);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sitemap__lists__addresses_and_their_times),
		cmocka_unit_test(sitemap__is_read__with_prefixes_and_others_elements),
		cmocka_unit_test(sitemap__is_an_index__of_others),
		cmocka_unit_test(sitemap__tolerates__what_is_broken),
		cmocka_unit_test(sitemap__expands__no_entities),
		cmocka_unit_test(sitemap__may_be__lines_of_text),
		cmocka_unit_test(long_list__comes__in_pieces_each_item_once),
		cmocka_unit_test(packed_list__comes__in_pieces),
		cmocka_unit_test(packed_page__is_unpacked__by_its_bytes),
		cmocka_unit_test(bomb__is_told__before_it_goes_off),
		cmocka_unit_test(long_page__is_refused__in_pieces),
		cmocka_unit_test(rss__gives__what_the_merchant_says),
		cmocka_unit_test(atom__gives__entries),
		cmocka_unit_test(news__are__no_products),
		cmocka_unit_test(table__gives__columns_by_their_names),
		cmocka_unit_test(table__may_have__commas_or_semicolons),
		cmocka_unit_test(texts__are_read__in_the_set_they_are_really_in),
		cmocka_unit_test(wide_table__comes__in_pieces),
		cmocka_unit_test(sale__counts__between_its_dates),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
