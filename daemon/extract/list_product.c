/* What a merchant says of a product, field by field -> a product. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/list.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { NAME_MAX_BYTES = 40, PRICE_MAX_BYTES = 60 };

/* Letters and digits only, in lower case, without a prefix. */
static const struct {
	const char *name;
	enum feed_field field;
} names[] = {
	{"id", FEED_ID},
	{"sku", FEED_ID},
	{"offerid", FEED_ID},
	{"productid", FEED_ID},
	{"title", FEED_TITLE},
	{"name", FEED_TITLE},
	{"productname", FEED_TITLE},
	{"link", FEED_LINK},
	{"url", FEED_LINK},
	{"producturl", FEED_LINK},
	{"deeplink", FEED_LINK},
	{"imagelink", FEED_IMAGE},
	{"imageurl", FEED_IMAGE},
	{"image", FEED_IMAGE},
	{"availability", FEED_AVAILABILITY},
	{"price", FEED_PRICE},
	{"saleprice", FEED_SALE_PRICE},
	{"salepriceeffectivedate", FEED_SALE_DATES},
	{"currency", FEED_CURRENCY},
	{"gtin", FEED_GTIN},
	{"ean", FEED_GTIN},
	{"upc", FEED_GTIN},
	{"isbn", FEED_GTIN},
	{"mpn", FEED_MPN},
	{"brand", FEED_BRAND},
	{"manufacturer", FEED_BRAND},
	{"condition", FEED_CONDITION},
	{"itemgroupid", FEED_GROUP},
	{"shipping", FEED_SHIPPING},
	{"shippingcost", FEED_SHIPPING},
	{"producttype", FEED_CATEGORY},
	{"googleproductcategory", FEED_CATEGORY_GOOGLE},
	{"externalsellerid", FEED_SELLER},
};

enum feed_field feed_field_find(const char *name, size_t len)
{
	char plain[NAME_MAX_BYTES];
	size_t n = 0;

	if (len > 2 && (name[0] == 'g' || name[0] == 'G') && name[1] == ':') {
		name += 2;
		len -= 2;
	}
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (n == sizeof plain - 1)
				return FEED_NONE;
			plain[n++] = c;
		}
	}
	plain[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!strcmp(names[i].name, plain))
			return names[i].field;
	}
	return FEED_NONE;
}

static const char *field(const struct list *l, enum feed_field f)
{
	const char *s = buf_str(&l->fields[f]);

	return s[strspn(s, " \t\r\n")] ? s : NULL;
}

/* ---- prices -------------------------------------------------------------------------------- */

static bool is_code(const char *s)
{
	for (size_t i = 0; i < 3; i++) {
		if (!((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= 'a' && s[i] <= 'z')))
			return false;
	}
	return true;
}

/* "12.00 EUR", "EUR 12.00": the point is the specification's, and so is the code. What is written
 * in another way is read as people write it. */
static bool read_price(struct list *l, struct offer *o, const char *text, int64_t *minor)
{
	char number[PRICE_MAX_BYTES + 1], code[4] = "";
	const char *at;
	size_t n;

	if (!text)
		return false;
	text += strspn(text, " \t\r\n");
	n = strlen(text);
	while (n && strchr(" \t\r\n", text[n - 1]))
		n--;
	if (n > PRICE_MAX_BYTES)
		return offer_read_price(l->f, o, text, minor);
	memcpy(number, text, n);
	number[n] = '\0';
	if (n > 3 && is_code(number + n - 3) && strchr("0123456789. ", number[n - 4])) {
		memcpy(code, number + n - 3, 3);
		number[n - 3] = '\0';
	} else if (n > 3 && is_code(number) && strchr("0123456789. ", number[3])) {
		memcpy(code, number, 3);
		memmove(number, number + 3, n - 2);
	}
	at = number + strspn(number, " ");
	for (n = strlen(at); n && at[n - 1] == ' '; n--)
		number[at - number + (long)n - 1] = '\0';
	if (!*code || strspn(at, "0123456789.") != strlen(at))
		return offer_read_price(l->f, o, text, minor);
	if (*o->currency && strcasecmp(o->currency, code) != 0)
		return false; /* another currency than the price's */
	if (!*o->currency)
		offer_set_currency(l->f, o, code);
	return offer_read_price(l->f, o, at, minor);
}

/* "2026-11-20T00:00+0100/2026-11-30T23:59+0100", blanks or a slash between. A zone without a colon,
 * or none (UTC), and a date alone are what feeds have. */
static bool read_moment(const char *s, size_t n, int64_t *ms)
{
	char text[40];
	size_t zone;

	if (n < 10 || n > 25)
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	zone = 10 + strcspn(text + 10, "Z+-");
	if (zone == 10)
		return !text[10] && time_parse(strcat(text, "T00:00:00Z"), ms);
	if (zone == 16) { /* without seconds */
		memmove(text + 19, text + 16, strlen(text + 16) + 1);
		memcpy(text + 16, ":00", 3);
		zone = 19;
	}
	if (!text[zone])
		strcat(text, "Z");
	if (strlen(text + zone) == 5) { /* +0100 */
		memmove(text + zone + 4, text + zone + 3, 3);
		text[zone + 3] = ':';
	}
	return time_parse(text, ms);
}

/* Is the sale on? Dates that cannot be read are no reason against it. */
static bool sale_is_on(const struct list *l)
{
	const char *dates = field(l, FEED_SALE_DATES), *slash = dates ? strchr(dates, '/') : NULL;
	int64_t from, until;

	if (!slash || !l->now_ms)
		return true;
	dates += strspn(dates, " \t\r\n");
	if (read_moment(dates, (size_t)(slash - dates), &from) && l->now_ms < from)
		return false;
	slash++;
	return !read_moment(slash, strcspn(slash, " \t\r\n"), &until) || l->now_ms < until;
}

/* "DE::Standard:4.95 EUR,AT:::9.95 EUR": what the first of them costs. */
static void read_shipping(struct list *l, struct offer *o)
{
	const char *text = field(l, FEED_SHIPPING), *end, *colon = NULL;
	char price[PRICE_MAX_BYTES + 1];

	if (!text)
		return;
	end = text + (strchr(text, ':') ? strcspn(text, ",") : strlen(text));
	for (const char *p = text; p < end; p++)
		colon = *p == ':' ? p : colon;
	if (colon)
		text = colon + 1;
	if (end - text > PRICE_MAX_BYTES || end == text)
		return;
	memcpy(price, text, (size_t)(end - text));
	price[end - text] = '\0';
	if (!read_price(l, o, price, &o->shipping_minor))
		o->shipping_minor = FACT_UNKNOWN;
}

static void read_offer(struct list *l, struct product *p)
{
	struct offer *o = product_add_offer(l->f, p, SOURCE_FEED);
	const char *availability = field(l, FEED_AVAILABILITY);

	offer_set_currency(l->f, o, field(l, FEED_CURRENCY));
	read_price(l, o, field(l, FEED_PRICE), &o->price_minor);
	if (field(l, FEED_SALE_PRICE) && sale_is_on(l)) {
		int64_t sale = FACT_UNKNOWN;

		if (read_price(l, o, field(l, FEED_SALE_PRICE), &sale) && sale > 0) {
			if (o->price_minor > sale)
				o->list_minor = o->price_minor;
			o->price_minor = sale;
		}
	}
	o->availability = availability_read(availability);
	if (availability && !o->availability)
		facts_warn(l->f, "availability_unknown", "availability \"%.60s\" is no known word",
			   availability);
	o->condition = condition_read(field(l, FEED_CONDITION));
	o->seller = fact_text(field(l, FEED_SELLER));
	read_shipping(l, o);
	if (o->price_minor == FACT_UNKNOWN && !o->availability)
		product_drop_offer(p);
}

/* ---- items --------------------------------------------------------------------------------- */

void feed_item_begin(struct list *l)
{
	for (size_t i = 0; i < FEED_FIELDS; i++)
		buf_reset(&l->fields[i]);
	l->merchant = false;
}

void feed_item_end(struct list *l)
{
	static const struct {
		enum feed_field from;
		enum product_field to;
	} texts[] = {
		{FEED_TITLE, FIELD_NAME},
		{FEED_ID, FIELD_SKU},
		{FEED_GTIN, FIELD_GTIN},
		{FEED_MPN, FIELD_MPN},
		{FEED_BRAND, FIELD_BRAND},
		{FEED_IMAGE, FIELD_IMAGE},
		{FEED_LINK, FIELD_URL},
		{FEED_CATEGORY, FIELD_CATEGORY},
		{FEED_CATEGORY_GOOGLE, FIELD_CATEGORY},
		{FEED_GROUP, FIELD_GROUP},
	};
	struct product *p;

	if (!l->merchant) {
		facts_warn(l->f, "feed_without_products",
			   "items of the feed are news, not products");
		return;
	}
	if (!field(l, FEED_TITLE) && !field(l, FEED_ID) && !field(l, FEED_LINK))
		return;
	p = facts_add_product(l->f, FACTS_PRODUCTS_MAX);
	if (!p)
		return;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		product_set(l->f, p, texts[i].to, field(l, texts[i].from), SOURCE_FEED);
	read_offer(l, p);
}
