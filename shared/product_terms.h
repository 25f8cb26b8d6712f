#pragma once
/* Availability and condition of an offer in schema.org's terms, whatever a page calls them:
 * "https://schema.org/InStock", "in_stock" of a merchant feed, "instock" of OpenGraph. */

enum availability {
	AVAILABILITY_UNKNOWN,
	AVAILABILITY_IN_STOCK,
	AVAILABILITY_OUT_OF_STOCK,
	AVAILABILITY_PRE_ORDER,
	AVAILABILITY_PRE_SALE,
	AVAILABILITY_BACK_ORDER,
	AVAILABILITY_SOLD_OUT,
	AVAILABILITY_DISCONTINUED,
	AVAILABILITY_LIMITED,
	AVAILABILITY_IN_STORE_ONLY,
	AVAILABILITY_ONLINE_ONLY,
	AVAILABILITY_MADE_TO_ORDER,
	AVAILABILITY_RESERVED,
};

enum condition {
	CONDITION_UNKNOWN,
	CONDITION_NEW,
	CONDITION_USED,
	CONDITION_REFURBISHED,
	CONDITION_DAMAGED,
};

/** What is not known stays unknown. text may be NULL. */
enum availability availability_read(const char *text);
enum condition condition_read(const char *text);
/** The same of what pages say to people, in the languages of shops here: "Sofort lieferbar", "Only
 * 3 left", "Rupture de stock". */
enum availability availability_guess(const char *text);
enum condition condition_guess(const char *text);
/** "InStock", "NewCondition"; NULL for the unknown. */
const char *availability_word(enum availability a);
const char *condition_word(enum condition c);
