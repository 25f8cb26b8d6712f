#include "shared/recurrence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/civil.h"
#include "shared/cron.h"
#include "shared/mem.h"
#include "shared/rrule.h"
#include "shared/timefmt.h"

enum { DAY_MS = 86400000, GAP_MAX_MS = 26 * 3600000 };

struct recurrence {
	struct tz *zone;
	enum { ONE, BY_CRON, BY_RRULE } kind;
	struct cron cron;
	struct rrule rule;
	int64_t start_s; /* wall, of a rule */
	int64_t start_ms, until_ms, for_ms;
};

/* ---- wall times ----------------------------------------------------------------------------- */

static int64_t wall_of(const struct tz *z, int64_t ms)
{
	int64_t local = ms + tz_offset_s(z, ms, NULL) * INT64_C(1000);
	return local / 1000 - (local % 1000 < 0);
}

static int64_t instant_of(const struct tz *z, int64_t wall_s)
{
	int64_t day = wall_s / 86400 - (wall_s % 86400 < 0);
	int rest = (int)(wall_s - day * 86400);
	struct tz_civil c = {.hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60};
	unsigned month, date;
	civil_from_days(day, &c.year, &month, &date);
	c.month = (int)month;
	c.day = (int)date;
	return tz_ms_from_civil(z, &c);
}

bool wall_time_parse(const char *text, const struct tz *z, int64_t *ms)
{
	char whole[TIME_TEXT];
	size_t n = strlen(text);
	int64_t as_utc;
	if (time_parse(text, ms))
		return true;
	if (n != 16 && n != 19)
		return false;
	snprintf(whole, sizeof(whole), "%s%sZ", text, n == 16 ? ":00" : "");
	if (!time_parse(whole, &as_utc))
		return false;
	*ms = instant_of(z, as_utc / 1000);
	return true;
}

static enum err parse_time(const char *field, const char *text, const struct tz *z, int64_t *ms,
			   struct error *e)
{
	if (wall_time_parse(text, z, ms))
		return ERR_NONE;
	error_field(e, ERR_INVALID, field, "%s: \"%.40s\" is not a time", field, text);
	error_hint(e, "write it as the clock of the zone shows it, 2026-12-01 02:30, or with an "
		      "offset, 2026-12-01T02:30:00+01:00");
	return ERR_INVALID;
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum err only(struct error *e, const char *field, const char *why, const char *hint)
{
	error_field(e, ERR_INVALID, field, "%s: %s", field, why);
	error_hint(e, "%s", hint);
	return ERR_INVALID;
}

/* Exactly one kind of schedule, with what it needs. */
static enum err check_mix(const struct recurrence_spec *s, struct error *e)
{
	if (s->cron && s->rrule)
		return only(e, "rrule", "not together with cron", "give one of cron and rrule");
	if (!s->cron && !s->rrule && !s->start)
		return only(
			e, "start", "when is it? no time is given",
			"--start '2026-12-01 02:30' --for 1h for one window, --cron '30 2 * * *' "
			"--for 1h for many");
	if (s->rrule && !s->start)
		return only(e, "start", "a rule counts from its first time",
			    "--start '2026-12-01 02:30', as the clock of the zone shows it");
	if (s->end && (s->cron || s->rrule))
		return only(e, "end",
			    "only one window has an end; those of a schedule have a length",
			    "--for 1h, and --until for the end of the schedule");
	if (s->end && s->for_ms)
		return only(e, "end", "not together with for", "give one of end and for");
	if (!s->end && !s->for_ms)
		return only(e, "for", "how long? it has no length",
			    s->cron || s->rrule ? "--for 1h" : "--for 1h, or --end");
	if (s->until && !s->cron && !s->rrule)
		return only(e, "until", "ends a schedule, and this is one window",
			    "--end is the end of one window");
	return ERR_NONE;
}

static enum err read_rule(struct recurrence *r, const struct recurrence_spec *s, struct error *e)
{
	struct error why = {0};
	r->kind = BY_RRULE;
	r->start_s = wall_of(r->zone, r->start_ms);
	if (!rrule_parse(s->rrule, r->start_s, &r->rule, &why) &&
	    rrule_next(&r->rule, r->start_s, r->start_s - 1) < 0)
		error_set(&why, ERR_INVALID, "no such time ever comes");
	if (!why.code)
		return ERR_NONE;
	error_field(e, ERR_INVALID, "rrule", "rrule: %s", why.text);
	error_hint(e, "%s", why.hint[0] ? why.hint : "as in FREQ=MONTHLY;BYDAY=-1FR");
	return ERR_INVALID;
}

static enum err read_one(struct recurrence *r, const struct recurrence_spec *s, struct error *e)
{
	int64_t end;
	r->kind = ONE;
	if (!s->end)
		return ERR_NONE;
	enum err err = parse_time("end", s->end, r->zone, &end, e);
	if (!err && end <= r->start_ms)
		err = only(e, "end", "is not after the start", "give a later end, or --for 1h");
	r->for_ms = err ? 0 : end - r->start_ms;
	return err;
}

static enum err read_all(struct recurrence *r, const struct recurrence_spec *s, struct error *e)
{
	enum err err = check_mix(s, e);
	struct error why = {0};
	r->for_ms = s->for_ms;
	r->start_ms = INT64_MIN;
	r->until_ms = INT64_MAX;
	if (!err && !(r->zone = tz_load(s->zone ? s->zone : "UTC", &why)))
		err = error_field(e, ERR_INVALID, "zone", "zone: %s", why.text);
	if (!err && s->start)
		err = parse_time("start", s->start, r->zone, &r->start_ms, e);
	if (!err && s->until)
		err = parse_time("until", s->until, r->zone, &r->until_ms, e);
	if (err)
		return err;
	if (s->rrule)
		return read_rule(r, s, e);
	if (!s->cron)
		return read_one(r, s, e);
	r->kind = BY_CRON;
	if (cron_parse(s->cron, &r->cron, &why))
		return error_field(e, ERR_INVALID, "cron", "cron: %s", why.text);
	return ERR_NONE;
}

struct recurrence *recurrence_new(const struct recurrence_spec *s, struct error *e)
{
	struct recurrence *r = mem_zalloc(sizeof(*r));
	if (!read_all(r, s, e))
		return r;
	recurrence_free(r);
	return NULL;
}

void recurrence_free(struct recurrence *r)
{
	if (!r)
		return;
	tz_free(r->zone);
	free(r);
}

const struct tz *recurrence_zone(const struct recurrence *r)
{
	return r->zone;
}

/* ---- what comes ----------------------------------------------------------------------------- */

/* Wall times in order are instants in order; those of a gap fall together. */
static int64_t next_of_rule(const struct recurrence *r, int64_t after_ms)
{
	int64_t wall = wall_of(r->zone, after_ms) - 1;
	for (;;) {
		wall = rrule_next(&r->rule, r->start_s, wall);
		if (wall < 0)
			return -1;
		int64_t at = instant_of(r->zone, wall);
		if (r->rule.until_utc && at > r->rule.until_s * 1000)
			return -1;
		if (at > after_ms)
			return at;
	}
}

bool recurrence_next(const struct recurrence *r, int64_t after_ms, struct occurrence *out)
{
	int64_t at = -1;
	switch (r->kind) {
	case ONE: at = r->start_ms > after_ms ? r->start_ms : -1; break;
	case BY_CRON:
		if (r->start_ms != INT64_MIN && after_ms < r->start_ms - 1)
			after_ms = r->start_ms - 1;
		at = cron_next(&r->cron, r->zone, after_ms);
		break;
	case BY_RRULE: at = next_of_rule(r, after_ms); break;
	}
	if (at < 0 || at >= r->until_ms)
		return false;
	*out = (struct occurrence){at, at + r->for_ms};
	return true;
}

bool recurrence_at(const struct recurrence *r, int64_t now_ms, struct occurrence *out)
{
	struct occurrence o;
	int64_t first = now_ms - r->for_ms, back = 60000;
	/* Of a dense schedule the last start is near: a few steps, not one for each start. */
	for (; back < r->for_ms; back *= 2)
		if (recurrence_next(r, now_ms - back, &o) && o.start_ms <= now_ms)
			break;
	if (back >= r->for_ms && (!recurrence_next(r, first, &o) || o.start_ms > now_ms))
		return false;
	do
		*out = o;
	while (recurrence_next(r, out->start_ms, &o) && o.start_ms <= now_ms);
	return true;
}

/* ---- what the clocks do --------------------------------------------------------------------- */

static int shift_s(const struct tz *z, int64_t change_ms)
{
	return tz_offset_s(z, change_ms, NULL) - tz_offset_s(z, change_ms - 1, NULL);
}

const char *occurrence_note(const struct tz *z, const struct occurrence *o,
			    char out[static OCCURRENCE_NOTE])
{
	int64_t change = tz_next_change_ms(z, o->start_ms - 1);
	struct tz_civil c;
	out[0] = '\0';
	if (change == INT64_MAX || change > o->start_ms + GAP_MAX_MS)
		return out;
	int shift = shift_s(z, change);
	tz_civil_from_ms(z, o->start_ms, &c);
	if (change == o->start_ms && shift > 0)
		snprintf(out, OCCURRENCE_NOTE, "the clocks go forward to %02d:%02d", c.hour,
			 c.minute);
	else if (shift < 0 && o->start_ms < change && o->start_ms - shift * INT64_C(1000) >= change)
		snprintf(out, OCCURRENCE_NOTE, "%02d:%02d comes twice: the first", c.hour,
			 c.minute);
	else if (change > o->start_ms && change < o->end_ms && shift)
		snprintf(out, OCCURRENCE_NOTE, "the clocks go %s meanwhile",
			 shift > 0 ? "forward" : "back");
	return out;
}
