/* Overview: what needs the user, worst first, then the shops. On an empty house it asks for an
 * address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/alert_ops.h"
#include "tui/app/app.h"
#include "tui/app/kept.h"
#include "tui/app/ops.h"
#include "tui/app/overview_draw.h"
#include "tui/widgets/format.h"

enum { ASK_EVERY_MS = 1000 };

/* ---- asking
 * ------------------------------------------------------------------------------------------ */

static void ask(struct view *v);

static void on_overview(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct overview *o = v->state;

	o->call = NULL;
	if (code) {
		o->fault = *e;
		o->failed = true;
		if (!o->data && (o->data = kept_load(v->app, "overview", &o->came_ms)))
			o->kept = true;
	} else {
		bool was_empty = !o->data || json_bool(o->data, "empty", false);

		o->failed = o->kept = false;
		o->came_ms = app_now_ms(v->app);
		json_decref(o->data);
		o->data = json_incref(r->data);
		app_house(v->app, o->data);
		if (json_bool(o->data, "empty", false) && was_empty && !o->left_line)
			o->typing = true;
		if (!json_bool(o->data, "empty", false))
			o->typing = false;
	}
	app_damage(v->app);
}

static void ask(struct view *v)
{
	struct overview *o = v->state;

	o->stale = false;
	o->asked_at = app_ticks(v->app);
	call_cancel(o->call);
	o->call = channel_get(app_channel(v->app), "/v1/overview", on_overview, v);
}

static void overview_message(struct view *v, const struct live_message *m)
{
	struct overview *o = v->state;

	if (m->what == LIVE_LIST || m->what == LIVE_EVENT)
		o->stale = true;
}

static void overview_draw(struct view *v, struct surface s)
{
	struct overview *o = v->state;
	uint64_t waited = app_ticks(v->app) - o->asked_at;

	if (o->stale && !o->call && waited >= ASK_EVERY_MS)
		ask(v);
	else if (o->stale)
		app_damage_in(v->app, waited < ASK_EVERY_MS ? ASK_EVERY_MS - waited : ASK_EVERY_MS);
	overview_draw_all(v, o, s);
}

/* ---- the first address
 * -------------------------------------------------------------------------------- */

static void on_added(void *arg, const struct error *e)
{
	struct view *v = arg;
	struct overview *o = v->state;

	o->adding = false;
	o->refused = e != NULL;
	if (e)
		o->refusal = *e;
	else
		ask(v);
	app_damage(v->app);
}

static bool address_key(struct view *v, const struct key *k)
{
	struct overview *o = v->state;

	if (k->code == KEY_CODE_ENTER && !k->pasted) {
		if (o->address.len && !o->adding) {
			o->adding = true;
			o->refused = false;
			ops_add_address(v->app, o->address.text, on_added, v);
		}
		return true;
	}
	if (k->code == KEY_CODE_ESC) {
		o->typing = false;
		o->left_line = true;
		return true;
	}
	return edit_key(&o->address, k);
}

/* ---- keys
 * ------------------------------------------------------------------------------------------------
 */

static bool overview_key(struct view *v, const struct key *k)
{
	struct overview *o = v->state;

	return o->typing && address_key(v, k);
}

static bool overview_typing(const struct view *v)
{
	const struct overview *o = v->state;

	return o->typing;
}

/* The remedy of a line is an action of its kind: the same keys as in that kind's list. */
static const json_t *overview_subject(const struct view *v, const struct resource_kind **kind)
{
	const struct overview *o = v->state;
	const json_t *item = overview_item(o, o->cursor);

	*kind = item ? overview_kind(item) : NULL;
	return item;
}

static bool run_move(struct view *v, const struct binding *b)
{
	struct overview *o = v->state;
	int n = (int)overview_items(o), by = !strcmp(b->action, "cursor-down") ? 1 : -1;

	if (!strcmp(b->action, "first"))
		by = -n;
	else if (!strcmp(b->action, "last"))
		by = n;
	o->cursor += by;
	o->cursor = o->cursor >= n ? n - 1 : o->cursor;
	o->cursor = o->cursor < 0 ? 0 : o->cursor;
	o->moved = true;
	overview_remember(o);
	return true;
}

static bool run_open(struct view *v, const struct binding *b)
{
	struct overview *o = v->state;
	const json_t *item = overview_item(o, o->cursor);
	const struct resource_kind *kind = overview_kind(item);

	if (!o->typing && json_bool(o->data, "empty", false)) {
		o->typing = true;
		return true;
	}
	if (!item || !kind)
		return false;
	if (!strcmp(json_str(item, "level", ""), "CHANGED"))
		return app_open_page(v->app, "diff", overview_ref(item), "");
	app_open(v->app, SHAPE_DETAIL, kind, overview_ref(item), json_str(item, "name", ""));
	return true;
}

static void on_seen(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;

	if (code == ERR_CANCELLED)
		return;
	if (code)
		app_say_error(v->app, e);
	ask(v);
}

static bool run_seen(struct view *v, const struct binding *b)
{
	if (app_undo(v->app))
		return true;
	channel_send(app_channel(v->app),
		     &(struct client_request){.method = "POST", .path = "/v1/overview/seen"},
		     on_seen, v);
	return true;
}

static void on_address(void *arg, const char *text)
{
	struct view *v = arg;

	if (text && *text)
		ops_add_address(v->app, text, NULL, NULL);
}

static bool run_add(struct view *v, const struct binding *b)
{
	app_prompt(v->app, "address to watch: ", "", NULL, on_address, v);
	return true;
}

/* ---- alerts ---------------------------------------------------------------------------------- */

static const json_t *item_here(const struct view *v)
{
	const struct overview *o = v->state;

	return overview_item(o, o->cursor);
}

static bool has_alert(const struct view *v)
{
	const json_t *item = item_here(v);

	return json_int(item, "alert", 0) > 0 || !strcmp(json_str(item, "kind", ""), "alert");
}

static bool can_ack(const struct view *v)
{
	return has_alert(v) && !*json_str(item_here(v), "acknowledged_by", "");
}

/* A line without an alert has nothing to acknowledge: then a new address is asked for. */
static bool run_ack(struct view *v, const struct binding *b)
{
	const char *by = json_str(item_here(v), "acknowledged_by", "");
	struct targets t;

	if (!alert_targets(v, &t))
		return run_add(v, b);
	if (*by)
		app_say(v->app, ROLE_INFO, "%s is acknowledged already, by %s", t.at[0].name,
			alert_by(by));
	else
		alert_ack(v, &t, NULL);
	return true;
}

static bool run_alert(struct view *v, const struct binding *b)
{
	void (*fn)(struct view * v, const struct targets *t) =
		!strcmp(b->action, "snooze") ? alert_snooze : alert_ack_note;
	struct targets t;

	if (!alert_targets(v, &t))
		return false;
	fn(v, &t);
	return true;
}

static bool run_find(struct view *v, const struct binding *b)
{
	return app_go(v->app, "monitors") && app_act(v->app, "filter");
}

static bool nobody_wakes(const struct view *v)
{
	const struct overview *o = v->state;

	return json_int(o->data, "notifiers", 1) == 0;
}

static bool run_notifier(struct view *v, const struct binding *b)
{
	const struct resource_kind *kind = resource_kind_find("notifier");

	if (!kind)
		return false;
	app_open(v->app, SHAPE_FORM, kind, NULL, NULL);
	return true;
}

static const struct binding bindings[] = {
	{.context = "overview",
	 .keys = "Enter Right l o",
	 .action = "open",
	 .brief = "open",
	 .run = run_open,
	 .help = "open the line under the cursor"},
	{.context = "overview",
	 .keys = "j Down",
	 .action = "cursor-down",
	 .run = run_move,
	 .help = "next line"},
	{.context = "overview",
	 .keys = "k Up",
	 .action = "cursor-up",
	 .run = run_move,
	 .help = "previous line"},
	{.context = "overview",
	 .keys = "g Home",
	 .action = "first",
	 .run = run_move,
	 .help = "first line"},
	{.context = "overview",
	 .keys = "G End",
	 .action = "last",
	 .run = run_move,
	 .help = "last line"},
	{.context = "overview",
	 .keys = "a",
	 .action = "ack",
	 .brief = "ack",
	 .run = run_ack,
	 .applies = can_ack,
	 .help = "acknowledge the alert of the line: you see to it"},
	{.context = "overview",
	 .keys = "A",
	 .action = "ack-note",
	 .run = run_alert,
	 .applies = has_alert,
	 .help = "acknowledge with a note for others"},
	{.context = "overview",
	 .keys = "z",
	 .action = "snooze",
	 .brief = "snooze",
	 .run = run_alert,
	 .applies = has_alert,
	 .help = "tell nothing about the line's alert for a while"},
	{.context = "overview",
	 .keys = "+",
	 .action = "watch",
	 .brief = "add",
	 .run = run_add,
	 .help = "watch an address: type it as in a browser"},
	{.context = "overview",
	 .keys = "u",
	 .action = "seen",
	 .brief = "seen",
	 .run = run_seen,
	 .help = "mark all that is new as seen"},
	{.context = "overview",
	 .keys = "n",
	 .action = "notifier",
	 .applies = nobody_wakes,
	 .run = run_notifier,
	 .needs = "notifier",
	 .help = "set up what wakes you"},
	{.context = "overview",
	 .keys = "/",
	 .action = "find",
	 .brief = "find",
	 .run = run_find,
	 .help = "find a monitor"},
};

static void overview_open(struct view *v, const char *arg)
{
	struct overview *o = mem_zalloc(sizeof *o);

	v->state = o;
	edit_set(&o->address, "");
	ask(v);
}

static void overview_close(struct view *v)
{
	struct overview *o = v->state;

	call_cancel(o->call);
	if (o->data && !o->kept)
		kept_save(v->app, "overview", o->data, o->came_ms);
	json_decref(o->data);
	free(o);
}

static void overview_plain(struct view *v, struct buf *out)
{
	overview_write_plain(v, v->state, out);
}

extern const struct screen screen_overview;
const struct screen screen_overview = {
	.name = "overview",
	.title = "Overview",
	.tab = 10,
	.shape = SHAPE_OWN,
	.house = true,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = overview_open,
	.close = overview_close,
	.refresh = ask,
	.message = overview_message,
	.key = overview_key,
	.typing = overview_typing,
	.subject = overview_subject,
	.draw = overview_draw,
	.plain = overview_plain,
};
