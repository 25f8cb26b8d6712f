#include "shared/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

/* In alphabetical order, five bytes each: the code and its decimals. Those that ended lately stay
 * (BGN, HRK): old prices are in them. */
static const char currencies[] =
	"AED2AFN2ALL2AMD2ANG2AOA2ARS2AUD2AWG2AZN2BAM2BBD2BDT2BGN2BHD3BIF0BMD2BND2BOB2BOV2BRL2BSD2"
	"BTN2BWP2BYN2BZD2CAD2CDF2CHE2CHF2CHW2CLF4CLP0CNY2COP2COU2CRC2CUP2CVE2CZK2DJF0DKK2DOP2DZD2"
	"EGP2ERN2ETB2EUR2FJD2FKP2GBP2GEL2GHS2GIP2GMD2GNF0GTQ2GYD2HKD2HNL2HRK2HTG2HUF2IDR2ILS2INR2"
	"IQD3IRR2ISK0JMD2JOD3JPY0KES2KGS2KHR2KMF0KPW2KRW0KWD3KYD2KZT2LAK2LBP2LKR2LRD2LSL2LYD3MAD2"
	"MDL2MGA2MKD2MMK2MNT2MOP2MRU2MUR2MVR2MWK2MXN2MXV2MYR2MZN2NAD2NGN2NIO2NOK2NPR2NZD2OMR3PAB2"
	"PEN2PGK2PHP2PKR2PLN2PYG0QAR2RON2RSD2RUB2RWF0SAR2SBD2SCR2SDG2SEK2SGD2SHP2SLE2SOS2SRD2SSP2"
	"STN2SVC2SYP2SZL2THB2TJS2TMT2TND3TOP2TRY2TTD2TWD2TZS2UAH2UGX0USD2USN2UYI0UYU2UYW4UZS2VED2"
	"VES2VND0VUV0WST2XAF0XCD2XCG2XOF0XPF0YER2ZAR2ZMW2ZWG2";
enum { ENTRY = 4 };

static int compare(const void *code, const void *entry)
{
	return strncmp(code, entry, ENTRY - 1);
}

static const char *find(const char *code)
{
	if (strlen(code) != ENTRY - 1)
		return NULL;
	return bsearch(code, currencies, (sizeof(currencies) - 1) / ENTRY, ENTRY, compare);
}

bool currency_known(const char *code)
{
	return find(code) != NULL;
}

unsigned currency_decimals(const char *code)
{
	const char *entry = find(code);
	return entry ? (unsigned)(entry[ENTRY - 1] - '0') : MONEY_DECIMALS;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool money_from_decimal(const char *text, const char *currency, int64_t *minor, bool *exact)
{
	unsigned decimals = currency_decimals(currency), after = 0;
	int64_t n = 0;
	int next = -1; /* the first digit that has no place */
	bool more = false, point = false, any = false;
	for (; *text; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(*text))
			return false;
		any = true;
		if (!point || after < decimals) {
			if (n > MONEY_MINOR_MAX / 10)
				return false;
			n = n * 10 + (*text - '0');
			after += point;
		} else if (next < 0) {
			next = *text - '0';
		} else {
			more = more || *text != '0';
		}
	}
	if (!any)
		return false;
	for (; after < decimals; after++) {
		if (n > MONEY_MINOR_MAX / 10)
			return false;
		n *= 10;
	}
	if (next > 5 || (next == 5 && (more || n % 2)))
		n++;
	if (exact)
		*exact = next <= 0 && !more;
	*minor = n;
	return n <= MONEY_MINOR_MAX;
}

const char *money_format(char out[static MONEY_TEXT], int64_t minor, const char *currency)
{
	unsigned decimals = currency_decimals(currency);
	uint64_t n = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
	char fraction[8] = "";
	for (unsigned i = decimals; i; i--, n /= 10)
		fraction[i] = (char)('0' + n % 10);
	if (decimals)
		fraction[0] = '.';
	snprintf(out, MONEY_TEXT, "%s%" PRIu64 "%.7s%s%.3s", minor < 0 ? "-" : "", n, fraction,
		 *currency ? " " : "", currency);
	return out;
}
