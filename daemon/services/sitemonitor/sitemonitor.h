#pragma once
/* The state of the service, shared by its files. What is where:
 *   engine.c   what is due, running checks         verdict.c  what their answers mean
 *   members.c  monitors come, change and go        sleep.c, vigil.c  when nobody looked
 *   depends.c  monitors behind others
 *   steps.c    when the wall clock was set           witness.c  when our own connection is lost
 *   batch.c    samples and states to the store      journal.c  transitions to the store
 *   load.c     from the store at start              heartbeats.c, pings.c  jobs that report
 *   transition.c, event_data.c  what one is, and what its event says
 *   ends.c     certificates and domains that end    notice.c   events that are no transitions
 *   budgets.c  error budgets                        badges.c   pictures for other sites
 *   windows*.c maintenance
 *   the rest reads: render, attention, history, incidents, metrics, once. */
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "daemon/services/service.h"
#include "daemon/services/sitemonitor/monitor.h"
#include "daemon/services/sitemonitor/table.h"
#include "daemon/services/sitemonitor/contents/versions.h"
#include "daemon/services/sitemonitor/texts.h"
#include "daemon/services/sitemonitor/windows/windows.h"

enum { LATE_BUCKETS = 13 };
/** How late checks started, for the metrics; the bounds are those of late_bounds_ms. */
struct lateness {
	_Atomic uint64_t count[LATE_BUCKETS + 1];
	_Atomic uint64_t sum_us;
};
extern const unsigned late_bounds_ms[LATE_BUCKETS];

/** Keys of badges, in order of their keyed hash. Under the table's lock. */
struct badges {
	struct badge_key *all;
	size_t n, cap;
	uint8_t seed[16];         /* of the hash, new at each start */
	pthread_mutex_t changing; /* one key at a time is made or dropped */
};

struct batch_op;
struct transition;

/** Samples and changed states that wait for the next write, at most a second. Net loop. */
struct batch {
	struct due due;
	struct sample *samples;
	size_t n, cap;
	struct monitor *dirty;
	bool in_flight, wanted;
	unsigned failed; /* in a row */
	uint64_t dropped;
};

/** Transitions that wait for the store, in order. Net loop. */
struct journal {
	struct due due;
	struct transition *first, *last;
	size_t n, bytes; /* that wait, without those under way */
	size_t bytes_max;
	bool in_flight;
	unsigned failed;
	uint64_t dropped;

	/* under the service's lock, for journal_wait */
	uint64_t begun, settled; /* settled: written, or never will be */
	bool stuck;              /* the store takes no writes */
};

/** Noticing that the wall clock was set. Net loop. */
struct steps {
	uv_poll_t
		poll; /* a timerfd that is cancelled when the clock is set: nothing else wakes it */
	int fd;
	int64_t offset_ms; /* of the wall clock from the boot clock */
};

/** Noticing that this process, not the target, was away. Net loop. */
struct vigil {
	uv_prepare_t prepare;
	uint64_t turn_ns, idle_ns;
	int64_t stall_boot_ms;         /* end of the last stall */
	int64_t boot_us, monotonic_us; /* at the last look, for suspends */
	int64_t (*monotonic)(void);    /* CLOCK_MONOTONIC, µs; tests turn it */
};

struct witness;

/** Is our own connection lost? Net loop, but for `lost` and what is beside it. */
struct uplink {
	struct due due; /* asks again while it is lost */
	struct witness *all;
	size_t n;
	unsigned waiting;          /* witnesses that did not answer yet in this round */
	bool automatic, answered;  /* answered: by one, in this round */
	int64_t asked_ms, back_ms; /* boot: end of the last round, of the last loss */
	struct check_run **held;   /* failures that wait for the witnesses */
	size_t n_held, cap_held;

	/* under the table's lock */
	bool lost;
	struct moment since;
	char text[160];
};

/** Open files, memory: what was said of each. */
enum { MACHINE_LOOKS = 8 };
struct machine {
	int64_t looked_ms; /* boot */
	struct machine_look {
		bool scarce;
		unsigned other; /* looks in a row that found the contrary */
	} looks[MACHINE_LOOKS];
};

struct sitemonitor {
	struct daemon *d;
	struct check_env env;
	struct table table;
	struct versions versions;
	struct texts texts;

	/* net loop */
	struct heap heap;
	struct limits *limits;
	uv_poll_t timer; /* a timerfd on CLOCK_BOOTTIME: it also goes off right after a suspend */
	int timer_fd;
	int64_t armed_ms; /* boot, 0: not armed */
	bool in_tick, running;
	const struct check_type *(*find_type)(const char *name); /* tests have types of their own */
	int64_t spread_ms; /* over which what is overdue at start is spread */
	struct batch batch;
	struct journal journal;
	struct vigil vigil;
	struct steps steps;
	struct uplink uplink;
	struct machine machine;
	struct badges badges;
	struct windows windows;
	struct kin *kin_missing; /* monitors that name what is not there yet */
	struct due budgets_due;
	bool budgets_busy; /* a worker measures */
	unsigned closing;  /* handles */
	size_t once_pending;

	struct lateness late;
	_Atomic uint64_t checks[OUTCOME_COUNT];
	_Atomic int64_t last_check_ms;
	_Atomic int64_t
		shops_boot_ms; /* when the shops' percentiles were last read, INT64_MAX: now */

	/* operations under way, so that the end can wait for them */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned in_flight;
	bool stopped; /* the net loop must not be used any more */
};

static inline int64_t now_boot(const struct sitemonitor *sm)
{
	return clock_boot_ms(sm->d->clock);
}

static inline struct moment now_moment(const struct sitemonitor *sm)
{
	return (struct moment){.wall_ms = clock_wall_ms(sm->d->clock), .boot_ms = now_boot(sm)};
}

/* ---- operations ----------------------------------------------------------------------------- */

/** store_submit, counted so that the end can wait for it; done() must call writing_ended. */
enum err writing_submit(struct sitemonitor *sm, enum op_queue q, struct store_op *op,
			struct error *e);
/** From done(): run fn on the net loop, or dropped here when the net loop must not be used any
 * more. */
void writing_ended(struct sitemonitor *sm, loop_fn *fn, loop_fn *dropped, void *arg);
/** The operation itself is at fault: trying it again for ever would keep back what follows. */
bool writing_is_refused(enum err code);
/** Delay before the next try after n failures in a row. */
int64_t writing_backoff_ms(unsigned failed);

/* ---- engine.c: net loop --------------------------------------------------------------------- */

enum err engine_open(struct sitemonitor *sm, struct error *e);
/** Cancel what runs, write what waits, close the handles; engine_closed afterwards. */
void engine_close(struct sitemonitor *sm);
void due_set(struct sitemonitor *sm, struct due *due, int64_t boot_ms);
void due_clear(struct sitemonitor *sm, struct due *due);
/** Fire what is due now (tests with clocks of their own call it). */
void engine_tick(struct sitemonitor *sm);
/** What a monitor's entry in the heap calls; also the sign that the engine knows the monitor. */
void engine_fire(struct sitemonitor *sm, struct due *due);
bool engine_is_busy(const struct monitor *m);
/** A check of m that still waits for its place is not made; harmless otherwise. */
void engine_stop_waiting(struct sitemonitor *sm, struct monitor *m);
/** Stop the run of m, which has one; its end is told as that of any other. */
void engine_cancel_run(struct sitemonitor *sm, struct monitor *m);
/** What a run that has ended found, once it is known whose fault it is. */
void engine_run_ended(struct sitemonitor *sm, struct check_run *run);
/** The answer of what waits or runs no longer counts; again: check at once when it has ended. */
void engine_discard_run(struct sitemonitor *sm, struct monitor *m, bool again);

/* ---- sleep.c, members.c: net loop ----------------------------------------------------------- */

void engine_slept(struct sitemonitor *sm, int64_t slept_ms);
/** All that the engine knows; free() the array. */
struct monitor **members_all(struct sitemonitor *sm, size_t *n);
void monitor_config_drop(struct monitor *m);
/** The check is another one now, or ends: also what it remembers. */
void monitor_check_drop(struct monitor *m);
/** m->bad, made when there is none. */
struct first_bad *monitor_bad(struct monitor *m);
void monitor_forget_bad(struct sitemonitor *sm, struct monitor *m);
void monitor_free(struct sitemonitor *sm, struct monitor *m);
/** A monitor came, was changed, or went. */
void engine_update(struct sitemonitor *sm, const struct resource *r);
void engine_remove(struct sitemonitor *sm, uint64_t id);
/** Read the fields that the engine needs; the compiled form is dropped. */
void engine_configure(struct monitor *m, const struct resource *r);
/** Only its name or labels changed. */
void engine_label(struct monitor *m, const struct resource *r);
/** Next regular check. */
void engine_schedule(struct sitemonitor *sm, struct monitor *m);
/** First check at its place in the interval. */
void engine_take_turn(struct sitemonitor *sm, struct monitor *m);
/** Look again after retry_interval: what was seen is not certain. */
void engine_look_again(struct sitemonitor *sm, struct monitor *m);
/** Check now, before others of its host when urgent. */
void engine_check_now(struct sitemonitor *sm, struct monitor *m);
/** A value in a secret changed: compile anew what refers to one. */
void engine_secrets_changed(struct sitemonitor *sm);

/* ---- vigil.c: net loop ---------------------------------------------------------------------- */

void vigil_open(struct sitemonitor *sm);
/** How long the machine slept since the last call, ms; 0: not. */
int64_t vigil_slept_ms(struct sitemonitor *sm);
void vigil_stalled(struct sitemonitor *sm);
/** Was this process away for more than a second at some time since then? */
bool vigil_away_since(struct sitemonitor *sm, int64_t boot_ms);

/* ---- steps.c: net loop ---------------------------------------------------------------------- */

enum err steps_open(struct sitemonitor *sm, struct error *e);
/** Was the wall clock set? Then it is an event, and the deadlines of heartbeats are set anew. */
void steps_look(struct sitemonitor *sm);

/* ---- witness.c: net loop -------------------------------------------------------------------- */

/** Read the configuration; also at a reload. */
void witness_configure(struct sitemonitor *sm);
/** Was it lost when an earlier life ended? Then it is until a witness answers. Main thread. */
void witness_load(struct sitemonitor *sm);
void witness_fini(struct sitemonitor *sm);
/** A run of m has ended: must its verdict wait for what the witnesses say? Then engine_run_ended is
 * called later. Else r is changed when it was our own connection. */
bool witness_holds(struct sitemonitor *sm, struct monitor *m, struct check_run *run);
/** Is run one of those that wait? Then it does no more and ends as it is. */
bool witness_lets_go(struct sitemonitor *sm, struct check_run *run);
/** What the doctor says of them. Thread: a worker. */
void witness_doctor(void *state,
		    void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		    void *arg);
/** The cause of a result that says nothing about the target. */
extern const char cause_own_link[];

/* ---- notice.c: net loop --------------------------------------------------------------------- */

enum { NOTICE_TEXT = 256, NOTICE_DATA = 512 };
/** An event about ourselves. data: a JSON object, or NULL. */
void notice_write(struct sitemonitor *sm, const char *topic, enum severity severity,
		  const char *text, const char *data);
/** The newest event about ourselves of one of two topics (b may be NULL): what an earlier life of
 * the daemon said last, so that what it began is ended. false: none. Main thread. */
struct notice_last {
	char topic[48];
	int64_t at_ms;
	bool scarce; /* its data says so */
};
bool notice_last(struct sitemonitor *sm, const char *a, const char *b, struct notice_last *out);
/** One about a monitor that is no transition. */
void notice_of(struct sitemonitor *sm, const struct monitor *m, const char *topic,
	       enum severity severity, const char *text, const char *data);

/* ---- verdict.c: net loop -------------------------------------------------------------------- */

/** What a finished check means: sample, streaks, what is shown, transition, next check. */
void verdict_check(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
		   struct moment at);
/** An outcome that no check found: a ping, a deadline. The caller notes samples and schedules. */
void verdict_outcome(struct sitemonitor *sm, struct monitor *m, struct check_result *r,
		     struct moment at);
/** Hold or release (STATE_NEW): paused as the resource says, in maintenance as the windows say.
 *  @param why  of a maintenance, for people: until when */
void verdict_hold(struct sitemonitor *sm, struct monitor *m, enum monitor_state hold,
		  const char *why);
/** Nobody looked for so long. */
void verdict_gap(struct sitemonitor *sm, struct monitor *m, struct moment since);
/** Tell what m is now, though its step was some time ago. */
void verdict_announce(struct sitemonitor *sm, struct monitor *m);
/** Bring what is shown up to date with the track. */
void verdict_show(struct sitemonitor *sm, struct monitor *m);
/** Replace *to by a copy of text (NULL for "" or NULL). */
void replace_text(char **to, const char *text);

/* ---- batch.c: net loop ---------------------------------------------------------------------- */

void batch_sample(struct sitemonitor *sm, const struct sample *s);
void batch_dirty(struct sitemonitor *sm, struct monitor *m);
void batch_forget(struct sitemonitor *sm, struct monitor *m);
void batch_flush(struct sitemonitor *sm);
/** Look whether disk, files or memory are nearly used up, every 2 s at most. */
void machine_look(struct sitemonitor *sm);
/** What was said of them before the start. */
void machine_load(struct sitemonitor *sm);
void batch_fini(struct sitemonitor *sm);
struct state_row;
/** A copy of m as it is now to be written; m counts as written from then on. */
void state_row_take(struct monitor *m, struct state_row *row);
/** It is in the store: what it has need not be kept. */
void state_row_written(struct sitemonitor *sm, const struct state_row *row);

/* ---- journal.c: net loop -------------------------------------------------------------------- */

/** The incident that a transition is about. */
struct outage {
	uint64_t incident;
	int64_t duration_ms;
};
void journal_transition(struct sitemonitor *sm, struct monitor *m, const struct change *c,
			struct moment at, const struct outage *outage);
/** A transition follows at once; before anything of it is shown. */
void journal_begin(struct sitemonitor *sm);
/** Any thread but the loops: until what was shown before is in the store too, so that who saw a
 *  monitor go down finds its incident. Not long, and not at all while the store takes no writes. */
void journal_wait(struct sitemonitor *sm);
void journal_flush(struct sitemonitor *sm);
void journal_fini(struct sitemonitor *sm);
/** Everything of a deleted monitor that no cascade reaches. */
void forget_submit(struct sitemonitor *sm, uint64_t id);

/* ---- load.c: main thread -------------------------------------------------------------------- */

enum err load_all(struct sitemonitor *sm, struct error *e);

/* ---- waiting.c: net loop -------------------------------------------------------------------- */

/** Somebody asked for a check of m and waits for request r. */
void waiter_add(struct sitemonitor *sm, struct monitor *m, struct request *r);
/** A check of m ended: answer who need not wait longer. */
void waiters_look(struct sitemonitor *sm, struct monitor *m);
/** m goes or everything ends. */
void waiters_refuse(struct sitemonitor *sm, struct monitor *m, enum err code, const char *why);
/** Net loop, --once: m is decided or will not be. */
void once_look(struct sitemonitor *sm, struct monitor *m);

/* ---- heartbeats.c, pings.c
 * -------------------------------------------------------------------------------- */

enum err heartbeats_load(struct sitemonitor *sm, struct error *e);
void heartbeat_configure(struct sitemonitor *sm, struct monitor *m);
void heartbeat_schedule(struct sitemonitor *sm, struct monitor *m);
void heartbeat_due(struct sitemonitor *sm, struct monitor *m);
/** The hold begins or ends: the time up to now counts as it was. */
void heartbeat_held(struct sitemonitor *sm, struct monitor *m);
/** After a pause: judged anew from now on. */
void heartbeat_resumed(struct sitemonitor *sm, struct monitor *m);
/** The wall clock was set by that much: what it said before is read by today's clock. */
void heartbeat_stepped(struct sitemonitor *sm, struct monitor *m, int64_t step_ms);
/** The machine slept and could not hear a ping: a little time before anything is late. */
void heartbeat_woken(struct sitemonitor *sm, struct monitor *m);
/** At start, once the row and the state are known. */
void heartbeat_resume(struct sitemonitor *sm, struct monitor *m);
/** Does that reason say that a ping did not come, not that the job failed? Any thread. */
bool heartbeat_reason_is_late(const char *reason);
bool heartbeat_is_late(const struct sitemonitor *sm, const struct monitor *m);
void heartbeat_free(struct heartbeat *h);
struct answered route_ping(struct request *r, void *ctx);
struct answered route_pings(struct request *r, void *ctx);

/* ---- reading: any thread -------------------------------------------------------------------- */

void render_live(struct json_writer *w, const struct resource *r, void *ctx);
bool render_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx);
const char *render_filter(const struct resource *r, const char *name, char *out, void *ctx);
void render_meta(struct json_writer *w, void *ctx);
/** A whole object of the API, with what live adds to the resource. */
void render_object(struct json_writer *w, struct sitemonitor *sm, const struct resource *r,
		   void (*live)(struct json_writer *w, const struct resource *r, void *ctx));
void render_monitor(struct json_writer *w, struct sitemonitor *sm, const struct resource *r);
/** since as it is by today's clock: a stepped wall clock makes no age negative. */
int64_t shown_since_ms(const struct sitemonitor *sm, const struct shown *s);
/** "counts": {...} of all states. */
void render_counts(struct json_writer *w, struct sitemonitor *sm);

/** Figures that rules may watch (measures.c). */
enum { SITEMONITOR_MEASURES = 6 };
extern const struct measure sitemonitor_measures[SITEMONITOR_MEASURES];
size_t attention_lines(void *state, struct attention *out, size_t max, size_t *total);
void overview_members(struct json_writer *w, void *state);
void metrics_write(struct buf *out, void *state);
/** brief.c: a service's brief. Thread: a worker. */
void brief_lines(void *state, int64_t since_ms, int64_t until_ms,
		 void (*say)(void *arg, const struct brief_line *line), void *arg);
int once_run(void *state, int64_t deadline_boot_ms, struct buf *out);

/* ---- routes --------------------------------------------------------------------------------- */

struct answered route_check(struct request *r, void *ctx);
struct answered route_status(struct request *r, void *ctx);
struct answered route_history(struct request *r, void *ctx);
struct answered route_versions(struct request *r, void *ctx);
struct answered route_diff(struct request *r, void *ctx);
struct answered route_samples(struct request *r, void *ctx);
struct answered route_report(struct request *r, void *ctx);
struct answered route_incidents(struct request *r, void *ctx);
struct answered route_incident(struct request *r, void *ctx);
/** The monitor that a path's ":ref" or a query's "monitor" names, counted; NULL with e filled. */
const struct resource *route_monitor(struct sitemonitor *sm, const char *ref, struct error *e);
/** Incidents of one monitor that touch a span, newest first, as the open array's items. */
enum err incidents_write_of(struct json_writer *w, struct sitemonitor *sm, uint64_t monitor,
			    int64_t from_ms, int64_t until_ms, int max, struct error *e);
