#include "tui/app/monitor_draw.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/changed.h"
#include "tui/widgets/format.h"
#include "tui/widgets/phases.h"
#include "tui/widgets/section.h"
#include "tui/widgets/spark.h"
#include "tui/widgets/steps.h"

enum {
	POINTS_MAX = 1000,
	INCIDENTS_MAX = 5,
	CHART_ROWS = 9,
	CHART_ROWS_LOW = 5,
	CERT_SOON_DAYS = 21,
	KNOWN_MOST = 95 /* percent of a window from which on it need not be said */
};

static const struct {
	const char *name, *title;
} windows[] = {{"24h", "24h"}, {"7d", "7d"}, {"30d", "30d"}, {"90d", "90d"}, {"365d", "1y"}};

static const char *time_of(const struct view *v, const json_t *o, const char *member, char *out,
			   size_t cap)
{
	return format_time_of(out, cap, o, member, app_now_ms(v->app));
}

static const char *age_of(const struct view *v, const json_t *o, const char *member, char *out,
			  size_t cap)
{
	int64_t at;

	if (!time_parse(json_str(o, member, ""), &at))
		snprintf(out, cap, "-");
	else
		format_age(out, cap, app_now_ms(v->app) - at);
	return out;
}

/* ---- head: what it is and how it is
 * --------------------------------------------------------------------- */

static int draw_head(struct view *v, struct surface s, int y)
{
	const json_t *m = v->object;
	const char *state = json_str(m, "state", "unknown"), *reason = json_str(m, "reason", "");
	char word[64], age[64], since[64], next[64], text[160];
	enum role role = state_role(state);
	int x = 1;

	x += surface_outside(s, y, x, role | STYLE_BOLD, state_word(word, sizeof word, state), -1) +
	     2;
	x += surface_outside(s, y, x, ROLE_TEXT, json_str(m, "type", ""), -1) + 2;
	snprintf(text, sizeof text, "for %s, since %s", age_of(v, m, "since", age, sizeof age),
		 time_of(v, m, "since", since, sizeof since));
	if (x + outside_width(text) + 24 < s.width) {
		surface_outside_right(s, y, s.width - outside_width(text) - 2, ROLE_DIM, text,
				      outside_width(text));
		surface_outside(s, y, x, ROLE_STRONG,
				json_str(m, "target", json_str(m, "ping_url", "")),
				s.width - x - outside_width(text) - 4);
	} else {
		surface_outside(s, y++, x, ROLE_STRONG,
				json_str(m, "target", json_str(m, "ping_url", "")),
				s.width - x - 1);
		surface_outside(s, y, 1, ROLE_DIM, text, s.width - 2);
	}
	y++;
	if (*reason)
		y += wrapped_draw(s, y, 1, s.width - 2, role, reason, 2);
	snprintf(text, sizeof text, "every %s, timeout %s, down after ",
		 json_str(m, "interval", "?"), json_str(m, "timeout", "?"));
	size_t n = strlen(text);
	long long failures = (long long)json_int(m, "failures", 0);
	if (failures > 1)
		snprintf(text + n, sizeof text - n, "%lld failures %s apart", failures,
			 json_str(m, "retry_interval", "?"));
	else
		snprintf(text + n, sizeof text - n, "the first failure");
	x = 1 + surface_outside(s, y, 1, ROLE_DIM, text, s.width - 2);
	time_of(v, m, "next_at", next, sizeof next);
	if (json_is_string(json_object_get(m, "next_at")) && x + 18 < s.width)
		surface_printf(s, y, s.width - 7 - (int)strlen(next), ROLE_DIM, "next %s", next);
	y++;
	if (json_is_string(json_object_get(m, "ping_url")) && json_object_get(m, "target"))
		y += labelled_draw(s, y, 1, 10, "ping", ROLE_TEXT, json_str(m, "ping_url", ""));
	if (*json_str(m, "runbook", ""))
		y += labelled_draw(s, y, 1, 10, "runbook", ROLE_INFO, json_str(m, "runbook", ""));
	return y;
}

static int draw_last(struct view *v, struct surface s, int y)
{
	const json_t *last = json_object_get(v->object, "last");
	char when[64], took[32], remark[128];
	const char *message = json_str(last, "message", "");
	const char *outcome = json_str(last, "outcome", "");

	if (!json_is_object(last)) {
		section_draw(s, y, "last check", "not checked yet");
		return y + 1;
	}
	snprintf(remark, sizeof remark, "%s at %s",
		 format_ms(took, sizeof took, json_num(last, "duration_ms", -1)),
		 time_of(v, last, "at", when, sizeof when));
	section_draw(s, y++, "last check", remark);
	y += phases_draw(s, y, 1, json_object_get(last, "phases_ms"));
	y += steps_draw(s, y, 1, json_object_get(last, "steps"),
			strcmp(outcome, "up") && strcmp(outcome, "degraded"));
	/* Said above already when it is the reason of the state. */
	if (*message && strcmp(message, json_str(v->object, "reason", "")) != 0)
		y += wrapped_draw(s, y, 1, s.width - 2, state_role(outcome), message, 2);
	if (*json_str(last, "address", ""))
		surface_printf(s, y++, 1, ROLE_DIM, "address %s", json_str(last, "address", ""));
	return y;
}

/* ---- chart
 * ------------------------------------------------------------------------------------------------
 */

static char mark_of(const json_t *point)
{
	return json_int(point, "down", 0) > 0                                          ? 'x'
	       : json_int(point, "degraded", 0) > 0                                    ? 'o'
	       : json_int(point, "unknown", 0) > 0 && json_int(point, "count", 0) == 0 ? '?'
										       : 0;
}

static size_t read_points(const json_t *history, struct chart_point *out)
{
	const json_t *list = json_object_get(history, "points");
	size_t n = json_array_size(list);

	n = n > POINTS_MAX ? POINTS_MAX : n;
	for (size_t i = 0; i < n; i++) {
		const json_t *p = json_array_get(list, i);

		out[i] = (struct chart_point){.low = json_num(p, "p50_ms", -1),
					      .high = json_num(p, "p95_ms", -1),
					      .mark = mark_of(p)};
	}
	return n;
}

static void span_title(const struct monitor_page *p, char *out, size_t cap, int width)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < p->n_spans && n < cap; i++)
		if (width >= 60 || i == p->span)
			n += (size_t)snprintf(out + n, cap - n, i == p->span ? "[%s] " : "%s ",
					      p->span_names[i]);
	if (n && n < cap)
		out[n - 1] = '\0';
}

static int draw_legend(struct surface s, int y, const json_t *h)
{
	static const struct {
		const char *word, *member;
		enum role role;
		enum glyph glyph;
	} parts[] = {
		{"p50", "p50_ms", ROLE_CHART_LOW, GLYPH_FULL},
		{"p95", "p95_ms", ROLE_CHART_HIGH, GLYPH_LIGHT},
		{"p99", "p99_ms", ROLE_DIM, GLYPH_DOT},
	};
	char ms[32], up[32];
	int x = 8;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		surface_glyph(s, y, x, parts[i].role, parts[i].glyph);
		x += 2 + surface_outside(s, y, x + 2, ROLE_DIM, parts[i].word, -1) + 1;
		x += surface_outside(s, y, x, ROLE_STRONG,
				     format_ms(ms, sizeof ms, json_num(h, parts[i].member, -1)),
				     -1) +
		     3;
	}
	if (x + 26 < s.width)
		surface_printf(s, y, x, ROLE_DIM, "up %s, %lld checks",
			       format_percent(up, sizeof up, json_num(h, "uptime_pct", -1)),
			       (long long)json_int(h, "count", 0));
	return 1;
}

static int draw_chart(struct view *v, struct monitor_page *p, struct surface s, int y, int height)
{
	struct chart_point points[POINTS_MAX];
	struct chart c = {.points = points, .style = app_graph(v->app)};
	int rows = height >= 20 ? CHART_ROWS : CHART_ROWS_LOW;
	char title[64];

	span_title(p, title, sizeof title, s.width);
	section_draw(s, y++, "response time", title);
	if (!p->history) {
		surface_outside(s, y, 1, ROLE_DIM,
				p->history_failed ? "no history: the daemon refused it"
						  : "asking the daemon",
				-1);
		return y + 1;
	}
	c.n = read_points(p->history, points);
	if (c.n == 0 || !time_parse(json_str(p->history, "since", ""), &c.from_ms) ||
	    !time_parse(json_str(p->history, "until", ""), &c.to_ms)) {
		surface_outside(s, y, 1, ROLE_DIM, "nothing measured in this span", -1);
		return y + 1;
	}
	chart_draw(surface_part(s, y, 0, rows, s.width - 1), &c);
	y += rows;
	return y + draw_legend(s, y, p->history);
}

/* ---- uptime, certificate, incidents, answers
 * ----------------------------------------------------------------- */

/* "known: 90d 64%, 1y 16%": of which part of its window a figure speaks, when not of nearly all. */
static void known_shares(const json_t *uptime, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(windows) && n < cap; i++) {
		const json_t *one = json_object_get(uptime, windows[i].name);
		double known = json_num(one, "known_pct", 100);

		if (known >= KNOWN_MOST || json_num(one, "pct", -1) < 0)
			continue;
		n += (size_t)snprintf(out + n, cap - n, "%s%s ",
				      n ? ", " : "known: ", windows[i].title);
		if (n < cap)
			n += (size_t)snprintf(out + n, cap - n, known < 1 ? "<1%%" : "%.0f%%",
					      known);
	}
}

static int draw_uptime(struct view *v, struct monitor_page *p, struct surface s, int y)
{
	const json_t *w = json_object_get(p->history, "uptime");
	const char *hours = json_str(v->object, "spark", "");
	char up[32], known[80];
	int x = 1;

	known_shares(w, known, sizeof known);
	section_draw(s, y++, "uptime", known);
	for (size_t i = 0; i < ARRAY_LEN(windows) && x + 12 < s.width; i++) {
		double pct = json_num(json_object_get(w, windows[i].name), "pct", -1);

		x += surface_outside(s, y, x, ROLE_DIM, windows[i].title, -1) + 1;
		x += surface_outside(s, y, x, pct < 0 ? ROLE_DIM : ROLE_STRONG,
				     format_percent(up, sizeof up, pct), -1) +
		     2;
	}
	if (*hours && x + 28 < s.width)
		spark_draw(s, y, s.width - 25, 24, hours);
	return y + 1;
}

static int draw_budget(struct view *v, struct surface s, int y)
{
	static const char *const burns[] = {"1h", "6h", "24h"};
	const json_t *b = json_object_get(v->object, "budget");
	const char *state = json_str(b, "state", "");
	bool bad = !strcmp(state, "exhausted"), warned = !strcmp(state, "burning");
	enum role role = bad ? ROLE_DOWN : warned ? ROLE_DEGRADED : ROLE_UP;
	char remark[64], left[32], all[32], member[16];
	int x = 1;

	if (!json_is_object(b))
		return y;
	snprintf(remark, sizeof remark, "%s %% in %s", json_str(b, "slo", "?"),
		 json_str(b, "window", "?"));
	section_draw(s, y++, "error budget", remark);
	x += surface_outside(s, y, x, role | STYLE_BOLD, state, -1) + 2;
	x += surface_printf(s, y, x, ROLE_TEXT, "used %.1f%% of %s, %s left",
			    json_num(b, "used_pct", 0),
			    format_ms(all, sizeof all, json_num(b, "allowed_ms", 0)),
			    format_ms(left, sizeof left, json_num(b, "left_ms", 0))) +
	     3;
	for (size_t i = 0; i < ARRAY_LEN(burns); i++) {
		snprintf(member, sizeof member, "burn_%s", burns[i]);
		if (json_is_number(json_object_get(b, member)) && x + 12 < s.width)
			x += surface_printf(s, y, x, ROLE_DIM, "%s %s %.1fx", i ? "" : "burns",
					    burns[i], json_num(b, member, 0)) +
			     1;
	}
	return y + 1;
}

static int draw_certificate(struct view *v, struct surface s, int y)
{
	const json_t *c = json_object_get(v->object, "certificate"), *chain;
	char remark[64], to[64];
	int64_t days = json_int(c, "days_left", 0);
	enum role role = days < 0 ? ROLE_DOWN : days < CERT_SOON_DAYS ? ROLE_DEGRADED : ROLE_UP;

	if (!json_is_object(c))
		return y;
	snprintf(remark, sizeof remark, days < 0 ? "ended %lld days ago" : "ends in %lld days",
		 (long long)(days < 0 ? -days : days));
	section_draw_in(s, y++, "certificate", role, remark);
	surface_printf(s, y++, 1, ROLE_TEXT, "%s, until %s", json_str(c, "subject", ""),
		       time_of(v, c, "not_after", to, sizeof to));
	surface_printf(s, y++, 1, ROLE_DIM, "issued by %s", json_str(c, "issuer", ""));
	chain = json_object_get(c, "chain");
	for (size_t i = 1; i < json_array_size(chain) && i < 4; i++) {
		const json_t *one = json_array_get(chain, i);

		surface_printf(s, y++, 3, ROLE_DIM, "%s, until %s", json_str(one, "subject", ""),
			       time_of(v, one, "not_after", to, sizeof to));
	}
	return y;
}

static int draw_incidents(struct view *v, struct monitor_page *p, struct surface s, int y)
{
	const json_t *list = json_object_get(p->history, "incidents");
	size_t n = json_array_size(list);
	char count[32], at[64], took[32];

	if (!p->history)
		return y;
	snprintf(count, sizeof count, n ? "%zu" : "none in this span", n);
	section_draw(s, y++, "incidents", count);
	for (size_t i = 0; i < n && i < INCIDENTS_MAX; i++) {
		const json_t *one = json_array_get(list, i);
		const char *state = json_str(one, "state", "");

		surface_printf(s, y, 1, ROLE_DIM, "%lld", (long long)json_int(one, "number", 0));
		surface_outside(s, y, 6, state_role(state), state, -1);
		surface_outside(s, y, 14, ROLE_DIM, time_of(v, one, "opened_at", at, sizeof at),
				-1);
		surface_outside_right(
			s, y, 27, ROLE_TEXT,
			format_ms(took, sizeof took, json_num(one, "duration_ms", -1)), 6);
		surface_outside(s, y++, 35, ROLE_TEXT,
				json_str(one, "message", json_str(one, "cause", "")), s.width - 36);
		y += changed_draw(s, y, 6, one, 2);
	}
	if (n > INCIDENTS_MAX)
		surface_printf(s, y++, 1, ROLE_DIM, "+%zu more", n - INCIDENTS_MAX);
	return y;
}

static int draw_samples(struct view *v, struct monitor_page *p, struct surface s, int y)
{
	size_t n = json_array_size(p->samples);
	char at[64], took[32], word[32], phases[200];

	if (n == 0)
		return y;
	section_draw(s, y++, "last answers", "");
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(p->samples, i);
		const char *outcome = json_str(one, "outcome", ""),
			   *message = json_str(one, "message", "");

		surface_outside(s, y, 1, ROLE_DIM, time_of(v, one, "at", at, sizeof at), 12);
		surface_outside(s, y, 14, state_role(outcome),
				state_word(word, sizeof word, outcome), 9);
		surface_outside_right(
			s, y, 23, ROLE_TEXT,
			format_ms(took, sizeof took, json_num(one, "duration_ms", -1)), 7);
		if (*message) {
			surface_outside(s, y, 32, state_role(outcome), message, s.width - 33);
		} else {
			phases_text(json_object_get(one, "phases_ms"), phases, sizeof phases);
			surface_outside(s, y, 32, ROLE_DIM, phases, s.width - 33);
		}
		y++;
	}
	return y;
}

int monitor_draw_page(struct view *v, struct monitor_page *p, struct surface s, int height)
{
	int y = draw_head(v, s, 0);

	y = draw_last(v, s, y);
	y = draw_chart(v, p, s, y, height);
	y = draw_uptime(v, p, s, y);
	y = draw_budget(v, s, y);
	y = draw_certificate(v, s, y);
	y = draw_incidents(v, p, s, y);
	y = draw_samples(v, p, s, y);
	if (p->settings) {
		section_draw(s, y++, "settings", "");
		y = details_draw_fields(v, s, y);
	}
	return y;
}
