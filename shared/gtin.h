#pragma once
/* GTIN, the number below a barcode (GS1 General Specifications, 7.9): 8, 12, 13 or 14 digits, the
 * last one a check digit. ISBN-10, which it took the place of, is made an ISBN-13. */
#include "shared/err.h"

enum { GTIN_TEXT = 15 };

/** Digits, with blanks and hyphens between them, as 14 digits with zeros in front. A number that is
 *  wrong is never mended: a digit that is missing could be any.
 *  @return ERR_MALFORMED: not of that form, ERR_INVALID: the check digit is another, or all are
 *  zero; e (may be NULL) has the words */
enum err gtin_read(const char *text, char out[static GTIN_TEXT], struct error *e);
