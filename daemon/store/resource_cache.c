#include "daemon/store/resource_cache.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/store/store_internal.h"
#include "shared/hash.h"
#include "shared/mem.h"

/* Open addressing, at most seven eighths full (many monitors make it a matter of megabytes),
 * deletion by shifting back: no tombstones. */
struct table {
	const struct resource **slots;
	size_t cap, n;
};

struct sorted {
	const struct resource **items; /* by name */
	size_t n, cap;
};

struct resource_cache {
	pthread_rwlock_t lock;
	struct table by_id, by_name;
	struct sorted *kinds; /* as resource_table */
	size_t n_kinds;
};

static size_t hash_name(const struct resource_kind *k, const char *name)
{
	return (size_t)(hash_text(name) ^ hash_id((uintptr_t)k));
}

static size_t hash_by_id(const struct resource *r)
{
	return hash_id(r->id);
}

static size_t hash_by_name(const struct resource *r)
{
	return hash_name(r->kind, r->name);
}

static void table_put(struct table *t, const struct resource *r,
		      size_t (*hash)(const struct resource *r))
{
	size_t i;

	if ((t->n + 1) * 8 > t->cap * 7) {
		struct table bigger = {.cap = t->cap ? t->cap * 2 : 64};

		bigger.slots = mem_zalloc(bigger.cap * sizeof *bigger.slots);
		for (i = 0; i < t->cap; i++) {
			if (t->slots[i])
				table_put(&bigger, t->slots[i], hash);
		}
		free(t->slots);
		*t = bigger;
	}
	for (i = hash(r) & (t->cap - 1); t->slots[i]; i = (i + 1) & (t->cap - 1))
		;
	t->slots[i] = r;
	t->n++;
}

static void table_remove(struct table *t, const struct resource *r,
			 size_t (*hash)(const struct resource *r))
{
	size_t mask = t->cap - 1, i, next;

	if (!t->cap)
		return;
	for (i = hash(r) & mask; t->slots[i] != r; i = (i + 1) & mask) {
		if (!t->slots[i])
			return;
	}
	t->slots[i] = NULL;
	t->n--;
	for (next = (i + 1) & mask; t->slots[next]; next = (next + 1) & mask) {
		size_t home = hash(t->slots[next]) & mask;

		/* It may move into the hole unless its home lies between the hole and it. */
		if (((next - home) & mask) < ((next - i) & mask))
			continue;
		t->slots[i] = t->slots[next];
		t->slots[next] = NULL;
		i = next;
	}
}

static const struct resource *find_id(const struct resource_cache *c, uint64_t id)
{
	const struct table *t = &c->by_id;

	if (!t->cap)
		return NULL;
	for (size_t i = hash_id(id) & (t->cap - 1); t->slots[i]; i = (i + 1) & (t->cap - 1)) {
		if (t->slots[i]->id == id)
			return t->slots[i];
	}
	return NULL;
}

static const struct resource *find_name(const struct resource_cache *c,
					const struct resource_kind *k, const char *name)
{
	const struct table *t = &c->by_name;

	if (!t->cap)
		return NULL;
	for (size_t i = hash_name(k, name) & (t->cap - 1); t->slots[i];
	     i = (i + 1) & (t->cap - 1)) {
		if (t->slots[i]->kind == k && !strcmp(t->slots[i]->name, name))
			return t->slots[i];
	}
	return NULL;
}

/* ---- name order ---------------------------------------------------------------------------- */

static struct sorted *of_kind(const struct resource_cache *c, const struct resource_kind *k)
{
	for (size_t i = 0; i < c->n_kinds; i++) {
		if (resource_table[i] == k)
			return &c->kinds[i];
	}
	return NULL;
}

static size_t position(const struct sorted *s, const char *name)
{
	size_t low = 0, high = s->n;

	/* Loading comes in order. */
	if (s->n && strcmp(s->items[s->n - 1]->name, name) < 0)
		return s->n;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(s->items[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void sorted_put(struct sorted *s, const struct resource *r)
{
	size_t at = position(s, r->name);

	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 16;
		s->items = mem_array(s->items, s->cap, sizeof *s->items);
	}
	memmove(s->items + at + 1, s->items + at, (s->n - at) * sizeof *s->items);
	s->items[at] = r;
	s->n++;
}

static void sorted_remove(struct sorted *s, const struct resource *r)
{
	size_t at = position(s, r->name);

	/* The order is by name, and names are unique: it is there, or before the first. */
	while (at < s->n && s->items[at] != r)
		at++;
	if (at == s->n)
		return;
	memmove(s->items + at, s->items + at + 1, (s->n - at - 1) * sizeof *s->items);
	s->n--;
}

/* ---- the cache ------------------------------------------------------------------------------ */

struct resource_cache *resource_cache_new(void)
{
	struct resource_cache *c = mem_zalloc(sizeof *c);
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	/* One thread writes, seldom; it must not wait for readers that keep coming. */
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&c->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	while (resource_table[c->n_kinds])
		c->n_kinds++;
	c->kinds = mem_zalloc(c->n_kinds * sizeof *c->kinds);
	return c;
}

void resource_cache_free(struct resource_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->by_id.cap; i++)
		resource_unref(c->by_id.slots[i]);
	for (size_t i = 0; i < c->n_kinds; i++)
		free(c->kinds[i].items);
	free(c->by_id.slots);
	free(c->by_name.slots);
	free(c->kinds);
	pthread_rwlock_destroy(&c->lock);
	free(c);
}

void resource_cache_apply(struct resource_cache *c, const struct resource *old,
			  const struct resource *now)
{
	const struct resource *held = NULL;

	pthread_rwlock_wrlock(&c->lock);
	if (old)
		held = find_id(c, old->id); /* the object that is in here, equal to old */
	if (held) {
		struct sorted *s = of_kind(c, held->kind);

		table_remove(&c->by_id, held, hash_by_id);
		table_remove(&c->by_name, held, hash_by_name);
		if (s)
			sorted_remove(s, held);
	}
	if (now) {
		struct sorted *s = of_kind(c, now->kind);

		resource_ref(now);
		table_put(&c->by_id, now, hash_by_id);
		table_put(&c->by_name, now, hash_by_name);
		if (s)
			sorted_put(s, now);
	}
	pthread_rwlock_unlock(&c->lock);
	resource_unref(held);
}

const struct resource *resource_get(struct store *s, const struct resource_kind *k, const char *ref)
{
	struct resource_cache *c = s->cache;
	const struct resource *r;
	uint64_t id;

	pthread_rwlock_rdlock(&c->lock);
	if (id_parse(ref, k->prefix, &id)) {
		r = find_id(c, id);
		if (r && r->kind != k)
			r = NULL;
	} else {
		r = find_name(c, k, ref);
	}
	if (r)
		resource_ref(r);
	pthread_rwlock_unlock(&c->lock);
	return r;
}

const struct resource *resource_by_id(struct store *s, uint64_t id)
{
	const struct resource *r;

	pthread_rwlock_rdlock(&s->cache->lock);
	r = find_id(s->cache, id);
	if (r)
		resource_ref(r);
	pthread_rwlock_unlock(&s->cache->lock);
	return r;
}

size_t resource_count(struct store *s, const struct resource_kind *k)
{
	const struct sorted *list = of_kind(s->cache, k);
	size_t n = 0;

	pthread_rwlock_rdlock(&s->cache->lock);
	if (list)
		n = list->n;
	pthread_rwlock_unlock(&s->cache->lock);
	return n;
}

const struct resource **resource_list(struct store *s, const struct resource_kind *k, size_t *n)
{
	const struct sorted *list = of_kind(s->cache, k);
	const struct resource **out;

	pthread_rwlock_rdlock(&s->cache->lock);
	*n = list ? list->n : 0;
	out = mem_array(NULL, *n + 1, sizeof *out);
	for (size_t i = 0; i < *n; i++)
		out[i] = resource_ref(list->items[i]);
	pthread_rwlock_unlock(&s->cache->lock);
	out[*n] = NULL;
	return out;
}

/* ---- objects -------------------------------------------------------------------------------- */

struct resource *resource_make(const struct resource_kind *k, uint64_t id, const char *name,
			       const char *labels, const char *spec)
{
	size_t n_name = strlen(name) + 1, n_labels = strlen(labels) + 1, n_spec = strlen(spec) + 1;
	struct resource *r = mem_alloc(sizeof *r + n_name + n_labels + n_spec);
	char *text = (char *)(r + 1);

	*r = (struct resource){.kind = k, .id = id};
	atomic_init(&r->refs, 1);
	r->name = memcpy(text, name, n_name);
	r->labels = memcpy(text + n_name, labels, n_labels);
	r->spec = memcpy(text + n_name + n_labels, spec, n_spec);
	return r;
}

/* The count is the one thing of a const resource that changes. */
static atomic_uint *refs_of(const struct resource *r)
{
	return (atomic_uint *)(uintptr_t)&r->refs;
}

const struct resource *resource_ref(const struct resource *r)
{
	atomic_fetch_add_explicit(refs_of(r), 1, memory_order_relaxed);
	return r;
}

void resource_unref(const struct resource *r)
{
	if (r && atomic_fetch_sub_explicit(refs_of(r), 1, memory_order_acq_rel) == 1)
		free((void *)(uintptr_t)r);
}

json_t *resource_spec(const struct resource *r)
{
	return json_read(r->spec, strlen(r->spec), JSON_BODY_MAX, NULL);
}

json_t *resource_labels(const struct resource *r)
{
	return json_read(r->labels, strlen(r->labels), JSON_BODY_MAX, NULL);
}

/* ---- what is there without set-up ----------------------------------------------------------- */

struct resource *resource_make_builtin(const struct resource_kind *k, const struct builtin *b)
{
	struct resource *r = resource_make(k, b->id, b->name, "{}", b->spec);

	r->version = BUILTIN_VERSION;
	r->created_ms = r->updated_ms = id_time_ms(b->id);
	return r;
}

void resource_cache_add_builtins(struct resource_cache *c)
{
	for (size_t k = 0; resource_table[k]; k++) {
		const struct resource_kind *kind = resource_table[k];

		for (size_t i = 0; i < kind->n_builtins; i++) {
			struct resource *r;

			if (find_name(c, kind, kind->builtins[i].name))
				continue;
			r = resource_make_builtin(kind, &kind->builtins[i]);
			resource_cache_apply(c, NULL, r);
			resource_unref(r);
		}
	}
}

bool resource_is_builtin(const struct resource *r)
{
	return r->id < BUILTIN_ID_END && r->version == BUILTIN_VERSION;
}

size_t resource_count_own(struct store *s, const struct resource_kind *k)
{
	size_t n, own = 0;
	const struct resource **all;

	if (!k->n_builtins)
		return resource_count(s, k);
	all = resource_list(s, k, &n);
	for (size_t i = 0; i < n; i++) {
		own += !resource_is_builtin(all[i]);
		resource_unref(all[i]);
	}
	free(all);
	return own;
}
