/* What the api asks of alerts, as of any service. */
#include "daemon/alerts/hooks.h"

#include "daemon/alerts/internal.h"
#include "shared/mem.h"

extern const struct resource_kind resource_notifier, resource_silence, resource_rule;

const struct route_group *const alerts_route_sets[] = {
	&alert_routes, &brief_routes, &delivery_routes, &silence_routes, &rule_routes, NULL,
};

static const struct resource_live live[] = {
	{.kind = &resource_silence,
	 .write = silence_write,
	 .rank = silence_rank,
	 .filter = silence_filter},
	{.kind = &resource_notifier, .write = notifier_write, .filter = notifier_filter},
	{.kind = &resource_rule, .write = rule_write},
	{0},
};

void alerts_routes(struct daemon *d, struct alerts *a)
{
	for (size_t i = 0; alerts_route_sets[i]; i++)
		http_routes(d->http, alerts_route_sets[i]->routes, alerts_route_sets[i]->n, a);
	a->tests = notifier_tests_new(d, a->outbox);
}

static void metrics(struct buf *out, void *state)
{
	static const char *const severities[] = {"info", "warning", "critical"};
	struct alerts *a = state;
	struct {
		size_t open, acknowledged, silenced;
	} n[3] = {0};
	pthread_mutex_lock(&a->lock);
	for (const struct alert *x = a->book.first; x; x = x->next) {
		size_t s = x->severity >= 0 && x->severity < 3 ? (size_t)x->severity : 0;
		n[s].open += x->state == ALERT_OPEN;
		n[s].acknowledged += x->state == ALERT_ACKNOWLEDGED;
		n[s].silenced += x->state == ALERT_OPEN && (x->silence || x->inhibited);
	}
	pthread_mutex_unlock(&a->lock);
	buf_add_str(out, "# HELP sellersmart_alerts Living alerts.\n"
			 "# TYPE sellersmart_alerts gauge\n");
	for (size_t s = 0; s < ARRAY_LEN(severities); s++)
		buf_printf(out,
			   "sellersmart_alerts{severity=\"%s\",state=\"open\"} %zu\n"
			   "sellersmart_alerts{severity=\"%s\",state=\"acknowledged\"} %zu\n"
			   "sellersmart_alerts{severity=\"%s\",state=\"silenced\"} %zu\n",
			   severities[s], n[s].open - n[s].silenced, severities[s],
			   n[s].acknowledged, severities[s], n[s].silenced);
	buf_printf(out,
		   "# HELP sellersmart_alerts_opened_total Alerts that opened.\n"
		   "# TYPE sellersmart_alerts_opened_total counter\n"
		   "sellersmart_alerts_opened_total %llu\n"
		   "# HELP sellersmart_alerts_resolved_total Alerts that were resolved.\n"
		   "# TYPE sellersmart_alerts_resolved_total counter\n"
		   "sellersmart_alerts_resolved_total %llu\n"
		   "# HELP sellersmart_alert_store_failures_total Writes of alerts that the store "
		   "refused and that are tried again.\n"
		   "# TYPE sellersmart_alert_store_failures_total counter\n"
		   "sellersmart_alert_store_failures_total %llu\n",
		   (unsigned long long)atomic_load(&a->opened_n),
		   (unsigned long long)atomic_load(&a->resolved_n),
		   (unsigned long long)atomic_load(&a->store_failures));
	outbox_metrics(a->outbox, out);
}

static void look(void *state,
		 void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		 void *arg)
{
	outbox_doctor(alerts_outbox(state), say, arg);
}

static void reload(void *state)
{
	outbox_reload(alerts_outbox(state));
}

static void write_counts(struct json_writer *w, struct alerts *a)
{
	struct alert_counts n;
	alerts_count(a, &n);
	jw_key(w, "alerts");
	jw_object(w);
	jw_kv_int(w, "open", (int64_t)n.open);
	jw_kv_int(w, "acknowledged", (int64_t)n.acknowledged);
	jw_kv_int(w, "silenced", (int64_t)n.silenced);
	jw_kv_int(w, "critical", (int64_t)n.critical);
	jw_kv_int(w, "warning", (int64_t)n.warning);
	jw_object_end(w);
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void overview(struct json_writer *w, void *state)
{
	struct alerts *a = state;
	struct outbox_state s;
	write_counts(w, a);
	outbox_state(a->outbox, &s);
	jw_key(w, "outbox");
	jw_object(w);
	jw_kv_int(w, "pending", (int64_t)s.pending);
	jw_kv_int(w, "dead", (int64_t)s.dead);
	jw_kv_str(w, "failing", or_null(s.failing));
	jw_kv_str(w, "why", s.failing[0] ? or_null(s.why) : NULL);
	jw_kv_time(w, "failing_since", s.failing_since_ms);
	jw_kv_time(w, "oldest_at", s.oldest_ms);
	jw_kv_time(w, "sent_at", s.sent_ms);
	jw_kv_str(w, "sent_by", or_null(s.sent_by));
	jw_object_end(w);
}

const struct service alerts_hooks = {
	.check = rule_spec_check,
	.name = "alerts",
	.title = "Alerts",
	.live = live,
	.attention = alerts_attention,
	.overview = overview,
	.metrics = metrics,
	.doctor = look,
	.reload = reload,
};
