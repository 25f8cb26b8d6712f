/* The form of any kind: a new resource, or a change of one. What it does; see tui/app/form.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/form.h"
#include "tui/app/form_secrets.h"
#include "tui/app/listing.h"
#include "tui/app/ops.h"

/* ---- sending
 * -------------------------------------------------------------------------------------------- */

static void on_saved(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct form *f = v->state;
	const struct resource_kind *kind = v->kind;
	bool fresh = !f->original;
	struct app *app = v->app;
	char id[64], made[MADE_TEXT];

	f->call = NULL;
	if (code == ERR_CANCELLED)
		return;
	if (code) {
		form_take_faults(f, &r->faults, e);
		app_say(app, ROLE_ERROR, "not saved: %s", e->text);
		return;
	}
	snprintf(id, sizeof id, "%s", json_str(r->data, "id", ""));
	snprintf(made, sizeof made, "%s", f->made);
	app_say(app, ROLE_UP, "saved %s", json_str(r->data, "name", ""));
	app_back(app); /* this view is gone now */
	if (app_view(app)->listing && *id)
		listing_set_cursor(app_view(app)->listing, id);
	if (fresh)
		ops_offer_test(app, kind, r->data, made);
	explicit_bzero(made, sizeof made);
}

static void send_body(struct view *v)
{
	struct form *f = v->state;
	json_t *body = f->body;
	struct buf path = BUF_INIT(1024);
	char *text = json_dumps(body, JSON_COMPACT), version[32];
	struct client_request q = {.body = text, .body_len = strlen(text)};

	buf_printf(&path, "/v1/%s", v->kind->plural);
	if (f->original) {
		buf_add_char(&path, '/');
		path_escape(&path, json_str(f->original, "id", v->ref));
		snprintf(version, sizeof version, "%lld",
			 (long long)json_int(f->original, "version", 0));
		q.method = "PATCH";
		q.if_match = version;
	} else {
		q.method = "POST";
	}
	q.path = buf_str(&path);
	call_cancel(f->call);
	f->call = channel_send(app_channel(v->app), &q, on_saved, v);
	buf_fini(&path);
	free(text);
}

static void on_secrets(void *arg, bool ok, const char *made)
{
	struct view *v = arg;
	struct form *f = v->state;

	snprintf(f->made, sizeof f->made, "%s", made);
	if (ok)
		send_body(v);
	app_damage(v->app);
}

static bool run_save(struct view *v, const struct binding *b)
{
	struct form *f = v->state;
	json_t *body;

	if (!f->ready || f->call)
		return true;
	body = form_body(f);
	if (!body) {
		app_say(v->app, ROLE_ERROR, "not saved: see the marked fields");
		return true;
	}
	if (f->original && json_object_size(body) == 0) {
		json_decref(body);
		app_back(v->app);
		return true;
	}
	json_decref(f->body);
	f->body = body;
	form_secrets(v->app, f, body, on_secrets, v);
	return true;
}

/* ---- keys
 * ---------------------------------------------------------------------------------------------------
 */

static bool run_next(struct view *v, const struct binding *b)
{
	form_move(v->state, 1);
	return true;
}

static bool run_previous(struct view *v, const struct binding *b)
{
	form_move(v->state, -1);
	return true;
}

static bool run_fold(struct view *v, const struct binding *b)
{
	form_fold(v->state);
	return true;
}

static void on_leave(void *arg, bool yes)
{
	struct view *v = arg;

	if (yes)
		app_back(v->app);
}

static bool run_cancel(struct view *v, const struct binding *b)
{
	struct form *f = v->state;

	if (!f->ready || !form_changed(f)) {
		app_back(v->app);
		return true;
	}
	app_confirm(v->app, "Leave the form", "Leave without saving? What you typed is lost.",
		    on_leave, v);
	return true;
}

static bool form_key(struct view *v, const struct key *k)
{
	struct form *f = v->state;

	if (!f->ready)
		return false;
	switch (form_take_key(f, k)) {
	case FORM_IGNORED: return false;
	case FORM_TAKEN: return true;
	case FORM_SAVE: return run_save(v, NULL);
	}
	return false;
}

static bool form_typing(const struct view *v)
{
	return true;
}

static const struct binding bindings[] = {
	{.context = "form",
	 .keys = "Ctrl-S F2",
	 .action = "save",
	 .brief = "save",
	 .run = run_save,
	 .help = "check it and save"},
	{.context = "form",
	 .keys = "Down Tab",
	 .action = "next",
	 .brief = "next",
	 .run = run_next,
	 .help = "next field"},
	{.context = "form",
	 .keys = "Up Shift-Tab",
	 .action = "previous",
	 .run = run_previous,
	 .help = "field before"},
	{.context = "form",
	 .keys = "Ctrl-T F3",
	 .action = "advanced",
	 .brief = "advanced",
	 .run = run_fold,
	 .help = "show or fold the rarer fields"},
	{.context = "form",
	 .keys = "Esc",
	 .action = "cancel",
	 .brief = "cancel",
	 .run = run_cancel,
	 .help = "leave without saving"},
};

/* ---- life
 * ---------------------------------------------------------------------------------------------------
 */

static void on_original(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct form *f = v->state;

	f->call = NULL;
	if (code) {
		f->failed = true;
		f->fault = *e;
	} else {
		snprintf(v->title, sizeof v->title, "edit %s", json_str(r->data, "name", v->ref));
		form_start(f, r->data, NULL);
	}
	app_damage(v->app);
}

static void form_open(struct view *v, const char *arg)
{
	struct form *f = form_new(v->kind);
	struct buf path = BUF_INIT(1024);

	v->state = f;
	if (!*v->ref) {
		snprintf(v->title, sizeof v->title, "new %s", v->kind->kind);
		form_start(f, NULL, arg);
		return;
	}
	buf_printf(&path, "/v1/%s/", v->kind->plural);
	path_escape(&path, v->ref);
	f->call = channel_get(app_channel(v->app), buf_str(&path), on_original, v);
	buf_fini(&path);
}

static void form_close(struct view *v)
{
	struct form *f = v->state;

	call_cancel(f->call);
	form_free(f);
}

static void form_draw_screen(struct view *v, struct surface s)
{
	form_draw(v->state, s);
}

static void form_plain(struct view *v, struct buf *out)
{
	buf_printf(out,
		   "Forms need a screen. Use: sellersmart %s add, or sellersmart %s edit NAME\n",
		   v->kind->kind, v->kind->kind);
}

extern const struct screen screen_form;
const struct screen screen_form = {
	.name = "form",
	.shape = SHAPE_FORM,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = form_open,
	.close = form_close,
	.key = form_key,
	.typing = form_typing,
	.draw = form_draw_screen,
	.plain = form_plain,
};
