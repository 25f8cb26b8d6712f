/* BrandScan: what happens to a brand wherever it is sold, and what is said of it. */
#include <stdlib.h>

#include "daemon/core/thread.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/mem.h"

extern const struct service service_brandscan;

static enum err init(struct daemon *d, void **state, struct error *e)
{
	struct brandscan *bs = mem_zalloc(sizeof(*bs));
	bs->d = d;
	pthread_mutex_init(&bs->lock, NULL);
	thread_cond_init(&bs->wake);
	store_on_prune(d->store, mentions_prune);
	*state = bs;
	return ERR_NONE;
}

static enum err start(void *state, struct error *e)
{
	return watch_start(state, e);
}

static void stop(void *state, int limit_ms)
{
	watch_stop(state);
}

static void fini(void *state)
{
	struct brandscan *bs = state;
	if (!bs)
		return;
	pthread_mutex_destroy(&bs->lock);
	pthread_cond_destroy(&bs->wake);
	free(bs->all);
	free(bs);
}

static const struct resource_live live[] = {
	{.kind = &resource_brand, .write = brand_live, .rank = brand_rank, .filter = brand_filter},
	{0},
};

const struct service service_brandscan = {
	.name = "brandscan",
	.title = "BrandScan",
	.init = init,
	.start = start,
	.stop = stop,
	.fini = fini,
	.routes = brand_routes,
	.n_routes = BRAND_ROUTES,
	.live = live,
	.attention = brand_attention,
	.overview = brand_overview,
	.brief = brand_brief,
	.metrics = brand_metrics,
	.doctor = brand_doctor,
};
