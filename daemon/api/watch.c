#include "daemon/api/watch.h"

#include <stdlib.h>

#include "shared/mem.h"

enum { BUCKETS_FIRST = 64 };

void watch_init(struct watches *w)
{
	*w = (struct watches){.n_buckets = BUCKETS_FIRST};
	w->buckets = mem_zalloc(w->n_buckets * sizeof *w->buckets);
}

static void watch_free(struct watch *one)
{
	free(one->streams);
	free(one);
}

void watch_fini(struct watches *w)
{
	for (size_t i = 0; i < w->n_buckets; i++) {
		while (w->buckets[i]) {
			struct watch *one = w->buckets[i];

			w->buckets[i] = one->next;
			watch_free(one);
		}
	}
	free(w->buckets);
	free(w->dirty);
	free(w->due);
}

static struct watch **bucket(const struct watches *w, uint64_t id)
{
	return &w->buckets[(id * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (w->n_buckets - 1)];
}

static struct watch *find(const struct watches *w, const struct resource_kind *k, uint64_t id)
{
	for (struct watch *one = *bucket(w, id); one; one = one->next) {
		if (one->id == id && one->kind == k)
			return one;
	}
	return NULL;
}

static void grow(struct watches *w)
{
	struct watches bigger = {.n_buckets = w->n_buckets * 2};

	bigger.buckets = mem_zalloc(bigger.n_buckets * sizeof *bigger.buckets);
	for (size_t i = 0; i < w->n_buckets; i++) {
		struct watch *one, *next;

		for (one = w->buckets[i]; one; one = next) {
			struct watch **b = bucket(&bigger, one->id);

			next = one->next;
			one->next = *b;
			*b = one;
		}
	}
	free(w->buckets);
	w->buckets = bigger.buckets;
	w->n_buckets = bigger.n_buckets;
}

void watch_add(struct watches *w, const struct resource_kind *k, uint64_t id, struct live_stream *s)
{
	struct watch *one = find(w, k, id), **b;

	if (!one) {
		if (w->n >= w->n_buckets)
			grow(w);
		b = bucket(w, id);
		one = mem_zalloc(sizeof *one);
		one->kind = k;
		one->id = id;
		one->next = *b;
		*b = one;
		w->n++;
	}
	for (size_t i = 0; i < one->n_streams; i++) {
		if (one->streams[i] == s)
			return;
	}
	if (one->n_streams == one->cap) {
		one->cap = one->cap ? one->cap * 2 : 1;
		one->streams = mem_array(one->streams, one->cap, sizeof(struct live_stream *));
	}
	one->streams[one->n_streams++] = s;
}

static void unmark(struct watches *w, const struct watch *one)
{
	for (size_t i = 0; i < w->n_dirty; i++) {
		if (w->dirty[i] == one) {
			w->dirty[i] = w->dirty[--w->n_dirty];
			return;
		}
	}
}

void watch_remove(struct watches *w, const struct resource_kind *k, struct live_stream *s)
{
	for (size_t i = 0; i < w->n_buckets; i++) {
		struct watch **at = &w->buckets[i];

		while (*at) {
			struct watch *one = *at;

			for (size_t n = 0; (!k || one->kind == k) && n < one->n_streams; n++) {
				if (one->streams[n] == s)
					one->streams[n] = one->streams[--one->n_streams];
			}
			if (one->n_streams) {
				at = &one->next;
				continue;
			}
			if (one->dirty)
				unmark(w, one);
			*at = one->next;
			watch_free(one);
			w->n--;
		}
	}
}

bool watch_mark(struct watches *w, const struct resource_kind *k, uint64_t id)
{
	struct watch *one = find(w, k, id);

	if (!one || one->dirty)
		return false;
	one->dirty = true;
	if (w->n_dirty == w->cap_dirty) {
		w->cap_dirty = w->cap_dirty ? w->cap_dirty * 2 : 64;
		w->dirty = mem_array(w->dirty, w->cap_dirty, sizeof *w->dirty);
	}
	w->dirty[w->n_dirty++] = one;
	return true;
}

size_t watch_take_due(struct watches *w, uint64_t now_ms, struct watch ***out, uint64_t *next)
{
	size_t n = 0, kept = 0;

	*next = UINT64_MAX;
	if (w->cap_due < w->n_dirty) {
		w->cap_due = w->cap_dirty;
		w->due = mem_array(w->due, w->cap_due, sizeof *w->due);
	}
	for (size_t i = 0; i < w->n_dirty; i++) {
		struct watch *one = w->dirty[i];

		if (one->sent_ms && now_ms < one->sent_ms + WATCH_ROW_MS) {
			if (one->sent_ms + WATCH_ROW_MS < *next)
				*next = one->sent_ms + WATCH_ROW_MS;
			w->dirty[kept++] = one;
			continue;
		}
		one->dirty = false;
		one->sent_ms = now_ms;
		w->due[n++] = one;
	}
	w->n_dirty = kept;
	*out = w->due;
	return n;
}
