#include "daemon/catalog/words.h"

#include <stdio.h>
#include <string.h>

#include "shared/ids.h"
#include "shared/money.h"
#include "shared/percent.h"
#include "shared/utf8.h"

enum { PERCENT_TENTHS_MAX = 99999999 };

const char *words_percent(char out[static WORDS_PERCENT], int64_t bp)
{
	int64_t tenths = ratio_even(bp < 0 ? -bp : bp, 1, 10);
	const char *sign = bp < 0 && tenths ? "-" : bp > 0 ? "+" : "";

	if (tenths > PERCENT_TENTHS_MAX)
		tenths = PERCENT_TENTHS_MAX;
	snprintf(out, WORDS_PERCENT, "%s%d.%d %%", sign, (int)(tenths / 10), (int)(tenths % 10));
	return out;
}

const char *words_amount(char out[static WORDS_AMOUNT], int64_t minor, const char *currency)
{
	char whole[MONEY_TEXT];

	money_format(whole, minor, currency);
	snprintf(out, WORDS_AMOUNT, "%.*s", (int)strcspn(whole, " "), whole);
	return out;
}

void words_cut(char *out, size_t cap, const char *text)
{
	size_t n = utf8_floor(text, strnlen(text, cap - 1));

	memcpy(out, text, n);
	out[n] = 0;
}

void words_id(struct json_writer *w, const char *key, const char *prefix, uint64_t id)
{
	char text[ID_TEXT];

	jw_kv_str(w, key, id_format(text, prefix, id));
}

void words_minor(struct json_writer *w, const char *key, int64_t minor)
{
	jw_key(w, key);
	if (minor < 0)
		jw_null(w);
	else
		jw_int(w, minor);
}

void words_minor_if(struct json_writer *w, const char *key, int64_t minor)
{
	if (minor >= 0)
		jw_kv_int(w, key, minor);
}
