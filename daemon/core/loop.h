#pragma once
/* A libuv loop on a thread of its own, with a bounded way in from other threads. */
#include <stdbool.h>
#include <uv.h>

#include "shared/err.h"

struct loop;
typedef void loop_fn(void *arg);

/** @param name  thread name, at most 15 bytes ("net", "api"). Not started yet. */
struct loop *loop_new(const char *name);
/** Start the thread. setup runs first on it; its handles may be opened there. */
enum err loop_start(struct loop *l, loop_fn *setup, void *arg, struct error *e);
/** Run fn(arg) on the loop's thread, in order of posting. Thread: any. Never blocks. */
void loop_post(struct loop *l, loop_fn *fn, void *arg);
/** The same, but returns when fn has returned. Not from the loop's own thread. */
void loop_call(struct loop *l, loop_fn *fn, void *arg);
/** True on the loop's own thread. */
bool loop_here(const struct loop *l);
uv_loop_t *loop_uv(struct loop *l);
/** Post teardown (which must close every handle it opened), wait until the loop has none left or
 *  limit_ms passed (what is open is then named in the log), join the thread. */
void loop_stop(struct loop *l, loop_fn *teardown, void *arg, int limit_ms);
void loop_free(struct loop *l);
/** Ask for a sign of life: true when an earlier request was answered within max_age_ms. No timer
 *  runs while nobody asks. Thread: any one (the watchdog). */
bool loop_alive(struct loop *l, int max_age_ms);
/** How long the loop was away from its poll at worst since the last call, µs. */
int64_t loop_take_lag_us(struct loop *l);
