/* Vendure: its Shop API is GraphQL, and answers GET as well. `products` is asked, not `search`: the
 * index behind that lags, and says nothing of the stock unless a shop has it so. */
#include "daemon/services/rivalradar/platform.h"
#include "shared/mem.h"

static char *path(int64_t n, int64_t products)
{
	/* By the number, so that nothing moves to another page meanwhile. Braces are written as an
	 * address has them. */
	return mem_printf("/shop-api?query=%%7Bproducts(options:%%7Btake:%lld,skip:%lld,sort:"
			  "%%7Bid:ASC%%7D%%7D)%%7BtotalItems,items%%7Bid,name,slug,"
			  "featuredAsset%%7Bpreview%%7D,facetValues%%7Bname,facet%%7Bcode%%7D%%7D,"
			  "variants%%7Bid,name,sku,stockLevel,currencyCode,priceWithTax,"
			  "featuredAsset%%7Bpreview%%7D%%7D%%7D%%7D%%7D",
			  (long long)products, (long long)((n - 1) * products));
}

extern const struct platform platform_vendure;
const struct platform platform_vendure = {
	.name = "vendure",
	.title = "Vendure",
	.rank = 30,
	.page_products = 100, /* more it does not give as it comes */
	.small_products = 20,
	.path = path,
};
