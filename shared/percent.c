#include "shared/percent.h"

#include <stdio.h>

bool percent_parse(const char *text, int64_t *thousandths)
{
	int64_t whole = 0, part = 0, unit = 1000;
	int digits = 0;
	for (; *text >= '0' && *text <= '9'; text++) {
		whole = whole * 10 + (*text - '0');
		if (++digits > 3)
			return false;
	}
	if (!digits)
		return false;
	if (*text == '.') {
		for (text++; *text >= '0' && *text <= '9' && unit > 1; text++) {
			unit /= 10;
			part += (*text - '0') * unit;
		}
		if (unit == 1000)
			return false; /* "99." */
	}
	if (*text)
		return false;
	*thousandths = whole * 1000 + part;
	return *thousandths <= PERCENT_WHOLE;
}

const char *percent_format(char out[static PERCENT_TEXT], int64_t v)
{
	int n = snprintf(out, PERCENT_TEXT, "%lld.%03lld", (long long)(v / 1000),
			 (long long)(v % 1000));
	while (out[n - 1] == '0')
		out[--n] = '\0';
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
	return out;
}

const char *change_format(char out[static PERCENT_TEXT], int64_t bp)
{
	enum { TENTHS_MAX = 9999999 };
	int64_t tenths = ratio_even(bp < 0 ? -bp : bp, 1, 10);
	const char *sign = bp < 0 && tenths ? "-" : bp > 0 && tenths ? "+" : "";

	if (tenths > TENTHS_MAX)
		tenths = TENTHS_MAX;
	snprintf(out, PERCENT_TEXT, "%s%u.%u %%", sign, (unsigned)tenths / 10,
		 (unsigned)tenths % 10);
	return out;
}

int64_t ratio_even(int64_t part, int64_t scale, int64_t whole)
{
	unsigned __int128 product = (unsigned __int128)part * (unsigned __int128)scale;
	unsigned __int128 low = product / (unsigned __int128)whole;
	unsigned __int128 rest = product % (unsigned __int128)whole * 2;
	if (rest > (unsigned __int128)whole || (rest == (unsigned __int128)whole && (low & 1)))
		low++;
	return low > INT64_MAX ? INT64_MAX : (int64_t)low;
}
