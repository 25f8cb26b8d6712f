#pragma once
/* What the files of the rules share. A rule is compiled once (rule_compile.c); what it remembers is
 * a window for each of its subjects (rule_windows.c). */
#include "daemon/alerts/rules/rules.h"
#include "daemon/jobs/heap.h"
#include "daemon/services/service.h"

enum { RULE_EACH_SUBJECT, RULE_EACH_TOPIC, RULE_EACH_NONE };
enum rule_type {
	RULE_EVENT,   /* each event by itself */
	RULE_ROW,     /* so many in a row */
	RULE_COUNT,   /* so many within a time */
	RULE_SHARE,   /* a share of all within a time */
	RULE_ABSENCE, /* none for a time */
	RULE_FIGURE,  /* a measure */
};
enum {
	SHARE_CELLS = 60,
	SHARE_LEAST = 10, /* events to judge a share by, when count does not say */
	GAPS_MAX = 256,
	GAPS_LEAST = 9, /* gaps of ten events */
	FIGURE_EVERY_MS = 30000,
	FIGURE_SLICE = 512,
	FIGURE_PAUSE_MS = 500,
	WINDOWS_MAX = 200000, /* of all rules */
};
#define FIGURE_WITHIN_MS INT64_C(300000)
#define USUAL_LOOK_MS    (INT64_C(28) * 86400000)
#define USUAL_MIN_MS     INT64_C(3600000)

struct share_cell {
	int64_t at; /* its number on the clock */
	uint32_t bad, all;
};

/** Of one subject of one rule. */
struct rule_window {
	struct heap_node due; /* wall ms; must be first */
	struct rule *rule;
	struct rule_window *next; /* same hash */
	uint64_t id;
	char kind[16], name[64];
	char topic[48]; /* of the last event; of each: topic the key */
	enum { WINDOW_UNKNOWN, WINDOW_CLOSED, WINDOW_OPEN } state;
	char *text; /* of the last event: for what is judged later */
	uint32_t n; /* RULE_ROW: in a row; entries of what follows */
	uint32_t cap;
	int64_t last_ms, first_ms;
	union {
		int64_t *times; /* RULE_COUNT: a ring of the newest, n of cap, from head */
		uint32_t *gaps; /* RULE_ABSENCE: seconds, a ring of the newest */
		struct share_cell *cells; /* RULE_SHARE: SHARE_CELLS */
	};
	uint32_t head;
	/* RULE_FIGURE */
	uint64_t version; /* of the resource that was matched */
	uint32_t pass;
	bool matches;
};

struct rule {
	struct store *store;
	char *name;
	char *key; /* what its windows depend on */
	uint64_t version;
	int64_t updated_ms;
	json_t *spec, *labels;
	enum rule_type type;
	int each, severity; /* severity -1: the event's */
	struct matchers *when, *until, *match;
	const json_t *topics, *until_topics, *notify; /* in spec */
	char *inhibits;
	const char *runbook, *text; /* in spec */
	int64_t hold_ms, cool_down_ms, expire_ms, within_ms, absent_ms;
	bool changes, paused, ends; /* ends: some event ends it */
	uint32_t count;
	int64_t percent; /* thousandths */

	const struct measure *measure; /* NULL: no service that runs has it */
	void *measure_state;
	bool above;
	int64_t limit; /* thousandths */

	struct rule_window **windows;
	size_t n_windows, n_buckets;
	bool warm; /* its windows know the log */
	/* RULE_FIGURE: a pass over all resources, a slice at a time */
	const struct resource **all;
	size_t n_all, at;
	uint32_t pass;
	int64_t pass_ms, next_ms;
};

struct rules {
	struct daemon *d;
	struct rule **all;
	size_t n;
	struct heap due;
	uint64_t seq; /* windows know the log up to here */
	bool warm;
	size_t n_windows;
};

/** What an event is to conditions, once for all rules. */
struct rule_event {
	const struct event *event;
	const struct subject *subject;
	json_t *data;
	struct matched matched;
	bool suppressed;
};
void rule_event_init(struct rule_event *re, const struct event *ev, const struct subject *s);
void rule_event_fini(struct rule_event *re);

/* ---- rule_compile.c ---- */
/** @return NULL with e filled when it is at fault */
struct rule *rule_new(struct daemon *d, const struct resource *r, struct error *e);
void rule_free(struct rules *rules, struct rule *r);
/** Find its measure among the services that run, which may have changed. */
void rule_find_measure(struct daemon *d, struct rule *r);
bool rule_opens_with(const struct rule *r, const struct rule_event *re);
bool rule_ends_with(const struct rule *r, const struct rule_event *re);

/* ---- rule_windows.c ---- */
/** The window of that subject, made when it is not there. NULL: there are too many. */
struct rule_window *rule_window(struct rules *rules, struct rule *r, const char *kind, uint64_t id,
				const char *name, const char *topic);
void rule_window_free(struct rules *rules, struct rule_window *w);
void rule_windows_clear(struct rules *rules, struct rule *r);
/** The other takes all windows over: it is the same rule with another text. */
void rule_windows_move(struct rules *rules, struct rule *from, struct rule *to);
/** Take an event in without judging. bad: it meets the conditions */
void rule_window_add(struct rule_window *w, const struct event *ev, bool bad);
/** How many events of a count, all and bad ones of a share there are by now. */
uint32_t rule_window_count(struct rule_window *w, int64_t now_ms);
void rule_window_share(const struct rule_window *w, int64_t now_ms, int64_t *bad, int64_t *all);
/** After how long it is absent; 0: not known yet. */
int64_t rule_window_gap(const struct rule_window *w);
/** When it must be looked at again, INT64_MAX: never. */
int64_t rule_window_due(const struct rule_window *w, int64_t now_ms);

/** When it is looked at next. */
void rule_window_schedule(struct rules *rules, struct rule_window *w, int64_t now_ms);

/* ---- rule_warm.c ---- */
/** Fill the windows of rules that are new from the log, up to and with seq. */
enum err rules_warm_cold(struct rules *rules, uint64_t seq, struct error *e);

/** One in all waits from then on, also for the first event there ever is. */
void rule_begin_absence(struct rules *rules, struct rule *r, int64_t from_ms);

/* ---- rule_say.c: hits ---- */
void rule_say_event(const struct rule *r, const struct rule_event *re, enum rule_what what,
		    int64_t since_ms, rule_hit_fn *fn, void *arg);
/** Of what no single event says. now_ms: when it is known */
void rule_say_window(struct rules *rules, struct rule_window *w, enum rule_what what,
		     int64_t now_ms, int64_t value, rule_hit_fn *fn, void *arg);

/* ---- rule_figures.c ---- */
/** A slice of resources. @return when the next is due */
int64_t rule_figures_tick(struct rules *rules, struct rule *r, int64_t now_ms, rule_hit_fn *fn,
			  void *arg);
void rule_figures_drop(struct rule *r);
/** One resource now. false: its value is not known */
bool rule_figure_judge(struct rules *rules, struct rule_window *w, int64_t now_ms, rule_hit_fn *fn,
		       void *arg);
bool rule_figure_covers(const struct rule *r, const struct resource *res);
