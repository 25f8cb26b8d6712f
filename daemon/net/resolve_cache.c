#include "daemon/net/resolve_cache.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { BUCKETS = 1024, ENTRIES_MAX = 16384 };

struct entry {
	struct entry *next;
	int64_t until_ms;
	int family, n;
	enum resolve_status status;
	unsigned char *bytes; /* n addresses of 4 or 16 bytes */
	char host[];
};

struct resolve_cache {
	struct entry *buckets[BUCKETS];
	size_t n, sweep; /* sweep: the bucket that is next cleared of old entries */
};

struct resolve_cache *resolve_cache_new(void)
{
	return mem_zalloc(sizeof(struct resolve_cache));
}

static struct entry **bucket_of(struct resolve_cache *c, const char *host)
{
	uint32_t h = 2166136261u;

	for (; *host; host++)
		h = (h ^ (unsigned char)*host) * 16777619u;
	return &c->buckets[h % BUCKETS];
}

static void drop(struct resolve_cache *c, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	free(e->bytes);
	free(e);
	c->n--;
}

static void drop_bucket(struct resolve_cache *c, size_t i, int64_t older_than_ms)
{
	for (struct entry **at = &c->buckets[i]; *at;) {
		if ((*at)->until_ms <= older_than_ms)
			drop(c, at);
		else
			at = &(*at)->next;
	}
}

void resolve_cache_clear(struct resolve_cache *c)
{
	for (size_t i = 0; i < BUCKETS; i++)
		drop_bucket(c, i, INT64_MAX);
}

void resolve_cache_free(struct resolve_cache *c)
{
	if (!c)
		return;
	resolve_cache_clear(c);
	free(c);
}

static struct entry **find(struct resolve_cache *c, const char *host, int family)
{
	struct entry **at = bucket_of(c, host);

	while (*at && ((*at)->family != family || strcmp((*at)->host, host)))
		at = &(*at)->next;
	return at;
}

static void *bytes_of(struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET ? (void *)&((struct sockaddr_in *)a)->sin_addr
				       : (void *)&((struct sockaddr_in6 *)a)->sin6_addr;
}

static size_t size_of(int family)
{
	return family == AF_INET ? 4 : 16;
}

void resolve_cache_put(struct resolve_cache *c, const char *host, int family,
		       const struct answer *a, int64_t now_ms, int64_t keep_ms)
{
	struct entry **at = find(c, host, family), *e;
	size_t size = size_of(family), len = strlen(host) + 1;

	if (*at)
		drop(c, at);
	/* A little tidying with each answer; a full one loses some of what is still good. */
	c->sweep = (c->sweep + 1) % BUCKETS;
	drop_bucket(c, c->sweep, c->n >= ENTRIES_MAX ? INT64_MAX : now_ms);
	e = mem_zalloc(sizeof *e + len);
	memcpy(e->host, host, len);
	e->family = family;
	e->status = a->status;
	e->until_ms = now_ms + keep_ms;
	e->n = a->n;
	e->bytes = a->n ? mem_alloc(size * (size_t)a->n) : NULL;
	for (int i = 0; i < a->n; i++) {
		struct sockaddr_storage addr = a->addr[i];

		memcpy(e->bytes + size * (size_t)i, bytes_of(&addr), size);
	}
	at = bucket_of(c, host);
	e->next = *at;
	*at = e;
	c->n++;
}

bool resolve_cache_get(struct resolve_cache *c, const char *host, int family, int64_t now_ms,
		       struct answer *out)
{
	struct entry **at = find(c, host, family), *e = *at;
	size_t size = size_of(family);

	if (!e)
		return false;
	if (e->until_ms <= now_ms) {
		drop(c, at);
		return false;
	}
	out->status = e->status;
	out->n = e->n;
	out->ttl_ms = e->until_ms - now_ms;
	out->timed_out = false;
	for (int i = 0; i < e->n; i++) {
		memset(&out->addr[i], 0, sizeof out->addr[i]);
		out->addr[i].ss_family = (sa_family_t)family;
		memcpy(bytes_of(&out->addr[i]), e->bytes + size * (size_t)i, size);
	}
	return true;
}
