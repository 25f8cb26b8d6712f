#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"

#include <stdlib.h>

static bool same(const char *site, const char *other)
{
	struct url a, b;
	struct error e = {0};
	assert_int_equal(url_parse(site, &a, &e), ERR_NONE);
	assert_int_equal(url_parse(other, &b, &e), ERR_NONE);
	return address_same_site(&a, &b);
}

static void site__is_its_host__its_parts__with_and_without_www(void **state)
{
	assert_true(same("https://shop.example/", "https://shop.example/p/1"));
	assert_true(same("https://shop.example/", "https://www.shop.example/"));
	assert_true(same("https://www.shop.example/", "http://shop.example/x"));
	assert_true(same("https://shop.example/", "https://m.shop.example/"));
	assert_false(same("https://shop.example/", "https://othershop.example/"));
	assert_false(same("https://shop.example/", "https://shop.example.org/"));
	assert_false(same("https://m.shop.example/", "https://shop.example/"));
	assert_false(same("https://example/", "https://shop.example/"));
	assert_false(same("http://127.0.0.1:8081/", "http://127.0.0.1:8082/"));
	assert_false(same("http://10.0.0.1/", "http://10.0.0.2/"));
}

static void products__are_told_by_their_address(void **state)
{
	static const char *const yes[] = {"/products/lamp",     "/de/products/lamp?x=1",
					  "/product/lamp/",     "/p/lamp-1",
					  "/dp/B0001",          "/lamp-p-123.html",
					  "/lamp_p4711",        "/lampe,12345.html",
					  "/shop/artikel/4711", "/Product/Lamp"};
	static const char *const no[] = {
		"/",        "/products",  "/products/", "/products/?page=2", "/p", "/collections/",
		"/about-p", "/x-p-.html", "/top/p/",    "/lamps-5-p"};
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (!address_of_product(yes[i]))
			fail_msg("%s is a product", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (address_of_product(no[i]))
			fail_msg("%s is no product", no[i]);
}

static void baskets_and_pictures__are_no_products(void **state)
{
	static const char *const yes[] = {"/cart",         "/cart/add?id=1", "/de/impressum",
					  "/images/x.JPG", "/a/b.css?v=3",   "/blog/new-lamps",
					  "/policies/x",   "/account/login"};
	static const char *const no[] = {"/cartwheel", "/p/blog-lamp", "/lamps.html",
					 "/x.jpg/lamp"};
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (!address_of_no_product(yes[i]))
			fail_msg("%s is no product", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (address_of_no_product(no[i]))
			fail_msg("%s may be a product", no[i]);
}

static bool follows(const char *text)
{
	struct url u;
	struct error e = {0};
	assert_int_equal(url_parse(text, &u, &e), ERR_NONE);
	return address_worth_following(&u);
}

static void filters_of_a_list__are_not_followed__its_pages_are(void **state)
{
	assert_true(follows("https://shop.example/lamps"));
	assert_true(follows("https://shop.example/lamps?page=2"));
	assert_false(follows("https://shop.example/lamps?colour=red&sort=price"));
	assert_false(follows("https://shop.example/basket"));
}

static void address_at_origin__keeps_scheme_and_port(void **state)
{
	char *a = scan_at_origin("http://127.0.0.1:8081/x/y?z", "/meta.json");
	char *b = scan_at_origin("https://shop.example/de/", "/sitemap.xml");
	assert_string_equal(a, "http://127.0.0.1:8081/meta.json");
	assert_string_equal(b, "https://shop.example/sitemap.xml");
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(site__is_its_host__its_parts__with_and_without_www),
		cmocka_unit_test(products__are_told_by_their_address),
		cmocka_unit_test(baskets_and_pictures__are_no_products),
		cmocka_unit_test(filters_of_a_list__are_not_followed__its_pages_are),
		cmocka_unit_test(address_at_origin__keeps_scheme_and_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
