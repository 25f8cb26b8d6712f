#include "daemon/services/sitemonitor/flapping.h"

uint32_t flap_add(uint32_t recent, bool changed)
{
	return (recent << 1 | changed) & ((1U << FLAP_CHANGES) - 1);
}

/* Weights times 1900: 2280 for the newest, 40 less for each older one, 1520 for the oldest. */
unsigned flap_share(uint32_t recent)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < FLAP_CHANGES; i++)
		if (recent >> i & 1)
			sum += 2280 - 40 * i;
	return sum / 38;
}

unsigned flap_count(uint32_t recent)
{
	unsigned n = 0;
	for (; recent; recent &= recent - 1)
		n++;
	return n;
}

bool flap_judge(uint32_t recent, bool flapping)
{
	unsigned share = flap_share(recent);
	return flapping ? share >= FLAP_ENDS : share > FLAP_BEGINS;
}
