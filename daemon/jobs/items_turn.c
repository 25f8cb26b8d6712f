/* The way of one item: fetched by net, handled by a worker, kept by one operation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/fault.h"
#include "daemon/jobs/items_internal.h"
#include "shared/hash.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { ATTEMPTS = 5 };
static const int64_t retry_ms = 10000, retry_max_ms = INT64_C(3600000);
static const int64_t wait_max_ms = INT64_C(86400000);
static const int64_t postponed_ms = 60000; /* when it is not said for how long */

static bool is_over(void *arg)
{
	struct turn *t = arg;
	return atomic_load(&t->job->cancelled) || atomic_load(&t->x->stopping);
}

void turn_free(struct turn *t)
{
	item_out_fini(&t->out, t->job->type);
	item_row_fini(&t->row);
	free(t->request.url);
	free(t->answer.body);
	free(t->answer.sitemaps);
	free(t->host);
	free(t);
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

/* Doubled each time, and up to a quarter more by a jitter that differs from item to item. */
static int64_t back_off(const struct turn *t)
{
	const struct job_type *type = t->job->type;
	int64_t delay = type->retry_ms ? type->retry_ms : retry_ms;
	for (unsigned i = 0; i < t->item.attempts && delay < retry_max_ms; i++)
		delay *= 2;
	if (delay > retry_max_ms)
		delay = retry_max_ms;
	uint64_t mixed = hash_id(t->item.id * 64 + t->item.attempts);
	return delay + (int64_t)(mixed % (uint64_t)(delay / 4 + 1));
}

static int64_t clamp_wait(int64_t ms)
{
	return ms < 0 ? 0 : ms > wait_max_ms ? wait_max_ms : ms;
}

static unsigned attempts_of(const struct job_type *type)
{
	return type->attempts_max ? type->attempts_max : ATTEMPTS;
}

static void decide(struct turn *t, enum err err, const char *why)
{
	unsigned max = attempts_of(t->job->type);
	int64_t wait = clamp_wait(t->answer.wait_ms), delay = 0;
	struct item_result *r = &t->result;
	t->host_wait_ms = wait;
	r->outcome = ITEM_DONE;
	if (err) {
		text_safe(r->error, sizeof(r->error), why, strlen(why), 0, 0, NULL);
		bool again = err_info(err)->retry && t->item.attempts + 1 < max;
		r->outcome = again ? ITEM_AGAIN : ITEM_GIVEN_UP;
		delay = back_off(t);
		if (t->answer.postponed)
			r->outcome = ITEM_POSTPONED;
		if (t->answer.postponed && !wait)
			t->host_wait_ms = wait = postponed_ms;
		if (wait > delay || t->answer.postponed)
			delay = wait;
	}
	r->due_ms = clock_wall_ms(t->x->o.clock) + delay;
}

static void say_failure(struct turn *t)
{
	char text[512];
	const char *key = t->item.key[0] ? t->item.key : "the first item";
	if (t->result.outcome == ITEM_AGAIN)
		snprintf(text, sizeof(text), "%.200s: %s; attempt %u, again later", key,
			 t->result.error, t->item.attempts + 1);
	else if (t->result.outcome == ITEM_GIVEN_UP)
		snprintf(text, sizeof(text), "%.200s: given up: %s", key, t->result.error);
	else
		return;
	item_out_say(&t->out, LOG_WARN, text);
}

/* ---- the operation --------------------------------------------------------------------------- */

static enum err put_result(struct txn *txn, void *arg, struct error *e)
{
	struct turn *t = arg;
	return rows_put_result(txn, &t->result, e);
}

/* What is in the store now need not be added by the next chunk. */
static void drop_chunk(struct item_out *o)
{
	for (int i = 0; i < ITEM_CHUNK && o->first; i++) {
		struct item_add *a = o->first;
		o->first = a->next;
		free(a->key);
		free(a->host);
		free(a->payload);
		free(a);
	}
}

static void result_done(void *arg, enum err code, const struct error *e)
{
	struct turn *t = arg;
	fault_point("items.committed");
	t->code = code;
	if (!code && t->result.more)
		fault_point("items.slice");
	if (!code && t->result.more) {
		drop_chunk(&t->out);
		t->result.chunks = true;
		turn_submit(t);
		return;
	}
	snprintf(t->why, sizeof(t->why), "%s", code ? e->text : "");
	items_note(t->x, t);
}

void turn_submit(struct turn *t)
{
	struct error e = {0};
	t->op = (struct store_op){.run = put_result, .done = result_done, .arg = t};
	enum err err = store_submit(t->x->o.store, OP_BACKGROUND, &t->op, &e);
	if (!err)
		return;
	t->code = err;
	snprintf(t->why, sizeof(t->why), "%s", e.text);
	items_note(t->x, t);
}

/* ---- the worker ------------------------------------------------------------------------------ */

static void handle(void *arg)
{
	struct turn *t = arg;
	struct error e = {0};
	bool asked = t->answered;
	enum err err = ERR_NONE;
	if (is_over(t))
		err = error_set(&e, ERR_CANCELLED, "the job is over");
	else if (asked && t->answer.err && (t->answer.postponed || !t->job->type->takes_failures))
		err = error_set(&e, t->answer.err, "%s", t->answer.text);
	else
		err = t->job->type->handle(&t->item, asked ? &t->answer : NULL, &t->out, &e);
	fault_point("items.handled");
	if (err && is_over(t)) { /* nothing of it is to be written */
		t->code = ERR_CANCELLED;
		items_note(t->x, t);
		return;
	}
	decide(t, err, e.text);
	if (err)
		say_failure(t);
	turn_submit(t);
}

void turn_refused(struct turn *t)
{
	item_out_fini(&t->out, t->job->type);
	t->refused = true;
	decide(t, t->code, t->why);
	say_failure(t);
	turn_submit(t);
}

static void to_worker(struct turn *t)
{
	if (pool_submit(t->x->pool, handle, t))
		return;
	t->code = ERR_CANCELLED; /* only when ending: its queue holds all that may run */
	items_note(t->x, t);
}

static void on_answer(void *arg, struct item_answer *a)
{
	struct turn *t = arg;
	t->answer = *a;
	t->answered = true;
	pthread_mutex_lock(&t->x->lock);
	t->fetching = false;
	pthread_mutex_unlock(&t->x->lock);
	to_worker(t);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static struct turn *turn_new(struct items *x, struct lane *l)
{
	struct turn *t = mem_zalloc(sizeof(*t));
	t->x = x;
	t->job = l->job;
	t->lane = l;
	t->row = l->window[l->at];
	l->window[l->at++] = (struct item_row){0};
	t->host = mem_strdup(l->host->name);
	t->local = !t->host[0];
	item_out_init(&t->out);
	t->item = (struct item){
		.job = l->job->p.id,
		.id = t->row.id,
		.owner = l->job->p.owner,
		.job_name = l->job->p.name,
		.key = t->row.key,
		.host = t->host,
		.payload = t->row.payload,
		.priority = t->row.priority,
		.attempts = t->row.attempts,
		.last = t->row.attempts + 1 >= attempts_of(l->job->type),
		.store = x->o.store,
		.clock = x->o.clock,
		.ctx = x->o.ctx,
		.over = is_over,
		.turn = t,
	};
	t->result = (struct item_result){.job = l->job->p.id,
					 .item = &t->item,
					 .type = l->job->type,
					 .out = &t->out,
					 .after = &t->after};
	return t;
}

static void fetch(struct turn *t)
{
	const struct item_net *net = t->x->o.net;
	if (!net) {
		struct item_answer a = {.err = ERR_UNSUPPORTED,
					.text = "this daemon fetches nothing"};
		on_answer(t, &a);
		return;
	}
	t->fetching = true;
	/* It may be answered before start has returned, by another thread. */
	void *f = net->start(net->ctx, &t->request, on_answer, t);
	pthread_mutex_lock(&t->x->lock);
	if (t->fetching)
		t->fetch = f;
	pthread_mutex_unlock(&t->x->lock);
}

void turn_start(struct items *x, struct lane *l)
{
	struct turn *t = turn_new(x, l);
	l->busy = l->host->busy = true;
	t->next = x->turns;
	x->turns = t;
	pthread_mutex_lock(&x->lock);
	x->n_turns++;
	l->job->p.under_way++;
	pthread_mutex_unlock(&x->lock);
	x->n_local += t->local;
	fault_point("items.picked");
	if (t->job->type->request && t->job->type->request(&t->item, &t->request))
		fetch(t);
	else
		to_worker(t);
}
