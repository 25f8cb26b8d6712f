/* Words of the catalog's states. */
#include "daemon/catalog/catalog.h"
#include "daemon/extract/product.h"

const char *site_state_name(enum site_state s)
{
	static const char *const names[] = {
		[SITE_NEW] = "new",
		[SITE_OK] = "ok",
		[SITE_BLOCKED] = "blocked",
		[SITE_FAILING] = "failing",
	};
	return names[s];
}

const char *listing_state_name(enum listing_state s)
{
	static const char *const names[] = {
		[LISTING_LISTED] = "listed",
		[LISTING_UNKNOWN] = "unknown",
		[LISTING_GONE] = "gone",
	};
	return names[s];
}

const char *offer_kind_name(enum offer_kind k)
{
	static const char *const names[] = {
		[OFFER_SEEN] = "seen",
		[OFFER_UNKNOWN] = "unknown",
		[OFFER_DOUBTFUL] = "doubtful",
		[OFFER_ENDED] = "ended",
	};
	return names[k];
}

const char *match_method_name(enum match_method m)
{
	static const char *const names[] = {
		[MATCH_NEW] = "new",     [MATCH_GTIN] = "gtin",     [MATCH_MPN] = "mpn",
		[MATCH_TITLE] = "title", [MATCH_PERSON] = "person",
	};
	return names[m];
}

const char *source_name(int source)
{
	return product_source_name(source > 0 && source < SOURCES ? (enum product_source)source
								  : SOURCE_NONE);
}
