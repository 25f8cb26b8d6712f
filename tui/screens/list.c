/* The list of any kind that has no screen of its own. */
#include "tui/app/listing.h"

static void list_open(struct view *v, const char *arg)
{
	listing_open(v, NULL, NULL, arg);
}

extern const struct screen screen_list;
const struct screen screen_list = {
	.name = "list",
	.shape = SHAPE_LIST,
	.open = list_open,
	.close = listing_close,
	.refresh = listing_refresh,
	.message = listing_message,
	.draw = listing_draw,
	.plain = listing_plain,
	.watched = listing_watched,
	.cursor = listing_cursor,
};
