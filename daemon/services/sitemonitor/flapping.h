#pragma once
/* Is a monitor flapping: do its answers change so often that its state says little? Pure.
 *
 * As Nagios Core does it ("Detection and Handling of State Flapping"): of the last 21 results the
 * 20 changes between neighbours count, the newest 1.2, the oldest 0.8, in a line between. Flapping
 * begins above one share of what is possible and ends below a lower one. It ends at Nagios' 5 %, so
 * that it cannot come and go; it begins at Icinga 2's 30 % instead of Nagios' 20 %, which an outage
 * whose recovery is interrupted once would reach. */
#include <stdbool.h>
#include <stdint.h>

enum {
	FLAP_CHANGES = 20,
	FLAP_BEGINS = 300, /* thousandths, above which */
	FLAP_ENDS = 50,    /* below which */
};

/** recent with one result more. Bit 0 is the newest: did it differ from the one before? */
uint32_t flap_add(uint32_t recent, bool changed);
/** The weighted share of changes, thousandths, 0..1000. */
unsigned flap_share(uint32_t recent);
/** How many of the last results differed from the one before. */
unsigned flap_count(uint32_t recent);
/** Is it flapping now, when it was or was not? */
bool flap_judge(uint32_t recent, bool flapping);
