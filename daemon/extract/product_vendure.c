/* Vendure's Shop API: GraphQL, whose answers to `products` and `search` name the same things. */
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/product_store.h"
#include "shared/mem.h"

static const char *text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* A range is from the cheapest variant to the dearest one. */
static void read_price(struct facts *f, struct offer *o, const json_t *price)
{
	const char *value = json_string_value(price);

	store_read_hundredths(f, o, value ? value : text(price, "value"), &o->price_minor);
	if (!json_is_object(price) || text(price, "value"))
		return;
	store_read_hundredths(f, o, text(price, "min"), &o->price_minor);
	store_read_hundredths(f, o, text(price, "max"), &o->price_to_minor);
	if (o->price_to_minor <= o->price_minor)
		o->price_to_minor = FACT_UNKNOWN;
}

/* Of `search`, where the shop keeps it in its index; of `products`, where a shop may choose to show
 * how many there are instead of a word. */
static enum availability stock_of(const json_t *v)
{
	const json_t *in_stock = json_object_get(v, "inStock");
	const char *level = text(v, "stockLevel");

	if (json_is_boolean(in_stock))
		return json_is_true(in_stock) ? AVAILABILITY_IN_STOCK : AVAILABILITY_OUT_OF_STOCK;
	if (!level || !*level)
		return AVAILABILITY_UNKNOWN;
	if (level[strspn(level, "-0123456789")] == '\0')
		return *level == '-' || level[strspn(level, "0")] == '\0'
			       ? AVAILABILITY_OUT_OF_STOCK
			       : AVAILABILITY_IN_STOCK;
	return strcmp(level, "LOW_STOCK") != 0 ? availability_read(level) : AVAILABILITY_LIMITED;
}

/* A variant's own name has the product's in it by default, but need not. */
static void set_name(struct facts *f, struct product *to, const char *product, const char *variant)
{
	char *both;

	if (!variant || !*variant || !product || !strncmp(variant, product, strlen(product))) {
		product_set(f, to, FIELD_NAME, variant && *variant ? variant : product,
			    SOURCE_VENDURE);
		return;
	}
	both = mem_printf("%s - %s", product, variant);
	product_set(f, to, FIELD_NAME, both, SOURCE_VENDURE);
	free(both);
}

static void read_variant(struct facts *f, struct product *to, const json_t *v)
{
	struct offer *o = product_add_offer(f, to, SOURCE_VENDURE);

	product_set(f, to, FIELD_SKU, text(v, "sku"), SOURCE_VENDURE);
	if (!o)
		return;
	offer_set_currency(f, o, text(v, "currencyCode"));
	read_price(f, o, json_object_get(v, "priceWithTax"));
	o->availability = stock_of(v);
}

/* The API knows no addresses of pages: they are the storefront's. The maker's own storefronts have
 * a product there. */
static void set_address(struct facts *f, struct product *p, const char *slug)
{
	char *path = slug && *slug ? mem_printf("/products/%s", slug) : NULL;

	product_set(f, p, FIELD_URL, path, SOURCE_VENDURE);
	free(path);
}

/* ---- products ------------------------------------------------------------------------------ */

/* Vendure has no field for the brand; shops have it among their facets. */
static const char *brand_of(const json_t *o)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(o, "facetValues"), i, one)
	{
		const char *code = text(json_object_get(one, "facet"), "code");

		if (code && (!strcmp(code, "brand") || !strcmp(code, "manufacturer")))
			return text(one, "name");
	}
	return NULL;
}

static void read_product(struct facts *f, const json_t *o)
{
	const json_t *variants = json_object_get(o, "variants"), *v;
	struct product *p = facts_add_product(f, FACTS_PRODUCTS_MAX), *variant;
	bool alone = json_array_size(variants) == 1;
	size_t i;

	if (!p)
		return;
	product_set(f, p, FIELD_NAME, text(o, "name"), SOURCE_VENDURE);
	product_set(f, p, FIELD_BRAND, brand_of(o), SOURCE_VENDURE);
	product_set(f, p, FIELD_GROUP, text(o, "id"), SOURCE_VENDURE);
	product_set(f, p, FIELD_IMAGE, text(json_object_get(o, "featuredAsset"), "preview"),
		    SOURCE_VENDURE);
	set_address(f, p, text(o, "slug"));
	json_array_foreach(variants, i, v)
	{
		variant = alone ? p : product_add_variant(f, p);
		if (!variant)
			return;
		set_name(f, variant, text(o, "name"), text(v, "name"));
		product_set(f, variant, FIELD_IMAGE,
			    text(json_object_get(v, "featuredAsset"), "preview"), SOURCE_VENDURE);
		read_variant(f, variant, v);
	}
}

/* ---- search -------------------------------------------------------------------------------- */

static bool same_product(const json_t *a, const json_t *b)
{
	const char *x = text(a, "productId"), *y = text(b, "productId");

	return x && y && !strcmp(x, y);
}

static bool stands_for_several(const json_t *v)
{
	const json_t *price = json_object_get(v, "priceWithTax");
	const char *min = text(price, "min"), *max = text(price, "max");

	return min && max && strcmp(min, max) != 0;
}

/* Asked for groups it names one of the variants, any, beside the prices of all: what is said of
 * that one is left out. */
static void read_group(struct facts *f, struct product *p, const json_t *v)
{
	struct offer *o = product_add_offer(f, p, SOURCE_VENDURE);

	product_set(f, p, FIELD_NAME, text(v, "productName"), SOURCE_VENDURE);
	if (!o)
		return;
	offer_set_currency(f, o, text(v, "currencyCode"));
	read_price(f, o, json_object_get(v, "priceWithTax"));
	if (stock_of(v) == AVAILABILITY_IN_STOCK)
		o->availability = AVAILABILITY_IN_STOCK;
}

/* Variants of a product follow each other, each with what it has of the product. */
static size_t read_found(struct facts *f, const json_t *items, size_t from)
{
	const json_t *first = json_array_get(items, from), *v;
	struct product *p = facts_add_product(f, FACTS_PRODUCTS_MAX), *variant;
	size_t end = from + 1;
	bool alone;

	while (end < json_array_size(items) && same_product(first, json_array_get(items, end)))
		end++;
	if (!p)
		return end;
	alone = end == from + 1;
	if (!alone)
		product_set(f, p, FIELD_NAME, text(first, "productName"), SOURCE_VENDURE);
	product_set(f, p, FIELD_GROUP, text(first, "productId"), SOURCE_VENDURE);
	product_set(f, p, FIELD_IMAGE, text(json_object_get(first, "productAsset"), "preview"),
		    SOURCE_VENDURE);
	set_address(f, p, text(first, "slug"));
	for (size_t i = from; i < end; i++) {
		v = json_array_get(items, i);
		variant = alone ? p : product_add_variant(f, p);
		if (!variant)
			break;
		if (stands_for_several(v)) {
			read_group(f, variant, v);
			continue;
		}
		set_name(f, variant, text(v, "productName"), text(v, "productVariantName"));
		read_variant(f, variant, v);
	}
	return end;
}

/* ---- which one ----------------------------------------------------------------------------- */

/* It answers with 200 all the same, and what is there besides may be half of it. */
static bool read_errors(struct facts *f, const json_t *v)
{
	const json_t *first = json_array_get(json_object_get(v, "errors"), 0);
	char *message = fact_text(text(first, "message"));

	if (message)
		facts_warn(f, "api_error", "the shop's API answers with an error: %.200s", message);
	free(message);
	return message;
}

static const json_t *items_of(const json_t *data, const char *of, const char *sign)
{
	const json_t *items = json_object_get(json_object_get(data, of), "items");
	const json_t *first = json_array_get(items, 0);

	if (!json_object_get(json_object_get(data, of), "totalItems"))
		return NULL;
	return !first || json_object_get(first, sign) ? items : NULL;
}

bool vendure_read(struct facts *f, const json_t *v)
{
	const json_t *data = json_object_get(v, "data"), *one;
	const json_t *products = items_of(data, "products", "variants");
	const json_t *found = items_of(data, "search", "productVariantId");
	size_t i;

	if (read_errors(f, v))
		return true;
	if (json_is_array(products)) {
		json_array_foreach(products, i, one) read_product(f, one);
	} else if (json_is_array(found)) {
		for (i = 0; i < json_array_size(found);)
			i = read_found(f, found, i);
	} else {
		return false;
	}
	f->sources[SOURCE_VENDURE] = true;
	return true;
}
