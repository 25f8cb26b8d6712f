#pragma once
/* How much is in it: "3 x 500 ml", "12er-Pack", "pack of 6", "1,5 kg", "6 × 330ml", "500ml×24本".
 * Pure. What cannot be told is not known, never guessed: dimensions ("30 x 40 cm"), ranges ("2-3
 * kg"), what a thing carries ("up to 9 kg") and the number of a model are no packs. */
#include <stdbool.h>
#include <stdint.h>

enum {
	PACK_COUNT_MAX = 100000,
};
#define PACK_AMOUNT_MAX INT64_C(1000000000000) /* thousandths: 1000 t, 1000 m3 */

enum pack_unit {
	PACK_UNKNOWN,
	PACK_GRAM,
	PACK_MILLILITRE,
	PACK_METRE,
	PACK_SQUARE_METRE,
	PACK_PIECE,
};

/** count times amount: "3 x 500 ml" is 3 and 500000 thousandths of a millilitre, "pack of 6" is 6
 *  and 1000 thousandths of a piece. Nothing known: 1, 0, PACK_UNKNOWN. */
struct pack {
	int64_t count;  /* 1..PACK_COUNT_MAX */
	int64_t amount; /* of one of them, thousandths of the unit */
	enum pack_unit unit;
};

/** From a title, of foreign origin. @return false: it says nothing that can be told */
bool pack_read(const char *title, struct pack *out);

/** "g", "ml", "m", "m2", "piece"; "" for the unknown. */
const char *pack_unit_name(enum pack_unit u);
/** Of such a word; PACK_UNKNOWN for any other. */
enum pack_unit pack_unit_read(const char *name);
/** "3 x 500 ml", "6 pieces", "1.5 kg", "" for the unknown. */
enum { PACK_LABEL = 48 };
const char *pack_format(char out[static PACK_LABEL], const struct pack *p);

/** The price of a kilogram, a litre, a metre, a square metre or a piece in minor units, half to
 *  even. *per: that word. @return false: the pack is not known, or the result has no place */
bool pack_unit_price(const struct pack *p, int64_t minor, int64_t *per_minor, const char **per);

/** Both known and different: other amounts (more than 2 % apart, as ounces are rounded), or other
 *  counts. */
bool pack_differs(const struct pack *a, const struct pack *b);
