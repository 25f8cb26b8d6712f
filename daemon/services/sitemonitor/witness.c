/* Is it the target that cannot be reached, or are we cut off? A few witnesses out in the network
 * are asked when a check fails, and only then: each by one TCP connection. When none of them
 * answers our own connection is lost: what fails then is unknown and counts for nothing, but for
 * targets on this machine and in its own network, which are judged as ever.
 *
 * Well-known hosts, which nobody chose, count only once one of them has answered: where they are
 * blocked their silence says nothing. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/api/live.h"
#include "daemon/jobs/schedule.h"
#include "daemon/net/dial.h"
#include "daemon/net/resolver.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "shared/url.h"

enum {
	WITNESSES_MAX = 8,
	ANSWER_MS = 2000,   /* for the name and the connection each */
	FRESH_MS = 5000,    /* an answer holds so long */
	AGAIN_MS = 5000,    /* while it is lost */
	SETTLED_MS = 60000, /* and so long for what was down or unknown before */
	SPREAD_MS = 10000,  /* of the checks after it is back */
};

/* Anycast resolvers of three different houses. */
static const char automatic[] = "1.1.1.1:443,8.8.8.8:443,9.9.9.9:443";

const char cause_own_link[] = "own_link";

struct witness {
	struct sitemonitor *sm;
	char host[HOST_MAX];
	uint16_t port;
	struct resolve_query *query;
	struct dial *dial;
};

/* ---- one witness ---------------------------------------------------------------------------- */

static void answered(struct witness *w, bool yes);

static void on_dialled(const struct dial_result *r, void *arg)
{
	struct witness *w = arg;
	w->dial = NULL;
	if (r->fd >= 0)
		close(r->fd);
	if (r->end != TRANSFER_CANCELLED)
		answered(w, r->end == TRANSFER_DONE);
}

static void dial(struct witness *w, const struct resolved *r)
{
	w->dial = dial_start(w->sm->d->net, r->addr, r->n, w->port, ANSWER_MS, on_dialled, w);
}

static void on_resolved(const struct resolved *r, void *arg)
{
	struct witness *w = arg;
	w->query = NULL;
	if (r->status == RESOLVE_OK && r->n)
		dial(w, r);
	else if (r->status != RESOLVE_CANCELLED)
		answered(w, false);
}

static void ask_one(struct witness *w)
{
	struct resolved known = {.n = 1};
	if (address_parse(w->host, &known.addr[0]))
		dial(w, &known);
	else
		w->query = resolver_start_within(w->sm->d->resolver, w->host, IP_AUTO, true,
						 ANSWER_MS, on_resolved, w);
}

static void cancel_one(struct witness *w)
{
	if (w->query)
		resolver_cancel(w->query);
	if (w->dial)
		dial_cancel(w->dial);
}

/* ---- lost and back -------------------------------------------------------------------------- */

static void show(struct sitemonitor *sm, bool lost, struct moment at)
{
	struct uplink *u = &sm->uplink;
	table_lock(&sm->table);
	u->lost = lost;
	u->since = at;
	snprintf(u->text, sizeof(u->text),
		 "our own connection is lost: none of %zu witness%s answered", u->n,
		 u->n == 1 ? "" : "es");
	table_unlock(&sm->table);
	live_list(sm->d->live, "monitor");
}

static void lose(struct sitemonitor *sm)
{
	show(sm, true, now_moment(sm));
	log_warn("sitemonitor", "%s", sm->uplink.text);
	notice_write(sm, "network.lost", SEVERITY_CRITICAL, sm->uplink.text, NULL);
}

/* What could not be judged is looked at soon, but not all at once. */
static void check_affected(struct sitemonitor *sm)
{
	size_t n = 0;
	struct monitor **all = members_all(sm, &n);
	int64_t now = now_boot(sm);
	for (size_t i = 0; i < n; i++) {
		struct monitor *m = all[i];
		if (!m->shown.own_link || m->beat || m->track.hold == STATE_PAUSED ||
		    engine_is_busy(m))
			continue;
		int64_t at = schedule_resume(m->id, m->interval_ms, -1, SPREAD_MS, now);
		if (!heap_has(&m->due.node) || m->due.node.key > at)
			due_set(sm, &m->due, at);
	}
	free(all);
}

static void come_back(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	char text[120], data[64], age[DURATION_TEXT];
	struct moment now = now_moment(sm);
	int64_t lasted = now.boot_ms - u->since.boot_ms;
	show(sm, false, now);
	u->back_ms = now.boot_ms;
	snprintf(text, sizeof(text), "our own connection is back after %s",
		 lasted < 1000 ? "less than 1s" : age_format(age, lasted));
	snprintf(data, sizeof(data), "{\"duration_ms\":%lld}", (long long)lasted);
	log_info("sitemonitor", "%s", text);
	notice_write(sm, "network.back", SEVERITY_INFO, text, data);
	check_affected(sm);
}

/* ---- whose fault is it? --------------------------------------------------------------------- */

static bool same_network(const struct sockaddr_storage *a, const struct ifaddrs *i)
{
	const uint8_t *x, *y, *mask;
	size_t n;
	if (!i->ifa_addr || !i->ifa_netmask || !(i->ifa_flags & IFF_RUNNING) ||
	    i->ifa_addr->sa_family != a->ss_family)
		return false;
	if (a->ss_family == AF_INET) {
		x = (const uint8_t *)&((const struct sockaddr_in *)a)->sin_addr;
		y = (const uint8_t *)&((const struct sockaddr_in *)i->ifa_addr)->sin_addr;
		mask = (const uint8_t *)&((const struct sockaddr_in *)i->ifa_netmask)->sin_addr;
		n = 4;
	} else {
		x = (const uint8_t *)&((const struct sockaddr_in6 *)a)->sin6_addr;
		y = (const uint8_t *)&((const struct sockaddr_in6 *)i->ifa_addr)->sin6_addr;
		mask = (const uint8_t *)&((const struct sockaddr_in6 *)i->ifa_netmask)->sin6_addr;
		n = 16;
	}
	for (size_t k = 0; k < n; k++)
		if ((x[k] ^ y[k]) & mask[k])
			return false;
	return true;
}

/* Nothing between us and it that the witnesses could speak for. */
static bool is_near(const char *address)
{
	struct sockaddr_storage a;
	struct ifaddrs *all = NULL;
	bool near = false;
	if (!address_parse(address, &a) || address_class(&a) == ADDRESS_PUBLIC)
		return false;
	if (address_class(&a) == ADDRESS_LOOPBACK)
		return true;
	if (getifaddrs(&all))
		return false;
	for (const struct ifaddrs *i = all; i && !near; i = i->ifa_next)
		near = same_network(&a, i);
	freeifaddrs(all);
	return near;
}

static bool concerns_us(const struct check_result *r)
{
	if (r->outcome == OUTCOME_UNKNOWN)
		return !strcmp(r->cause, "resolver") || !strcmp(r->cause, "local");
	return r->outcome == OUTCOME_DOWN && !is_near(r->address);
}

static void blame_ourselves(struct sitemonitor *sm, struct check_result *r)
{
	r->outcome = OUTCOME_UNKNOWN;
	snprintf(r->cause, sizeof(r->cause), "%s", cause_own_link);
	snprintf(r->message, sizeof(r->message), "%s", sm->uplink.text);
}

static void decide(struct sitemonitor *sm, struct monitor *m, struct check_result *r)
{
	const struct uplink *u = &sm->uplink;
	if (concerns_us(r) && (u->lost || (u->back_ms && u->back_ms >= m->run_boot_ms)))
		blame_ourselves(sm, r);
}

/* ---- a round -------------------------------------------------------------------------------- */

static void end_held(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	while (u->n_held) {
		struct check_run *run = u->held[--u->n_held];
		decide(sm, run->arg, &run->result);
		engine_run_ended(sm, run);
	}
}

static void end_round(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	u->asked_ms = now_boot(sm);
	if (u->answered)
		u->automatic = false; /* from now on their silence says something */
	if (u->lost && u->answered)
		come_back(sm);
	else if (!u->lost && !u->answered && !u->automatic)
		lose(sm);
	if (u->lost && sm->running)
		due_set(sm, &u->due, u->asked_ms + AGAIN_MS);
	end_held(sm);
}

/* The first answer is enough; the others are not waited for. */
static void answered(struct witness *w, bool yes)
{
	struct sitemonitor *sm = w->sm;
	struct uplink *u = &sm->uplink;
	u->waiting--;
	if (yes && !u->answered) {
		u->answered = true;
		for (size_t i = 0; i < u->n; i++)
			cancel_one(&u->all[i]);
		u->waiting = 0;
	}
	if (!u->waiting)
		end_round(sm);
}

static void begin_round(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	if (u->waiting || !u->n)
		return;
	u->answered = false;
	u->waiting = (unsigned)u->n;
	for (size_t i = 0; i < u->n; i++)
		ask_one(&u->all[i]);
}

static void fire_uplink(struct sitemonitor *sm, struct due *due)
{
	begin_round(sm);
}

/* ---- a run has ended ------------------------------------------------------------------------ */

/* Is the last answer good enough? What is down or unknown already can wait for a fresh one. */
static bool is_fresh(const struct sitemonitor *sm, const struct monitor *m, enum outcome o)
{
	const struct uplink *u = &sm->uplink;
	bool settled =
		o == OUTCOME_DOWN ? m->track.base == STATE_DOWN : m->shown.state == STATE_UNKNOWN;
	int64_t age_ms = now_boot(sm) - u->asked_ms;
	return u->asked_ms && !u->waiting && age_ms < (settled ? SETTLED_MS : FRESH_MS);
}

bool witness_holds(struct sitemonitor *sm, struct monitor *m, struct check_run *run)
{
	struct uplink *u = &sm->uplink;
	const struct check_result *r = &run->result;
	bool good = r->outcome == OUTCOME_UP || r->outcome == OUTCOME_DEGRADED;
	if (!u->n || !sm->running)
		return false;
	if (good && u->automatic && !u->asked_ms && !is_near(r->address))
		begin_round(sm); /* once: can they be reached from here at all? */
	if (good || !concerns_us(r))
		return false;
	if (u->lost || u->automatic || is_fresh(sm, m, r->outcome)) {
		decide(sm, m, &run->result);
		return false;
	}
	if (u->n_held == u->cap_held) {
		u->cap_held = u->cap_held ? 2 * u->cap_held : 16;
		u->held = mem_array(u->held, u->cap_held, sizeof(struct check_run *));
	}
	u->held[u->n_held++] = run;
	begin_round(sm);
	return true;
}

bool witness_lets_go(struct sitemonitor *sm, struct check_run *run)
{
	struct uplink *u = &sm->uplink;
	for (size_t i = 0; i < u->n_held; i++) {
		if (u->held[i] == run) {
			u->held[i] = u->held[--u->n_held];
			return true;
		}
	}
	return false;
}

/* ---- the doctor ----------------------------------------------------------------------------- */

struct asking {
	struct sitemonitor *sm;
	struct doctor_finding finding;
};

static void describe(void *arg)
{
	struct asking *a = arg;
	struct doctor_finding *f = &a->finding;
	const struct uplink *u = &a->sm->uplink;
	static const char remedy[] =
		"set witnesses in the configuration to hosts that can be reached from here";
	if (!u->n)
		doctor_say(f, DOCTOR_WARN, remedy,
			   "no witnesses: a loss of our own connection looks like the targets'");
	else if (u->lost)
		doctor_say(f, DOCTOR_FAIL,
			   "mend the network; see also witnesses in the configuration", "%s",
			   u->text);
	else if (!u->asked_ms)
		doctor_say(f, DOCTOR_OK, NULL, "%zu witness%s, not asked yet", u->n,
			   u->n == 1 ? "" : "es");
	else if (u->automatic)
		doctor_say(f, DOCTOR_WARN, remedy,
			   "none of the %zu usual witnesses ever answered: they are not believed",
			   u->n);
	else
		doctor_say(f, DOCTOR_OK, NULL, "%zu witness%s, one answered when last asked", u->n,
			   u->n == 1 ? "" : "es");
}

void witness_doctor(void *state,
		    void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		    void *arg)
{
	struct asking a = {.sm = state};
	loop_call(a.sm->d->net, describe, &a);
	say(arg, "witnesses", &a.finding);
}

/* ---- configuration -------------------------------------------------------------------------- */

static void forget(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	for (size_t i = 0; i < u->n; i++)
		cancel_one(&u->all[i]);
	free(u->all);
	u->all = NULL;
	u->n = u->waiting = 0;
}

void witness_load(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	struct notice_last last;
	struct moment now = now_moment(sm);
	if (!notice_last(sm, "network.lost", "network.back", &last) ||
	    strcmp(last.topic, "network.lost") != 0)
		return;
	int64_t age = now.wall_ms > last.at_ms ? now.wall_ms - last.at_ms : 0;
	u->lost = true;
	u->since = (struct moment){.wall_ms = last.at_ms, .boot_ms = now.boot_ms - age};
	snprintf(u->text, sizeof(u->text), "our own connection is lost: no witness answered");
}

void witness_configure(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	const char *list = sm->d->config->witnesses;
	char one[HOST_MAX + 16];
	forget(sm);
	u->due.fire = fire_uplink;
	u->automatic = !strcmp(list, "auto");
	u->asked_ms = 0;
	if (!strcmp(list, "none"))
		list = "";
	if (u->automatic)
		list = automatic;
	u->all = *list ? mem_zalloc(WITNESSES_MAX * sizeof(*u->all)) : NULL;
	for (; *list && u->n < WITNESSES_MAX; list += strspn(list, ", ")) {
		struct witness *w = &u->all[u->n];
		size_t len = strcspn(list, ", ");
		snprintf(one, sizeof(one), "%.*s", (int)len, list);
		list += len;
		w->sm = sm;
		if (len && !host_port_parse(one, 443, w->host, &w->port, NULL))
			u->n++;
	}
	if (u->lost && !u->n) {
		due_clear(sm, &u->due);
		come_back(sm);
	}
	end_held(sm);
	if (u->lost)
		begin_round(sm);
}

void witness_fini(struct sitemonitor *sm)
{
	struct uplink *u = &sm->uplink;
	due_clear(sm, &u->due);
	forget(sm);
	end_held(sm);
	free(u->held);
	u->held = NULL;
	u->cap_held = 0;
}
