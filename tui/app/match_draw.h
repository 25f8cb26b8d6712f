#pragma once
/* How a pair in doubt looks: a listing and the product that it may be, both sides at once. */
#include <jansson.h>

#include "tui/term/surface.h"

/** Both sides and why, from row 0: beside each other where there is room, else below each other,
 *  what differs first. What both say is marked "=" or "!". @return rows used */
int match_draw(struct surface s, const json_t *pair);
/** The same as lines of text. */
void match_plain(const json_t *pair, struct buf *out);
/** "Desk lamp LMP101 at lightbarn": the listing in a few words. */
void match_listing_text(const json_t *pair, char *out, size_t cap);
/** '=' both say the same, '!' they do not, ' ' one of them says nothing. */
char match_compare(const char *member, const char *a, const char *b);
