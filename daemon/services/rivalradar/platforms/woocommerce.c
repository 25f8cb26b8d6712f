/* WooCommerce: its Store API, which needs no key. */
#include "daemon/services/rivalradar/platform.h"
#include "shared/mem.h"

static char *path(int64_t n, int64_t products)
{
	return mem_printf("/wp-json/wc/store/v1/products?per_page=%lld&page=%lld",
			  (long long)products, (long long)n);
}

extern const struct platform platform_woocommerce;
const struct platform platform_woocommerce = {
	.name = "woocommerce",
	.title = "WooCommerce",
	.rank = 20,
	.page_products = 100,
	.path = path,
};
