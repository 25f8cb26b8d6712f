#pragma once
/* Pages of other people's servers, fetched politely: what a scrape may and may not do is decided
 * here, for every hop of every fetch.
 *
 *   One connection a host, its pace, back-off, breaker and daily budget (manners.h). robots.txt of
 *   each origin first, kept for at most a day. Only http and https, only addresses that are public
 *   or that the configuration lists, looked at when the connection is made. Redirects are followed
 *   here, five at most, each like a page of its own: it waits for its turn at its host. What was
 *   fetched before is asked about (ETag, else Last-Modified) and not fetched again. No cookies, no
 *   login, no way around a wall: such a page is `blocked`.
 *
 * Hosts wait for nobody: a dead one keeps only its own queue. A host is a name, with its port when
 * that is not 80 or 443. Everything on the net loop. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/core/clock.h"
#include "daemon/core/loop.h"
#include "daemon/net/manners.h"
#include "shared/private_address.h"
#include "shared/url.h"

struct resolver;
struct transfers;
struct fetcher;
struct fetch;

enum {
	FETCH_TEXT = 240,
	FETCH_VALUE = 256, /* of a header that is kept */
	FETCH_CONTACT = 128,
	FETCH_REDIRECTS = 5,
	FETCH_HOSTS_MAX = 4096,
	FETCH_QUEUE_MAX = 1000, /* waiting for one host */
	FETCH_BODY = 8 << 20,   /* decompressed bytes, unless said otherwise */
	FETCH_TIMEOUT_MS = 30000,
};

/** What the configuration says; copied. */
struct fetcher_settings {
	const struct address_range *allow; /* exceptions, see private_address.h */
	size_t n_allow;
	const char *contact; /* for the User-Agent, as config_check takes it; "": none */
	struct manners_rules rules;
	int64_t cache_bytes;
};
struct fetcher_options {
	struct loop *loop;
	const struct clock *clock;
	struct resolver *resolver;
	struct transfers *transfers;
	struct fetcher_settings settings;
};
struct fetcher *fetcher_new(const struct fetcher_options *o);
/** Every fetch ends with FETCH_CANCELLED before this returns. Before transfers and resolver. */
void fetcher_free(struct fetcher *f);
/** From now on; what is under way goes on as it began. */
void fetcher_configure(struct fetcher *f, const struct fetcher_settings *s);

enum fetch_end {
	FETCH_OK,         /* 200 to 299 with a body, or the kept copy of it (from_cache) */
	FETCH_UNCHANGED,  /* 304 to the caller's own etag or modified: no body */
	FETCH_STATUS,     /* another status: 404, 410, 429, 503; the body is what came with it */
	FETCH_BLOCKED,    /* a wall: text says which. What it said before is unknown since */
	FETCH_DISALLOWED, /* robots.txt says no, or cannot be had */
	FETCH_PRIVATE,    /* leads to an address that no scrape may reach */
	FETCH_NOT_YET,    /* its turn would come after wait_ms: due_ms */
	FETCH_NO_ANSWER,  /* refused, reset, no such name, not HTTP, TLS not to be trusted */
	FETCH_TIMEOUT,
	FETCH_TOO_LARGE,
	FETCH_REDIRECT, /* too many, or to no http or https address */
	FETCH_OURS,     /* our own fault: descriptors, name servers */
	FETCH_CANCELLED,
};
/** "ok", "unchanged", "status", "blocked" ... */
const char *fetch_end_name(enum fetch_end e);
/** What it is for who asked: ERR_NONE when there was an answer, of whatever status. */
enum err fetch_end_err(enum fetch_end e);
/** Might the same fetch fare better later? */
bool fetch_end_passes(enum fetch_end e, int status);

struct fetch_result {
	enum fetch_end end;
	int status;                        /* of the last answer, 0: none */
	char url[URL_MAX + HOST_MAX + 32]; /* that answered, after redirects */
	int redirects;
	char text[FETCH_TEXT];  /* safe, one sentence: why it is not OK */
	char type[FETCH_VALUE]; /* Content-Type, safe */
	char etag[FETCH_VALUE], modified[FETCH_VALUE];
	const char *body; /* NUL after len bytes; "" when there is none */
	size_t len;
	bool from_cache;
	int64_t at_ms;          /* wall time of the answer */
	int64_t took_ms;        /* of the exchanges, without waiting for turns */
	int64_t retry_after_ms; /* what the answer asked for; 0: nothing */
	int64_t due_ms;         /* wall time when the host may be asked again */
};

struct fetch_request {
	const char *url; /* copied */
	const char *etag,
		*modified;       /* of the caller's own copy; NULL or "": the cache's are used */
	const char *accept;      /* copied; NULL: any */
	int64_t body_max;        /* 0: FETCH_BODY */
	int64_t timeout_ms;      /* of one hop, 0: FETCH_TIMEOUT_MS */
	int64_t wait_ms;         /* for its turns, all hops together; -1: as long as it takes */
	int64_t pace_ms, budget; /* the host's own setting from now on; -1: leave it */
	bool first;              /* before what waits for the host already: a person asked */
	/** Once, never from within fetch_start; the result is borrowed until it returns. */
	void (*done)(const struct fetch_result *r, void *arg);
	void *arg;
};
/** ERR_INVALID: no http or https address; ERR_BUSY: too much waits. Nothing was started then. */
enum err fetch_start(struct fetcher *f, const struct fetch_request *q, struct fetch **out,
		     struct error *e) __attribute__((warn_unused_result));
/** done is called (FETCH_CANCELLED, or what it had come to) before this returns. */
void fetch_cancel(struct fetch *x);

/* ---- hosts --------------------------------------------------------------------------------- */

/** Wall time when a page of that URL's host could be asked for; now, or the past: at once. Of what
 *  waits already nothing is counted. 0 for a host that nobody asked yet. */
int64_t fetcher_due_ms(struct fetcher *f, const char *url);

struct host_facts {
	char name[HOST_MAX + 8];
	enum manners_state state;
	const char *breaker; /* "closed", "open", "trying" */
	int failures;
	int64_t due_ms; /* wall; when the next request may start */
	int64_t pace_ms, delay_ms;
	int64_t today, budget;
	int64_t robots_ms;  /* wall; when its robots.txt was read last, 0: not yet */
	const char *robots; /* "read", "none" (4xx: all may be asked), "refuses" (5xx), "unread" */
	int waiting;        /* fetches */
	int status;         /* of the last answer, 0: none */
	int64_t asked_ms;   /* wall; of the last request, 0: none */
	char text[FETCH_TEXT]; /* why it is left alone; safe, "" */
};
/** Sitemaps that robots.txt of that URL's origin names, as they were written, in order; NULL beyond
 *  the last, and when it was not read. */
const char *fetcher_sitemap(struct fetcher *f, const char *url, size_t i);
/** All that are known, in no order; since the start, the longest unused forgotten beyond
 *  FETCH_HOSTS_MAX. */
void fetcher_hosts(struct fetcher *f, void (*fn)(const struct host_facts *h, void *arg), void *arg);
/** Close the breaker, end the back-off, read robots.txt anew. Pace and budget stay. */
enum err fetcher_reset(struct fetcher *f, const char *name, struct error *e);

/** What is due now begins. Its own timer calls it; so does who turns the clock. */
void fetcher_turn(struct fetcher *f);
