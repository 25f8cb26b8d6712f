#pragma once
/* A kind of job: how one of its items is worked on. daemon/jobs/types/NAME.c exports `const struct
 * job_type job_NAME` for jobs of the house, which schedules name; daemon/services/X/jobs/NAME.c
 * those that a service starts by itself.
 *
 * A job begins with one item, whose key is "" and whose payload is what the job was started with.
 * What it finds becomes further items. An item is worked on by straight-line code on a worker, and
 * one operation of the store keeps its facts and marks it done, so that its facts are there exactly
 * once, whatever happens in between. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/net/fetch.h"
#include "daemon/store/store.h"
#include "shared/log.h"

enum {
	ITEM_KEY_MAX = 512,
	ITEM_HOST_MAX = 255,
	ITEM_PAYLOAD_MAX = 4096,
	ITEM_NEW_MAX = 60000,          /* that one item may add */
	ITEM_NEW_BYTES_MAX = 16 << 20, /* their keys, hosts and payloads together */
	ITEM_LOG_MAX = 20,             /* lines that one item may write */
	JOB_LOG_MAX = 500,             /* lines that are kept of a run */
};

/** A page to be asked for, politely. */
struct item_request {
	char *url;        /* heap; the engine frees it */
	size_t bytes_max; /* 0: what is usual */
	const char *accept;
	int64_t pace_ms; /* of its host from now on; 0: leave it */
	bool sitemaps;   /* those that its robots.txt names are wanted, too */
};

/** What came of it. */
struct item_answer {
	enum err err;          /* ERR_NONE: there is an answer, of whatever status */
	enum fetch_end end;    /* the same, more exactly */
	char text[FETCH_TEXT]; /* safe: why it is not what was asked for */
	int status;
	char *body; /* heap, ours after the call; NULL: empty */
	size_t len;
	char *sitemaps;                    /* heap; a line each; NULL: none */
	char url[URL_MAX + HOST_MAX + 32]; /* that answered, after redirects */
	char type[FETCH_VALUE];            /* Content-Type */
	int64_t at_ms;                     /* wall time of it */
	int64_t wait_ms; /* the host said when to come again (Retry-After), or is due then; 0: no */
	bool postponed;  /* it was not asked: no attempt was made */
};

/** The way to the network. done comes exactly once for each start, from any thread, also after
 *  cancel (with ERR_CANCELLED, or what came meanwhile), and never from within start or cancel. What
 *  start returned is valid until done returns. */
struct item_net {
	void *ctx;
	void *(*start)(void *ctx, const struct item_request *rq,
		       void (*done)(void *arg, struct item_answer *a), void *arg);
	void (*cancel)(void *ctx, void *fetch);
	/** Nothing is started any more: what runs is done before this returns. NULL: it is so. */
	void (*close)(void *ctx);
};

/** An item while it is worked on; everything borrowed. */
struct item {
	uint64_t job, id, owner;
	const char *job_name, *key, *host, *payload;
	int priority;
	unsigned attempts; /* before this one */
	bool last;         /* there will be no further one */
	struct store *store;
	const struct clock *clock;
	void *ctx;             /* of the engine's options */
	bool (*over)(void *t); /* job cancelled or daemon ending: long work asks now and then */
	void *turn;            /* its argument */
};
static inline bool item_over(const struct item *it)
{
	return it->over(it->turn);
}

struct item_new {
	const char *key;     /* unique in the job: found twice it is one item */
	const char *host;    /* one item at a time a host; "" or NULL: one at a time of the job */
	const char *payload; /* JSON */
	int priority;        /* higher ones of a host first */
	int64_t delay_ms;
};

/** What working on an item yields; kept only when it ends well, but for the log. */
struct item_out;
/** Facts for keep(); freed by the type's facts_free. At most once. */
void item_out_facts(struct item_out *o, void *facts);
/** ERR_TOO_LARGE: over a limit of the above, nothing was added. Copies. */
enum err item_out_add(struct item_out *o, const struct item_new *n, struct error *e)
	__attribute__((warn_unused_result));
/** A line of the job's log; made safe. */
void item_out_log(struct item_out *o, enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** One sentence that is shown of a run that ended well; the last one stays. */
void item_out_result(struct item_out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** The whole job has failed, whatever else there is to do. */
void item_out_fail_job(struct item_out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

struct job_type {
	const char *name;        /* "store-check" */
	const char *help;        /* one line */
	unsigned attempts_max;   /* then an item is given up; 0: 5 */
	int64_t retry_ms;        /* before the second attempt, doubled from then on; 0: 10 s */
	unsigned failed_max_pct; /* a run of which more items were given up has failed */
	/** What is to be fetched first; false: nothing. NULL: never anything. Thread: the items'.
	 */
	bool (*request)(const struct item *it, struct item_request *rq);
	/** handle is also called for what could not be had (answer->err): the error it returns
	 *  decides as any other, ERR_NONE says that nothing is left to do. Else such an item is
	 *  tried again or given up without it. */
	bool takes_failures;
	/** Key of an item that is added when all others are over, whatever became of them; NULL:
	 *  none. Its host is "". A run that item_out_fail_job ends does without it. */
	const char *closing;
	/** Work on it. Thread: a worker. Any error but ERR_NONE: not done; tried again when another
	 *  attempt may do better (err_info().retry), else given up.
	 *  @param answer  of what was requested, NULL when nothing was */
	enum err (*handle)(const struct item *it, const struct item_answer *answer,
			   struct item_out *out, struct error *e);
	/** Inside the operation that marks it done: <= 5 ms. NULL: there are no facts. What takes
	 *  longer sets *more and is called again in an operation of its own, until it does not; a
	 *  crash in between works on the whole item again, so what was kept must bear that. */
	enum err (*keep)(struct txn *t, const struct item *it, void *facts, bool *more,
			 struct error *e);
	void (*facts_free)(void *facts);
};

/** Written by the Makefile from the files; NULL-terminated. */
extern const struct job_type *const job_type_table[];
