/* What needs a person. From memory; any thread. */
#include <stdio.h>
#include <string.h>

#include "daemon/services/sitemonitor/reports/budgets.h"
#include "daemon/services/sitemonitor/depends.h"
#include "daemon/services/sitemonitor/ends.h"
#include "daemon/services/sitemonitor/sitemonitor.h"

enum { DAY_MS = 86400000 };

/* ---- lines
 * --------------------------------------------------------------------------------------- */

struct lines {
	struct sitemonitor *sm;
	struct attention *out;
	size_t n, max, total;
	size_t cut_off; /* monitors that are unknown for the sake of our own connection */
	int64_t now_ms;
};

static bool before(const struct attention *a, const struct attention *b)
{
	if (a->level != b->level)
		return a->level < b->level;
	return a->since_ms < b->since_ms; /* the oldest trouble first */
}

/* Kept sorted; only the worst `max` of them are. */
static void add_line(struct lines *l, const struct attention *line)
{
	size_t i = l->n;
	l->total++;
	while (i > 0 && before(line, &l->out[i - 1]))
		i--;
	if (i >= l->max)
		return;
	size_t last = l->n < l->max ? l->n++ : l->max - 1;
	memmove(&l->out[i + 1], &l->out[i], (last - i) * sizeof(*l->out));
	l->out[i] = *line;
}

static bool state_line(const struct shown *s, struct attention *a)
{
	const char *word = NULL;
	switch (s->state) {
	case STATE_DOWN:
		a->level = ATTENTION_CRITICAL;
		word = s->is_heartbeat && heartbeat_reason_is_late(s->reason) ? "LATE" : "DOWN";
		break;
	case STATE_PENDING:
		a->level = ATTENTION_WARNING;
		word = "PENDING";
		break;
	case STATE_FLAPPING: /* as the alert of it: it was down just now, and may be again */
		a->level = ATTENTION_CRITICAL;
		word = "FLAPS";
		break;
	case STATE_UNKNOWN:
		a->level = ATTENTION_WARNING;
		word = "UNKNOWN";
		break;
	case STATE_DEGRADED:
		a->level = ATTENTION_WARNING;
		word = s->is_domain                                    ? "DOMAIN"
		       : s->type && !strcmp(s->type, "command")        ? "WARNING"
		       : s->reason && strstr(s->reason, "certificate") ? "CERT"
								       : "SLOW";
		break;
	case STATE_NEW:
	case STATE_UP:
	case STATE_MAINTENANCE:
	case STATE_PAUSED:
	case STATE_COUNT: return false;
	}
	snprintf(a->word, sizeof(a->word), "%s", word);
	return true;
}

static void state_text(const struct shown *s, struct attention *a)
{
	const char *reason = s->reason ? s->reason : "no answer yet";
	if (s->is_heartbeat || s->state == STATE_DEGRADED || s->state == STATE_UNKNOWN ||
	    s->state == STATE_FLAPPING)
		snprintf(a->text, sizeof(a->text), "%.158s", reason);
	else if (s->fails > s->rules.failures)
		snprintf(a->text, sizeof(a->text), "%.120s, %u checks in a row", reason, s->fails);
	else
		snprintf(a->text, sizeof(a->text), "%.120s, %u of %u checks", reason, s->fails,
			 s->rules.failures);
}

static void behind_text(const struct monitor *m, struct attention *a)
{
	size_t n = strlen(a->text);
	if (m->kin && m->kin->behind && n < sizeof(a->text))
		snprintf(a->text + n, sizeof(a->text) - n, "; +%zu behind it", m->kin->behind);
}

/* A certificate, or the registration of a domain: in the stages in which it is told (ends.h). */
static void end_line(struct lines *l, const struct monitor *m, struct attention *a)
{
	const char *what = m->shown.is_domain ? "registration" : "certificate";
	int64_t ends = m->shown.ends_ms;
	int64_t left = ends - l->now_ms, days = left / DAY_MS;
	bool critical;
	if (m->shown.state == STATE_PAUSED || !end_stage(&m->shown, l->now_ms, &critical))
		return;
	a->level = critical ? ATTENTION_CRITICAL : ATTENTION_WARNING;
	a->since_ms = end_since_ms(&m->shown);
	snprintf(a->word, sizeof(a->word), m->shown.is_domain ? "DOMAIN" : "CERT");
	if (left <= 0)
		snprintf(a->text, sizeof(a->text), "its %s has ended", what);
	else
		snprintf(a->text, sizeof(a->text), "its %s ends in %lld day%s", what,
			 (long long)days, days == 1 ? "" : "s");
	add_line(l, a);
}

/* What cannot be judged because we are cut off is one line, not one each. */
static bool own_link(struct lines *l, const struct shown *s)
{
	if (s->state != STATE_UNKNOWN || !s->own_link)
		return false;
	l->cut_off++;
	return true;
}

static void network_line(struct lines *l)
{
	const struct uplink *u = &l->sm->uplink;
	struct attention a = {.level = ATTENTION_CRITICAL,
			      .word = "NETWORK",
			      .name = "this machine",
			      .kind = "network",
			      .since_ms = u->since.wall_ms};
	if (!u->lost)
		return;
	snprintf(a.text, sizeof(a.text), "%.110s", u->text);
	if (l->cut_off) {
		size_t n = strlen(a.text);
		snprintf(a.text + n, sizeof(a.text) - n, "; %zu monitor%s unknown", l->cut_off,
			 l->cut_off == 1 ? "" : "s");
	}
	add_line(l, &a);
}

static bool says_end(const struct shown *s, const char *text)
{
	return s->is_domain ? s->state == STATE_DOWN || s->state == STATE_DEGRADED
			    : strstr(text, "certificate") != NULL;
}

static void look(struct monitor *m, void *arg)
{
	struct lines *l = arg;
	const struct shown *s = &m->shown;
	struct attention a = {.kind = "monitor", .id = m->id, .seq = s->seq};
	bool check = !s->is_heartbeat, critical;
	snprintf(a.name, sizeof(a.name), "%s", m->res->name);
	snprintf(a.remedy, sizeof(a.remedy), "%s", check ? "check" : "open");
	a.key = check ? 'c' : 'o';
	a.since_ms = shown_since_ms(l->sm, s);
	struct attention certificate = a, budget = a;
	bool line = state_line(s, &a) && !own_link(l, s) && !depends_cover(m);
	if (line) {
		state_text(s, &a);
		behind_text(m, &a);
		if (says_end(s, a.text) && end_stage(s, l->now_ms, &critical) && critical)
			a.level = ATTENTION_CRITICAL;
		add_line(l, &a);
	}
	/* A monitor of that very thing has said it already. */
	if (!line || !says_end(s, a.text))
		end_line(l, m, &certificate);
	if (budget_line(s, &budget))
		add_line(l, &budget);
}

/* News, not trouble: what is watched became another. */
static void changed_line(const struct watched *w, void *arg)
{
	struct lines *l = arg;
	const struct monitor *m = table_find(&l->sm->table, w->monitor);
	struct attention a = {.level = ATTENTION_NOTICE,
			      .word = "CHANGED",
			      .kind = "monitor",
			      .id = w->monitor,
			      .seq = w->seq,
			      .since_ms = w->changed_ms,
			      .key = 'o',
			      .remedy = "open"};
	if (!m || m->shown.state == STATE_PAUSED)
		return;
	snprintf(a.name, sizeof(a.name), "%s", m->res->name);
	snprintf(a.text, sizeof(a.text), "%s", w->summary);
	add_line(l, &a);
}

size_t attention_lines(void *state, struct attention *out, size_t max, size_t *total)
{
	struct sitemonitor *sm = state;
	struct lines l = {.sm = sm, .out = out, .max = max, .now_ms = clock_wall_ms(sm->d->clock)};
	table_lock(&sm->table);
	table_each(&sm->table, look, &l);
	network_line(&l);
	versions_recent(sm, l.now_ms, changed_line, &l);
	table_unlock(&sm->table);
	*total = l.total;
	return l.n;
}
