#pragma once
/* What a person does about rivals, and words about them that more than one screen says. */
#include "tui/app/app.h"

/** Ask for an address, follow the shop that is there, open its page. */
void rival_ask_address(struct app *app);
/** "84 products, 71 of them yours too: 7 cheaper, 61 dearer, 3 equal". */
void rival_standing(const json_t *rival, char *out, size_t cap);
/** "index 98.2% of the market; 2 new, 1 gone, 4 out of stock", "" when nothing is known. */
void rival_news(const json_t *rival, char *out, size_t cap);
