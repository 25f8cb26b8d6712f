#pragma once
/* Does a field say what a recipe's test expects? "9.99 EUR" is "9,99 €", "in stock" is InStock. */
#include <stdbool.h>

/** @param name   of the field
 *  @param value  as it is kept, NULL: nothing
 *  @param expected  as a person wrote it; "" is nothing */
bool recipe_says(const char *name, const char *value, const char *expected);
