#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "shared/price.h"

static const struct {
	const char *text;
	int64_t minor;
	const char *currency;
} exact[] = {
	/* as the design names them */
	{"1.234,56 €", 123456, "EUR"},
	{"£1,234.56", 123456, "GBP"},
	{"¥1,200", 1200, "JPY"},
	{"1 234,56 zł", 123456, "PLN"},
	{"CHF 12.50", 1250, "CHF"},
	{"Rs. 1,299", 129900, "INR"},
	/* signs before and after, with and without blanks */
	{"€9.99", 999, "EUR"},
	{"€ 9,99", 999, "EUR"},
	{"9,99€", 999, "EUR"},
	{"9,99 €", 999, "EUR"},
	{"9,99\xC2\xA0€", 999, "EUR"},
	{"EUR 9,99", 999, "EUR"},
	{"9.99 EUR", 999, "EUR"},
	{"EUR9.99", 999, "EUR"},
	{"9.99EUR", 999, "EUR"},
	{"9.99 euros", 999, "EUR"},
	{"$19.99", 1999, "USD"},
	{"$ 19.99", 1999, "USD"},
	{"19.99 $", 1999, "USD"},
	{"US$19.99", 1999, "USD"},
	{"US $19.99", 1999, "USD"},
	{"USD 19.99", 1999, "USD"},
	{"C$19.99", 1999, "CAD"},
	{"CA$ 19.99", 1999, "CAD"},
	{"A$19.99", 1999, "AUD"},
	{"AU$19.99", 1999, "AUD"},
	{"NZ$19.99", 1999, "NZD"},
	{"HK$1,999.00", 199900, "HKD"},
	{"S$19.90", 1990, "SGD"},
	{"NT$1,990", 199000, "TWD"},
	{"R$ 1.299,90", 129990, "BRL"},
	{"MX$1,299.00", 129900, "MXN"},
	{"19.99 usd", 1999, "USD"},
	{"gbp 5", 500, "GBP"},
	/* decimals */
	{"12.5 EUR", 1250, "EUR"},
	{"12,5 EUR", 1250, "EUR"},
	{"12 EUR", 1200, "EUR"},
	{"12.00 EUR", 1200, "EUR"},
	{".99 €", 99, "EUR"},
	{"0.99 €", 99, "EUR"},
	{"0,05 €", 5, "EUR"},
	{"12,- €", 1200, "EUR"},
	{"12,-", 1200, ""},
	{"€ 12,–", 1200, "EUR"},
	{"CHF 12.—", 1200, "CHF"},
	{"1.299,-- €", 129900, "EUR"},
	{"CHF 1'299.50", 129950, "CHF"},
	{"CHF 1’299.–", 129900, "CHF"},
	{"£12·50", 1250, "GBP"},
	{"9⁹⁹ €", 999, "EUR"},
	{"12€99", 1299, "EUR"},
	{"1 299€90", 129990, "EUR"},
	{"12.990 EUR", 1299000, "EUR"},
	{"0.990 EUR", 99, "EUR"},
	/* thousands */
	{"1.234 €", 123400, "EUR"},
	{"1,234 USD", 123400, "USD"},
	{"1 234 €", 123400, "EUR"},
	{"1\xE2\x80\xAF"
	 "234,00 €",
	 123400, "EUR"},
	{"1.234.567 €", 123456700, "EUR"},
	{"$1,234,567.89", 123456789, "USD"},
	{"1.234.567,89 €", 123456789, "EUR"},
	{"12 345 678,90 Kč", 1234567890, "CZK"},
	{"₹1,23,456", 12345600, "INR"},
	{"₹ 12,34,567.50", 123456750, "INR"},
	{"Rs 1,00,000", 10000000, "INR"},
	{"1234,5 €", 123450, "EUR"},
	{"1234.50", 123450, ""},
	{"10000 €", 1000000, "EUR"},
	/* currencies with other decimals */
	{"¥1200", 1200, "JPY"},
	{"￥12,800", 12800, "JPY"},
	{"1,200円", 1200, "JPY"},
	{"JPY 1,200.00", 1200, "JPY"},
	{"₩12,900", 12900, "KRW"},
	{"12,900원", 12900, "KRW"},
	{"199.000 ₫", 199000, "VND"},
	{"CLP 12.990", 12990, "CLP"},
	{"KWD 1.250", 1250, "KWD"},
	{"KWD 1,250", 1250000, "KWD"},
	{"1,250 TND", 1250, "TND"},
	{"1.250,500 TND", 1250500, "TND"},
	{"BHD 12.5", 12500, "BHD"},
	{"1.299 Ft", 129900, "HUF"},
	{"12 990 Ft", 1299000, "HUF"},
	/* the rest of the world */
	{"199 kč", 19900, "CZK"},
	{"1 299,00 Kč", 129900, "CZK"},
	{"199,99 zl", 19999, "PLN"},
	{"PLN 1 299,99", 129999, "PLN"},
	{"1 299 ₽", 129900, "RUB"},
	{"1 299 руб.", 129900, "RUB"},
	{"1 299 грн", 129900, "UAH"},
	{"₴ 1 299", 129900, "UAH"},
	{"1.299,90 TL", 129990, "TRY"},
	{"₺1.299,90", 129990, "TRY"},
	{"฿1,290.00", 129000, "THB"},
	{"1,290 บาท", 129000, "THB"},
	{"₪ 129.90", 12990, "ILS"},
	{"₱1,299.75", 129975, "PHP"},
	{"₦12,500", 1250000, "NGN"},
	{"129,99 lei", 12999, "RON"},
	{"129,99 лв.", 12999, "BGN"},
	{"1.299,00 din", 129900, "RSD"},
	{"R 1 299,00", 129900, "ZAR"},
	{"R199.99", 19999, "ZAR"},
	{"RM 129.90", 12990, "MYR"},
	{"Rp 1.299.000", 129900000, "IDR"},
	{"KSh 1,299", 129900, "KES"},
	{"AED 129.00", 12900, "AED"},
	{"129.00 د.إ", 12900, "AED"},
	{"١٢٩٫٥٠ ر.س", 12950, "SAR"},
	{"１２，８００円", 12800, "JPY"},
	{"ISK 12.990", 12990, "ISK"},
	{"Fr. 12.50", 1250, "CHF"},
	{"SFr. 12.50", 1250, "CHF"},
	{"元 128.00", 12800, "CNY"},
	{"RMB 128", 12800, "CNY"},
	{"ALL 1200", 120000, "ALL"},
	/* minor units */
	{"99p", 99, "GBP"},
	{"50¢", 50, "USD"},
	{"95 ct", 95, "EUR"},
	{"99 cents", 99, "USD"},
	/* among words */
	{"Price: $19.99", 1999, "USD"},
	{"Preis: 19,99 € inkl. MwSt.", 1999, "EUR"},
	{"nur 19,99 €*", 1999, "EUR"},
	{"statt 29,99 € nur 19,99 €", 1999, "EUR"},
	{"Was £29.99 Now £19.99", 1999, "GBP"},
	{"RRP: £29.99 £19.99", 1999, "GBP"},
	{"UVP 29,99 € 19,99 €", 1999, "EUR"},
	{"$19.99 (Save $5.00)", 1999, "USD"},
	{"$19.99 -20%", 1999, "USD"},
	{"20% off $19.99", 1999, "USD"},
	{"4,99 € (3,32 € / 100 g)", 499, "EUR"},
	{"500 g 4,99 €", 499, "EUR"},
	{"6 x 1,5 l 4,99 €", 499, "EUR"},
	{"4,99 € pro Stück", 499, "EUR"},
	{"$19.99 $19.99", 1999, "USD"},
	{"4.5 stars 120 reviews $19.99", 1999, "USD"},
	{"Sale price$24.00", 2400, "USD"},
	{"Regular price$30.00Sale price$24.00", 2400, "USD"},
	{"  \n\t 12,99\n€ ", 1299, "EUR"},
	{"ab\x01 19,99 €", 1999, "EUR"},
};

static void price__is_read__as_people_write_it(void **state)
{
	assert_true(ARRAY_LEN(exact) >= 120);
	for (size_t i = 0; i < ARRAY_LEN(exact); i++) {
		struct price p;
		struct error e = {0};
		if (price_parse(exact[i].text, NULL, &p, &e))
			fail_msg("\"%s\": %s", exact[i].text, e.text);
		if (p.minor != exact[i].minor || strcmp(p.currency, exact[i].currency) != 0)
			fail_msg("\"%s\" was read as %lld %s", exact[i].text, (long long)p.minor,
				 p.currency);
	}
}

static void price__that_is_the_lowest_of_several__says_so(void **state)
{
	static const char *const from[] = {
		"from 9.99",    "ab 9,99 €",          "From £9.99", "à partir de 9,99 €",
		"desde 9,99 €", "vanaf € 9,99",       "od 9,99 zł", "starting at $9.99",
		"fra 9,99 kr",  "a partire da 9,99 €"};
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		struct price p;
		if (price_parse(from[i], NULL, &p, NULL) || p.kind != PRICE_FROM || p.minor != 999)
			fail_msg("\"%s\"", from[i]);
	}
}

static void price__that_is_a_range__has_both_ends(void **state)
{
	static const char *const ranges[] = {"9.99 - 19.99 EUR",   "€9.99 – €19.99",
					     "9,99 € bis 19,99 €", "$9.99 to $19.99",
					     "9,99–19,99 €",       "£9.99-£19.99"};
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		struct price p;
		if (price_parse(ranges[i], NULL, &p, NULL) || p.kind != PRICE_RANGE ||
		    p.minor != 999 || p.minor_to != 1999 || strlen(p.currency) != 3)
			fail_msg("\"%s\": %lld..%lld %s", ranges[i], (long long)p.minor,
				 (long long)p.minor_to, p.currency);
	}
}

static void sign_with_several_meanings__is_decided_by_the_hint(void **state)
{
	static const struct {
		const char *text, *hint, *currency;
		bool assumed;
	} cases[] = {
		{"$19.99", NULL, "USD", true},  {"$19.99", "CAD", "CAD", true},
		{"$19.99", "EUR", "USD", true}, {"199 kr", "SEK", "SEK", true},
		{"199 kr", NULL, "", true},     {"199 kr", "DKK", "DKK", true},
		{"¥1200", "CNY", "CNY", true},  {"19.99", "GBP", "GBP", true},
		{"19.99", NULL, "", true},      {"€19.99", "GBP", "EUR", false},
		{"CHF 5", "EUR", "CHF", false}, {"Rs. 500", "PKR", "PKR", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct price_hint hint = {.currency = cases[i].hint};
		struct price p;
		assert_int_equal(price_parse(cases[i].text, &hint, &p, NULL), ERR_NONE);
		if (strcmp(p.currency, cases[i].currency) != 0 || p.assumed != cases[i].assumed)
			fail_msg("\"%s\" with %s: %s", cases[i].text,
				 cases[i].hint ? cases[i].hint : "nothing", p.currency);
	}
}

static void three_digits_after_a_mark__are_decimals_only_where_that_is_usual(void **state)
{
	struct price p;
	struct price_hint dinar = {.currency = "KWD"}, euro = {.currency = "EUR"};
	assert_int_equal(price_parse("1.250", &dinar, &p, NULL), ERR_NONE);
	assert_int_equal(p.minor, 1250);
	assert_int_equal(price_parse("1.250", &euro, &p, NULL), ERR_NONE);
	assert_int_equal(p.minor, 125000);
}

static void text_without_one_price__is_refused(void **state)
{
	static const struct {
		const char *text;
		enum err code;
	} bad[] = {
		{"", ERR_MALFORMED},
		{"sold out", ERR_MALFORMED},
		{"free", ERR_MALFORMED},
		{"20%", ERR_MALFORMED},
		{"€", ERR_MALFORMED},
		{"EUR", ERR_MALFORMED},
		{"Save £5.00", ERR_MALFORMED},
		{"500 g", ERR_MALFORMED},
		{"12,99 € 9,99 €", ERR_CONFLICT},
		{"1.2.3 €", ERR_MALFORMED},
		{"1,2345,6 €", ERR_MALFORMED},
		{"12.345,678 EUR", ERR_MALFORMED},
		{"9 EUR 8 EUR", ERR_CONFLICT},
		{"99999999999999999999999 €", ERR_MALFORMED},
		{"9999999999999999.99 €", ERR_MALFORMED},
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct price p;
		struct error e = {0};
		enum err code = price_parse(bad[i].text, NULL, &p, &e);
		if (code != bad[i].code || !e.text[0])
			fail_msg("\"%s\": %d (%lld)", bad[i].text, (int)code, (long long)p.minor);
	}
	char longer[PRICE_TEXT_MAX + 2];
	memset(longer, '1', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	struct price p;
	assert_int_equal(price_parse(longer, NULL, &p, NULL), ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(price__is_read__as_people_write_it),
		cmocka_unit_test(price__that_is_the_lowest_of_several__says_so),
		cmocka_unit_test(price__that_is_a_range__has_both_ends),
		cmocka_unit_test(sign_with_several_meanings__is_decided_by_the_hint),
		cmocka_unit_test(three_digits_after_a_mark__are_decimals_only_where_that_is_usual),
		cmocka_unit_test(text_without_one_price__is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
