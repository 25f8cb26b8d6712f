/* The one function that draws a frame: header, tabs, the screen, footer, and what lies above. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/internal.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum {
	COMPLETIONS = 12,
	LOW = 8,
	TAB_TITLE = 64,
	TABS_WIDE = 60,
	TABS_LEFT = 3, /* with a mark that there are more before */
	TABS_RIGHT = 4,
	LEFT_QUOTE = 0x2039,
};

bool frame_banner(const struct app *app, char *out, size_t cap)
{
	char since[FORMAT_TEXT], age[FORMAT_TEXT];

	if (app->connected)
		return bar_undelivered(app, out, cap);
	format_time(since, sizeof since, app->away_since, app_now_ms(app));
	if (app->ever_connected)
		snprintf(out, cap, "daemon away since %s; what you see is %s old, trying again",
			 since, format_age(age, sizeof age, app_now_ms(app) - app->away_since));
	else
		snprintf(out, cap, "%s", app->away_why.text);
	return true;
}

/* ---- header and tabs ---------------------------------------------------------------------------
 */

static void clock_text(const struct app *app, char *out, size_t cap, int width)
{
	time_t now = (time_t)(app_now_ms(app) / 1000);
	struct tm tm;

	localtime_r(&now, &tm);
	if (width >= 60)
		strftime(out, cap, "%a %e %b %H:%M %Z", &tm);
	else
		strftime(out, cap, "%H:%M", &tm);
}

static int crumb(struct surface s, int x, const struct view *v, unsigned style)
{
	surface_glyph(s, 0, x + 1, ROLE_DIM, GLYPH_CRUMB);
	return 3 + surface_outside(s, 0, x + 3, style, v->title, -1);
}

static void draw_header(struct app *app, struct surface s)
{
	char clock[64], state[64];
	struct view *base = app->tabs[app->tab_here].view;
	enum role role = ROLE_UP;
	int right, x;

	clock_text(app, clock, sizeof clock, s.width);
	right = s.width - outside_width(clock) - 1;
	surface_outside(s, 0, right, ROLE_DIM, clock, -1);
	if (app->frozen) {
		snprintf(state, sizeof state, "FROZEN, %lu held", app->held);
		role = ROLE_DEGRADED;
	} else if (!app->connected) {
		snprintf(state, sizeof state, "AWAY");
		role = ROLE_DOWN;
	} else {
		snprintf(state, sizeof state, app->ever_connected ? "live" : "connecting");
		role = app->ever_connected ? ROLE_UP : ROLE_DIM;
	}
	right -= outside_width(state) + 3;
	surface_outside(s, 0, right, role, state, -1);
	s = surface_part(s, 0, 0, 1, right - 1);
	x = 1 + surface_outside(s, 0, 1, ROLE_TITLE, s.width < 30 ? "SS" : "SellerSmart", -1);
	if (base && base->screen->shape == SHAPE_OWN && app->depth == 0 && app->tab_here == 0)
		return;
	if (base)
		x += crumb(s, x, base, app->depth ? ROLE_TEXT : ROLE_STRONG);
	for (size_t i = 0; i < app->depth; i++)
		x += crumb(s, x, app->stack[i], i + 1 == app->depth ? ROLE_STRONG : ROLE_TEXT);
}

/* "Alerts(6)": how many wait for a person. */
static const char *tab_title(const struct app *app, size_t tab, char out[static TAB_TITLE])
{
	const struct tab *t = &app->tabs[tab];
	const struct resource_kind *k = t->kind           ? t->kind
					: t->screen->kind ? resource_kind_find(t->screen->kind)
							  : NULL;
	const char *title = t->screen->title ? t->screen->title : k ? k->title : t->screen->name;
	int64_t n = k && !strcmp(k->kind, "alert") ? bar_open_alerts(app) : 0;

	snprintf(out, TAB_TITLE, n > 0 ? "%s(%lld)" : "%s", title, (long long)n);
	return out;
}

/* Columns of a tab: its number, its title, a blank after each. */
static int tab_cells(const struct app *app, size_t tab)
{
	char title[TAB_TITLE];

	return outside_width(tab_title(app, tab, title)) + 3;
}

/* Alerts that wait keep their tab on the line, whatever is left of it. */
static bool is_pinned(const struct app *app, size_t tab, int width)
{
	const struct screen *s = app->tabs[tab].screen;

	return width >= TABS_WIDE && s->kind && !strcmp(s->kind, "alert") &&
	       bar_open_alerts(app) > 0;
}

/* Where the tabs begin when that is the first one that is not pinned. */
static int tabs_left(const struct app *app, size_t first, int width)
{
	for (size_t i = 0; i < first; i++)
		if (is_pinned(app, i, width))
			return TABS_LEFT + tab_cells(app, i);
	return first ? TABS_LEFT : 1;
}

/* The first tab on the line: as many before the one that is here as there is room for. */
static size_t first_tab(const struct app *app, int width)
{
	size_t first = app->tab_here;
	int cells = app->n_tabs ? tab_cells(app, first) : 0;

	while (first > 0) {
		int more = cells + tab_cells(app, first - 1);

		if (more + tabs_left(app, first - 1, width) > width - TABS_RIGHT)
			break;
		cells = more;
		first--;
	}
	return first;
}

/* Where a tab is on the line, so that a click finds it again; -1: it is not shown, as it would not
 * be whole. The one that is here always is. */
static int tab_x(const struct app *app, size_t tab, int width)
{
	size_t first = first_tab(app, width);
	int x = tabs_left(app, first, width);

	if (tab < first)
		return is_pinned(app, tab, width) ? 1 : -1;
	for (size_t i = first; i < tab; i++)
		x += tab_cells(app, i);
	return tab == app->tab_here || x + tab_cells(app, tab) - 1 <= width - TABS_RIGHT ? x : -1;
}

static void draw_tabs(struct app *app, struct surface s)
{
	uint32_t before = s.canvas->ascii ? '<' : LEFT_QUOTE;
	char title[TAB_TITLE], number[12];

	for (size_t i = 0; i < app->n_tabs; i++) {
		bool here = i == app->tab_here;
		int x = tab_x(app, i, s.width);

		if (x < 0)
			continue;
		snprintf(number, sizeof number, "%d", (int)i + 1);
		for (int k = x - 1; k < x + tab_cells(app, i) - 1 && here; k++)
			surface_code(s, 0, k, ROLE_TAB_HERE, ' ');
		surface_outside(s, 0, x, here ? ROLE_TAB_HERE : ROLE_KEY, number, -1);
		surface_outside(s, 0, x + 2, here ? ROLE_TAB_HERE : ROLE_TAB,
				tab_title(app, i, title), -1);
	}
	surface_outside(s, 0, s.width - TABS_RIGHT, ROLE_KEY, "  ? ", TABS_RIGHT);
	if (app->n_tabs && tab_x(app, app->n_tabs - 1, s.width) < 0)
		surface_glyph(s, 0, s.width - TABS_RIGHT, ROLE_DIM, GLYPH_CRUMB);
	if (first_tab(app, s.width) > 0)
		surface_code(s, 0, tabs_left(app, first_tab(app, s.width), s.width) - TABS_LEFT,
			     ROLE_DIM, before);
}

/* ---- footer -------------------------------------------------------------------------------------
 */

static void draw_prompt(struct app *app, struct surface s)
{
	int x = 1 + surface_outside(s, 0, 1, ROLE_KEY, app->prompt.label, -1);

	if (app->prompt.hidden) {
		/* Not even its length. */
		surface_outside(s, 0, x, ROLE_DIM, app->prompt.edit.len ? "(typed)" : "", -1);
		surface_caret(s, 0, x + (app->prompt.edit.len ? 7 : 0));
		return;
	}
	edit_draw(&app->prompt.edit, s, 0, x, s.width - x - 1, ROLE_INPUT, true);
}

/* The key does something else here: what is more specific has taken it. */
static bool taken(struct app *app, const char *const *contexts, const struct binding *b,
		  const char *key)
{
	const struct binding *other = NULL;
	uint32_t code;

	if (!key_parse(key, &code))
		return false;
	while ((other = keymap_find(app->keymap, contexts, code, other)) && other != b)
		if (other->brief && app_binding_active(app_view(app), other))
			return true;
	return false;
}

static void draw_keys(struct app *app, struct surface s)
{
	const char *contexts[CONTEXTS_MAX];
	const struct view *v = app_view(app);
	bool typing = v->screen->typing && v->screen->typing(v);
	char key[32];
	int x = 1;

	app_contexts(app_view(app), contexts);
	for (const char *const *c = contexts; *c; c++)
		for (size_t i = 0; i < keymap_count(app->keymap); i++) {
			const struct binding *b = keymap_at(app->keymap, i);
			int need;

			if (!b->brief || strcmp(b->context, *c) != 0 ||
			    !app_binding_active(app_view(app), b))
				continue;
			keymap_first_key(app->keymap, b, key, sizeof key);
			if ((typing && strlen(key) == 1) || taken(app, contexts, b, key))
				continue;
			need = outside_width(key) + outside_width(b->brief) + 1;
			if (!*key || x + need >= s.width)
				continue;
			x += surface_outside(s, 0, x, ROLE_KEY, key, -1) + 1;
			x += surface_outside(s, 0, x, ROLE_DIM, b->brief, -1) + 2;
		}
}

static void draw_footer(struct app *app, struct surface s)
{
	if (app->prompt.open)
		draw_prompt(app, s);
	else if (*app->message)
		surface_outside(s, 0, 1, app->message_role, app->message, s.width - 2);
	else
		draw_keys(app, s);
}

static void draw_completions(struct app *app, struct surface s)
{
	const char *words[COMPLETIONS];
	size_t n = command_complete(app, app->prompt.edit.text, words, COMPLETIONS);
	int rows = (int)n < s.height / 2 ? (int)n : s.height / 2, width = 0;

	for (int i = 0; i < rows; i++)
		width = outside_width(words[i]) > width ? outside_width(words[i]) : width;
	for (int i = 0; i < rows; i++) {
		struct surface row = surface_part(s, s.height - rows + i, 1, 1, width + 2);

		surface_clear(row, ROLE_TEXT | STYLE_SELECTED);
		surface_outside(row, 0, 1, ROLE_TEXT | STYLE_SELECTED, words[i], -1);
	}
}

static void draw_confirm(struct app *app, struct surface s)
{
	int width = s.width < 66 ? s.width - 2 : 64;
	int height = 5 + (outside_width(app->confirm.question) + width / 4) / (width - 4);
	struct surface in = box_draw(s, height, width, app->confirm.title);
	int used =
		wrapped_draw(in, 0, 0, in.width, ROLE_TEXT, app->confirm.question, in.height - 1);
	int y = used + 1 < in.height ? in.height - 1 : used, x = 0;

	x += surface_outside(in, y, x, ROLE_KEY, "y", -1) + 1;
	x += surface_outside(in, y, x, ROLE_TEXT, "yes", -1) + 3;
	x += surface_outside(in, y, x, ROLE_KEY, "any other key", -1) + 1;
	surface_outside(in, y, x, ROLE_TEXT, "no", -1);
}

/* ---- the frame
 * ------------------------------------------------------------------------------------ */

void frame_draw(struct app *app)
{
	struct surface all = surface_all(&app->canvas), body;
	struct view *v = app_view(app);
	char banner[512];
	int top = 0;

	if (all.height < SMALLEST_HEIGHT || all.width < SMALLEST_WIDTH) {
		surface_outside(all, 0, 0, ROLE_TEXT, "enlarge to 20x6", all.width);
		return;
	}
	draw_header(app, surface_part(all, top++, 0, 1, -1));
	if (all.height >= LOW)
		draw_tabs(app, surface_part(all, top++, 0, 1, -1));
	if (frame_banner(app, banner, sizeof banner)) {
		struct surface line = surface_part(all, top++, 0, 1, -1);

		for (int x = 0; x < line.width; x++)
			surface_code(line, 0, x, ROLE_BANNER, ' ');
		surface_outside(line, 0, 1, ROLE_BANNER, banner, line.width - 2);
	}
	body = surface_part(all, top, 0, all.height - top - 1, -1);
	if (v)
		v->screen->draw(v, body);
	if (app->prompt.open || app->confirm.open || app->choice.open)
		app->canvas.caret_y = app->canvas.caret_x = -1;
	if (app->prompt.open && app->prompt.command)
		draw_completions(app, body);
	draw_footer(app, surface_part(all, all.height - 1, 0, 1, -1));
	if (app->choice.open)
		choice_draw(app, body);
	if (app->confirm.open)
		draw_confirm(app, body);
}

bool frame_tab_at(struct app *app, int y, int x, size_t *tab)
{
	if (y != 1 || app->canvas.height < LOW)
		return false;
	for (size_t i = 0; i < app->n_tabs; i++) {
		int at = tab_x(app, i, app->canvas.width);

		if (at >= 0 && x >= at - 1 && x < at - 1 + tab_cells(app, i)) {
			*tab = i;
			return true;
		}
	}
	return false;
}
