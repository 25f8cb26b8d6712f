#include "daemon/services/sitemonitor/ends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/text.h"
#include "daemon/services/sitemonitor/rows.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

#define DAY_MS INT64_C(86400000)
enum { FIFTH = 5, SUBJECT_TEXT = 100 };

/* ---- the plan: pure ------------------------------------------------------------------------- */

void end_plan(struct end_plan *p, unsigned days, bool asked, bool is_domain, int64_t life_ms)
{
	static const int64_t certificate[] = {3 * DAY_MS, DAY_MS},
			     domain[] = {14 * DAY_MS, 3 * DAY_MS};
	const int64_t *later = is_domain ? domain : certificate;
	int64_t first = days * DAY_MS;
	*p = (struct end_plan){0};
	if (!days)
		return;
	if (!asked && life_ms > 0 && life_ms / FIFTH < first)
		first = life_ms / FIFTH;
	p->begin_ms[p->n++] = first;
	for (size_t i = 0; i < END_STAGES - 1; i++)
		if (later[i] < first)
			p->begin_ms[p->n++] = later[i];
}

unsigned end_plan_stage(const struct end_plan *p, int64_t left_ms)
{
	unsigned stage = 0;
	while (stage < p->n && left_ms < p->begin_ms[stage])
		stage++;
	return stage;
}

/* ---- of a monitor --------------------------------------------------------------------------- */

/* Of the certificate whose end it is; an issuer's is long. */
static int64_t life_ms(const struct shown *s)
{
	char text[TIME_TEXT];
	int64_t from, until;
	if (s->is_domain || !s->certificate)
		return 0;
	text_value(text_member(s->certificate, "not_before"), text, sizeof(text));
	if (!time_parse(text, &from))
		return 0;
	text_value(text_member(s->certificate, "not_after"), text, sizeof(text));
	if (!time_parse(text, &until) || until > s->ends_ms)
		return 0;
	return until - from;
}

static void plan_of(const struct shown *s, struct end_plan *p)
{
	end_plan(p, s->ends_ms ? s->end_days : 0, s->end_asked, s->is_domain, life_ms(s));
}

unsigned end_stage(const struct shown *s, int64_t now_ms, bool *critical)
{
	struct end_plan p;
	*critical = false;
	/* Most are far from it: nothing is read of them. */
	if (!s->ends_ms || !s->end_days || s->ends_ms - now_ms >= s->end_days * DAY_MS)
		return 0;
	plan_of(s, &p);
	unsigned stage = end_plan_stage(&p, s->ends_ms - now_ms);
	*critical = stage && stage == p.n;
	return stage;
}

int64_t end_since_ms(const struct shown *s)
{
	struct end_plan p;
	plan_of(s, &p);
	return s->ends_ms - p.begin_ms[0];
}

/* ---- telling -------------------------------------------------------------------------------- */

static const char *thing(const struct shown *s)
{
	return s->is_domain ? "registration" : "certificate";
}

static void left_text(int64_t left_ms, char *out, size_t cap)
{
	long long days = left_ms / DAY_MS, hours = left_ms / (DAY_MS / 24);
	if (left_ms <= 0)
		snprintf(out, cap, "has ended");
	else if (days)
		snprintf(out, cap, "ends in %lld day%s", days, days == 1 ? "" : "s");
	else
		snprintf(out, cap, "ends in %lld hour%s", hours, hours == 1 ? "" : "s");
}

static void subject_text(const struct shown *s, char *out, size_t cap)
{
	*out = 0;
	if (s->certificate)
		text_value(text_member(s->certificate, "subject"), out, cap);
}

static void tell_ending(struct sitemonitor *sm, struct monitor *m, unsigned stage, bool critical)
{
	const struct shown *s = &m->shown;
	int64_t left = s->ends_ms - clock_wall_ms(sm->d->clock);
	char text[NOTICE_TEXT], how[48], day[TIME_TEXT], subject[SUBJECT_TEXT], state[16];
	struct buf data = BUF_INIT(NOTICE_DATA);
	struct json_writer w;
	left_text(left, how, sizeof(how));
	subject_text(s, subject, sizeof(subject));
	time_rfc3339(day, s->ends_ms);
	day[10] = 0;
	snprintf(text, sizeof(text), "%s: its %s %s, on %s", monitor_name(m), thing(s), how, day);
	snprintf(state, sizeof(state), "stage%u", stage); /* another one is worth telling again */
	jw_init(&w, &data);
	jw_object(&w);
	jw_kv_str(&w, "state", state);
	jw_kv_int(&w, "stage", stage);
	jw_kv_int(&w, "days_left", left > 0 ? left / DAY_MS : 0);
	jw_kv_time(&w, "not_after", s->ends_ms);
	jw_kv_time(&w, "since", clock_wall_ms(sm->d->clock));
	if (*subject)
		jw_kv_str(&w, "subject", subject);
	jw_object_end(&w);
	notice_of(sm, m, s->is_domain ? "domain.ending" : "certificate.ending",
		  critical ? SEVERITY_CRITICAL : SEVERITY_WARNING, text, buf_str(&data));
	buf_fini(&data);
}

static void tell_renewed(struct sitemonitor *sm, struct monitor *m)
{
	const struct shown *s = &m->shown;
	char text[NOTICE_TEXT], day[TIME_TEXT], data[80];
	time_rfc3339(day, s->ends_ms);
	snprintf(data, sizeof(data), "{\"state\":\"renewed\",\"not_after\":\"%s\"}", day);
	day[10] = 0;
	if (s->ends_ms && s->end_days)
		snprintf(text, sizeof(text), "%s: its %s was renewed, it ends on %s",
			 monitor_name(m), thing(s), day);
	else
		snprintf(text, sizeof(text), "%s: the end of its %s is no longer watched",
			 monitor_name(m), thing(s));
	notice_of(sm, m, s->is_domain ? "domain.renewed" : "certificate.renewed", SEVERITY_INFO,
		  text, data);
}

/* Later stages of the same end, and another end. A clock that goes back takes nothing back. */
void ends_look(struct sitemonitor *sm, struct monitor *m)
{
	bool critical;
	int64_t now = clock_wall_ms(sm->d->clock);
	if (m->track.hold == STATE_PAUSED || !sm->running)
		return;
	unsigned stage = end_stage(&m->shown, now, &critical);
	bool other = m->end_told && m->end_told_ms != m->shown.ends_ms;
	if (stage > m->end_told || (other && stage)) {
		if (other && stage == m->end_told) {
			m->end_told_ms = m->shown.ends_ms; /* no better than the one before */
			return;
		}
		tell_ending(sm, m, stage, critical);
	} else if (m->end_told && !stage && (other || !m->shown.end_days)) {
		tell_renewed(sm, m);
	} else {
		return;
	}
	m->end_told = (uint8_t)stage;
	m->end_told_ms = m->shown.ends_ms;
}

/* ---- after a start -------------------------------------------------------------------------- */

struct loading {
	sqlite3_stmt *st;
	int64_t now_ms;
};

static void load_one(struct monitor *m, void *arg)
{
	struct loading *l = arg;
	bool critical;
	if (!m->shown.ends_ms)
		return;
	/* Far from an end nothing can have been told of it, but of the one before. */
	if (!end_stage(&m->shown, l->now_ms, &critical) && m->shown.end_days)
		return;
	sqlite3_bind_int64(l->st, 1, (sqlite3_int64)m->id);
	if (sqlite3_step(l->st) == SQLITE_ROW) {
		char text[TIME_TEXT];
		const char *data = column_text(l->st, 0);
		data = data ? data : "{}";
		text_value(text_member(data, "stage"), text, sizeof(text));
		m->end_told = (uint8_t)atoi(text);
		text_value(text_member(data, "not_after"), text, sizeof(text));
		if (!time_parse(text, &m->end_told_ms))
			m->end_told_ms = 0;
	}
	sqlite3_reset(l->st);
}

enum err ends_load(struct sitemonitor *sm, struct error *e)
{
	struct reader *reader = store_reader(sm->d->store, e);
	struct loading l = {.now_ms = clock_wall_ms(sm->d->clock)};
	if (reader)
		l.st = reader_prepare(
			reader,
			"SELECT data FROM events WHERE subject = ?1 AND topic IN"
			" ('certificate.ending', 'certificate.renewed', 'domain.ending',"
			" 'domain.renewed') ORDER BY seq DESC LIMIT 1",
			e);
	if (l.st)
		table_each(&sm->table, load_one, &l);
	if (reader)
		reader_done(reader);
	return l.st ? ERR_NONE : ERR_STORE;
}
