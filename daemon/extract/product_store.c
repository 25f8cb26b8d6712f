#include "daemon/extract/product_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

static const char *text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

void store_read_hundredths(struct facts *f, struct offer *o, const char *value, int64_t *minor)
{
	size_t n = value ? strlen(value) : 0;
	char decimal[40];
	long long v;

	if (!value)
		return;
	if (n == 0 || n >= 19 || strspn(value, "0123456789") != n) {
		char *safe = fact_text(value);

		facts_warn(f, "price_unreadable", "\"%.60s\" is no price", safe ? safe : "");
		free(safe);
		return;
	}
	v = atoll(value);
	snprintf(decimal, sizeof decimal, "%lld.%02lld", v / 100, v % 100);
	offer_read_price(f, o, decimal, minor);
}

/* ---- Shopify ------------------------------------------------------------------------------- */

struct shopify {
	struct facts *f;
	bool hundredths; /* prices are integers, whatever the currency (HANDLE.js) */
};

/* Its themes' numbers are always hundredths, also of yen. */
static void read_shopify_price(const struct shopify *s, struct offer *o, const char *value,
			       int64_t *minor)
{
	if (value && s->hundredths && *value && value[strspn(value, "0123456789")] == '\0')
		store_read_hundredths(s->f, o, value, minor);
	else if (value)
		offer_read_price(s->f, o, value, minor);
}

static void read_shopify_offer(const struct shopify *s, struct product *p, const json_t *v)
{
	struct offer *o = product_add_offer(s->f, p, SOURCE_SHOPIFY);
	const json_t *available = json_object_get(v, "available");

	if (!o)
		return;
	offer_set_currency(s->f, o, text(v, "price_currency"));
	read_shopify_price(s, o, text(v, "price"), &o->price_minor);
	if (text(v, "compare_at_price") && *text(v, "compare_at_price"))
		read_shopify_price(s, o, text(v, "compare_at_price"), &o->list_minor);
	if (o->list_minor <= o->price_minor)
		o->list_minor = FACT_UNKNOWN; /* 0, or left behind by an earlier sale */
	if (json_is_boolean(available))
		o->availability =
			json_is_true(available) ? AVAILABILITY_IN_STOCK : AVAILABILITY_OUT_OF_STOCK;
}

static void read_shopify_ids(struct facts *f, struct product *p, const json_t *v)
{
	const char *barcode = text(v, "barcode");

	product_set(f, p, FIELD_SKU, text(v, "sku"), SOURCE_SHOPIFY);
	if (barcode && *barcode)
		product_set(f, p, FIELD_GTIN, barcode, SOURCE_SHOPIFY);
}

static void read_shopify_variant(const struct shopify *s, struct product *p, const json_t *v)
{
	struct product *variant = product_add_variant(s->f, p);
	const char *title = text(v, "title"), *name = p->text[FIELD_NAME].s;
	char *full;

	if (!variant)
		return;
	full = mem_printf("%s%s%s", name ? name : "", name && title ? " - " : "",
			  title ? title : "");
	product_set(s->f, variant, FIELD_NAME, full, SOURCE_SHOPIFY);
	free(full);
	read_shopify_ids(s->f, variant, v);
	product_set(s->f, variant, FIELD_IMAGE, text(json_object_get(v, "featured_image"), "src"),
		    SOURCE_SHOPIFY);
	read_shopify_offer(s, variant, v);
}

static const char *image_of(const json_t *o)
{
	const json_t *image = json_array_get(json_object_get(o, "images"), 0);
	const char *src = json_is_string(image) ? json_string_value(image) : text(image, "src");

	if (!src)
		src = text(o, "featured_image");
	return src ? src : text(json_object_get(o, "image"), "src");
}

static void read_shopify_product(const struct shopify *s, const json_t *o)
{
	struct product *p = facts_add_product(s->f, FACTS_PRODUCTS_MAX);
	const json_t *variants = json_object_get(o, "variants"), *v;
	const char *handle = text(o, "handle"), *address = text(o, "url");
	char *path = handle ? mem_printf("/products/%s", handle) : NULL;
	const char *category = text(o, "product_type");
	size_t i;

	if (p) {
		product_set(s->f, p, FIELD_NAME, text(o, "title"), SOURCE_SHOPIFY);
		product_set(s->f, p, FIELD_BRAND, text(o, "vendor"), SOURCE_SHOPIFY);
		product_set(s->f, p, FIELD_CATEGORY, category ? category : text(o, "type"),
			    SOURCE_SHOPIFY);
		product_set(s->f, p, FIELD_URL, address ? address : path, SOURCE_SHOPIFY);
		product_set(s->f, p, FIELD_IMAGE, image_of(o), SOURCE_SHOPIFY);
		product_set(s->f, p, FIELD_GROUP, text(o, "id"), SOURCE_SHOPIFY);
		if (json_array_size(variants) == 1) {
			v = json_array_get(variants, 0);
			read_shopify_ids(s->f, p, v);
			read_shopify_offer(s, p, v);
		} else {
			json_array_foreach(variants, i, v) read_shopify_variant(s, p, v);
		}
	}
	free(path);
}

/* ---- WooCommerce --------------------------------------------------------------------------- */

/* An integer of minor units, of so many decimals: "1299" and 2 -> "12.99". */
static void read_woo_price(struct facts *f, struct offer *o, const json_t *prices, const char *key,
			   int64_t *minor)
{
	const char *value = text(prices, key), *unit = text(prices, "currency_minor_unit");
	size_t n = value ? strlen(value) : 0, decimals = unit ? strtoul(unit, NULL, 10) : 2;
	char *decimal;

	if (n == 0)
		return;
	if (n > 20 || strspn(value, "0123456789") != n || decimals > 6) {
		facts_warn(f, "price_unreadable", "\"%.60s\" is no price", value);
		return;
	}
	/* Zeros in front, so that there is a digit before the point. */
	decimal = n > decimals
			  ? mem_printf("%.*s.%s", (int)(n - decimals), value, value + n - decimals)
			  : mem_printf("0.%0*d%s", (int)(decimals - n), 0, value);
	if (n == decimals) {
		free(decimal);
		decimal = mem_printf("0.%s", value);
	}
	if (decimals == 0)
		decimal[n] = '\0';
	offer_read_price(f, o, decimal, minor);
	free(decimal);
}

static void read_woo_offer(struct facts *f, struct product *p, const json_t *o)
{
	const json_t *prices = json_object_get(o, "prices");
	const json_t *stock = json_object_get(o, "is_in_stock");
	struct offer *offer = product_add_offer(f, p, SOURCE_WOOCOMMERCE);
	const json_t *range = json_object_get(prices, "price_range");

	if (!offer)
		return;
	offer_set_currency(f, offer, text(prices, "currency_code"));
	read_woo_price(f, offer, prices, "price", &offer->price_minor);
	read_woo_price(f, offer, prices, "regular_price", &offer->list_minor);
	if (offer->list_minor <= offer->price_minor)
		offer->list_minor = FACT_UNKNOWN;
	if (json_is_object(range)) {
		json_t *both = json_copy((json_t *)prices);

		json_object_update(both, (json_t *)range);
		read_woo_price(f, offer, both, "max_amount", &offer->price_to_minor);
		json_decref(both);
		if (offer->price_to_minor <= offer->price_minor)
			offer->price_to_minor = FACT_UNKNOWN;
	}
	if (json_is_true(json_object_get(o, "is_on_backorder")))
		offer->availability = AVAILABILITY_BACK_ORDER;
	else if (json_is_boolean(stock))
		offer->availability =
			json_is_true(stock) ? AVAILABILITY_IN_STOCK : AVAILABILITY_OUT_OF_STOCK;
}

static void read_woo_product(struct facts *f, const json_t *o)
{
	struct product *p = facts_add_product(f, FACTS_PRODUCTS_MAX);
	const char *count = text(o, "review_count");

	if (!p)
		return;
	product_set(f, p, FIELD_NAME, text(o, "name"), SOURCE_WOOCOMMERCE);
	product_set(f, p, FIELD_SKU, text(o, "sku"), SOURCE_WOOCOMMERCE);
	if (text(o, "global_unique_id") && *text(o, "global_unique_id"))
		product_set(f, p, FIELD_GTIN, text(o, "global_unique_id"), SOURCE_WOOCOMMERCE);
	product_set(f, p, FIELD_URL, text(o, "permalink"), SOURCE_WOOCOMMERCE);
	product_set(f, p, FIELD_IMAGE, text(json_array_get(json_object_get(o, "images"), 0), "src"),
		    SOURCE_WOOCOMMERCE);
	product_set(f, p, FIELD_BRAND,
		    text(json_array_get(json_object_get(o, "brands"), 0), "name"),
		    SOURCE_WOOCOMMERCE);
	product_set(f, p, FIELD_CATEGORY,
		    text(json_array_get(json_object_get(o, "categories"), 0), "name"),
		    SOURCE_WOOCOMMERCE);
	if (count && strcmp(count, "0") != 0) /* without reviews its average is 0 */
		product_set_rating(p, text(o, "average_rating"), "5", count, SOURCE_WOOCOMMERCE);
	read_woo_offer(f, p, o);
}

static bool is_woo(const json_t *o)
{
	return text(json_object_get(o, "prices"), "currency_minor_unit");
}

static bool has_variants(const json_t *o)
{
	return json_is_array(json_object_get(o, "variants")) && text(o, "title") &&
	       text(o, "handle");
}

/* ---- which one ----------------------------------------------------------------------------- */

static bool read_woo(struct facts *f, const json_t *v)
{
	const json_t *one;
	size_t i;

	if (is_woo(v)) {
		read_woo_product(f, v);
	} else if (json_is_array(v) && is_woo(json_array_get(v, 0))) {
		json_array_foreach(v, i, one) read_woo_product(f, one);
	} else {
		return false;
	}
	f->sources[SOURCE_WOOCOMMERCE] = true;
	return true;
}

bool store_read(struct facts *f, const json_t *v)
{
	struct shopify s = {.f = f};
	const json_t *list = json_object_get(v, "products"), *one;
	size_t i;

	if (json_is_array(list) && (has_variants(json_array_get(list, 0)) ||
				    (!json_array_size(list) && json_object_size(v) == 1))) {
		json_array_foreach(list, i, one) read_shopify_product(&s, one);
	} else if (has_variants(json_object_get(v, "product"))) {
		read_shopify_product(&s, json_object_get(v, "product"));
	} else if (has_variants(v)) {
		s.hundredths = true;
		read_shopify_product(&s, v);
	} else {
		return read_woo(f, v) || vendure_read(f, v);
	}
	f->sources[SOURCE_SHOPIFY] = true;
	return true;
}
