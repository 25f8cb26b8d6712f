#include "shared/recipe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

const char *const recipe_field_names[] = {
	[RECIPE_TITLE] = "title",
	[RECIPE_PRICE] = "price",
	[RECIPE_LIST_PRICE] = "list_price",
	[RECIPE_CURRENCY] = "currency",
	[RECIPE_AVAILABILITY] = "availability",
	[RECIPE_CONDITION] = "condition",
	[RECIPE_SKU] = "sku",
	[RECIPE_GTIN] = "gtin",
	[RECIPE_MPN] = "mpn",
	[RECIPE_BRAND] = "brand",
	[RECIPE_IMAGE] = "image",
	[RECIPE_URL] = "url",
	[RECIPE_RATING] = "rating",
	[RECIPE_REVIEWS] = "reviews",
	[RECIPE_SHIPPING] = "shipping",
	[RECIPE_SELLER] = "seller",
	[RECIPE_CATEGORY] = "category",
	[RECIPE_OTHER] = NULL,
};

enum recipe_field recipe_field_of(const char *name)
{
	size_t i = 0;

	while (recipe_field_names[i] && strcmp(recipe_field_names[i], name) != 0)
		i++;
	return (enum recipe_field)i;
}

const char *recipe_attribute_of(enum recipe_field field)
{
	return field == RECIPE_URL ? "href" : field == RECIPE_IMAGE ? "src" : NULL;
}

static const char *const languages[] = {"css", "xpath", "jq", "pattern"};

const char *recipe_language_name(enum recipe_language l)
{
	return languages[l];
}

const char *recipe_selector(const char *text, enum recipe_language *language)
{
	for (size_t i = 0; i <= RECIPE_JQ; i++) {
		size_t len = strlen(languages[i]);

		/* Not a:hover: a pseudo-class has no blank before it. */
		if (!strncmp(text, languages[i], len) && text[len] == ':' && text[len + 1] == ' ') {
			*language = (enum recipe_language)i;
			text += len + 1;
			return text + strspn(text, " ");
		}
	}
	*language = RECIPE_CSS;
	return text;
}

/* ---- which pages ---------------------------------------------------------------------------- */

/* One star after the other, without a way back further than the last one. */
static bool glob(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool host_fits(const char *entry, size_t len, const struct url *u)
{
	char name[HOST_MAX + 8], authority[HOST_MAX + 8];

	snprintf(name, sizeof name, "%.*s", (int)len, entry);
	for (char *p = name; *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + ('a' - 'A') : *p);
	/* A shop is the same with and without www., and with any port unless one is named. */
	return glob(name, u->host) || glob(name, url_authority(u, authority, sizeof authority)) ||
	       (!strncmp(u->host, "www.", 4) && glob(name, u->host + 4));
}

static bool matches(const char *entry, const struct url *u)
{
	const char *scheme = strstr(entry, "://");
	size_t len;

	if (scheme)
		entry = scheme + 3;
	len = strcspn(entry, "/");
	if (len && !host_fits(entry, len, u))
		return false;
	return !entry[len] || (scheme && !strcmp(entry + len, "/")) || glob(entry + len, u->path);
}

bool recipe_matches(const json_t *spec, const char *url)
{
	const json_t *entries = json_object_get(spec, "match"), *entry;
	struct url u;
	size_t i;

	if (!json_array_size(entries) || !*url || url_parse(url, &u, NULL))
		return true;
	json_array_foreach(entries, i, entry)
	{
		if (json_is_string(entry) && matches(json_string_value(entry), &u))
			return true;
	}
	return false;
}

char *recipe_text(const json_t *spec)
{
	json_t *copy = json_copy((json_t *)spec);
	char *text;

	json_object_del(copy, "tests");
	json_object_del(copy, "description");
	text = spec_dump(copy);
	json_decref(copy);
	return text;
}
