#include "tui/app/overview_draw.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/alert_ops.h"
#include "tui/app/overview_market.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"
#include "tui/widgets/table.h"
#include "tui/widgets/told.h"

enum {
	NAMES_NARROWEST = 10,
	NAMES_WIDEST = 24,
	LEVEL = 8,
	AGE = 5,
	REMEDY = 14,
	FOOT_ROWS = 3,
	MARKET_LEAST = 12
};

static const struct column shop_columns[] = {
	{.title = "shop", .path = "name", .min_width = 15, .weight = 3, .priority = 0},
	{.title = "site", .path = "state", .format = COLUMN_STATE, .min_width = 8, .priority = 0},
	{.title = "p95", .path = "p95_24h_ms", .format = COLUMN_MS, .min_width = 6, .priority = 2},
	{.title = "24h up",
	 .path = "uptime_24h_pct",
	 .format = COLUMN_PERCENT,
	 .min_width = 7,
	 .priority = 1},
	{.title = "24 h",
	 .path = "spark",
	 .format = COLUMN_SPARK,
	 .min_width = 12,
	 .weight = 1,
	 .priority = 3},
	{.title = "target", .path = "target", .min_width = 14, .weight = 3, .priority = 4},
};

static const json_t *attention(const struct overview *o)
{
	return json_object_get(o->data, "attention");
}

static const json_t *shops(const struct overview *o)
{
	return json_object_get(o->data, "shops");
}

size_t overview_items(const struct overview *o)
{
	return json_array_size(attention(o)) + json_array_size(shops(o)) + overview_market_items(o);
}

const json_t *overview_item(const struct overview *o, int index)
{
	size_t n = json_array_size(attention(o)), market = n + json_array_size(shops(o));

	if (index < 0)
		return NULL;
	if ((size_t)index >= market)
		return overview_market_item(o, (size_t)index - market);
	return (size_t)index < n ? json_array_get(attention(o), (size_t)index)
				 : json_array_get(shops(o), (size_t)index - n);
}

const struct resource_kind *overview_kind(const json_t *item)
{
	const char *kind = json_str(item, "kind", "");

	if (*kind)
		return resource_kind_find(kind);
	return resource_kind_of_id(json_str(item, "id", "mon_"));
}

const char *overview_ref(const json_t *item)
{
	return json_str(item, "id", json_str(item, "name", ""));
}

static void key_of(const struct overview *o, int index, char *out, size_t cap)
{
	const json_t *item = overview_item(o, index);

	snprintf(out, cap, "%d %s %s", (size_t)index < json_array_size(attention(o)),
		 json_str(item, "level", ""), overview_ref(item));
}

void overview_remember(struct overview *o)
{
	key_of(o, o->cursor, o->at, sizeof o->at);
}

/* Lines come and go: the cursor stays on what it was on. */
static void follow(struct overview *o)
{
	int n = (int)overview_items(o);
	char key[128];

	if (!o->moved)
		o->cursor = 0;
	for (int i = 0; i < n && *o->at && o->moved; i++) {
		key_of(o, i, key, sizeof key);
		if (!strcmp(key, o->at)) {
			o->cursor = i;
			return;
		}
	}
	o->cursor = o->cursor >= n ? n - 1 : o->cursor;
	o->cursor = o->cursor < 0 ? 0 : o->cursor;
	if (n)
		overview_remember(o);
}

static enum role level_role(const char *level)
{
	static const struct {
		const char *level;
		enum role role;
	} roles[] = {
		{"DOWN", ROLE_DOWN},       {"STORE", ROLE_DOWN},      {"LATE", ROLE_DOWN},
		{"SLOW", ROLE_DEGRADED},   {"CERT", ROLE_DEGRADED},   {"DOMAIN", ROLE_DEGRADED},
		{"UNKNOWN", ROLE_UNKNOWN}, {"BLOCKED", ROLE_UNKNOWN}, {"FAILS", ROLE_DOWN},
	};

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (!strcmp(roles[i].level, level))
			return roles[i].role;
	return ROLE_DEGRADED;
}

static void age_of(const struct view *v, const json_t *item, const char *member, char *out,
		   size_t cap)
{
	int64_t at;

	if (time_parse(json_str(item, member, ""), &at))
		format_age(out, cap, app_now_ms(v->app) - at);
	else
		snprintf(out, cap, "%s", "");
}

/* ---- attention
 * ---------------------------------------------------------------------------------------- */

static int widest(const struct overview *o, const char *member, int least, int most)
{
	const json_t *item;
	size_t i;
	int width = least;

	for (i = 0; i < json_array_size(attention(o)); i++) {
		int w;

		item = json_array_get(attention(o), i);
		w = outside_width(json_str(item, member, ""));
		width = w > width ? w : width;
	}
	return width > most ? most : width;
}

/* What somebody sees to, or nothing is told of, is calm: its remedy is who, or why. @return whether
 * it is */
static bool remedy_of(const json_t *item, const char **key, char *out, size_t cap)
{
	const char *by = json_str(item, "acknowledged_by", "");
	bool calm = *by || json_bool(item, "silenced", false);

	if (*by)
		snprintf(out, cap, "by %s", alert_by(by));
	else
		snprintf(out, cap, "%s", calm ? "silenced" : json_str(item, "remedy", ""));
	if (calm && key)
		*key = "";
	return calm;
}

static int widest_remedy(const struct overview *o)
{
	int width = 0;

	for (size_t i = 0; i < json_array_size(attention(o)); i++) {
		char text[64];
		int w;

		remedy_of(json_array_get(attention(o), i), NULL, text, sizeof text);
		w = outside_width(text);
		width = w > width ? w : width;
	}
	return width > REMEDY ? REMEDY : width;
}

static void draw_line(struct view *v, struct overview *o, struct surface s, int y, int index)
{
	int names = widest(o, "name", NAMES_NARROWEST, s.width >= 60 ? NAMES_WIDEST : s.width / 3);
	int remedies = s.width >= 70 ? widest_remedy(o) : 0;
	const json_t *item = overview_item(o, index);
	const char *level = json_str(item, "level", ""), *key = json_str(item, "key", "");
	char remedy[64];
	bool calm = remedy_of(item, &key, remedy, sizeof remedy);
	int x = 1, right = s.width - 1;
	char age[FORMAT_TEXT];

	if (index == o->cursor)
		surface_glyph(s, y, 0, ROLE_KEY, GLYPH_CURSOR);
	if (json_bool(item, "new", false))
		surface_outside(s, y, x, ROLE_KEY, "*", 1);
	surface_outside(s, y, x + 1, calm ? ROLE_DIM : level_role(level), level, LEVEL - 1);
	x += LEVEL + 1;
	right -= remedies + 2;
	surface_outside(s, y, right, ROLE_KEY, key, 1);
	surface_outside(s, y, right + 2, ROLE_DIM, remedy, remedies);
	age_of(v, item, "since", age, sizeof age);
	right -= AGE + 1;
	surface_outside_right(s, y, right, ROLE_DIM, age, AGE - 1);
	x += surface_outside(s, y, x, calm ? ROLE_TEXT : ROLE_STRONG, json_str(item, "name", ""),
			     names);
	x = x < LEVEL + 2 + names ? LEVEL + 2 + names : x;
	surface_outside(s, y, x + 1, calm ? ROLE_DIM : ROLE_TEXT, json_str(item, "text", ""),
			right - x - 2);
	if (index == o->cursor)
		surface_add_style(s, y, 0, s.width, STYLE_SELECTED);
}

static int draw_attention(struct view *v, struct overview *o, struct surface s, int rows)
{
	size_t n = json_array_size(attention(o));
	int64_t total = json_int(o->data, "attention_total", (int64_t)n), at;
	char title[64], remark[96] = "", when[64], age[FORMAT_TEXT];
	int y = 1, first = 0, shown;

	if (time_parse(json_str(o->data, "since_seen", ""), &at))
		snprintf(remark, sizeof remark, "* new since you looked, %s",
			 format_time(when, sizeof when, at, app_now_ms(v->app)));
	snprintf(title, sizeof title, "Needs you: %lld", (long long)total);
	section_draw(s, 0, total ? title : "Needs you", total ? remark : "");
	if (n == 0) {
		age_of(v, o->data, "last_checked_at", age, sizeof age);
		if (*age)
			surface_printf(s, 1, 2, ROLE_UP, "Nothing needs you. Last checked %s ago.",
				       age);
		else
			surface_outside(s, 1, 2, ROLE_UNKNOWN, "Nothing was checked yet.", -1);
		return 2;
	}
	shown = (int)n < rows - 1 ? (int)n : rows - 1;
	if (shown < (int)n || total > (int64_t)n)
		shown = shown > 1 ? shown - (shown >= rows - 1) : shown;
	if (o->cursor < (int)n && o->cursor >= shown)
		first = o->cursor - shown + 1;
	for (int i = 0; i < shown; i++)
		draw_line(v, o, s, y++, first + i);
	if (total > shown)
		surface_printf(s, y++, 2, ROLE_DIM, "+%lld more", (long long)(total - shown));
	return y;
}

/* ---- shops and the house
 * --------------------------------------------------------------------------------- */

static int draw_shops(struct view *v, struct overview *o, struct surface s)
{
	size_t n = json_array_size(shops(o));
	int above = (int)json_array_size(attention(o)), rows = s.height - 2, first = 0;
	struct table_layout layout;

	if (n == 0 || s.height < 3)
		return 0;
	section_draw(s, 0, "Shops", "the last 24 hours");
	table_layout(&layout, shop_columns, ARRAY_LEN(shop_columns), s.width - 3);
	table_header(&layout, s, 1, 2, NULL);
	rows = (int)n < rows ? (int)n : rows;
	if (o->cursor - above >= rows)
		first = o->cursor - above - rows + 1;
	for (int i = 0; i < rows; i++) {
		bool here = above + first + i == o->cursor;

		table_row(&layout, s, 2 + i, 2, json_array_get(shops(o), (size_t)(first + i)),
			  app_now_ms(v->app));
		if (here) {
			surface_glyph(s, 2 + i, 0, ROLE_KEY, GLYPH_CURSOR);
			surface_add_style(s, 2 + i, 0, s.width, STYLE_SELECTED);
		}
	}
	return 2 + rows;
}

static void house_text(const struct overview *o, char *out, size_t cap)
{
	static const char *const states[] = {"down",     "flapping",    "unknown",
					     "degraded", "pending",     "new",
					     "up",       "maintenance", "paused"};
	const json_t *monitors = json_path(o->data, "counts.monitors");
	char age[FORMAT_TEXT];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(states) && n < cap; i++) {
		int64_t count = json_int(monitors, states[i], 0);

		if (count)
			n += (size_t)snprintf(out + n, cap - n, "%s%lld %s", n ? ", " : "",
					      (long long)count, states[i]);
	}
	if (n < cap)
		snprintf(out + n, cap - n, "   disk %.0f%% free   up %s",
			 json_num(json_object_get(o->data, "store"), "disk_free_pct", 0),
			 format_age(age, sizeof age,
				    1000 * json_int(json_object_get(o->data, "daemon"), "uptime_s",
						    0)));
}

/* "maintenance: night until 03:30, 12 monitors", "" when none is open. */
static void maintenance_text(const struct view *v, const struct overview *o, char *out, size_t cap)
{
	const json_t *open = json_object_get(o->data, "maintenance"), *w;
	char until[64];
	size_t i, n = 0;
	int64_t at;

	out[0] = '\0';
	json_array_foreach(open, i, w)
	{
		int64_t covered = json_int(w, "covered", 0);

		if (n >= cap || !time_parse(json_str(w, "ends_at", ""), &at))
			continue;
		n += (size_t)snprintf(out + n, cap - n, "%s%.40s until %s, %lld monitor%s",
				      n ? "; " : "maintenance: ", json_str(w, "name", ""),
				      format_time(until, sizeof until, at, app_now_ms(v->app)),
				      (long long)covered, covered == 1 ? "" : "s");
	}
}

static bool nobody_wakes(const struct overview *o)
{
	return json_int(o->data, "notifiers", 1) == 0;
}

static const char *notifier_hint(void)
{
	return resource_kind_find("notifier")
		       ? "Nothing can wake you yet: press n for a notifier."
		       : "Nothing can wake you yet: only this screen and `sellersmart status` tell.";
}

/* "told you: ops 07:11 ok", or that nothing gets out; "" when nothing was ever told. */
static enum role told_of(const struct view *v, const struct overview *o, char *out, size_t cap)
{
	const json_t *outbox = json_object_get(o->data, "outbox");
	long long pending = (long long)json_int(outbox, "pending", 0);
	const char *failing = json_str(outbox, "failing", "");
	int64_t now = app_now_ms(v->app), at;
	char sent[64] = "nothing yet", when[32];

	out[0] = '\0';
	if (time_parse(json_str(outbox, "sent_at", ""), &at))
		snprintf(sent, sizeof sent, "%.32s %s ok", json_str(outbox, "sent_by", ""),
			 told_time(when, sizeof when, at, now));
	else if (!pending)
		return ROLE_DIM;
	if (pending && *failing)
		snprintf(out, cap, "told you: %s; %s fails, %lld wait%s", sent, failing, pending,
			 pending == 1 ? "s" : "");
	else if (pending)
		snprintf(out, cap, "told you: %s; %lld wait%s", sent, pending,
			 pending == 1 ? "s" : "");
	else
		snprintf(out, cap, "told you: %s", sent);
	return *failing ? ROLE_DOWN : ROLE_DIM;
}

static int draw_house(struct view *v, struct overview *o, struct surface s)
{
	char text[256];
	enum role role;
	int y = 2;

	house_text(o, text, sizeof text);
	section_draw(s, 0, "House", "");
	surface_outside(s, 1, 2, ROLE_DIM, text, s.width - 3);
	if (nobody_wakes(o))
		surface_outside(s, y++, 2, ROLE_DEGRADED, notifier_hint(), s.width - 3);
	role = told_of(v, o, text, sizeof text);
	if (*text && !nobody_wakes(o))
		surface_outside(s, y++, 2, role, text, s.width - 3);
	maintenance_text(v, o, text, sizeof text);
	if (*text)
		surface_outside(s, y++, 2, ROLE_PAUSED, text, s.width - 3);
	return y;
}

/* ---- an empty house
 * ---------------------------------------------------------------------------------------- */

static void draw_empty(struct overview *o, struct surface s)
{
	int width = s.width < 64 ? s.width - 4 : 60, x = (s.width - width) / 2;
	int y = s.height > 14 ? s.height / 2 - 6 : 0;

	surface_outside(s, y++, x, ROLE_TITLE, "Which site shall be watched?", width);
	y += s.height > 10;
	y += wrapped_draw(s, y, x, width, ROLE_TEXT,
			  "Type your shop's address as in a browser and press Enter.", 2);
	y += s.height > 10;
	surface_glyph(s, y, x, ROLE_KEY, GLYPH_CURSOR);
	edit_draw(&o->address, s, y, x + 2, width - 2, ROLE_INPUT, o->typing);
	if (!o->address.len && !o->typing)
		surface_outside(s, y, x + 2, ROLE_DIM | STYLE_UNDERLINE, "Enter to type", -1);
	y += 1 + (s.height > 10);
	if (o->adding)
		surface_outside(s, y, x, ROLE_DIM, "adding it", width);
	else if (o->refused) {
		y += wrapped_draw(s, y, x, width, ROLE_ERROR, o->refusal.text, 3);
		if (*o->refusal.hint)
			wrapped_draw(s, y, x, width, ROLE_DIM, o->refusal.hint, 2);
	} else {
		y += wrapped_draw(
			s, y, x, width, ROLE_DIM,
			"It is then asked every minute whether it is up, how fast each phase "
			"is and what its certificate says.",
			3);
		wrapped_draw(s, y, x, width, ROLE_DIM,
			     "Esc leaves this line; then ? shows all keys.", 2);
	}
}

static void draw_fault(const struct overview *o, struct surface s)
{
	int y = 1;

	if (!o->failed) {
		surface_outside(s, y, 2, ROLE_DIM, "asking the daemon", -1);
		return;
	}
	y += wrapped_draw(s, y, 2, s.width - 4, ROLE_ERROR, o->fault.text, 3);
	if (*o->fault.hint) {
		y++;
		surface_printf(s, y++, 2, ROLE_TEXT, "try: %s", o->fault.hint);
	}
	surface_outside(s, y + 1, 2, ROLE_DIM,
			"This screen goes on by itself when the daemon is there.", s.width - 4);
}

/* The daemon is away since the start: how old this is. */
static void kept_text(const struct view *v, const struct overview *o, char *out, size_t cap)
{
	char when[FORMAT_TEXT], age[FORMAT_TEXT];
	int64_t now = app_now_ms(v->app);

	snprintf(out, cap, "as of %s, %s ago: the daemon has not answered since",
		 format_time(when, sizeof when, o->came_ms, now),
		 format_age(age, sizeof age, now - o->came_ms));
}

void overview_draw_all(struct view *v, struct overview *o, struct surface s)
{
	int shops_wanted, market_wanted, foot, rows, y, above;
	char text[FORMAT_TEXT];

	if (!o->data) {
		draw_fault(o, s);
		return;
	}
	if (json_bool(o->data, "empty", false)) {
		draw_empty(o, s);
		return;
	}
	follow(o);
	if (o->kept) {
		kept_text(v, o, text, sizeof text);
		surface_outside(s, 0, 1, ROLE_UNKNOWN, text, s.width - 2);
		s = surface_part(s, 1, 0, -1, -1);
	}
	foot = s.height >= 12
		       ? FOOT_ROWS + (json_array_size(json_object_get(o->data, "maintenance")) > 0)
		       : 0;
	shops_wanted = (int)json_array_size(shops(o)) + 2;
	if (shops_wanted > (s.height - foot) / 2)
		shops_wanted = (s.height - foot) / 2;
	market_wanted = overview_market_items(o) ? (int)overview_market_items(o) + 1 : 0;
	if (market_wanted > (s.height - foot) / 4)
		market_wanted = s.height >= MARKET_LEAST ? (s.height - foot) / 4 : 0;
	rows = s.height - foot - shops_wanted - market_wanted;
	y = draw_attention(v, o, s, rows);
	y += draw_shops(v, o, surface_part(s, y, 0, s.height - foot - market_wanted - y, -1));
	above = (int)(json_array_size(attention(o)) + json_array_size(shops(o)));
	if (market_wanted)
		y += overview_market_draw(o, surface_part(s, y, 0, s.height - foot - y, -1), above);
	if (foot)
		draw_house(v, o, surface_part(s, y, 0, -1, -1));
}

void overview_write_plain(struct view *v, const struct overview *o, struct buf *out)
{
	const json_t *item;
	char age[FORMAT_TEXT], text[256];
	size_t i;

	if (!o->data) {
		if (o->failed)
			buf_printf(out, "%s\ntry: %s\n", o->fault.text, o->fault.hint);
		return;
	}
	if (json_bool(o->data, "empty", false)) {
		buf_add_str(out, "Nothing is watched yet. Type: add, then your shop's address.\n");
		return;
	}
	if (o->kept) {
		kept_text(v, o, text, sizeof text);
		buf_printf(out, "%s\ntry: %s\n", text, o->fault.hint);
	}
	if (json_array_size(attention(o)) == 0)
		buf_add_str(out, "Nothing needs you.\n");
	else
		buf_printf(out, "Needs you: %lld\n",
			   (long long)json_int(o->data, "attention_total", 0));
	for (i = 0; i < json_array_size(attention(o)); i++) {
		item = json_array_get(attention(o), i);
		age_of(v, item, "since", age, sizeof age);
		buf_printf(out, "%s %s: %s%s%s", json_str(item, "level", ""),
			   json_str(item, "name", ""), json_str(item, "text", ""),
			   *age ? ", for " : "", age);
		if (json_int(item, "alert", 0))
			buf_printf(out, ", alert %lld", (long long)json_int(item, "alert", 0));
		if (remedy_of(item, NULL, text, sizeof text))
			buf_printf(out, ", %s%s",
				   *json_str(item, "acknowledged_by", "") ? "acknowledged " : "",
				   text);
		buf_add_char(out, '\n');
	}
	for (i = 0; i < json_array_size(shops(o)); i++) {
		char ms[FORMAT_TEXT], up[FORMAT_TEXT];

		item = json_array_get(shops(o), i);
		buf_printf(out, "Shop %s is %s, p95 %s, up %s in 24 hours\n",
			   json_str(item, "name", ""), json_str(item, "state", ""),
			   format_ms(ms, sizeof ms, json_num(item, "p95_24h_ms", -1)),
			   format_percent(up, sizeof up, json_num(item, "uptime_24h_pct", -1)));
	}
	overview_market_plain(o, out);
	house_text(o, text, sizeof text);
	buf_printf(out, "%s\n", text);
	told_of(v, o, text, sizeof text);
	if (*text)
		buf_printf(out, "%s\n", text);
	maintenance_text(v, o, text, sizeof text);
	if (*text)
		buf_printf(out, "%s\n", text);
	if (nobody_wakes(o))
		buf_printf(out, "%s\n", notifier_hint());
}
