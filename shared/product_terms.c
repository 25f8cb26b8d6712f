#include "shared/product_terms.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "shared/mem.h"

enum { WORD_MAX = 40, PHRASE_MAX = 200 };

/* Letters only, in lower case. The first row of a term is its name in schema.org. */
struct term {
	const char *word;
	int value;
};

static const struct term availabilities[] = {
	{"instock", AVAILABILITY_IN_STOCK},
	{"available", AVAILABILITY_IN_STOCK},
	{"outofstock", AVAILABILITY_OUT_OF_STOCK},
	{"oos", AVAILABILITY_OUT_OF_STOCK},
	{"unavailable", AVAILABILITY_OUT_OF_STOCK},
	{"notavailable", AVAILABILITY_OUT_OF_STOCK},
	{"preorder", AVAILABILITY_PRE_ORDER},
	{"presale", AVAILABILITY_PRE_SALE},
	{"backorder", AVAILABILITY_BACK_ORDER},
	{"onbackorder", AVAILABILITY_BACK_ORDER},
	{"availablefororder", AVAILABILITY_BACK_ORDER},
	{"soldout", AVAILABILITY_SOLD_OUT},
	{"discontinued", AVAILABILITY_DISCONTINUED},
	{"limitedavailability", AVAILABILITY_LIMITED},
	{"limitedstock", AVAILABILITY_LIMITED},
	{"instoreonly", AVAILABILITY_IN_STORE_ONLY},
	{"onlineonly", AVAILABILITY_ONLINE_ONLY},
	{"madetoorder", AVAILABILITY_MADE_TO_ORDER},
	{"reserved", AVAILABILITY_RESERVED},
};

static const struct term conditions[] = {
	{"newcondition", CONDITION_NEW},
	{"new", CONDITION_NEW},
	{"brandnew", CONDITION_NEW},
	{"usedcondition", CONDITION_USED},
	{"used", CONDITION_USED},
	{"usedlikenew", CONDITION_USED},
	{"usedgood", CONDITION_USED},
	{"usedfair", CONDITION_USED},
	{"preowned", CONDITION_USED},
	{"secondhand", CONDITION_USED},
	{"refurbishedcondition", CONDITION_REFURBISHED},
	{"refurbished", CONDITION_REFURBISHED},
	{"renewed", CONDITION_REFURBISHED},
	{"damagedcondition", CONDITION_DAMAGED},
	{"damaged", CONDITION_DAMAGED},
};

static const char *const availability_words[] = {
	[AVAILABILITY_IN_STOCK] = "InStock",
	[AVAILABILITY_OUT_OF_STOCK] = "OutOfStock",
	[AVAILABILITY_PRE_ORDER] = "PreOrder",
	[AVAILABILITY_PRE_SALE] = "PreSale",
	[AVAILABILITY_BACK_ORDER] = "BackOrder",
	[AVAILABILITY_SOLD_OUT] = "SoldOut",
	[AVAILABILITY_DISCONTINUED] = "Discontinued",
	[AVAILABILITY_LIMITED] = "LimitedAvailability",
	[AVAILABILITY_IN_STORE_ONLY] = "InStoreOnly",
	[AVAILABILITY_ONLINE_ONLY] = "OnlineOnly",
	[AVAILABILITY_MADE_TO_ORDER] = "MadeToOrder",
	[AVAILABILITY_RESERVED] = "Reserved",
};

static const char *const condition_words[] = {
	[CONDITION_NEW] = "NewCondition",
	[CONDITION_USED] = "UsedCondition",
	[CONDITION_REFURBISHED] = "RefurbishedCondition",
	[CONDITION_DAMAGED] = "DamagedCondition",
};

/* "https://schema.org/InStock", "schema:InStock", "In stock", "in_stock" -> "instock". Anything
 * else than letters, blanks and dashes makes it another word: "3 in stock" is not a term. */
static void plain(const char *text, char out[static WORD_MAX])
{
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		if (*p == '/' || *p == '#' || *p == ':')
			text = p[1] ? p + 1 : text;
	}
	for (; *text && n < WORD_MAX - 1; text++) {
		char c = *text;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if (c >= 'a' && c <= 'z')
			out[n++] = c;
		else if (!strchr(" \t\r\n_-/", c))
			break;
	}
	out[*text ? 0 : n] = '\0';
}

static int find(const struct term *terms, size_t n, const char *text)
{
	char word[WORD_MAX];

	if (!text)
		return 0;
	plain(text, word);
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(terms[i].word, word))
			return terms[i].value;
	}
	return 0;
}

enum availability availability_read(const char *text)
{
	return (enum availability)find(availabilities, ARRAY_LEN(availabilities), text);
}

enum condition condition_read(const char *text)
{
	return (enum condition)find(conditions, ARRAY_LEN(conditions), text);
}

/* ---- in people's words ----------------------------------------------------------------------- */

/* Parts of sentences, in lower case. What says no comes before what it denies; the longer before
 * what it has in it. */
static const struct term availability_phrases[] = {
	{"discontinued", AVAILABILITY_DISCONTINUED},
	{"no longer available", AVAILABILITY_DISCONTINUED},
	{"nicht mehr lieferbar", AVAILABILITY_DISCONTINUED},
	{"nicht mehr verf", AVAILABILITY_DISCONTINUED},
	{"artikel ist ausgelaufen", AVAILABILITY_DISCONTINUED},
	{"sold out", AVAILABILITY_SOLD_OUT},
	{"sold-out", AVAILABILITY_SOLD_OUT},
	{"ausverkauft", AVAILABILITY_SOLD_OUT},
	{"vergriffen", AVAILABILITY_SOLD_OUT},
	{"uitverkocht", AVAILABILITY_SOLD_OUT},
	{"udsolgt", AVAILABILITY_SOLD_OUT},
	{"utsolgt", AVAILABILITY_SOLD_OUT},
	{"slutsåld", AVAILABILITY_SOLD_OUT},
	{"esaurito", AVAILABILITY_SOLD_OUT},
	{"agotado", AVAILABILITY_SOLD_OUT},
	{"esgotado", AVAILABILITY_SOLD_OUT},
	{"épuisé", AVAILABILITY_SOLD_OUT},
	{"wyprzedan", AVAILABILITY_SOLD_OUT},
	{"vyprod", AVAILABILITY_SOLD_OUT},
	{"out of stock", AVAILABILITY_OUT_OF_STOCK},
	{"out-of-stock", AVAILABILITY_OUT_OF_STOCK},
	{"not in stock", AVAILABILITY_OUT_OF_STOCK},
	{"no stock", AVAILABILITY_OUT_OF_STOCK},
	{"unavailable", AVAILABILITY_OUT_OF_STOCK},
	{"not available", AVAILABILITY_OUT_OF_STOCK},
	{"nicht auf lager", AVAILABILITY_OUT_OF_STOCK},
	{"nicht lieferbar", AVAILABILITY_OUT_OF_STOCK},
	{"nicht verfügbar", AVAILABILITY_OUT_OF_STOCK},
	{"nicht vorrätig", AVAILABILITY_OUT_OF_STOCK},
	{"rupture", AVAILABILITY_OUT_OF_STOCK},
	{"indisponible", AVAILABILITY_OUT_OF_STOCK},
	{"non disponibile", AVAILABILITY_OUT_OF_STOCK},
	{"no disponible", AVAILABILITY_OUT_OF_STOCK},
	{"sin stock", AVAILABILITY_OUT_OF_STOCK},
	{"sem stock", AVAILABILITY_OUT_OF_STOCK},
	{"niet op voorraad", AVAILABILITY_OUT_OF_STOCK},
	{"niet leverbaar", AVAILABILITY_OUT_OF_STOCK},
	{"brak w magazynie", AVAILABILITY_OUT_OF_STOCK},
	{"niedostępn", AVAILABILITY_OUT_OF_STOCK},
	{"není skladem", AVAILABILITY_OUT_OF_STOCK},
	{"ikke på lager", AVAILABILITY_OUT_OF_STOCK},
	{"ej i lager", AVAILABILITY_OUT_OF_STOCK},
	{"pre-order", AVAILABILITY_PRE_ORDER},
	{"preorder", AVAILABILITY_PRE_ORDER},
	{"pre order", AVAILABILITY_PRE_ORDER},
	{"vorbestell", AVAILABILITY_PRE_ORDER},
	{"précommande", AVAILABILITY_PRE_ORDER},
	{"backorder", AVAILABILITY_BACK_ORDER},
	{"back-order", AVAILABILITY_BACK_ORDER},
	{"back order", AVAILABILITY_BACK_ORDER},
	{"nachbestellt", AVAILABILITY_BACK_ORDER},
	{"made to order", AVAILABILITY_MADE_TO_ORDER},
	{"auf bestellung", AVAILABILITY_MADE_TO_ORDER},
	{"in store only", AVAILABILITY_IN_STORE_ONLY},
	{"nur in der filiale", AVAILABILITY_IN_STORE_ONLY},
	{"low stock", AVAILABILITY_LIMITED},
	{"left in stock", AVAILABILITY_LIMITED},
	{"almost gone", AVAILABILITY_LIMITED},
	{"nur noch", AVAILABILITY_LIMITED},
	{"wenige stück", AVAILABILITY_LIMITED},
	{"geringer bestand", AVAILABILITY_LIMITED},
	{"plus que", AVAILABILITY_LIMITED},
	{"in stock", AVAILABILITY_IN_STOCK},
	{"in-stock", AVAILABILITY_IN_STOCK},
	{"available", AVAILABILITY_IN_STOCK},
	{"ready to ship", AVAILABILITY_IN_STOCK},
	{"ships today", AVAILABILITY_IN_STOCK},
	{"auf lager", AVAILABILITY_IN_STOCK},
	{"am lager", AVAILABILITY_IN_STOCK},
	{"lieferbar", AVAILABILITY_IN_STOCK},
	{"verfügbar", AVAILABILITY_IN_STOCK},
	{"vorrätig", AVAILABILITY_IN_STOCK},
	{"versandfertig", AVAILABILITY_IN_STOCK},
	{"en stock", AVAILABILITY_IN_STOCK},
	{"disponible", AVAILABILITY_IN_STOCK},
	{"disponibile", AVAILABILITY_IN_STOCK},
	{"disponível", AVAILABILITY_IN_STOCK},
	{"op voorraad", AVAILABILITY_IN_STOCK},
	{"w magazynie", AVAILABILITY_IN_STOCK},
	{"dostępn", AVAILABILITY_IN_STOCK},
	{"skladem", AVAILABILITY_IN_STOCK},
	{"på lager", AVAILABILITY_IN_STOCK},
	{"i lager", AVAILABILITY_IN_STOCK},
};

static const struct term condition_phrases[] = {
	{"refurbished", CONDITION_REFURBISHED},
	{"generalüberholt", CONDITION_REFURBISHED},
	{"reconditionné", CONDITION_REFURBISHED},
	{"renewed", CONDITION_REFURBISHED},
	{"damaged", CONDITION_DAMAGED},
	{"beschädigt", CONDITION_DAMAGED},
	{"defekt", CONDITION_DAMAGED},
	{"pre-owned", CONDITION_USED},
	{"second hand", CONDITION_USED},
	{"second-hand", CONDITION_USED},
	{"gebraucht", CONDITION_USED},
	{"occasion", CONDITION_USED},
	{"usato", CONDITION_USED},
	{"usado", CONDITION_USED},
	{"used", CONDITION_USED},
	{"brand new", CONDITION_NEW},
	{"neuware", CONDITION_NEW},
	{"neu", CONDITION_NEW},
	{"neuf", CONDITION_NEW},
	{"nuevo", CONDITION_NEW},
	{"nuovo", CONDITION_NEW},
	{"new", CONDITION_NEW},
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c & 0x80);
}

/* "Only 3 left", "3 pieces left": a figure and what is left. */
static bool few_left(const char *lower)
{
	const char *left = strstr(lower, "left");

	return left && strpbrk(lower, "123456789") && strpbrk(lower, "123456789") < left &&
	       !is_letter(left[4]);
}

static int guess(const struct term *terms, size_t n, const char *text)
{
	char lower[PHRASE_MAX];
	size_t len = 0;

	for (; text[len] && len < sizeof lower - 1; len++) {
		unsigned char c = (unsigned char)text[len],
			      before = len ? (unsigned char)text[len - 1] : 0;

		/* ASCII, and the accented capitals of Latin-1 in UTF-8. */
		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + ('a' - 'A'));
		else if (before == 0xC3 && c >= 0x80 && c <= 0x9E)
			c = (unsigned char)(c + 0x20);
		lower[len] = (char)c;
	}
	lower[len] = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *at = strstr(lower, terms[i].word);

		/* "lieferbar" is no part of "unlieferbar". */
		if (at && (at == lower || !is_letter(at[-1])))
			return terms[i].value;
	}
	return terms == availability_phrases && few_left(lower) ? AVAILABILITY_LIMITED : 0;
}

enum availability availability_guess(const char *text)
{
	enum availability a = availability_read(text);

	if (a || !text)
		return a;
	return (enum availability)guess(availability_phrases, ARRAY_LEN(availability_phrases),
					text);
}

enum condition condition_guess(const char *text)
{
	enum condition c = condition_read(text);

	if (c || !text)
		return c;
	return (enum condition)guess(condition_phrases, ARRAY_LEN(condition_phrases), text);
}

const char *availability_word(enum availability a)
{
	return availability_words[a];
}

const char *condition_word(enum condition c)
{
	return condition_words[c];
}
