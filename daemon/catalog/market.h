#pragma once
/* Arithmetic of a market: who sells one product for how much, and where a price stands among them.
 * Pure. Prices are minor units, shares basis points (10000 is the whole), all rounded half to even,
 * once; currencies are never mixed.
 *
 * A market is everybody whose offer counts, each with the lowest price of theirs; one's own shops
 * together are one seller (MARKET_MINE). An offer counts when it is in the market's currency, above
 * 0, new (or says nothing of its condition), can be bought (or says nothing of that), and is known
 * to be so now: a price of a page that blocks counts for nothing.
 *
 * Prices are compared landed (price + shipping) when the shipping of every offer that counts is
 * known, else all of them without shipping: market.landed says which.
 *
 * Sources. Price index: the mean over products of own price / average price of the market, x 100
 * (help text of a price tracker, scribd 489499325); the median variant, which one odd price does
 * not move, is the median over products of own price / median of the market. Deal badge:
 * camelcamelcamel.com/support/gdb: within 5 % of the lowest price ever recorded, and the price came
 * at least 5 weeks after the product did; "best" is the lowest itself. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/catalog/catalog.h"
#include "shared/money.h"
#include "shared/product_terms.h"

#define MARKET_UNKNOWN INT64_C(-1)
#define MARKET_MINE    INT64_C(0) /* as market_offer.seller: all of one's own shops */
#define MARKET_ANYBODY UINT64_MAX

enum {
	MARKET_WHOLE_BP = 10000,
	MARKET_DEAL_BP = 10500,
	MARKET_DEAL_DAYS = 35,
};

struct market_offer {
	uint64_t seller;                     /* a site's id, or MARKET_MINE */
	uint64_t site, listing;              /* the caller's */
	int64_t price_minor, shipping_minor; /* MARKET_UNKNOWN */
	char currency[CURRENCY_TEXT];
	enum availability availability;
	enum condition condition;
	enum listing_state state;
};

/** Can it be ordered now? Also what is not said; not what is known to be out. */
bool market_can_be_bought(enum availability a);
/** Is it known to be out of stock (or gone for good)? */
bool market_is_out(enum availability a);
bool market_counts(const struct market_offer *o, const char *currency);
/** price + shipping; MARKET_UNKNOWN unless both are known. */
int64_t market_landed(int64_t price_minor, int64_t shipping_minor);

/** A seller's lowest offer that counts. */
struct market_seller {
	uint64_t seller, listing;
	int64_t minor; /* as it is compared: landed or not */
	int64_t price_minor, shipping_minor;
};

struct market {
	char currency[CURRENCY_TEXT];
	bool landed;
	struct market_seller *sellers; /* the cheapest first; equal ones by seller */
	size_t n, cap;
	int64_t mean_minor, median_minor; /* MARKET_UNKNOWN without sellers */
	/* the same unrounded, for shares of it: the sum, and twice the median */
	int64_t sum_minor, median2_minor;
};

/** Make it of a product's offers. m: zeroed before its first use, then used again and again. */
void market_make(struct market *m, const struct market_offer *offers, size_t n,
		 const char *currency);
void market_fini(struct market *m);
/** NULL: none of theirs counts. Borrowed. */
const struct market_seller *market_find(const struct market *m, uint64_t seller);
/** The cheapest but that one (MARKET_ANYBODY: of all); NULL: there is nobody else. */
const struct market_seller *market_cheapest_but(const struct market *m, uint64_t seller);

/** A price against the market: mean and median. False: fewer than two sellers, nothing to compare.
 */
bool market_index(const struct market *m, int64_t minor, int64_t *mean_bp, int64_t *median_bp);

/** Indexes of one seller over products. */
struct market_indexes {
	int64_t *medians;
	size_t n, cap;
	int64_t mean_sum;
};
void market_indexes_add(struct market_indexes *x, int64_t mean_bp, int64_t median_bp);
/** Their mean and median; false: none was added. Sorts. */
bool market_indexes_result(struct market_indexes *x, int64_t *mean_bp, int64_t *median_bp);
void market_indexes_fini(struct market_indexes *x);

/** theirs - mine, and that in basis points of mine (mine > 0). */
struct market_gap {
	int64_t minor, bp;
};
struct market_gap market_gap(int64_t mine_minor, int64_t theirs_minor);
/** (now - was) in basis points of was; false: was is 0. */
bool market_change(int64_t was_minor, int64_t now_minor, int64_t *bp);

/** The lowest of my prices against the rival's that stands best against it, in one currency: landed
 * when the shipping of both is known, else without. Of several currencies the one in which I look
 * worst. */
struct market_duel {
	const struct market_offer *mine, *theirs; /* of offers */
	int64_t mine_minor, theirs_minor;         /* as they are compared */
	bool landed;
};
/** @param seller  a site's id, or MARKET_ANYBODY
 *  @return false: I have none that counts, or there is no offer of theirs that does */
bool market_duel(const struct market_offer *offers, size_t n, uint64_t seller,
		 struct market_duel *out);

/** Where my price would stand among the others: with equal ones it shares the better rank. */
struct market_rank {
	int64_t minor; /* as it is compared */
	size_t rank, of;
	size_t below, equal, above; /* offers of others */
	int64_t cheapest_minor;     /* of others; MARKET_UNKNOWN: there are none */
};
/** m: with or without my own offer, which is left out.
 *  @param shipping_minor  of mine, for a landed market; MARKET_UNKNOWN is taken as 0 */
struct market_rank market_what_if(const struct market *m, int64_t price_minor,
				  int64_t shipping_minor);
/** The highest price without shipping that is still cheaper than all others; false: there is none
 * above 0, or nobody else. */
bool market_price_to_lead(const struct market *m, int64_t shipping_minor, int64_t *price_minor);

enum market_deal { MARKET_NO_DEAL, MARKET_GOOD_DEAL, MARKET_BEST_PRICE };
/** @param lowest_minor  ever seen of it, that price included
 *  @param first_ms, price_ms  since when it is followed, and since when it costs that */
enum market_deal market_deal(int64_t price_minor, int64_t lowest_minor, int64_t first_ms,
			     int64_t price_ms);
/** "good", "best"; NULL for none. */
const char *market_deal_name(enum market_deal d);
