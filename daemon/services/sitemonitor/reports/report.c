/* What each monitor did in a month, or between two times: GET /v1/reports/monitors.
 *
 *   uptime     up / known time; unknown time and maintenance are not known
 *   incidents  that touch the span; longest: of what lies in it
 *   MTTR       mean duration of the incidents that ended in the span (mean time to repair)
 *   MTBF       up time in the span / incidents that began in it (mean time between failures)
 *   budget     of the monitor's slo over this span, as budget.h counts
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/reports/budget.h"
#include "daemon/services/sitemonitor/figures.h"
#include "daemon/services/sitemonitor/reports/report_span.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/query.h"
#include "shared/mem.h"
#include "shared/percent.h"
#include "shared/timefmt.h"

enum { NAMES_MAX = 64, LABELS_WANTED_MAX = 16, ZONE_TEXT = 64 };

/* ---- what is asked for ---------------------------------------------------------------------- */

struct wanted_label {
	const char *key, *value;
};

struct report {
	struct sitemonitor *sm;
	int64_t now, from, until; /* until: as asked for, may lie ahead */
	const char *month, *zone;
	const char *names[NAMES_MAX];
	size_t n_names;
	struct wanted_label labels[LABELS_WANTED_MAX];
	size_t n_labels;
	struct error error;

	const struct resource **all;
	size_t n;
	struct tally *tallies; /* by place in all */
};

/* Incidents of one monitor. */
struct tally {
	uint32_t began, touched, ended;
	int64_t longest_ms, repair_ms; /* repair: of those that ended */
};

static int64_t end_of(const struct report *r)
{
	return r->until < r->now ? r->until : r->now;
}

static void take_query(const char *name, const char *value, void *arg)
{
	static const char labels[] = "filter[labels.";
	struct report *r = arg;
	size_t n = strlen(name);
	if (!strcmp(name, "name") || !strcmp(name, "filter[name]")) {
		if (r->n_names < NAMES_MAX)
			r->names[r->n_names++] = value;
		else
			error_field(&r->error, ERR_INVALID, "name", "name: at most %d", NAMES_MAX);
	} else if (!strncmp(name, labels, sizeof(labels) - 1) && name[n - 1] == ']') {
		if (r->n_labels < LABELS_WANTED_MAX)
			r->labels[r->n_labels++] = (struct wanted_label){name, value};
		else
			error_field(&r->error, ERR_INVALID, "filter", "filter: at most %d labels",
				    LABELS_WANTED_MAX);
	} else if (!strncmp(name, "filter[", 7)) {
		error_field(&r->error, ERR_INVALID, "filter",
			    "%.80s: reports are filtered by name and labels.KEY", name);
	}
}

static bool take_month(struct report *r, struct error *e)
{
	struct tz *z = tz_load(r->zone, e);
	if (!z) {
		error_field(e, ERR_INVALID, "zone", "zone: \"%.40s\" is not a time zone", r->zone);
		error_hint(e, "write a name such as Europe/Berlin");
		return false;
	}
	bool valid = month_span(r->month, z, &r->from, &r->until);
	tz_free(z);
	if (valid)
		return true;
	error_field(e, ERR_INVALID, "month", "month: \"%.40s\" is not a month", r->month);
	error_hint(e, "write 2026-10");
	return false;
}

static bool take_span(struct report *r, struct request *q, struct error *e)
{
	r->now = clock_wall_ms(r->sm->d->clock);
	r->month = request_query(q, "month", NULL);
	r->zone = request_query(q, "zone", "UTC");
	if (r->month && (request_query(q, "since", NULL) || request_query(q, "until", NULL))) {
		error_field(e, ERR_INVALID, "month", "month: not together with since or until");
		return false;
	}
	if (r->month ? !take_month(r, e)
		     : !query_time(q, "since", "30d", r->now, &r->from, e) ||
			       !query_time(q, "until", "now", r->now, &r->until, e))
		return false;
	if (r->from < end_of(r))
		return true;
	if (r->from >= r->now)
		error_field(e, ERR_INVALID, r->month ? "month" : "since", "%s: has not begun yet",
			    r->month ? "month" : "since");
	else
		error_field(e, ERR_INVALID, "until", "until: must be after since");
	return false;
}

/* ---- which monitors ------------------------------------------------------------------------- */

static bool has_labels(const struct report *r, const struct resource *m)
{
	char key[128];
	bool all = true;
	if (!r->n_labels)
		return true;
	json_t *labels = resource_labels(m);
	for (size_t i = 0; i < r->n_labels && all; i++) {
		const char *name = r->labels[i].key + strlen("filter[labels.");
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(name, "]"), name);
		all = !strcmp(json_str(labels, key, ""), r->labels[i].value);
	}
	json_decref(labels);
	return all;
}

static int by_id(const void *a, const void *b)
{
	const struct resource *const *x = a, *const *y = b;
	return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

static int by_name(const void *a, const void *b)
{
	const struct resource *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

/* Those that are meant; in the order of their ids. */
static bool take_monitors(struct report *r, struct error *e)
{
	if (r->n_names) {
		r->all = mem_array(NULL, r->n_names, sizeof(*r->all));
		for (size_t i = 0; i < r->n_names; i++) {
			const struct resource *m = route_monitor(r->sm, r->names[i], e);
			if (!m)
				return false;
			r->all[r->n++] = m;
		}
	} else {
		r->all = resource_list(r->sm->d->store, &resource_monitor, &r->n);
	}
	qsort(r->all, r->n, sizeof(*r->all), by_id);
	size_t kept = 0;
	for (size_t i = 0; i < r->n; i++) {
		bool twice = kept && r->all[kept - 1]->id == r->all[i]->id;
		if (!twice && has_labels(r, r->all[i]))
			r->all[kept++] = r->all[i];
		else
			resource_unref(r->all[i]);
	}
	r->n = kept;
	return true;
}

/* ---- incidents ------------------------------------------------------------------------------ */

static struct tally *tally_of(struct report *r, uint64_t id)
{
	size_t low = 0, high = r->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (r->all[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->n && r->all[low]->id == id ? &r->tallies[low] : NULL;
}

static void count_incident(struct report *r, sqlite3_stmt *st)
{
	int64_t end = end_of(r), opened = sqlite3_column_int64(st, 1);
	bool open = sqlite3_column_type(st, 2) == SQLITE_NULL;
	int64_t closed = open ? end : sqlite3_column_int64(st, 2);
	int64_t inside = (closed < end ? closed : end) - (opened > r->from ? opened : r->from);
	struct tally *t = tally_of(r, (uint64_t)sqlite3_column_int64(st, 0));
	if (!t)
		return;
	t->touched++;
	t->began += opened >= r->from;
	if (inside > t->longest_ms)
		t->longest_ms = inside;
	if (!open && closed < end) {
		t->ended++;
		t->repair_ms += sqlite3_column_int64(st, 3);
	}
}

static enum err read_incidents(struct report *r, struct error *e)
{
	struct reader *reader = store_reader(r->sm->d->store, e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader,
					"SELECT monitor, opened_ms, closed_ms, duration_ms"
					" FROM incident WHERE opened_ms < ?2"
					" AND (closed_ms IS NULL OR closed_ms > ?1)",
					e)
		       : NULL;
	int rc = SQLITE_ERROR;
	if (st) {
		sqlite3_bind_int64(st, 1, r->from);
		sqlite3_bind_int64(st, 2, end_of(r));
		while ((rc = sqlite3_step(st)) == SQLITE_ROW)
			count_incident(r, st);
	}
	enum err err = rc == SQLITE_DONE ? ERR_NONE
		       : st ? store_error(rc, sqlite3_db_handle(st), "reading incidents", e)
			    : ERR_STORE;
	if (st)
		sqlite3_reset(st);
	if (reader)
		reader_done(reader);
	return err;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_ms(struct json_writer *w, const char *key, bool there, int64_t ms)
{
	jw_key(w, key);
	if (there)
		jw_int(w, ms);
	else
		jw_null(w);
}

static void write_budget(struct json_writer *w, const struct report *r, const struct resource *m,
			 const struct series_point *p)
{
	json_t *spec = resource_spec(m);
	const char *text = spec_text(&resource_monitor, spec, "slo");
	int64_t slo, used = p->known_ms - p->up_ms;
	jw_key(w, "budget");
	if (!text || !percent_parse(text, &slo)) {
		jw_null(w);
	} else {
		int64_t allowed = budget_allowed_ms(r->until - r->from, slo);
		bool kept = used < allowed || !used;
		jw_object(w);
		jw_kv_str(w, "slo", text);
		jw_kv_str(w, "verdict", p->known_ms <= 0 ? "unknown" : kept ? "kept" : "missed");
		jw_kv_int(w, "allowed_ms", allowed);
		jw_kv_int(w, "used_ms", used);
		jw_kv_fixed(w, "used_pct", budget_used_tenths(used, allowed), 1);
		jw_object_end(w);
	}
	json_decref(spec);
}

static void write_monitor(struct json_writer *w, struct report *r, const struct resource *m,
			  const struct series_point *p)
{
	char id[ID_TEXT];
	const struct tally *t = tally_of(r, m->id);
	jw_object(w);
	jw_kv_str(w, "monitor", m->name);
	jw_kv_str(w, "id", id_format(id, m->kind->prefix, m->id));
	jw_key(w, "labels");
	jw_raw(w, m->labels, strlen(m->labels));
	write_uptime(w, "uptime_pct", p);
	jw_kv_int(w, "down_ms", p->known_ms - p->up_ms);
	jw_kv_int(w, "known_ms", p->known_ms);
	jw_kv_fixed(w, "unknown_pct",
		    p->span_ms > 0 ? 100000 - p->known_ms * 100000 / p->span_ms : 100000, 3);
	jw_kv_int(w, "checks", measured(p));
	jw_kv_int(w, "incidents", t->touched);
	write_ms(w, "longest_ms", t->touched, t->longest_ms);
	write_ms(w, "mttr_ms", t->ended, t->ended ? t->repair_ms / t->ended : 0);
	write_ms(w, "mtbf_ms", t->began, t->began ? p->up_ms / t->began : 0);
	write_us(w, "p50_ms", p->p50_us);
	write_us(w, "p95_ms", p->p95_us);
	write_us(w, "p99_ms", p->p99_us);
	write_budget(w, r, m, p);
	/* Old samples are kept by the hour, then by the day of UTC: an edge may have moved out. */
	jw_kv_bool(w, "exact", p->span_ms == end_of(r) - r->from);
	jw_object_end(w);
}

static enum err write_monitors(struct json_writer *w, struct report *r, struct error *e)
{
	const struct resource **named = mem_array(NULL, r->n + 1, sizeof(*named));
	enum err err = ERR_NONE;
	memcpy(named, r->all, r->n * sizeof(*named));
	qsort(named, r->n, sizeof(*named), by_name);
	jw_key(w, "monitors");
	jw_array(w);
	for (size_t i = 0; i < r->n && !err; i++) {
		struct series_point p;
		if (series_query(r->sm->d->store, named[i]->id, r->from, end_of(r), 0, NULL, &p,
				 e) < 0)
			err = e->code ? e->code : ERR_STORE;
		else
			write_monitor(w, r, named[i], &p);
	}
	jw_array_end(w);
	free(named);
	return err;
}

static enum err write_report(struct request *q, struct report *r, struct error *e)
{
	struct json_writer w;
	r->tallies = mem_zalloc((r->n + 1) * sizeof(*r->tallies));
	journal_wait(r->sm);
	enum err err = read_incidents(r, e);
	if (err)
		return err;
	jw_init(&w, reply_body(q));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_str(&w, "month", r->month);
	jw_kv_str(&w, "zone", r->zone);
	jw_kv_time(&w, "since", r->from);
	jw_kv_time(&w, "until", end_of(r));
	jw_kv_time(&w, "ends_at", r->until);
	jw_kv_bool(&w, "so_far", r->until > r->now);
	err = write_monitors(&w, r, e);
	jw_object_end(&w);
	jw_object_end(&w);
	return err;
}

struct answered route_report(struct request *q, void *ctx)
{
	struct report r = {.sm = ctx};
	struct error e = {0};
	request_each_query(q, take_query, &r);
	bool good = !r.error.code && take_span(&r, q, &e) && take_monitors(&r, &e) &&
		    !write_report(q, &r, &e);
	for (size_t i = 0; i < r.n; i++)
		resource_unref(r.all[i]);
	free(r.all);
	free(r.tallies);
	if (good)
		return reply_send(q, 200);
	buf_reset(reply_body(q));
	return reply_error(q, r.error.code ? &r.error : &e);
}
