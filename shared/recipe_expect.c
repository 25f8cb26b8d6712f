#include "shared/recipe_expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/price.h"
#include "shared/product_terms.h"
#include "shared/recipe.h"
#include "shared/recipe_step.h"

static bool texts_agree(const char *value, const char *expected)
{
	struct recipe_step trim = {.verb = STEP_TRIM};
	char *a = recipe_step_apply(&trim, value), *b = recipe_step_apply(&trim, expected);
	bool same = a && b && !strcmp(a, b);

	free(a);
	free(b);
	return same;
}

/* The currency of what is expected counts when it says one. */
static bool prices_agree(const char *value, const char *expected)
{
	struct price is, wanted;
	struct price_hint hint;

	if (price_parse(value, NULL, &is, NULL))
		return texts_agree(value, expected);
	hint.currency = is.currency;
	if (price_parse(expected, *is.currency ? &hint : NULL, &wanted, NULL))
		return false;
	return is.minor == wanted.minor &&
	       (!*wanted.currency || !*is.currency || !strcmp(wanted.currency, is.currency));
}

static bool numbers_agree(const char *value, const char *expected)
{
	char *end;
	double is = strtod(value, NULL), wanted = strtod(expected, &end);

	return end != expected && !*end && is - wanted < 0.005 && wanted - is < 0.005;
}

bool recipe_says(const char *name, const char *value, const char *expected)
{
	if (!value || !expected[strspn(expected, " ")])
		return !value && !expected[strspn(expected, " ")];
	if (texts_agree(value, expected))
		return true;
	switch (recipe_field_of(name)) {
	case RECIPE_PRICE:
	case RECIPE_LIST_PRICE:
	case RECIPE_SHIPPING: return prices_agree(value, expected);
	case RECIPE_AVAILABILITY:
		return availability_read(value) &&
		       availability_read(value) == availability_guess(expected);
	case RECIPE_CONDITION:
		return condition_read(value) && condition_read(value) == condition_guess(expected);
	case RECIPE_CURRENCY: return !strcasecmp(value, expected);
	case RECIPE_RATING:
	case RECIPE_REVIEWS: return numbers_agree(value, expected);
	default: return false;
	}
}
