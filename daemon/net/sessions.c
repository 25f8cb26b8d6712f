#include "daemon/net/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

enum { BUCKETS = 512, SESSION_BYTES_MAX = 16384 };

/* Put as bytes, which leaves out the parsed chain; decoded once, when it is first wanted: that
 * takes longer than a third of a resumed handshake. */
struct entry {
	struct entry *next;          /* in its bucket */
	struct entry *newer, *older; /* by use */
	char *key;
	unsigned char *bytes; /* until decoded, then NULL */
	int len;
	SSL_SESSION *session;
};

struct sessions {
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	size_t n, max;
};

static size_t bucket_of(const char *key)
{
	uint32_t h = 2166136261u;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h % BUCKETS;
}

struct sessions *sessions_new(size_t max)
{
	struct sessions *s = mem_zalloc(sizeof *s);

	s->max = max;
	return s;
}

static void unlink_use(struct sessions *s, struct entry *e)
{
	*(e->newer ? &e->newer->older : &s->newest) = e->older;
	*(e->older ? &e->older->newer : &s->oldest) = e->newer;
}

static void link_newest(struct sessions *s, struct entry *e)
{
	e->newer = NULL;
	e->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = e;
	s->newest = e;
}

static struct entry **find(struct sessions *s, const char *key)
{
	struct entry **at = &s->buckets[bucket_of(key)];

	while (*at && strcmp((*at)->key, key))
		at = &(*at)->next;
	return at;
}

static void drop_bytes(struct entry *e)
{
	if (e->bytes)
		OPENSSL_cleanse(e->bytes, (size_t)e->len);
	free(e->bytes);
	e->bytes = NULL;
}

static void drop(struct sessions *s, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	unlink_use(s, e);
	s->n--;
	drop_bytes(e);
	SSL_SESSION_free(e->session);
	free(e->key);
	free(e);
}

void sessions_free(struct sessions *s)
{
	if (!s)
		return;
	while (s->oldest)
		drop(s, find(s, s->oldest->key));
	free(s);
}

void sessions_put(struct sessions *s, const char *key, SSL_SESSION *session)
{
	int len = i2d_SSL_SESSION(session, NULL);
	struct entry **at = find(s, key);
	unsigned char *end;
	struct entry *e;

	if (*at)
		drop(s, at);
	if (len <= 0 || len > SESSION_BYTES_MAX)
		return;
	while (s->n >= s->max)
		drop(s, find(s, s->oldest->key));
	e = mem_zalloc(sizeof *e);
	e->key = mem_strdup(key);
	e->bytes = end = mem_alloc((size_t)len);
	e->len = i2d_SSL_SESSION(session, &end);
	at = &s->buckets[bucket_of(key)];
	e->next = *at;
	*at = e;
	link_newest(s, e);
	s->n++;
}

SSL_SESSION *sessions_get(struct sessions *s, const char *key)
{
	struct entry *e = *find(s, key);
	const unsigned char *bytes;

	if (!e)
		return NULL;
	unlink_use(s, e);
	link_newest(s, e);
	bytes = e->bytes;
	if (bytes) {
		e->session = d2i_SSL_SESSION(NULL, &bytes, e->len);
		drop_bytes(e);
	}
	if (e->session)
		SSL_SESSION_up_ref(e->session);
	return e->session;
}

void sessions_drop(struct sessions *s, const char *key)
{
	struct entry **at = find(s, key);

	if (*at)
		drop(s, at);
}
