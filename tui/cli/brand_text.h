#pragma once
/* Figures of brands as people read them, and how their routes are asked. */
#include "shared/err.h"
#include "shared/json.h"

struct invocation;

enum { BRAND_CELL = 48 };

/** GET path?name=value with --since. */
enum err brand_ask(struct invocation *in, const char *path, const char *name, const char *value,
		   json_t **reply, struct error *e);

/* A member as text, "-" when it is not known. */

/** "4.40" of 4.4, "7" of 7. */
const char *brand_number(const json_t *o, const char *member, char out[static BRAND_CELL]);
/** "93.75 %" of 9375 basis points. */
const char *brand_percent(const json_t *o, const char *member, char out[static BRAND_CELL]);
/** "12.50 EUR" of 1250 and the object's currency. */
const char *brand_money(const json_t *o, const char *member, char out[static BRAND_CELL]);
/** "0.4" of its per_day_x1000. */
const char *brand_per_day(const json_t *o, char out[static BRAND_CELL]);
