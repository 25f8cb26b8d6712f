#include "tui/cli/market.h"

#include <stdio.h>
#include <string.h>

#include "shared/percent.h"

const char *market_money(char out[static MONEY_TEXT], const json_t *row, const char *member,
			 const char *currency, bool with_currency)
{
	const json_t *v = json_object_get(row, member);

	if (!json_is_integer(v)) {
		snprintf(out, MONEY_TEXT, "-");
		return out;
	}
	money_format(out, json_integer_value(v), currency);
	if (!with_currency)
		out[strcspn(out, " ")] = 0;
	return out;
}

const char *market_gap_text(char out[static MARKET_GAP_TEXT], const json_t *row,
			    const char *currency)
{
	char money[MONEY_TEXT], percent[PERCENT_TEXT];
	const json_t *minor = json_object_get(row, "gap_minor");

	*out = 0;
	if (!json_is_integer(minor))
		return out;
	market_money(money, row, "gap_minor", currency, false);
	change_format(percent, json_int(row, "gap_bp", 0));
	snprintf(out, MARKET_GAP_TEXT, "%s%.24s, %s", json_integer_value(minor) > 0 ? "+" : "",
		 money, percent);
	return out;
}

const char *market_index_text(char out[static MARKET_GAP_TEXT], const json_t *row,
			      const char *member)
{
	const json_t *v = json_object_get(row, member);
	int64_t tenths = json_is_integer(v) ? ratio_even(json_integer_value(v), 1, 10) : 0;

	if (json_is_integer(v))
		snprintf(out, MARKET_GAP_TEXT, "%lld.%lld", (long long)(tenths / 10),
			 (long long)(tenths % 10));
	else
		snprintf(out, MARKET_GAP_TEXT, "-");
	return out;
}

const char *market_stock(const json_t *row)
{
	const char *word = json_str(row, "availability", NULL);

	if (!word)
		return "?";
	if (!strcmp(word, "InStock"))
		return "yes";
	return !strcmp(word, "OutOfStock") || !strcmp(word, "SoldOut") ? "no" : word;
}
