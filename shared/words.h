#pragma once
/* Is one of several words in a text, in capitals or not? Made for pages: the longer the shortest
 * word, the fewer bytes are looked at. */
#include <stdbool.h>
#include <stddef.h>

/** @param list  n >= 1 words of ASCII, of at least two bytes each */
bool words_has_one(const char *text, size_t len, const char *const *list, size_t n);
