/* The ping check: echo requests, and how many of them come back how fast. All of one run's packets
 * carry a token of that run; of a name with addresses in both families the other one is tried when
 * the first does not answer at all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/spec.h"
#include "daemon/checks/common/verdict.h"
#include "daemon/net/address.h"
#include "daemon/net/echo.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/timefmt.h"

enum {
	PACKETS_MAX = 20,
	WALKS_MAX = 2,
	ROUND_MAX = 256,         /* messages read before others have their turn */
	LINGER_MIN_US = 1000000, /* for the last ones, once somebody answered */
	LINGER_FACTOR = 3,       /* times the slowest answer so far */
	TIMES_TEXT = 128,
};

struct ping_config {
	char *host;
	bool both_families;
	enum ip_family family;
	int count, loss_degraded, loss_down;
	size_t size;
	int64_t gap_ms, timeout_ms, slow_ms;
};

struct ping_run;

/* One family's way there. */
struct ping_walk {
	struct ping_run *p;
	enum ip_family family;
	struct resolve_query *query;
	struct sockaddr_storage to[2];
	int n_to, at; /* at: how many of them were begun */
	struct echo echo;
	uv_poll_t *poll;   /* NULL: not open */
	uv_timer_t *timer; /* the next packet, or the end */
	bool ended, ipv6_skipped;
	int64_t until_us, last_sent_us, sent_us[PACKETS_MAX],
		rtt_us[PACKETS_MAX];      /* rtt -1: none */
	int sent, heard, reports, report; /* report: the last one's errno */
	char address[ADDRESS_TEXT];
	int64_t average_us;
	struct verdict verdict;
};

struct ping_run {
	struct check_run *run;
	int n, running;
	int64_t began_us;
	struct ping_walk walks[WALKS_MAX];
};

/* ---- configuration ------------------------------------------------------------------------- */

static void ping_config_free(void *config)
{
	struct ping_config *c = config;

	if (!c)
		return;
	free(c->host);
	free(c);
}

static enum err ping_prepare(const json_t *spec, const struct check_env *env, void **config,
			     struct error *e)
{
	enum spec_families families = spec_families(spec);
	const char *target = spec_text(monitor_kind(), spec, "target");
	struct ping_config *c;
	char host[HOST_MAX];
	enum err err;

	if (!target)
		return error_field(e, ERR_INVALID, "target", "target: missing");
	snprintf(host, sizeof host, "%s", target);
	err = idn_to_ascii(host, e);
	if (err)
		return err;
	c = mem_zalloc(sizeof *c);
	c->host = mem_strdup(host);
	c->both_families = families == FAMILIES_BOTH;
	c->family = families == FAMILIES_4 ? IP_4 : families == FAMILIES_6 ? IP_6 : IP_AUTO;
	c->count = (int)spec_int_of(spec, "count");
	c->loss_degraded = (int)spec_int_of(spec, "loss_degraded");
	c->loss_down = (int)spec_int_of(spec, "loss_down");
	c->size = (size_t)spec_int_of(spec, "size");
	c->gap_ms = spec_ms_of(spec, "gap");
	c->timeout_ms = spec_ms_of(spec, "timeout");
	c->slow_ms = spec_ms_of(spec, "slow");
	*config = c;
	return ERR_NONE;
}

static const struct ping_config *config_of(const struct ping_walk *w)
{
	return w->p->run->config;
}

static const struct check_env *env_of(const struct ping_walk *w)
{
	return w->p->run->env;
}

static int64_t now_us(const struct ping_walk *w)
{
	return clock_boot_us(env_of(w)->clock);
}

static int64_t deadline_us(const struct ping_walk *w)
{
	return w->p->began_us + config_of(w)->timeout_ms * 1000;
}

/* ---- verdict ------------------------------------------------------------------------------- */

/* "0.05/0.06/0.09 ms (min/avg/max), jitter 0.01 ms"; jitter: mean difference of neighbours. */
static void measure(struct ping_walk *w, char out[static TIMES_TEXT])
{
	int64_t low = INT64_MAX, high = 0, sum = 0, swing = 0, before = -1;
	long long t[4];
	int steps = 0;

	for (int i = 0; i < w->sent; i++) {
		int64_t us = w->rtt_us[i];

		if (us < 0)
			continue;
		low = us < low ? us : low;
		high = us > high ? us : high;
		sum += us;
		if (before >= 0) {
			swing += us > before ? us - before : before - us;
			steps++;
		}
		before = us;
	}
	w->average_us = sum / w->heard;
	t[0] = low / 10;
	t[1] = w->average_us / 10;
	t[2] = high / 10;
	t[3] = steps ? swing / steps / 10 : 0;
	snprintf(out, TIMES_TEXT,
		 "%lld.%02lld/%lld.%02lld/%lld.%02lld ms (min/avg/max), jitter %lld.%02lld ms",
		 t[0] / 100, t[0] % 100, t[1] / 100, t[1] % 100, t[2] / 100, t[2] % 100, t[3] / 100,
		 t[3] % 100);
}

static void judge_nothing(struct ping_walk *w)
{
	char after[DURATION_TEXT];

	if (w->report) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "unreachable", "%s cannot be reached: %s",
			    w->address, strerror(w->report));
		return;
	}
	duration_format(after, config_of(w)->timeout_ms);
	verdict_set(&w->verdict, OUTCOME_DOWN, "timeout", "no answer to %d packet%s within %s",
		    w->sent, w->sent == 1 ? "" : "s", after);
}

static void judge(struct ping_walk *w)
{
	const struct ping_config *c = config_of(w);
	int lost = w->sent - w->heard, percent = lost * 100 / (w->sent ? w->sent : 1);
	char times[TIMES_TEXT];

	if (!w->heard) {
		judge_nothing(w);
		return;
	}
	measure(w, times);
	if (percent >= c->loss_degraded)
		verdict_set(&w->verdict, percent >= c->loss_down ? OUTCOME_DOWN : OUTCOME_DEGRADED,
			    "loss", "%d of %d packets lost (%d %%), %s", lost, w->sent, percent,
			    times);
	else if (c->slow_ms && w->average_us > c->slow_ms * 1000)
		verdict_set(&w->verdict, OUTCOME_DEGRADED, "slow",
			    "slower than %lld ms on average: %s", (long long)c->slow_ms, times);
	else
		verdict_set(&w->verdict, OUTCOME_UP, "", "%d of %d answered, %s", w->heard, w->sent,
			    times);
	if (w->ipv6_skipped)
		verdict_note(&w->verdict, "IPv6 did not answer, IPv4 did");
}

/* ---- the end ------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	free(handle);
}

static void hang_up(struct ping_walk *w)
{
	if (w->poll) /* before the descriptor goes: libuv aborts on a closed one */
		uv_close((uv_handle_t *)w->poll, on_closed);
	w->poll = NULL;
	echo_close(&w->echo);
}

static char *evidence_of(const struct ping_walk *w)
{
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer jw;

	jw_init(&jw, &out);
	jw_object(&jw);
	if (w->address[0])
		jw_kv_str(&jw, "address", w->address);
	if (w->ipv6_skipped)
		jw_kv_str(&jw, "ipv6", "no answer");
	jw_object_end(&jw);
	return buf_take(&out);
}

static void fill_result(struct ping_run *p, struct check_result *r)
{
	struct verdict v = p->walks[0].verdict;
	const struct ping_walk *w = &p->walks[0];

	if (p->n > 1)
		w = &p->walks[verdict_of_both(&v, &w->verdict, &p->walks[1].verdict)];
	r->outcome = v.outcome;
	memcpy(r->cause, v.cause, sizeof r->cause);
	memcpy(r->message, v.message, sizeof r->message);
	memcpy(r->address, w->address, sizeof r->address);
	r->total_us = w->heard ? w->average_us : -1;
	r->evidence = evidence_of(w);
}

static void conclude(struct ping_run *p, bool cancelled)
{
	struct check_run *run = p->run;

	for (int i = 0; i < p->n; i++) {
		struct ping_walk *w = &p->walks[i];

		w->ended = true;
		if (w->query)
			resolver_cancel(w->query);
		hang_up(w);
		uv_close((uv_handle_t *)w->timer, on_closed);
	}
	if (cancelled) {
		struct verdict v;

		verdict_set(&v, OUTCOME_UNKNOWN, "cancelled", "cancelled");
		run->result.outcome = v.outcome;
		memcpy(run->result.cause, v.cause, sizeof v.cause);
		memcpy(run->result.message, v.message, sizeof v.message);
	} else {
		fill_result(p, &run->result);
	}
	run->state = NULL;
	free(p);
	run->done(run, run->arg);
}

static void on_finished(uv_timer_t *timer)
{
	struct ping_walk *w = timer->data;

	if (--w->p->running == 0)
		conclude(w->p, false);
}

/* Told from the loop, for it may end within start. */
static void finish(struct ping_walk *w)
{
	w->ended = true;
	hang_up(w);
	uv_timer_start(w->timer, on_finished, 0, 0);
}

/* ---- packets ------------------------------------------------------------------------------- */

static void begin_next(struct ping_walk *w);

static void end_attempt(struct ping_walk *w)
{
	hang_up(w);
	/* It came after one that was silent. */
	w->ipv6_skipped = w->heard && w->at == 2 && w->to[0].ss_family == AF_INET6;
	judge(w);
	if (!w->heard && now_us(w) < deadline_us(w))
		begin_next(w);
	else
		finish(w);
}

/* Of what was sent nothing more will come. */
static bool all_told(const struct ping_walk *w)
{
	return w->sent == config_of(w)->count && w->heard + w->reports >= w->sent;
}

static int64_t end_us(const struct ping_walk *w)
{
	int64_t linger_us = LINGER_MIN_US, end;

	if (!w->heard || w->sent < config_of(w)->count)
		return w->until_us;
	for (int i = 0; i < w->sent; i++) {
		if (w->rtt_us[i] * LINGER_FACTOR > linger_us)
			linger_us = w->rtt_us[i] * LINGER_FACTOR;
	}
	end = w->last_sent_us + linger_us;
	return end < w->until_us ? end : w->until_us;
}

/* False: this machine cannot send, and the walk has ended. */
static bool send_one(struct ping_walk *w)
{
	int seq = w->sent++, error;

	w->rtt_us[seq] = -1;
	w->sent_us[seq] = w->last_sent_us = now_us(w);
	error = echo_send(&w->echo, (unsigned)seq, config_of(w)->size);
	if (error && error == w->report) /* it was left from an earlier packet */
		error = echo_send(&w->echo, (unsigned)seq, config_of(w)->size);
	if (!error)
		return true;
	if (!address_error_is_local(error, w->echo.family)) {
		w->report = error;
		w->reports++;
		return true;
	}
	verdict_set(&w->verdict, OUTCOME_UNKNOWN, "local", "this machine cannot ping %s: %s",
		    w->address, strerror(error));
	finish(w);
	return false;
}

static void go_on(struct ping_walk *w);

static void on_timer(uv_timer_t *timer)
{
	go_on(timer->data);
}

static void go_on(struct ping_walk *w)
{
	const struct ping_config *c = config_of(w);
	int64_t now = now_us(w), next_us;

	if (w->sent < c->count && (!w->sent || now >= w->last_sent_us + c->gap_ms * 1000) &&
	    !send_one(w))
		return;
	if (all_told(w) || now >= end_us(w)) {
		end_attempt(w);
		return;
	}
	next_us = end_us(w);
	if (w->sent < c->count && w->last_sent_us + c->gap_ms * 1000 < next_us)
		next_us = w->last_sent_us + c->gap_ms * 1000;
	uv_timer_start(w->timer, on_timer, (uint64_t)(next_us - now + 999) / 1000, 0);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct ping_walk *w = poll->data;
	enum echo_heard heard = ECHO_FOREIGN;
	unsigned seq;
	int error;

	for (int i = 0; i < ROUND_MAX && heard != ECHO_NOTHING; i++) {
		heard = echo_receive(&w->echo, &seq, &error);
		if (heard == ECHO_REPLY && seq < (unsigned)w->sent && w->rtt_us[seq] < 0) {
			w->rtt_us[seq] = now_us(w) - w->sent_us[seq];
			w->heard++;
		} else if (heard == ECHO_REPORTED) {
			w->report = error;
			w->reports++;
		}
	}
	if (status < 0) /* libuv stops at a socket's error; it was just read */
		uv_poll_start(w->poll, UV_READABLE, on_ready);
	go_on(w);
}

/* What an address that could not even be tried says, unless another one was. */
static void note_failure(struct ping_walk *w, const char *address, bool local,
			 const struct error *e)
{
	if (w->verdict.outcome == OUTCOME_DOWN)
		return;
	snprintf(w->address, sizeof w->address, "%s", address);
	if (e->code == ERR_DENIED)
		verdict_set(&w->verdict, OUTCOME_UNKNOWN, "local", "%s: %s", e->text, e->hint);
	else if (local)
		verdict_set(&w->verdict, OUTCOME_UNKNOWN, "local",
			    "this machine cannot ping %s: %s", address, e->text);
	else
		verdict_set(&w->verdict, OUTCOME_DOWN, "unreachable", "%s cannot be reached: %s",
			    address, e->text);
}

static bool begin(struct ping_walk *w, const struct sockaddr_storage *to)
{
	char address[ADDRESS_TEXT];
	struct error e = {0};
	bool local = false;

	address_text(to, address);
	if (echo_open(&w->echo, to, &local, &e)) {
		note_failure(w, address, local, &e);
		return false;
	}
	w->poll = mem_zalloc(sizeof *w->poll);
	if (uv_poll_init_socket(loop_uv(env_of(w)->loop), w->poll, w->echo.fd)) {
		free(w->poll);
		w->poll = NULL;
		echo_close(&w->echo);
		error_set(&e, ERR_UNAVAILABLE, "the socket cannot be watched");
		note_failure(w, address, true, &e);
		return false;
	}
	w->poll->data = w;
	uv_poll_start(w->poll, UV_READABLE, on_ready);
	memcpy(w->address, address, sizeof w->address);
	w->sent = w->heard = w->reports = w->report = 0;
	w->until_us = deadline_us(w);
	if (w->at < w->n_to) /* half of the time is for the first when there is another */
		w->until_us -= (w->until_us - now_us(w)) / 2;
	return true;
}

static void begin_next(struct ping_walk *w)
{
	while (w->at < w->n_to) {
		const struct sockaddr_storage *to = &w->to[w->at++];

		if (begin(w, to)) {
			go_on(w);
			return;
		}
	}
	finish(w);
}

/* ---- the way there ------------------------------------------------------------------------- */

static void use_addresses(struct ping_walk *w, const struct resolved *r)
{
	if (r->status != RESOLVE_OK) {
		verdict_of_name(&w->verdict, config_of(w)->host, r);
		finish(w);
		return;
	}
	w->to[w->n_to++] = r->addr[0];
	for (int i = 1; i < r->n && w->n_to < 2; i++) {
		if (r->addr[i].ss_family != r->addr[0].ss_family)
			w->to[w->n_to++] = r->addr[i];
	}
	begin_next(w);
}

static void on_resolved(const struct resolved *r, void *arg)
{
	struct ping_walk *w = arg;

	w->query = NULL;
	if (!w->ended)
		use_addresses(w, r);
}

static void walk_start(struct ping_walk *w, struct ping_run *p, enum ip_family family)
{
	struct resolver *resolver = p->run->env->resolver;
	bool use_cache = !p->run->fresh_session;
	struct resolved known;

	w->p = p;
	w->family = family;
	w->echo.fd = -1;
	w->timer = mem_zalloc(sizeof *w->timer);
	uv_timer_init(loop_uv(p->run->env->loop), w->timer);
	w->timer->data = w;
	if (resolver_known(resolver, config_of(w)->host, family, use_cache, &known))
		use_addresses(w, &known);
	else
		w->query = resolver_start_within(resolver, config_of(w)->host, family, use_cache,
						 config_of(w)->timeout_ms, on_resolved, w);
}

static void ping_start(struct check_run *run)
{
	static const enum ip_family both[WALKS_MAX] = {IP_4, IP_6};
	const struct ping_config *c = run->config;
	struct ping_run *p = mem_zalloc(sizeof *p);

	p->run = run;
	p->n = p->running = c->both_families ? 2 : 1;
	p->began_us = clock_boot_us(run->env->clock);
	run->state = p;
	for (int i = 0; i < p->n; i++)
		walk_start(&p->walks[i], p, c->both_families ? both[i] : c->family);
}

static void ping_cancel(struct check_run *run)
{
	conclude(run->state, true);
}

static const char *ping_host(const void *config)
{
	return ((const struct ping_config *)config)->host;
}

const struct check_type check_ping = {
	.name = "ping",
	.prepare = ping_prepare,
	.config_free = ping_config_free,
	.host = ping_host,
	.start = ping_start,
	.cancel = ping_cancel,
};
