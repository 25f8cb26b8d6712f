#include "shared/product_terms.h"

#include <stddef.h>
#include <string.h>

#include "shared/mem.h"

enum { WORD_MAX = 40 };

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

const char *availability_word(enum availability a)
{
	return availability_words[a];
}

const char *condition_word(enum condition c)
{
	return condition_words[c];
}
