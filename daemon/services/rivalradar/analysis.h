#pragma once
/* A rival against mine and the market, as it is now and what became different since a moment. */
#include "daemon/catalog/market.h"

enum analysis_list {
	ANALYSIS_UNDERCUTS,
	ANALYSIS_DROPS,
	ANALYSIS_RISES,
	ANALYSIS_NEW,
	ANALYSIS_REMOVED,
	ANALYSIS_OUT_OF_STOCK,
	ANALYSIS_BACK_IN_STOCK,
	ANALYSIS_DEALS,
	ANALYSIS_LISTS,
};
const char *analysis_list_name(enum analysis_list l);

enum { ANALYSIS_ROWS_MAX = 2000 }; /* of a list; all are counted */

struct analysis_row {
	uint64_t listing, product;
	char *title, *sku, *url;
	int64_t price_minor, mine_minor, was_minor; /* MARKET_UNKNOWN: none */
	char currency[CURRENCY_TEXT];
	enum availability availability;
	bool landed; /* price_minor and mine_minor of an undercut */
	int64_t at_ms;
	enum market_deal deal;
};

struct analysis {
	/* asked for */
	uint64_t site;
	int64_t since_ms, based_ms; /* based: end of the first scan, 0: not yet */
	/* found */
	unsigned products, compared, cheaper, dearer, equal, unknown;
	unsigned other_currency; /* listings of what I sell in a currency in which I do not */
	int64_t index_mean, index_median;
	struct analysis_row *lists[ANALYSIS_LISTS];
	size_t n[ANALYSIS_LISTS], total[ANALYSIS_LISTS];
};

/** site, since_ms and based_ms are set, the rest is zero. Thread: a worker. */
enum err analysis_make(struct store *s, struct analysis *a, struct error *e);
void analysis_fini(struct analysis *a);
