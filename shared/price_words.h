#pragma once
/* What stands beside numbers on price tags, in the languages of shops. Private to price.c. */
#include <stdbool.h>

enum { PRICE_WORD_MAX = 40 };

/** A sign or a word of a currency. */
struct price_sign {
	/** "EUR", or "USD CAD AUD": the commonest first; " SEK NOK DKK": there is no commonest. */
	char codes[80];
	bool minor; /* of its minor unit: "p", "ct" */
};
/** @param word      in lower case, but for signs
 *  @param capitals  it was written in capitals: any code of ISO 4217 may be meant ("ALL", "TRY"),
 *                   else only those that are no words */
bool price_sign_find(const char *word, bool capitals, struct price_sign *out);

enum price_role {
	ROLE_NONE,
	ROLE_FROM,  /* "ab" */
	ROLE_TO,    /* "bis" */
	ROLE_OLD,   /* "statt", "RRP" */
	ROLE_NOW,   /* "nur", "sale" */
	ROLE_SAVED, /* "save" */
	ROLE_PER,   /* "pro" */
	ROLE_UNIT,  /* "kg", "Stück": the number before it counts things */
};
enum price_role price_role_find(const char *word);
