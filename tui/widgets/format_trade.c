#include "tui/widgets/format_trade.h"

#include <stdio.h>
#include <string.h>

#include "shared/money.h"
#include "shared/product_terms.h"
#include "tui/term/surface.h"
#include "tui/widgets/trend.h"

const char *format_money(char out[static 40], int64_t minor, const char *currency)
{
	money_format(out, minor, currency);
	out[strcspn(out, " ")] = '\0';
	return out;
}

const char *format_share(char *out, size_t cap, int64_t bp)
{
	int64_t tenths = (bp < 0 ? -bp + 5 : bp + 5) / 10;

	snprintf(out, cap, "%s%lld.%lld%%", bp < 0 && tenths ? "-" : "", (long long)(tenths / 10),
		 (long long)(tenths % 10));
	return out;
}

const char *stock_word(const char *availability)
{
	switch (availability_read(availability)) {
	case AVAILABILITY_IN_STOCK:
	case AVAILABILITY_ONLINE_ONLY:
	case AVAILABILITY_IN_STORE_ONLY: return "yes";
	case AVAILABILITY_LIMITED: return "low";
	case AVAILABILITY_OUT_OF_STOCK:
	case AVAILABILITY_SOLD_OUT:
	case AVAILABILITY_RESERVED:
	case AVAILABILITY_DISCONTINUED: return "no";
	case AVAILABILITY_PRE_ORDER:
	case AVAILABILITY_PRE_SALE:
	case AVAILABILITY_BACK_ORDER:
	case AVAILABILITY_MADE_TO_ORDER: return "order";
	case AVAILABILITY_UNKNOWN: break;
	}
	return "?";
}

char stock_mark(const char *availability)
{
	const char *word = stock_word(availability);

	return *word == '?' ? '?' : *word == 'n' ? 'n' : 'y';
}

void format_trade(enum column_format f, const json_t *v, const char *currency, char *out,
		  size_t cap, unsigned *style)
{
	char text[MONEY_TEXT];

	*style = ROLE_TEXT;
	snprintf(out, cap, "-");
	if (f == COLUMN_STOCK) {
		const char *word = stock_word(json_string_value(v));

		*style = *word == '?'   ? ROLE_UNKNOWN
			 : *word == 'n' ? ROLE_DOWN
			 : *word == 'l' ? ROLE_DEGRADED
					: ROLE_TEXT;
		snprintf(out, cap, "%s", word);
	} else if (f == COLUMN_TREND) {
		trend_text(out, cap, v);
	} else if (!json_is_integer(v)) {
		*style = ROLE_DIM;
	} else if (f == COLUMN_MONEY) {
		snprintf(out, cap, "%s", format_money(text, json_integer_value(v), currency));
	} else {
		format_share(out, cap, json_integer_value(v));
	}
}
