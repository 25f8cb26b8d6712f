#pragma once
/* A service: its routes, jobs, SQL, rules and its lines of the overview, behind one const struct.
 * daemon/services/NAME/service.c exports `const struct service service_NAME`. */
#include "daemon/core/clock.h"
#include "daemon/core/config.h"
#include "daemon/core/loop.h"
#include "daemon/http/http.h"
#include "daemon/store/feed.h"
#include "daemon/store/resources.h"
#include "daemon/store/series.h"
#include "daemon/store/store.h"
#include "shared/doctor/doctor.h"

struct resolver;
struct transfers;
struct fetcher;
struct live;
struct extract;

struct service;
struct alerts;
struct jobs;
struct catalog;
enum { SERVICES_MAX = 16 };

/** What the daemon gives to its services; lives longer than they do. */
struct daemon {
	const struct config
		*_Atomic config; /* a reload swaps it: read it on a loop, within one turn */
	const struct clock *clock;
	struct store *store;
	struct loop *net, *api;
	struct pool *pool;           /* API workers */
	struct resolver *resolver;   /* net loop */
	struct transfers *transfers; /* net loop */
	struct fetcher *fetcher;     /* net loop */
	struct extract *extract;     /* net loop */
	struct http_server *http;
	struct live *live;
	struct api_state *api_state; /* daemon/api's own */
	struct jobs *jobs;           /* long work, item by item */
	struct catalog *catalog;     /* products and listings by the API */
	struct alerts *alerts;       /* NULL while there are none (tests, early in the start) */
	const struct service *services[SERVICES_MAX]; /* those that run, and their states */
	void *service_states[SERVICES_MAX];
	size_t n_services;
	int64_t started_ms;
	bool previous_end_clean;
};

enum attention_level { ATTENTION_CRITICAL, ATTENTION_WARNING, ATTENTION_NOTICE };

/** One line of "Needs you": worst first, one sentence, its age, one key that does the remedy. */
struct attention {
	enum attention_level level;
	char word[12]; /* "DOWN", "CERT" */
	char name[64];
	char text[160]; /* safe */
	int64_t since_ms;
	const char *kind; /* of the resource, a literal */
	uint64_t id;
	char key;        /* 'c' */
	char remedy[24]; /* "check now" */
	uint64_t seq;    /* feed position of its cause, for "new since you looked" */
};

/** A service hands what the lists show beside a resource's own fields; from memory, thread: any. */
struct resource_live {
	const struct resource_kind *kind;
	/** Members written into the open object. */
	void (*write)(struct json_writer *w, const struct resource *r, void *ctx);
	/** Sort key for a name in kind->sorts ("worst"): a number, lower first; text sorts by name
	 * are the api's. false: unknown sort. */
	bool (*rank)(const struct resource *r, const char *sort, int64_t *key, void *ctx);
	/** Value of a filter that is not a field ("state"); NULL: unknown filter. out has 64 bytes.
	 */
	const char *(*filter)(const struct resource *r, const char *name, char *out, void *ctx);
	/** Further members of a list's meta (counts). May be NULL. */
	void (*meta)(struct json_writer *w, void *ctx);
};

/** A figure of one resource over a stretch of time, for rules ("errors above 5 within 10m"). */
struct measure {
	const char *name; /* "errors" */
	const char *kind; /* of whose resources: "monitor" */
	const char *unit; /* "%", "ms" */
	const char *help;
	/** From memory or a few rows; thread: the alerts'. @return false: not known */
	bool (*value)(void *state, uint64_t id, int64_t from_ms, int64_t until_ms,
		      int64_t *thousandths);
};

/** One sentence of a brief: what happened in a stretch of time. */
struct brief_line {
	enum attention_level level;
	const char *section; /* "Shops": a literal; lines of a section stand together */
	char text[240];      /* safe */
	int64_t at_ms;       /* 0: of the whole stretch */
	/** What was watched ("11 monitors, 15,840 checks, all up"), not what happened: where there
	 * is nothing else it was quiet. */
	bool calm;
};

struct service {
	const char *name, *title;
	/** Make the state, load from the store, register routes; nothing runs yet. */
	enum err (*init)(struct daemon *d, void **state, struct error *e);
	/** Begin: timers, listeners. The loops run. */
	enum err (*start)(void *state, struct error *e);
	/** Stop what runs within limit_ms; no callbacks afterwards. */
	void (*stop)(void *state, int limit_ms);
	void (*fini)(void *state);
	const struct route *routes;
	size_t n_routes;
	const struct resource_live *live; /* NULL-kind-terminated array, ctx = state; or NULL */
	/** Append at most max lines, worst first; also the total. From memory, thread: any. */
	size_t (*attention)(void *state, struct attention *out, size_t max, size_t *total);
	/** Members for /v1/overview written into the open object ("shops"). Its "counts" are the
	 * api's, taken from the "counts" of each kind's live meta. */
	void (*overview)(struct json_writer *w, void *state);
	/** What only the daemon knows of a resource that is to be written: names it gives are
	 * there. spec: canonical; coming: {kind: {name: true}}, written together with it, may be
	 * NULL. Thread: any. May be NULL. */
	enum err (*check)(void *state, const struct resource_kind *k, const json_t *spec,
			  const json_t *coming, struct error *e);
	/** Figures that rules may watch. */
	const struct measure *measures;
	size_t n_measures;
	/** What happened from since to until (a digest, not a log: a dozen lines), the most
	 * important first. Thread: a worker. */
	void (*brief)(void *state, int64_t since_ms, int64_t until_ms,
		      void (*say)(void *arg, const struct brief_line *line), void *arg);
	/** Prometheus text. */
	void (*metrics)(struct buf *out, void *state);
	/** Findings about itself: say(level, name, text, remedy) each. Thread: a worker. */
	void (*doctor)(void *state,
		       void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		       void *arg);
	/** Wait, a little, until the store has what the live members show. Thread: a worker. */
	void (*settle)(void *state);
	/** Configuration was reloaded. */
	void (*reload)(void *state);
	/** A person wants the job of this name, as the list of jobs has it, to run now. Thread: a
	 *  worker. @return ERR_NOT_FOUND: none of this service is called that; e is untouched */
	enum err (*run_job)(void *state, const char *name, uint64_t *job, struct error *e);
	/** --once: run what is due until decided (deadline boot ms), print a summary line per thing
	 * to out. @return exit status. */
	int (*once)(void *state, int64_t deadline_boot_ms, struct buf *out);
};

extern const struct service *const service_table[];

/** Every name in list ("a,b") is a service's: an unknown one would be a daemon that watches nothing
 *  and says nothing about it. */
enum err services_check(const char *list, struct error *e);
/** In list, or list is "". */
bool service_wanted(const char *list, const char *name);
