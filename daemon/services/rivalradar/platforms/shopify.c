/* Shopify: products.json, which every shop has. */
#include "daemon/services/rivalradar/platform.h"
#include "shared/mem.h"

static char *path(int64_t n, int64_t products)
{
	return mem_printf("/products.json?limit=%lld&page=%lld", (long long)products, (long long)n);
}

extern const struct platform platform_shopify;
const struct platform platform_shopify = {
	.name = "shopify",
	.title = "Shopify",
	.rank = 10,
	.page_products = 250,
	.small_products = 50,
	.path = path,
	.currency_path = "/meta.json",
	.currency_jq = ".currency // empty | strings",
};
