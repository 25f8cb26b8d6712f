#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/text.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { LOW_RATING = 2, LOW_COUNT = 3 };
static const int64_t day_ms = 86400000, low_within_ms = INT64_C(7) * 86400000;

bool brand_is_paused(const struct resource *r)
{
	return text_equals(text_member(r->spec, "paused"), "true");
}

void brand_query_of(const struct resource *r, int64_t now_ms, struct brand_query *q)
{
	json_t *spec = resource_spec(r);
	const struct resource_kind *k = &resource_brand;
	size_t i;
	const json_t *alias;
	*q = (struct brand_query){.id = r->id,
				  .map = spec_bool(k, spec, "map"),
				  .low_rating = (int)spec_int(k, spec, "low_rating"),
				  .low_count = spec_int(k, spec, "low_count"),
				  .low_within_ms = spec_ms(k, spec, "low_within"),
				  .since_ms = now_ms - BRAND_SPAN_DAYS * day_ms,
				  .until_ms = now_ms};
	snprintf(q->name, sizeof(q->name), "%s", r->name);
	snprintf(q->brand, sizeof(q->brand), "%s", spec_text(k, spec, "brand"));
	brand_query_add(q, q->brand);
	json_array_foreach(json_object_get(spec, "aliases"), i, alias)
		brand_query_add(q, json_string_value(alias));
	json_decref(spec);
}

static bool is_of(const struct brand_query *q, const char *key)
{
	for (size_t i = 0; i < q->n_keys; i++)
		if (!strcmp(q->keys[i], key))
			return true;
	return false;
}

static bool find_spelling(struct brandscan *bs, const char *key, int64_t now_ms,
			  struct brand_query *q)
{
	size_t n = 0;
	bool found = false;
	const struct resource **all = resource_list(bs->d->store, &resource_brand, &n);
	for (size_t i = 0; i < n; i++) {
		if (!found) {
			brand_query_of(all[i], now_ms, q);
			found = is_of(q, key);
		}
		resource_unref(all[i]);
	}
	free(all);
	return found;
}

bool brand_query_find(struct brandscan *bs, const char *ref, int64_t now_ms, struct brand_query *q,
		      struct error *e)
{
	const struct resource *r = resource_get(bs->d->store, &resource_brand, ref);
	struct brand_query plain = {.low_rating = LOW_RATING,
				    .low_count = LOW_COUNT,
				    .low_within_ms = low_within_ms,
				    .since_ms = now_ms - BRAND_SPAN_DAYS * day_ms,
				    .until_ms = now_ms};
	if (r) {
		brand_query_of(r, now_ms, q);
		resource_unref(r);
		return true;
	}
	text_safe(plain.brand, sizeof(plain.brand), ref, strlen(ref), 0, 0, NULL);
	brand_query_add(&plain, plain.brand);
	if (!plain.n_keys) {
		error_field(e, ERR_INVALID, "brand", "brand: \"%.60s\" is no brand", plain.brand);
		error_hint(e, "a brand as pages write it: ?brand=ACME");
		return false;
	}
	if (!find_spelling(bs, plain.keys[0], now_ms, q))
		*q = plain;
	return true;
}
