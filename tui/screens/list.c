/* The list of any kind that has no screen of its own. */
#include "tui/app/listing.h"

extern const struct screen screen_list;
const struct screen screen_list = {
	.name = "list",
	LISTING_SCREEN,
};
