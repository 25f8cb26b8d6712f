#include "daemon/net/response_cache.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { BUCKETS = 1024, PART_OF_ALL = 8 };

struct entry {
	struct entry *next_in_bucket;
	struct entry *newer, *older;
	struct kept_answer *answer;
	size_t bytes;
	char url[];
};

struct response_cache {
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	size_t bytes, max;
};

struct response_cache *response_cache_new(size_t bytes_max)
{
	struct response_cache *c = mem_zalloc(sizeof *c);

	c->max = bytes_max;
	return c;
}

void kept_answer_unref(struct kept_answer *k)
{
	if (!k || --k->refs)
		return;
	free(k->etag);
	free(k->modified);
	free(k->type);
	free(k->body);
	free(k);
}

static struct entry **find(struct response_cache *c, const char *url)
{
	uint32_t h = 2166136261u;
	struct entry **at;

	for (const char *s = url; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	at = &c->buckets[h % BUCKETS];
	while (*at && strcmp((*at)->url, url))
		at = &(*at)->next_in_bucket;
	return at;
}

static void take_out(struct response_cache *c, struct entry *e)
{
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void put_first(struct response_cache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void drop(struct response_cache *c, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next_in_bucket;
	take_out(c, e);
	c->bytes -= e->bytes;
	kept_answer_unref(e->answer);
	free(e);
}

static void shrink(struct response_cache *c)
{
	while (c->bytes > c->max)
		drop(c, find(c, c->oldest->url));
}

void response_cache_limit(struct response_cache *c, size_t bytes_max)
{
	c->max = bytes_max;
	shrink(c);
}

struct kept_answer *response_cache_get(struct response_cache *c, const char *url)
{
	struct entry *e = *find(c, url);

	if (!e)
		return NULL;
	take_out(c, e);
	put_first(c, e);
	e->answer->refs++;
	return e->answer;
}

void response_cache_drop(struct response_cache *c, const char *url)
{
	struct entry **at = find(c, url);

	if (*at)
		drop(c, at);
}

void response_cache_put(struct response_cache *c, const char *url, const char *etag,
			const char *modified, const char *type, const char *body, size_t len)
{
	struct kept_answer *k;
	struct entry *e, **at;
	size_t n = strlen(url) + 1;
	size_t bytes = sizeof *e + sizeof *k + n + strlen(etag) + strlen(modified) + strlen(type) +
		       len + 4;

	response_cache_drop(c, url);
	if (bytes > c->max / PART_OF_ALL)
		return;
	k = mem_alloc(sizeof *k);
	*k = (struct kept_answer){.etag = mem_strdup(etag),
				  .modified = mem_strdup(modified),
				  .type = mem_strdup(type),
				  .body = mem_alloc(len + 1),
				  .len = len,
				  .refs = 1};
	if (len)
		memcpy(k->body, body, len);
	k->body[len] = '\0';
	e = mem_zalloc(sizeof *e + n);
	memcpy(e->url, url, n);
	e->answer = k;
	e->bytes = bytes;
	at = find(c, url);
	*at = e;
	put_first(c, e);
	c->bytes += bytes;
	shrink(c);
}

size_t response_cache_bytes(const struct response_cache *c)
{
	return c->bytes;
}

void response_cache_free(struct response_cache *c)
{
	if (!c)
		return;
	while (c->oldest)
		drop(c, find(c, c->oldest->url));
	free(c);
}
