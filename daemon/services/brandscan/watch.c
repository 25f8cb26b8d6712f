/* The thread that looks after brands: when the catalog was written, when a brand was, and by the
 * clock. What it does with each of them is in look.c. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/core/thread.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	SETTLE_MS = 2000, /* a scan writes for a while */
	QUIET_TIMES = 20, /* after an analysis: a twentieth of a CPU at most */
};

/* ---- the thread ------------------------------------------------------------------------------ */

static bool is_stopping(struct brandscan *bs)
{
	pthread_mutex_lock(&bs->lock);
	bool stopping = bs->stopping;
	pthread_mutex_unlock(&bs->lock);
	return stopping;
}

static void forget_gone(struct brandscan *bs)
{
	struct error e = {0};
	bool more = true;
	summaries_drop_gone(bs);
	while (more && !is_stopping(bs))
		if (store_run(bs->d->store, OP_BACKGROUND, feeds_orphans, &more, &e)) {
			log_warn("brandscan", "rows of brands that are gone stay: %s", e.text);
			return;
		}
}

static int64_t look_at_all(struct brandscan *bs, bool stirred)
{
	size_t n = 0;
	int64_t now = clock_wall_ms(bs->d->clock), next = now + BRAND_LOOK_MS;
	const struct resource **all = resource_list(bs->d->store, &resource_brand, &n);
	for (size_t i = 0; i < n; i++) {
		int64_t its = is_stopping(bs) ? next : brand_look(bs, all[i], stirred, now);
		next = its < next ? its : next;
		resource_unref(all[i]);
	}
	free(all);
	if (n)
		live_list(bs->d->live, "brand");
	return next - now;
}

/* The lock is held. A catalog that is being written is looked at when it has been quiet for a
 * moment, or at its pace. */
static void wait_for_work(struct brandscan *bs, int64_t until_us, int64_t stir_us)
{
	while (!bs->stopping && !bs->changed && !bs->gone) {
		int64_t now = thread_now_us();
		int64_t due = bs->stirred && stir_us < until_us ? stir_us : until_us;
		if (now >= due)
			return;
		thread_cond_wait_until(&bs->wake, &bs->lock, due);
	}
}

static void *run(void *arg)
{
	struct brandscan *bs = arg;
	int64_t until_us = 0, stir_us = 0;
	bool gone = true; /* while this daemon was off */
	pthread_mutex_lock(&bs->lock);
	while (!bs->stopping) {
		wait_for_work(bs, until_us, stir_us);
		bool stirred = bs->stirred && thread_now_us() >= stir_us;
		gone = gone || bs->gone;
		bs->changed = bs->gone = false;
		bs->stirred = bs->stirred && !stirred;
		pthread_mutex_unlock(&bs->lock);
		int64_t began_us = thread_now_us();
		if (gone)
			forget_gone(bs);
		gone = false;
		int64_t wait_ms = look_at_all(bs, stirred);
		int64_t ended_us = thread_now_us();
		until_us = ended_us + (wait_ms > 0 ? wait_ms : 1) * 1000;
		if (stirred)
			stir_us = ended_us + SETTLE_MS * INT64_C(1000) +
				  QUIET_TIMES * (ended_us - began_us);
		pthread_mutex_lock(&bs->lock);
	}
	pthread_mutex_unlock(&bs->lock);
	return NULL;
}

/* ---- what wakes it --------------------------------------------------------------------------- */

static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	struct brandscan *bs = arg;
	if ((now ? now : old)->kind != &resource_brand)
		return;
	pthread_mutex_lock(&bs->lock);
	bs->changed = true;
	bs->gone = bs->gone || !now;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
}

static bool is_of_catalog(const struct feed_commit *c)
{
	static const char *const kinds[] = {"listing", "product", "match"};
	for (size_t i = 0; i < c->n_notes; i++)
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (!strcmp(c->notes[i].kind, kinds[k]))
				return true;
	for (size_t i = 0; i < c->n_events; i++)
		if (!strcmp(c->events[i].subject_kind, "listing") ||
		    !strcmp(c->events[i].topic, "brand.mentioned"))
			return true;
	return false;
}

/* The reading of feeds is over: how did it go? */
static bool is_of_feeds(const struct feed_commit *c)
{
	for (size_t i = 0; i < c->n_events; i++)
		if (!strcmp(c->events[i].subject_kind, "brand") &&
		    !strncmp(c->events[i].topic, "job.", 4))
			return true;
	return false;
}

static void on_commit(const struct feed_commit *c, void *arg)
{
	struct brandscan *bs = arg;
	bool stirred = is_of_catalog(c), read = is_of_feeds(c);
	if (!stirred && !read)
		return;
	pthread_mutex_lock(&bs->lock);
	bs->stirred = bs->stirred || stirred;
	bs->changed = bs->changed || read;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
}

void watch_kick(struct brandscan *bs)
{
	pthread_mutex_lock(&bs->lock);
	bs->changed = true;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
}

enum err watch_start(struct brandscan *bs, struct error *e)
{
	resource_listen(bs->d->store, on_resource, bs);
	feed_listen(bs->d->store, on_commit, bs);
	enum err err = thread_start(&bs->thread, "brandscan", THREAD_STACK_LOOP, run, bs, e);
	bs->runs = !err;
	return err;
}

void watch_stop(struct brandscan *bs)
{
	resource_unlisten(bs->d->store, on_resource, bs);
	feed_unlisten(bs->d->store, on_commit, bs);
	pthread_mutex_lock(&bs->lock);
	bs->stopping = true;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
	if (bs->runs)
		pthread_join(bs->thread, NULL);
	bs->runs = false;
}
