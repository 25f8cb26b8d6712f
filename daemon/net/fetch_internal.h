#pragma once
/* What the files of fetching share; nobody else includes this. */
#include "daemon/net/fetch.h"
#include "daemon/net/response_cache.h"
#include "daemon/net/robots.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"
#include "shared/buf.h"

enum { ORIGINS = 2 }; /* of one host: http and https */

/* robots.txt of one origin. */
struct host_robots {
	struct robots *rules; /* NULL: not read yet */
	int64_t until_ms;     /* boot; then it is read again */
	int64_t read_ms;      /* wall */
	const char *word;     /* as in host_facts */
	int status;           /* 0: no answer */
	bool asking;
};

struct fetch_host {
	struct fetch_host *next;          /* of its bucket */
	struct fetch_host *newer, *older; /* use */
	struct fetcher *f;
	struct manners manners;
	struct host_robots robots[ORIGINS];
	struct fetch *first, *last; /* waiting */
	int waiting;
	struct fetch *busy;
	int status;
	int64_t asked_ms;
	char text[FETCH_TEXT];
	char name[];
};

/* Where a fetch is: in a host's queue, being asked, or ended and about to be told. */
enum fetch_place { PLACE_QUEUE, PLACE_BUSY, PLACE_ENDED };

struct fetch {
	struct fetcher *f;
	struct fetch *next, *prev; /* of the queue, or of those that ended */
	enum fetch_place place;
	struct fetch_host *host;
	struct url url;
	struct fetch_request q; /* texts are in the members below */
	char etag[FETCH_VALUE], modified[FETCH_VALUE], accept[FETCH_VALUE];
	int64_t queued_ms, waited_ms; /* boot; waits that are over */
	/* of robots.txt: whose */
	struct fetch_host *robots_host;
	int robots_origin;

	struct resolve_query *query;
	struct transfer *transfer;
	struct curl_slist *headers;
	struct kept_answer *kept;
	const char *forbidden; /* why an address may not be reached */
	char address[64];
	int64_t hop_ms; /* boot; when it began */
	bool wall, counted;
	bool may_keep;
	char location[URL_MAX + 1];
	char retry_after[64];
	struct buf body;
	struct fetch_result r;
};

enum { HOST_BUCKETS = 1024 };
struct fetcher {
	struct fetcher_options o; /* settings' pointers are not used */
	struct address_range *allow;
	size_t n_allow;
	struct manners_rules rules;
	char agent[FETCH_CONTACT + 64];
	struct response_cache *cache;
	struct fetch_host *buckets[HOST_BUCKETS];
	struct fetch_host *newest, *oldest;
	size_t n_hosts;
	struct fetch *ended, **ended_end;
	uv_timer_t *timer;
	bool turning, closing;
};

static inline int64_t fetcher_now(const struct fetcher *f)
{
	return clock_boot_ms(f->o.clock);
}
static inline int64_t fetcher_wall(const struct fetcher *f)
{
	return clock_wall_ms(f->o.clock);
}
static inline int fetch_origin(const struct url *u)
{
	return u->scheme[4] == 's';
}

/* ---- fetch.c */
/** Into the queue of its url's host; front: before all others. ERR_BUSY. */
enum err fetch_queue(struct fetch *x, bool front, struct error *e);
/** Out of its queue, told later. The text is made safe. */
void fetch_finish(struct fetch *x, enum fetch_end end, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void fetch_free(struct fetch *x);
void fetch_unqueue(struct fetch *x);
struct fetch *fetch_new(struct fetcher *f, const struct fetch_request *q);
/** Look at the queues soon. */
void fetcher_wake(struct fetcher *f);

/* ---- fetch_hop.c */
/** Ask for x->url; it is its host's turn. */
void fetch_hop(struct fetch *x);
/** Stop what runs of it, without a word. */
void fetch_hop_stop(struct fetch *x);

/* ---- fetch_robots.c */
/** May it be asked for? Begins to read robots.txt when that has to come first.
 *  @return false: x was finished, or waits */
bool fetch_robots_allow(struct fetch *x);
/** x, which reads a robots.txt, has ended. */
void fetch_robots_read(struct fetch *x);
void host_robots_forget(struct fetch_host *h);

/* ---- fetch_hosts.c */
/** The host of u, made when it is new. NULL: too many are busy. */
struct fetch_host *fetch_host_of(struct fetcher *f, const struct url *u);
struct fetch_host *fetch_host_find(struct fetcher *f, const char *name);
const char *fetch_host_name(const struct url *u, char out[static HOST_MAX + 8]);
void fetch_hosts_free(struct fetcher *f);
