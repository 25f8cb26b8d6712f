#pragma once
/* A badge as a picture: two boxes, what it is about and what it says. The words say all; colours
 * only repeat them. Any text is escaped, the picture has a title and a role for who cannot see it.
 */
#include "shared/buf.h"

enum badge_color { BADGE_GOOD, BADGE_FAIR, BADGE_BAD, BADGE_NONE };
/** The name that shields.io knows: "brightgreen". */
const char *badge_color_name(enum badge_color c);

/** Width of text in Verdana of 11 px, px. Other scripts are taken as wide. */
int badge_text_px(const char *text);
void badge_svg(struct buf *out, const char *label, const char *message, enum badge_color c);
