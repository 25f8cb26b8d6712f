#pragma once
/* Minimum advertised prices (MAP), where somebody switched that on for a product. A breach is an
 * advertised price (without shipping) of a rival below the minimum in two observations or more, on
 * whatever day; the pages are kept, deflated, by the hash of their bytes. What is unknown is
 * neither a breach nor the end of one.
 *
 * Agreeing on resale prices, minimum advertised ones included, is unlawful in the EU and the UK,
 * and judged case by case in the US: MAP_LAW is said when it is switched on. */
#include "daemon/catalog/catalog.h"

#define MAP_LAW                                                                                    \
	"Asking others for minimum prices, advertised ones included, is resale price maintenance:" \
	" unlawful in the EU and the UK, judged case by case in the US. Watching prices is"        \
	" another thing than enforcing them. Ask counsel before you act on a breach."

/** A page's bytes, at hand while a breach is judged. */
struct map_page {
	uint8_t hash[EVIDENCE_BYTES];
	uint64_t site;
	const char *url, *type; /* as the page is called in the site; Content-Type */
	size_t bytes;           /* of the page */
	const void *deflated;   /* zlib */
	size_t len;
};

/** Does that page list anything with a minimum? Then map_page_make() is worth it. Thread: a worker.
 */
bool map_watches(struct store *s, uint64_t site, const char *page_url);
/** Deflate. @return false: too large (evidence.h), or nothing. Frees with map_page_fini. Thread: a
 * worker. */
bool map_page_make(struct map_page *p, const struct observation *o, const char *type,
		   const void *body, size_t len);
void map_page_fini(struct map_page *p);

/** Inside the operation that wrote their offers. page: NULL when its bytes are not at hand.
 *  Emits price.map_breach and price.map_ok about the listings. */
enum err map_judge(struct txn *t, const uint64_t *products, size_t n, const struct map_page *page,
		   int64_t at_ms, struct error *e);
/** Of one product, whether it has a minimum (any more) or not. */
enum err map_judge_product(struct txn *t, uint64_t product, const struct map_page *page,
			   int64_t at_ms, struct error *e);
/** The same for what a page lists that was as before (observe_same). */
enum err map_judge_same(struct txn *t, uint64_t site, const char *page_url,
			const struct map_page *page, int64_t at_ms, struct error *e);
