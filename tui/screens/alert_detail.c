/* One alert: what, since when, what had changed, evidence, who was told with which answer, and what
 * happened to it in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/alert_draw.h"
#include "tui/app/details.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { LABEL = 20, LABEL_NARROW = 11, STEP = 14, VALUE_MAX = 512 };

struct alert_page {
	struct details *details; /* first: see details.h */
	struct scroll scroll;
};

static void named(struct view *v)
{
	snprintf(v->title, sizeof v->title, "%lld %s", (long long)json_int(v->object, "number", 0),
		 json_str(v->object, "subject", ""));
}

static void refresh(struct view *v)
{
	struct alert_page *p = v->state;

	details_refresh(v, p->details);
}

static void alert_open(struct view *v, const char *arg)
{
	struct alert_page *p = mem_zalloc(sizeof *p);

	v->state = p;
	v->scroll = &p->scroll;
	p->details = details_open(v, arg, named);
	refresh(v);
}

static void alert_close(struct view *v)
{
	struct alert_page *p = v->state;

	details_close(v, p->details);
	scroll_fini(&p->scroll);
	free(p);
}

/* A row of the list has no timeline. */
static void alert_message(struct view *v, const struct live_message *m)
{
	const char *id = json_str(v->object, "id", "");
	bool ours = m->what == LIVE_ROW && !strcmp(json_str(m->body, "id", "-"), id);

	if ((m->what == LIVE_LIST || ours) && !strcmp(m->kind, "alert"))
		refresh(v);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int label_width(struct surface s)
{
	return s.width >= 60 ? LABEL : LABEL_NARROW;
}

static int put(struct surface s, int y, const char *label, unsigned style, const char *value)
{
	int x = 2 + label_width(s);

	surface_outside(s, y, 2, ROLE_DIM, label, x - 3);
	return y + wrapped_draw(s, y, x, s.width - x - 1, style, value, 6);
}

static int draw_head(struct view *v, struct surface s)
{
	const json_t *o = v->object;
	const char *state = json_str(o, "state", ""), *severity = json_str(o, "severity", "");
	char word[64], standing[ALERT_TEXT], since[64], age[FORMAT_TEXT];
	int64_t now = app_now_ms(v->app);
	enum role role;
	int x = 2, y;

	alert_standing(v, o, standing, sizeof standing, &role);
	x += surface_outside(s, 0, x, state_role(severity) | STYLE_BOLD,
			     state_word(word, sizeof word, severity), -1) +
	     2;
	x += surface_outside(s, 0, x, state_role(state), state_word(word, sizeof word, state), -1) +
	     2;
	if (x + outside_width(standing) < s.width)
		surface_outside_right(s, 0, x, role, standing, s.width - x - 1);
	y = 1 + wrapped_draw(s, 1, 2, s.width - 4, ROLE_STRONG, json_str(o, "text", ""), 4);
	if (x + outside_width(standing) >= s.width)
		y += wrapped_draw(s, y, 2, s.width - 4, role, standing, 3);
	format_time_of(since, sizeof since, o, "since", now);
	x = 2 + surface_printf(s, y, 2, ROLE_DIM, "since %s", since);
	if (strcmp(state, "resolved") != 0)
		x += surface_printf(s, y, x, ROLE_DIM, ", %s",
				    format_age(age, sizeof age, json_int(o, "duration_ms", 0)));
	surface_printf(s, y, x, ROLE_DIM, "   rule %s   %s   events %lld", json_str(o, "rule", ""),
		       json_str(o, "topic", ""), (long long)json_int(o, "events", 1));
	return y + 1;
}

static void value_text(const json_t *v, char *out, size_t cap)
{
	unsigned style;

	format_value(COLUMN_TEXT, v, 0, out, cap, &style);
	if (!*out)
		snprintf(out, cap, "none");
}

/* First bad against last good, a line each. */
static int draw_changed(struct view *v, struct surface s, int y)
{
	const json_t *list = json_object_get(v->object, "changed"), *c;
	size_t i;

	if (json_array_size(list) == 0)
		return y;
	section_draw(s, y++, "changed since last good", "");
	json_array_foreach(list, i, c)
	{
		char from[200], to[200], line[VALUE_MAX];

		value_text(json_object_get(c, "from"), from, sizeof from);
		value_text(json_object_get(c, "to"), to, sizeof to);
		snprintf(line, sizeof line, "%s %s %s", from, app_ascii(v->app) ? "->" : "→", to);
		y = put(s, y, json_str(c, "what", ""), ROLE_DEGRADED, line);
	}
	return y;
}

static int draw_remedy(struct view *v, struct surface s, int y)
{
	const json_t *o = v->object;
	const char *state = json_str(o, "state", "");
	char text[64], when[64];

	if (*json_str(o, "note", ""))
		y = put(s, y, "note", ROLE_TEXT, json_str(o, "note", ""));
	if (*json_str(o, "runbook", ""))
		y = put(s, y, "runbook", ROLE_INFO, json_str(o, "runbook", ""));
	if (*json_str(o, "snoozed_until", ""))
		y = put(s, y, "snoozed until", ROLE_TEXT,
			format_time_of(when, sizeof when, o, "snoozed_until", app_now_ms(v->app)));
	if (!strcmp(state, "open")) {
		snprintf(text, sizeof text, "sellersmart ack %lld",
			 (long long)json_int(o, "number", 0));
		y = put(s, y, "acknowledge", ROLE_TEXT, text);
	}
	return y;
}

static int draw_deliveries(struct view *v, struct surface s, int y)
{
	const json_t *list = json_object_get(v->object, "deliveries"), *d;
	char text[ALERT_TEXT];
	unsigned style;
	size_t i;

	section_draw(s, y++, "told", "r sends again what did not get out");
	if (json_array_size(list) == 0)
		surface_outside(s, y++, 2, ROLE_DIM, "nobody", -1);
	json_array_foreach(list, i, d)
	{
		alert_delivery_text(v, d, text, sizeof text, &style);
		y += wrapped_draw(s, y, 2, s.width - 3, style, text, 3);
	}
	return y;
}

static int draw_steps(struct view *v, struct surface s, int y)
{
	const json_t *list = json_object_get(v->object, "steps"), *step;
	char at[64];
	size_t i;

	if (json_array_size(list) == 0)
		return y;
	section_draw(s, y++, "what happened", "");
	json_array_foreach(list, i, step)
	{
		int x = 2;

		format_time_of(at, sizeof at, step, "at", app_now_ms(v->app));
		x += surface_outside(s, y, x, ROLE_DIM, at, STEP) + 1;
		x += surface_outside(s, y, x, ROLE_TEXT, json_str(step, "what", ""), STEP) + 1;
		if (s.width >= 60)
			x = x < 3 + 9 + STEP ? 3 + 9 + STEP : x;
		y += wrapped_draw(s, y, x, s.width - x - 1, ROLE_DIM, json_str(step, "text", ""),
				  2);
		y += !*json_str(step, "text", "");
	}
	return y;
}

static int draw_page(struct view *v, struct surface s)
{
	const json_t *o = v->object, *evidence = json_object_get(o, "evidence");
	int y = draw_head(v, s);

	y = draw_remedy(v, s, y);
	y = draw_changed(v, s, y);
	y = draw_deliveries(v, s, y);
	if (json_object_size(evidence)) {
		section_draw(s, y++, "evidence", "");
		y = details_draw_object(v, s, y, evidence);
	}
	return draw_steps(v, s, y);
}

static void alert_draw(struct view *v, struct surface s)
{
	struct alert_page *p = v->state;
	struct surface page;

	if (!details_ready(v, p->details, s))
		return;
	page = scroll_begin(&p->scroll, s);
	scroll_end(&p->scroll, s, draw_page(v, page));
}

static void alert_plain(struct view *v, struct buf *out)
{
	const json_t *item;
	char text[ALERT_TEXT], at[64];
	unsigned style;
	size_t i;

	if (!v->object)
		return;
	alert_write_text(v, v->object, out);
	json_array_foreach(json_object_get(v->object, "deliveries"), i, item)
	{
		alert_delivery_text(v, item, text, sizeof text, &style);
		buf_printf(out, "told: %s\n", text);
	}
	json_array_foreach(json_object_get(v->object, "steps"), i, item) buf_printf(
		out, "%s: %s %s\n", format_time_of(at, sizeof at, item, "at", app_now_ms(v->app)),
		json_str(item, "what", ""), json_str(item, "text", ""));
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool about_something(const struct view *v)
{
	return *json_str(v->object, "subject_id", "") &&
	       resource_kind_find(json_str(v->object, "subject_kind", ""));
}

static bool run_subject(struct view *v, const struct binding *b)
{
	const json_t *o = v->object;

	if (!about_something(v))
		return false;
	app_open(v->app, SHAPE_DETAIL, resource_kind_find(json_str(o, "subject_kind", "")),
		 json_str(o, "subject_id", ""), json_str(o, "subject", ""));
	return true;
}

static bool has_incident(const struct view *v)
{
	return *json_str(v->object, "incident", "");
}

static bool run_incident(struct view *v, const struct binding *b)
{
	const struct resource_kind *kind = resource_kind_find("incident");

	if (!kind || !has_incident(v))
		return false;
	app_open(v->app, SHAPE_DETAIL, kind, json_str(v->object, "incident", ""), NULL);
	return true;
}

static bool run_copy(struct view *v, const struct binding *b)
{
	struct buf text = BUF_INIT(8192);

	if (!v->object)
		return false;
	alert_write_text(v, v->object, &text);
	app_copy(v->app, buf_str(&text));
	app_say(v->app, ROLE_INFO, "copied the text of alert %lld",
		(long long)json_int(v->object, "number", 0));
	buf_fini(&text);
	return true;
}

static const struct binding bindings[] = {
	{.context = "alert-detail",
	 .keys = "Enter m",
	 .action = "subject",
	 .brief = "monitor",
	 .run = run_subject,
	 .applies = about_something,
	 .help = "open what it is about"},
	{.context = "alert-detail",
	 .keys = "i",
	 .action = "incident",
	 .brief = "incident",
	 .run = run_incident,
	 .applies = has_incident,
	 .help = "open the incident"},
	{.context = "alert-detail",
	 .keys = "y",
	 .action = "copy",
	 .run = run_copy,
	 .help = "copy the alert as text"},
};

static size_t alert_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return *ids[0] ? 1 : 0;
}

extern const struct screen screen_alert_detail;
const struct screen screen_alert_detail = {
	.name = "alert-detail",
	.shape = SHAPE_DETAIL,
	.kind = "alert",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = alert_open,
	.close = alert_close,
	.refresh = refresh,
	.message = alert_message,
	.draw = alert_draw,
	.plain = alert_plain,
	.watched = alert_watched,
};
