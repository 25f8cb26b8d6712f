#pragma once
/* What a person does about brands, and words about them that more than one screen says. */
#include "tui/app/app.h"

enum { BRANDS_COMPARED = 8 /* as many as the daemon compares */, BRANDS_TEXT = 640 };

/** Ask for a name, look after that brand, open its page. */
void brand_ask_name(struct app *app);
/** Watch its minimum prices after the law was named, or no longer. False: there is no brand. */
bool brand_turn_map(struct view *v, const json_t *brand);
/** "score 71 of 100, rating 4.20 of 1,204 reviews". */
void brand_standing(const json_t *brand, char *out, size_t cap);
/** "41 listings of 9 sellers, prices 12.4% apart; 3 changes, 2 mentions". */
void brand_news(const json_t *brand, char *out, size_t cap);
