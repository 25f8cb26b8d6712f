/* What memory alone says of a stretch: rules ask for thousands of monitors at a time. */
#include "daemon/store/series_rollup.h"
#include "daemon/store/series_state.h"

bool series_recent(struct store *store, uint64_t monitor, int64_t from_ms, int64_t until_ms,
		   struct series_point *out)
{
	struct series *s = store_series(store);
	struct rollup sum = {0};
	bool all = false;

	pthread_mutex_lock(&s->lock);
	const struct series_monitor *m = series_find(s, monitor);
	/* `before` is the last one that memory does not have (any more). */
	if (m && (all = m->before.at_ms < from_ms)) {
		struct bytes_reader r = {.data = m->data, .len = m->len};
		struct sample_context context = m->before;
		struct sample one;

		for (uint32_t i = m->dropped; i < m->added && sample_get(&r, &context, &one); i++)
			if (one.at_ms >= from_ms && one.at_ms < until_ms)
				rollup_add(&sum, &one);
	}
	pthread_mutex_unlock(&s->lock);
	if (all)
		rollup_point(&sum, from_ms, until_ms - from_ms, out);
	return all;
}
