#pragma once
/* The catalog: products, their listings at rivals and in one's own shops, and what was offered
 * when. Services share it; migrations/0010_catalog.sql has its tables.
 *
 * What a page said is kept in two steps, so that the writer works for a few milliseconds only: a
 * worker compares facts with what is known and finds the products they are about
 * (observe_prepare), operations write the difference (observe_keep). Both steps twice is the
 * same as once: a scan that is killed in between is simply done again. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/store/store.h"

struct facts; /* daemon/extract/product.h, whose words for fields are not schema.h's */

enum site_state { SITE_NEW, SITE_OK, SITE_BLOCKED, SITE_FAILING };
enum page_kind { PAGE_PRODUCT = 1, PAGE_API, PAGE_FEED, PAGE_SITEMAP, PAGE_LINKS };
enum page_state { PAGE_OK, PAGE_BLOCKED, PAGE_FAILING, PAGE_GONE };
enum listing_state { LISTING_LISTED, LISTING_UNKNOWN, LISTING_GONE };
enum offer_kind { OFFER_SEEN, OFFER_UNKNOWN, OFFER_DOUBTFUL, OFFER_ENDED };
enum match_method { MATCH_NEW, MATCH_GTIN, MATCH_MPN, MATCH_TITLE, MATCH_PERSON };
enum identifier_kind { IDENTIFIER_GTIN = 1, IDENTIFIER_ASIN, IDENTIFIER_MPN };

enum {
	EVIDENCE_BYTES = 16,     /* of SHA-256 */
	LISTING_MISSED_GONE = 2, /* complete scans without it */
};

/** Words of the API and the screen: "listed", "gtin", "seen" ... */
const char *site_state_name(enum site_state s);
const char *listing_state_name(enum listing_state s);
const char *offer_kind_name(enum offer_kind k);
const char *match_method_name(enum match_method m);
/** Of enum product_source (product.h), as tables keep it: "json-ld". */
const char *source_name(int source);

/** When a listing was seen last, in SQL, of "listing l LEFT JOIN page g ON g.id = l.page".
 *  While a page stays as it was only the page's time moves. */
#define LISTING_SEEN_SQL "max(l.seen_ms, coalesce(g.seen_ms, 0))"
/** (seller, at_ms) of the newest row of each seller of listing ?1, by seeks only. */
#define OFFERS_NOW_SQL                                                                    \
	"WITH RECURSIVE one(seller) AS (SELECT min(seller) FROM offer WHERE listing = ?1" \
	" UNION ALL SELECT (SELECT min(seller) FROM offer WHERE listing = ?1"             \
	" AND seller > one.seller) FROM one WHERE one.seller IS NOT NULL)"                \
	" SELECT seller, (SELECT max(at_ms) FROM offer WHERE listing = ?1"                \
	" AND seller = one.seller) AS at_ms FROM one WHERE seller IS NOT NULL"

/* ---- what a page said ------------------------------------------------------------------------ */

/** One reading of a page, or that it could not be read. */
struct observation {
	uint64_t site;
	const char *site_name; /* for events */
	bool mine;
	const char *site_kind; /* "rival", "shop" */
	const char *page_url;  /* the address that was asked: the page's name in the site */
	enum page_kind page_kind;
	int64_t at_ms;                /* wall, of the answer */
	const char *default_currency; /* where the page says none: "" */
	bool baseline;                /* the site's first scan: nothing of it is news */
	uint8_t hash[EVIDENCE_BYTES]; /* of the bytes */
	int status;
	/** One of several parts of a large page: of what is not in it nothing is said. */
	bool part;
};

/** Is the page as it was (same bytes, no failure since, nothing in doubt)? Then observe_same() is
 *  all there is to do. Thread: a worker. */
bool observe_is_same(struct store *s, const struct observation *o);
/** Inside an operation: all that it lists was so until now. */
enum err observe_same(struct txn *t, const struct observation *o, struct error *e);

/** What is to be written of an observation. Whatever was prepared is kept in one way:
 *
 *      handle():  observe_prepare...(store, &o, ..., &x, e)      a worker
 *      keep():    observe_keep(t, x, &more, e)                   an operation of its own while more
 *                 observed_products(x, &ids)                     judge them in the same operation
 */
struct observed;

/** Compare with what is known. o and facts are not needed afterwards. Thread: a worker. */
enum err observe_prepare(struct store *s, const struct observation *o, const struct facts *facts,
			 struct observed **out, struct error *e);
/** The page is blocked, fails, or is gone (404, 410): what it lists is unknown from now on, or
 * gone. text: safe, why. Thread: a worker. */
enum err observe_prepare_failed(struct store *s, const struct observation *o, enum page_state state,
				const char *text, struct observed **out, struct error *e);
/** A complete scan that began at began_ms is over: listings that it did not see are missed once
 *  more, and gone after LISTING_MISSED_GONE. Done again for the same scan it changes nothing.
 *  Thread: a worker. */
enum err observe_prepare_over(struct store *s, const struct observation *o, int64_t began_ms,
			      struct observed **out, struct error *e);
/** The site's resource was deleted: all that is known of it goes. Thread: a worker. */
enum err observe_prepare_forget(struct store *s, uint64_t site, struct observed **out,
				struct error *e);

/** Inside an operation, a slice of it (<= 5 ms). *more: call it again in an operation of its own.
 *  Emits the events of what changed. When the operation fails, prepare it again. */
enum err observe_keep(struct txn *t, struct observed *x, bool *more, struct error *e);
void observed_free(struct observed *x);

struct observe_counts {
	unsigned listings, added, changed, unchanged, doubtful, gone;
};
struct observe_counts observed_counts(const struct observed *x);
/** Products whose offers were written by the last observe_keep; for who judges them in the same
 *  operation. */
size_t observed_products(const struct observed *x, const uint64_t **ids);

/** Slices that delete what offers, ratings and listings were before that time; the newest row of
 * each stays (store_on_prune_prices). */
enum err catalog_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e);

/* ---- which product is it? -------------------------------------------------------------------- */

/** What a listing says about what it is; texts borrowed, "" is nothing. Two listings of one site
 *  are never one product because of their titles alone. */
struct identity {
	uint64_t site;
	const char *title, *brand, *gtin, *mpn, *asin, *sku, *image, *category;
	bool mine;
	bool titles_lead_nowhere; /* match_titles_lead() said so */
};

enum { MATCH_DOUBTS_MAX = 3 };
/** What was found. product 0: it is a new one. doubts: those that a person should look at. */
struct match_found {
	uint64_t product;
	enum match_method method;
	int score; /* thousandths */
	struct match_doubt {
		uint64_t product;
		int score;
		char why[160];
	} doubts[MATCH_DOUBTS_MAX];
	size_t n_doubts;
	uint64_t newest; /* product that there was then: later ones are looked at by match_settle */
};
/** GTIN, else brand and MPN, else likeness of titles. Reads only. Thread: a worker.
 *  @param except  a product that it shall not be (the listing's own lone one), 0: none */
enum err match_find(struct reader *r, const struct identity *id, uint64_t except,
		    struct match_found *out, struct error *e);
/** May the title of a listing of this site lead to a product at all? Not while every product is one
 *  that the site itself lists, as in the first scan of the first site. Costs as much as looking for
 *  some ten titles: for who looks for many, who then puts newest into what match_find() finds.
 *  Thread: a worker. */
enum err match_titles_lead(struct reader *r, uint64_t site, bool *lead, uint64_t *newest,
			   struct error *e);
/** Inside an operation: the product of the listing, made when found->product is 0 or gone
 * meanwhile; identifiers and search text are written. An identifier that another listing brought
 * in between wins over "new". The listing's row is written by the caller, afterwards when it is
 * new, with the product, method and score that found has then; then match_doubts() and
 * product_refresh(). */
enum err match_settle(struct txn *t, uint64_t listing, const struct identity *id,
		      struct match_found *found, struct error *e);
/** Inside an operation, when the listing's row is there: what a person should look at. What a
 * person said no to is never asked again. */
enum err match_doubts(struct txn *t, uint64_t listing, const struct match_found *found,
		      struct error *e);
/** Inside an operation: its listings are as they are now: count, mine, search text; a product
 * without listings goes unless a person said something of it. */
enum err product_refresh(struct txn *t, uint64_t product, struct error *e);
/** A brand as it is compared: "ACME, Inc." and "acme" are one. out is "" when nothing is left. */
void brand_fold(const char *brand, char *out, size_t cap);
