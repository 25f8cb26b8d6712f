/* The alerts thread: its life, and what wakes it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/hooks.h"
#include "daemon/alerts/internal.h"
#include "daemon/core/fault.h"
#include "daemon/core/thread.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { SUBJECTS_AT_ONCE = 1024 };

struct moment moment_now(const struct alerts *a)
{
	return (struct moment){clock_boot_ms(a->d->clock), clock_wall_ms(a->d->clock)};
}

/* ---- waking --------------------------------------------------------------------------------- */

static void on_commit(const struct feed_commit *c, void *arg)
{
	struct alerts *a = arg;
	if (!c->n_events)
		return;
	pthread_mutex_lock(&a->lock);
	a->notes.events = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

static void note_subject(struct alerts *a, uint64_t id)
{
	struct notes *n = &a->notes;
	if (n->n_subjects == n->cap_subjects) {
		n->cap_subjects = n->cap_subjects ? n->cap_subjects * 2 : 16;
		n->subjects = mem_array(n->subjects, n->cap_subjects, sizeof(*n->subjects));
	}
	n->subjects[n->n_subjects++] = id;
}

static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	struct alerts *a = arg;
	const struct resource *r = now ? now : old;
	const char *kind = r->kind->kind;
	bool moved = old && (!now || strcmp(old->name, now->name));
	pthread_mutex_lock(&a->lock);
	moved = moved && book_about(&a->book, r->id);
	if (moved)
		note_subject(a, r->id);
	if (!strcmp(kind, "rule"))
		a->notes.rules = true;
	else if (!strcmp(kind, "notifier"))
		a->notes.notifiers = true;
	else if (!strcmp(kind, "silence"))
		a->notes.silences = true;
	else if (!strcmp(kind, "subscription"))
		a->notes.subscriptions = true;
	if (moved || a->notes.rules || a->notes.notifiers || a->notes.silences ||
	    a->notes.subscriptions)
		pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

/* On whatever thread found out. */
static void on_refusal(void *arg)
{
	struct alerts *a = arg;
	pthread_mutex_lock(&a->lock);
	a->watching = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

/* ---- the thread ----------------------------------------------------------------------------- */

static void notes_clear(struct notes *n)
{
	*n = (struct notes){0};
}

static bool something(const struct alerts *a)
{
	const struct notes *n = &a->notes;
	return n->events || n->rules || n->notifiers || n->silences || n->subscriptions ||
	       n->n_subjects || n->commands || n->settle != a->settled_n;
}

/* Under the lock: what woke us, in exchange for an empty sheet. */
static struct notes take_notes(struct alerts *a)
{
	struct notes n = a->notes;
	notes_clear(&a->notes);
	a->notes.settle = n.settle;
	a->notes.last_command = &a->notes.commands;
	return n;
}

static void *alerts_main(void *arg)
{
	struct alerts *a = arg;
	int64_t next = 0, look = 0; /* boot ms */
	start_catch_up(a);
	pthread_mutex_lock(&a->lock);
	while (!a->stopping) {
		int64_t now = clock_boot_ms(a->d->clock);
		if (a->watching && look <= now) {
			a->watching = false; /* unless it begins again meanwhile */
			pthread_mutex_unlock(&a->lock);
			bool again = emergency_look(a);
			pthread_mutex_lock(&a->lock);
			a->watching = a->watching || again;
			look = now + EMERGENCY_LOOK_MS;
			continue;
		}
		if (!something(a) && next > now) {
			int64_t due = a->watching && look < next ? look : next;
			int64_t until =
				due == INT64_MAX ? INT64_MAX : thread_now_us() + (due - now) * 1000;
			thread_cond_wait_until(&a->wake, &a->lock, until);
			continue;
		}
		struct notes n = take_notes(a);
		bool hurry = n.settle != a->settled_n;
		pthread_mutex_unlock(&a->lock);
		fault_point("alerts.woken");
		next = alerts_turn(a, &n, hurry);
		free(n.subjects);
		pthread_mutex_lock(&a->lock);
		if (hurry && next) {
			a->unwritten = a->ledger.waits ? a->ledger.n_messages : 0;
			a->settled_n = n.settle;
			pthread_cond_broadcast(&a->settled);
		}
	}
	pthread_mutex_unlock(&a->lock);
	ledger_end(a);
	pthread_mutex_lock(&a->lock);
	struct notes rest = take_notes(a);
	a->started = false;
	pthread_mutex_unlock(&a->lock);
	const struct error e = {.code = ERR_UNAVAILABLE, .text = "the daemon is ending"};
	commands_fail(a, rest.commands, &e);
	free(rest.subjects);
	return NULL;
}

/* ---- life ----------------------------------------------------------------------------------- */

struct alerts *alerts_new(struct daemon *d, struct error *e)
{
	struct alerts *a = mem_zalloc(sizeof(*a));
	a->d = d;
	pthread_mutex_init(&a->lock, NULL);
	thread_cond_init(&a->wake);
	thread_cond_init(&a->settled);
	a->notes.last_command = &a->notes.commands;
	book_init(&a->book);
	recipients_init(&a->recipients);
	store_on_prune(d->store, alerts_prune);
	store_on_prune(d->store, silences_prune);
	a->rules = rules_new(d);
	a->outbox = outbox_new(d, e);
	if (a->outbox)
		a->briefs = briefs_new(d, a->outbox);
	if (!a->outbox || start_load(a, e)) {
		alerts_free(a);
		return NULL;
	}
	return a;
}

enum err alerts_start(struct alerts *a, struct error *e)
{
	enum err err = outbox_start(a->outbox, e);
	if (err)
		return err;
	a->started = true;
	err = thread_start(&a->thread, "alerts", THREAD_STACK_LOOP, alerts_main, a, e);
	if (err) {
		a->started = false;
		outbox_stop(a->outbox, 0);
		return err;
	}
	a->joinable = true;
	store_on_refusal(a->d->store, on_refusal, a);
	on_refusal(a); /* it may have begun before */
	feed_listen(a->d->store, on_commit, a);
	resource_listen(a->d->store, on_resource, a);
	return ERR_NONE;
}

void alerts_stop(struct alerts *a, int limit_ms)
{
	if (!a || !a->joinable)
		return;
	resource_unlisten(a->d->store, on_resource, a);
	feed_unlisten(a->d->store, on_commit, a);
	store_on_refusal(a->d->store, NULL, NULL);
	pthread_mutex_lock(&a->lock);
	a->stopping = true;
	pthread_cond_broadcast(&a->wake);
	pthread_cond_broadcast(&a->settled);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	a->joinable = false;
	briefs_stop(a->briefs);
	outbox_stop(a->outbox, limit_ms);
	notifier_tests_join(a->tests);
}

void alerts_free(struct alerts *a)
{
	if (!a)
		return;
	for (struct alert *x = a->book.first; x; x = x->next)
		recipients_forget(&a->recipients, x);
	recipients_fini(&a->recipients);
	book_fini(&a->book);
	ledger_fini(&a->ledger);
	silences_fini(&a->silences);
	subscriptions_fini(&a->subscriptions);
	rules_free(a->rules);
	notifier_tests_free(a->tests);
	briefs_free(a->briefs);
	outbox_free(a->outbox);
	pthread_cond_destroy(&a->wake);
	pthread_cond_destroy(&a->settled);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

struct outbox *alerts_outbox(struct alerts *a)
{
	return a->outbox;
}

size_t alerts_settle(struct alerts *a, int64_t deadline_boot_ms)
{
	pthread_mutex_lock(&a->lock);
	unsigned mine = ++a->notes.settle;
	pthread_cond_signal(&a->wake);
	while (a->settled_n < mine && !a->stopping) {
		int64_t left = deadline_boot_ms - clock_boot_ms(a->d->clock);
		if (left <= 0 || thread_cond_wait_until(&a->settled, &a->lock,
							thread_now_us() + left * 1000) == ETIMEDOUT)
			break;
	}
	size_t unwritten = a->unwritten;
	pthread_mutex_unlock(&a->lock);
	return unwritten + outbox_drain(a->outbox, deadline_boot_ms);
}
