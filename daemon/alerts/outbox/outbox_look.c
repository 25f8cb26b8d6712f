/* The outbox as it stands: for the overview, lists, Prometheus and the doctor. From memory. */
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/outbox/outbox_internal.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

enum { DEAD_SHOWN_DAYS = 7 };

static bool is_failing(const struct lane *l)
{
	return l->told_failing && !l->paused;
}

/* With the lock held: when the oldest was made that is not held back, 0: there is none. */
static int64_t oldest_ms(const struct lane *l, int64_t now_ms)
{
	for (size_t i = l->first; i < l->n; i++) {
		if (!entry_is_held(&l->entries[i], now_ms))
			return l->entries[i].created_ms;
	}
	return 0;
}

void outbox_state(struct outbox *o, struct outbox_state *s)
{
	int64_t now_ms = outbox_boot_ms(o);
	int64_t week_ms = outbox_wall_ms(o) - (int64_t)DEAD_SHOWN_DAYS * DAY_MS;

	*s = (struct outbox_state){0};
	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < o->n_lanes; i++) {
		const struct lane *l = o->lanes[i];
		int64_t oldest = l->paused ? 0 : oldest_ms(l, now_ms);

		s->pending += lane_pending(l);
		if (oldest && (!s->oldest_ms || oldest < s->oldest_ms))
			s->oldest_ms = oldest;
		if (!is_failing(l))
			continue;
		if (!s->n_failing++ || l->failing_since_ms < s->failing_since_ms) {
			s->failing_since_ms = l->failing_since_ms;
			snprintf(s->failing, sizeof s->failing, "%s", l->name);
			snprintf(s->why, sizeof s->why, "%s", l->why);
		}
	}
	for (size_t i = 0; i < o->n_dead; i++)
		s->dead += o->dead[i].at_ms >= week_ms;
	s->sent_ms = o->sent_ms;
	memcpy(s->sent_by, o->sent_by, sizeof s->sent_by);
	pthread_mutex_unlock(&o->lock);
}

/* ---- one notifier --------------------------------------------------------------------------- */

static bool is_paused(const struct resource *r)
{
	json_t *spec = resource_spec(r);
	bool paused = spec_bool(r->kind, spec, "paused");

	json_decref(spec);
	return paused;
}

static const char *state_of(const struct lane *l, bool paused, int64_t now_ms)
{
	if (paused)
		return l && l->gone ? "disabled" : "paused";
	if (!l || (!l->sent_ms && !lane_pending(l) && !l->failing_since_ms))
		return "unused";
	if (l->told_failing)
		return "failing";
	return lane_pending(l) && !oldest_ms(l, now_ms) ? "quiet" : "ok";
}

void outbox_write_live(struct outbox *o, struct json_writer *w, const struct resource *notifier)
{
	bool paused = is_paused(notifier);
	struct lane *l;

	pthread_mutex_lock(&o->lock);
	l = lane_find(o, notifier->id);
	jw_kv_str(w, "state", state_of(l, paused, outbox_boot_ms(o)));
	jw_kv_int(w, "pending", l ? (int64_t)lane_pending(l) : 0);
	jw_kv_time(w, "last_sent_at", l ? l->sent_ms : 0);
	jw_kv_str(w, "last_error", l && l->why[0] ? l->why : NULL);
	jw_kv_time(w, "failing_since", l ? l->failing_since_ms : 0);
	pthread_mutex_unlock(&o->lock);
}

const char *outbox_notifier_state(struct outbox *o, const struct resource *notifier)
{
	bool paused = is_paused(notifier);
	const char *state;

	pthread_mutex_lock(&o->lock);
	state = state_of(lane_find(o, notifier->id), paused, outbox_boot_ms(o));
	pthread_mutex_unlock(&o->lock);
	return state;
}

/* ---- Prometheus ------------------------------------------------------------------------------ */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_latency(struct buf *out, const struct lane *l)
{
	static const char *const upto[LATENCY_BUCKETS] = {
		"0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30"};
	static const char name[] = "sellersmart_delivery_seconds";
	uint64_t n = 0;

	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		n += l->latency[i];
		buf_printf(out, "%s_bucket{notifier=\"%s\",le=\"%s\"} %llu\n", name, l->name,
			   upto[i], (unsigned long long)n);
	}
	n += l->latency[LATENCY_BUCKETS];
	buf_printf(out,
		   "%s_bucket{notifier=\"%s\",le=\"+Inf\"} %llu\n"
		   "%s_sum{notifier=\"%s\"} %llu.%06llu\n"
		   "%s_count{notifier=\"%s\"} %llu\n",
		   name, l->name, (unsigned long long)n, name, l->name,
		   (unsigned long long)(l->latency_us / 1000000),
		   (unsigned long long)(l->latency_us % 1000000), name, l->name,
		   (unsigned long long)n);
}

void outbox_metrics(struct outbox *o, struct buf *out)
{
	static const char *const results[RESULT_COUNT] = {[RESULT_SENT] = "sent",
							  [RESULT_RETRY] = "failed",
							  [RESULT_REFUSED] = "refused",
							  [RESULT_GONE] = "gone"};
	int64_t now_ms, wall_ms = outbox_wall_ms(o), oldest = 0, age_ms;

	pthread_mutex_lock(&o->lock);
	now_ms = outbox_boot_ms(o);
	head(out, "sellersmart_outbox_pending", "gauge", "Messages that wait to be sent.");
	for (size_t i = 0; i < o->n_lanes; i++) {
		const struct lane *l = o->lanes[i];
		int64_t one = oldest_ms(l, now_ms);

		buf_printf(out, "sellersmart_outbox_pending{notifier=\"%s\"} %zu\n", l->name,
			   lane_pending(l));
		if (one && (!oldest || one < oldest))
			oldest = one;
	}
	age_ms = oldest && wall_ms > oldest ? wall_ms - oldest : 0;
	head(out, "sellersmart_outbox_oldest_seconds", "gauge",
	     "Age of the oldest message that waits and was due.");
	buf_printf(out, "sellersmart_outbox_oldest_seconds %lld.%03lld\n",
		   (long long)(age_ms / 1000), (long long)(age_ms % 1000));
	head(out, "sellersmart_outbox_dead", "gauge",
	     "Messages that were given up and not seen to.");
	buf_printf(out, "sellersmart_outbox_dead %zu\n", o->n_dead);
	head(out, "sellersmart_deliveries_total", "counter", "Attempts by their result.");
	for (size_t i = 0; i < o->n_lanes; i++) {
		for (size_t k = 0; k < RESULT_COUNT; k++)
			buf_printf(out,
				   "sellersmart_deliveries_total{notifier=\"%s\",result=\"%s\"} "
				   "%llu\n",
				   o->lanes[i]->name, results[k],
				   (unsigned long long)o->lanes[i]->results[k]);
	}
	head(out, "sellersmart_delivery_seconds", "histogram", "How long one attempt took.");
	for (size_t i = 0; i < o->n_lanes; i++)
		write_latency(out, o->lanes[i]);
	head(out, "sellersmart_notifier_failing", "gauge", "1 while a notifier gets nothing out.");
	for (size_t i = 0; i < o->n_lanes; i++)
		buf_printf(out, "sellersmart_notifier_failing{notifier=\"%s\"} %d\n",
			   o->lanes[i]->name, is_failing(o->lanes[i]));
	pthread_mutex_unlock(&o->lock);
}

/* ---- the doctor ------------------------------------------------------------------------------ */

void outbox_doctor(struct outbox *o,
		   void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		   void *arg)
{
	struct doctor_finding f = {0};
	char since[TIME_TEXT], sent[TIME_TEXT];
	struct outbox_state s;

	outbox_state(o, &s);
	time_rfc3339(since, s.failing_since_ms);
	time_rfc3339(sent, s.sent_ms);
	if (s.n_failing)
		doctor_say(&f, DOCTOR_FAIL, "mend it, then: sellersmart notifier test NAME",
			   "%s gets nothing out since %s: %.100s (%zu wait)", s.failing, since,
			   s.why, s.pending);
	else if (s.dead)
		doctor_say(&f, DOCTOR_WARN,
			   "sellersmart delivery list --filter state=dead, then redeliver",
			   "%zu message%s of the last 7 days %s given up", s.dead,
			   s.dead == 1 ? "" : "s", s.dead == 1 ? "was" : "were");
	else if (s.sent_ms)
		doctor_say(&f, DOCTOR_OK, NULL, "messages get out; the last one %s by %s", sent,
			   s.sent_by);
	else
		doctor_say(&f, DOCTOR_OK, NULL, "no message had to be sent yet");
	say(arg, "delivery", &f);
}
