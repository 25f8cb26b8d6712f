/* Units of packs: their names, their prices, and whether two are the same. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/pack_words.h"
#include "shared/percent.h"

enum { APART_PERMILLE = 20 };

static const struct {
	const char *name, *per, *large; /* large: of a thousand */
	int64_t whole;                  /* thousandths of what a price is for */
} units[] = {
	[PACK_UNKNOWN] = {"", "", NULL, 0},
	[PACK_GRAM] = {"g", "kg", "kg", 1000000},
	[PACK_MILLILITRE] = {"ml", "l", "l", 1000000},
	[PACK_METRE] = {"m", "m", NULL, 1000},
	[PACK_SQUARE_METRE] = {"m2", "m2", NULL, 1000},
	[PACK_PIECE] = {"piece", "piece", NULL, 1000},
};

const char *pack_unit_name(enum pack_unit u)
{
	return units[u].name;
}

enum pack_unit pack_unit_read(const char *name)
{
	for (size_t i = PACK_GRAM; i < ARRAY_LEN(units); i++)
		if (!strcmp(name, units[i].name))
			return (enum pack_unit)i;
	return PACK_UNKNOWN;
}

const char *pack_format(char out[static PACK_LABEL], const struct pack *p)
{
	char amount[24];
	bool large = units[p->unit].large && p->amount >= 1000000;
	int64_t scaled = large ? (p->amount + 500) / 1000 : p->amount;
	int n = snprintf(amount, sizeof(amount), "%lld.%03lld", (long long)(scaled / 1000),
			 (long long)(scaled % 1000));

	out[0] = '\0';
	while (n > 0 && amount[n - 1] == '0')
		amount[--n] = '\0';
	if (n > 0 && amount[n - 1] == '.')
		amount[--n] = '\0';
	if (p->unit == PACK_PIECE)
		snprintf(out, PACK_LABEL, "%lld piece%s", (long long)p->count,
			 p->count == 1 ? "" : "s");
	else if (p->unit && p->count > 1)
		snprintf(out, PACK_LABEL, "%lld x %s %s", (long long)p->count, amount,
			 large ? units[p->unit].large : units[p->unit].name);
	else if (p->unit)
		snprintf(out, PACK_LABEL, "%s %s", amount,
			 large ? units[p->unit].large : units[p->unit].name);
	return out;
}

bool pack_unit_price(const struct pack *p, int64_t minor, int64_t *per_minor, const char **per)
{
	int64_t total;

	if (!p->unit || p->count < 1 || p->amount < 1 || minor < 0 ||
	    __builtin_mul_overflow(p->count, p->amount, &total))
		return false;
	*per = units[p->unit].per;
	*per_minor = ratio_even(minor, units[p->unit].whole, total);
	return *per_minor < INT64_MAX;
}

bool pack_amounts_near(int64_t a, int64_t b)
{
	int64_t apart = a > b ? a - b : b - a, larger = a > b ? a : b;

	return apart <= larger / (1000 / APART_PERMILLE);
}

bool pack_differs(const struct pack *a, const struct pack *b)
{
	if (!a->unit || !b->unit)
		return false;
	if (a->unit != b->unit)
		return a->count != b->count;
	return a->count != b->count || !pack_amounts_near(a->amount, b->amount);
}
