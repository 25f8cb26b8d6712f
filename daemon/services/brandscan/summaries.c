/* What is shown of brands without asking the store. */
#include "daemon/services/brandscan/brandscan.h"
#include "shared/mem.h"

static struct brand_summary *find(struct brandscan *bs, uint64_t id)
{
	for (size_t i = 0; i < bs->n; i++)
		if (bs->all[i].id == id)
			return &bs->all[i];
	return NULL;
}

bool summary_get(struct brandscan *bs, uint64_t id, struct brand_summary *out)
{
	pthread_mutex_lock(&bs->lock);
	const struct brand_summary *s = find(bs, id);
	if (s)
		*out = *s;
	pthread_mutex_unlock(&bs->lock);
	return s != NULL;
}

void summary_put(struct brandscan *bs, const struct brand_summary *s)
{
	pthread_mutex_lock(&bs->lock);
	struct brand_summary *there = find(bs, s->id);
	if (!there && bs->n == bs->cap) {
		bs->cap = bs->cap ? 2 * bs->cap : 16;
		bs->all = mem_array(bs->all, bs->cap, sizeof(*bs->all));
	}
	if (!there)
		there = &bs->all[bs->n++];
	*there = *s;
	pthread_mutex_unlock(&bs->lock);
}

void summaries_drop_gone(struct brandscan *bs)
{
	pthread_mutex_lock(&bs->lock);
	for (size_t i = 0; i < bs->n;) {
		const struct resource *r = resource_by_id(bs->d->store, bs->all[i].id);
		if (!r)
			bs->all[i] = bs->all[--bs->n];
		else
			i++;
		resource_unref(r);
	}
	pthread_mutex_unlock(&bs->lock);
}
