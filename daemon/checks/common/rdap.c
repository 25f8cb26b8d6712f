#include "daemon/checks/common/rdap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/rdap_answer.h"
#include "daemon/checks/common/rdap_list.h"
#include "daemon/net/http_date.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { RETRY_DEFAULT_MS = 60000, HTTP_TOO_MANY = 429 };

/* One server: who asks it, who waits, and until when it wants to be left alone. */
struct rdap_host {
	struct rdap_host *next;
	char key[HOST_MAX + 8];        /* "rdap.example:443" */
	struct rdap_question *running; /* NULL: nobody */
	struct rdap_question *first;   /* that wait */
	int64_t closed_until_ms;       /* boot time */
};

struct rdap {
	const struct check_env *env;
	struct rdap_list *list;
	struct rdap_question *listless; /* that wait for the list */
	struct rdap_host *hosts;
};

static int64_t now_boot_ms(const struct rdap *r)
{
	return clock_boot_us(r->env->clock) / 1000;
}

static void append(struct rdap_question **first, struct rdap_question *q)
{
	while (*first)
		first = &(*first)->next;
	q->next = NULL;
	*first = q;
}

static void take_out(struct rdap_question **first, struct rdap_question *q)
{
	while (*first && *first != q)
		first = &(*first)->next;
	if (*first)
		*first = q->next;
	q->next = NULL;
}

static void finish(struct rdap_question *q)
{
	q->state = RDAP_IDLE;
	q->done(q, q->arg);
}

/* ---- hosts --------------------------------------------------------------------------------- */

static struct rdap_host *host_of(struct rdap *r, const struct url *u)
{
	char key[HOST_MAX + 8];
	struct rdap_host *h;

	snprintf(key, sizeof key, "%s:%d", u->host, u->port);
	for (h = r->hosts; h; h = h->next) {
		if (!strcmp(h->key, key))
			return h;
	}
	h = mem_zalloc(sizeof *h);
	memcpy(h->key, key, sizeof key);
	h->next = r->hosts;
	r->hosts = h;
	return h;
}

/* Hosts that nobody asks and that have no wish are forgotten. */
static void host_settle(struct rdap *r, struct rdap_host *h)
{
	struct rdap_host **at = &r->hosts;

	if (h->running || h->first || h->closed_until_ms > now_boot_ms(r))
		return;
	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	free(h);
}

static void refuse_closed(struct rdap_question *q, int64_t left_ms)
{
	char left[DURATION_TEXT];

	duration_format(left, (left_ms + 999) / 1000 * 1000);
	verdict_set(&q->verdict, OUTCOME_UNKNOWN, "rdap_rate_limited",
		    "%.100s wants fewer questions: it is asked again in %s", q->host, left);
}

static void run_next(struct rdap *r, struct rdap_host *h);

static void note_wish(struct rdap *r, struct rdap_host *h, const struct rdap_fetch *f)
{
	int64_t ms;

	if (f->walk.status != HTTP_TOO_MANY)
		return;
	ms = http_retry_after_ms(rdap_fetch_header(f, RDAP_RETRY_AFTER),
				 clock_wall_ms(r->env->clock));
	h->closed_until_ms = now_boot_ms(r) + (ms ? ms : RETRY_DEFAULT_MS);
}

static void on_fetched(struct rdap_fetch *f, void *arg)
{
	struct rdap_question *q = arg;
	struct rdap *r = q->rdap;
	struct rdap_host *h = q->at;

	note_wish(r, h, f);
	if (f->walk.verdict.outcome == OUTCOME_NONE && f->walk.status == HTTP_TOO_MANY)
		refuse_closed(q, h->closed_until_ms - now_boot_ms(r));
	else
		q->verdict = f->walk.verdict;
	h->running = NULL;
	q->at = NULL;
	finish(q); /* it may be gone now */
	run_next(r, h);
}

static void start_fetch(struct rdap_question *q)
{
	struct rdap_fetch *f = mem_zalloc(sizeof *f);

	q->state = RDAP_ASKS;
	q->fetch = f;
	f->url = q->base;
	f->timeout_ms = q->timeout_ms;
	f->max_bytes = RDAP_ANSWER_MAX;
	f->done = on_fetched;
	f->arg = q;
	rdap_fetch_start(f, q->rdap->env);
}

static void run_next(struct rdap *r, struct rdap_host *h)
{
	while (!h->running && h->first) {
		struct rdap_question *q = h->first;
		int64_t left_ms = h->closed_until_ms - now_boot_ms(r);

		take_out(&h->first, q);
		if (left_ms > 0) {
			refuse_closed(q, left_ms);
			q->at = NULL;
			finish(q);
			continue;
		}
		h->running = q;
		start_fetch(q); /* comes back here when it ended at once */
		return;
	}
	host_settle(r, h);
}

/* base "https://rdap.example/v1/" */
static void ask_at(struct rdap_question *q, const char *base)
{
	size_t len = strlen(base);
	struct error e = {0};
	struct url u;

	q->base =
		mem_printf("%s%sdomain/%s", base, len && base[len - 1] == '/' ? "" : "/", q->name);
	if (url_parse(q->base, &u, &e)) {
		verdict_set(&q->verdict, OUTCOME_UNKNOWN, "local", "%.180s", e.text);
		finish(q);
		return;
	}
	snprintf(q->host, sizeof q->host, "%s", u.host);
	q->at = host_of(q->rdap, &u);
	q->state = RDAP_WAITS_FOR_TURN;
	append(&q->at->first, q);
	if (!q->at->running)
		run_next(q->rdap, q->at);
}

/* ---- the list ------------------------------------------------------------------------------ */

static void by_list(struct rdap_question *q)
{
	struct rdap_list *l = q->rdap->list;
	const struct rdap_bootstrap *b = rdap_list_table(l);
	const char *base = b ? rdap_bootstrap_find(b, q->name) : NULL;
	const char *dot = strrchr(q->name, '.');

	q->list_stale_ms = rdap_list_stale_ms(l);
	if (base) {
		ask_at(q, base);
		return;
	}
	if (!b)
		verdict_set(&q->verdict, OUTCOME_UNKNOWN, "rdap_bootstrap",
			    "the list of RDAP servers cannot be had: %.100s; set server to do "
			    "without",
			    rdap_list_fault(l));
	else
		verdict_set(&q->verdict, OUTCOME_UNKNOWN, "no_rdap",
			    "the registry of .%.60s is in no list of RDAP servers; if it has one, "
			    "set server to its address",
			    dot ? dot + 1 : q->name);
	finish(q);
}

static void on_list(void *arg)
{
	struct rdap *r = arg;

	while (r->listless) {
		struct rdap_question *q = r->listless;

		take_out(&r->listless, q);
		by_list(q);
	}
}

/* ---- life ---------------------------------------------------------------------------------- */

void rdap_ask(struct rdap *r, struct rdap_question *q)
{
	q->rdap = r;
	if (q->server) {
		ask_at(q, q->server);
	} else if (rdap_list_ready(r->list)) {
		by_list(q);
	} else {
		q->state = RDAP_WAITS_FOR_LIST;
		append(&r->listless, q);
	}
}

void rdap_cancel(struct rdap_question *q)
{
	struct rdap_host *h = q->at;

	switch (q->state) {
	case RDAP_IDLE: return;
	case RDAP_ASKS: rdap_fetch_cancel(q->fetch); return; /* ends by on_fetched */
	case RDAP_WAITS_FOR_LIST: take_out(&q->rdap->listless, q); break;
	case RDAP_WAITS_FOR_TURN: take_out(&h->first, q); break;
	}
	q->at = NULL;
	verdict_set(&q->verdict, OUTCOME_UNKNOWN, "cancelled", "cancelled");
	finish(q);
}

void rdap_question_fini(struct rdap_question *q)
{
	if (q->fetch)
		rdap_fetch_fini(q->fetch);
	free(q->fetch);
	free(q->base);
	q->fetch = NULL;
	q->base = NULL;
}

struct rdap *rdap_new(const struct check_env *env)
{
	struct rdap *r = mem_zalloc(sizeof *r);

	r->env = env;
	r->list = rdap_list_new(env, on_list, r);
	return r;
}

void rdap_stop(struct rdap *r)
{
	rdap_list_stop(r->list);
}

void rdap_free(struct rdap *r)
{
	struct rdap_host *next;

	if (!r)
		return;
	for (struct rdap_host *h = r->hosts; h; h = next) {
		next = h->next;
		free(h);
	}
	rdap_list_free(r->list);
	free(r);
}
