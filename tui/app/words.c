/* What the application says and asks: messages, prompts, questions, undo; and its settings. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/app/internal.h"

struct channel *app_channel(struct app *app)
{
	return app->channel;
}

const struct keymap *app_keymap(const struct app *app)
{
	return app->keymap;
}

enum graph_style app_graph(const struct app *app)
{
	return app->graph;
}

bool app_ascii(const struct app *app)
{
	return app->canvas.ascii;
}

bool app_connected(const struct app *app)
{
	return app->connected && app->ever_connected;
}

/* ---- messages and undo ------------------------------------------------------------------------
 */

static void forget_undo(struct app *app, bool use)
{
	struct undo u = app->undo;

	app->undo = (struct undo){0};
	if (u.done)
		u.done(u.arg, use);
}

static void on_message_old(uv_timer_t *t)
{
	struct app *app = t->data;

	app->message[0] = '\0';
	forget_undo(app, false);
	app_damage(app);
}

void app_say(struct app *app, enum role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(app->message, sizeof app->message, fmt, ap);
	va_end(ap);
	app->message_role = role;
	if (!app->term)
		plain_line(app, app->message);
	uv_timer_start(&app->message_timer, on_message_old, MESSAGE_MS, 0);
	app_damage(app);
}

void app_say_error(struct app *app, const struct error *e)
{
	app_say(app, ROLE_ERROR, "%s%s%s", e->text, *e->hint ? " - try: " : "", e->hint);
}

void app_offer_undo(struct app *app, void (*done)(void *arg, bool undo), void *arg)
{
	forget_undo(app, false);
	app->undo = (struct undo){.done = done, .arg = arg};
	uv_timer_start(&app->message_timer, on_message_old, MESSAGE_MS, 0);
}

bool app_undo(struct app *app)
{
	if (!app->undo.done)
		return false;
	app->message[0] = '\0';
	forget_undo(app, true);
	return true;
}

/* ---- questions
 * ----------------------------------------------------------------------------------- */

void app_prompt(struct app *app, const char *label, const char *text,
		void (*changed)(void *arg, const char *text),
		void (*done)(void *arg, const char *text), void *arg)
{
	if (app->prompt.open && app->prompt.done)
		app->prompt.done(app->prompt.arg, NULL);
	app->prompt.open = true;
	app->prompt.command = app->prompt.hidden = false;
	app->prompt.changed = changed;
	app->prompt.done = done;
	app->prompt.arg = arg;
	app->prompt.recall = 0;
	snprintf(app->prompt.label, sizeof app->prompt.label, "%s", label);
	edit_set(&app->prompt.edit, text);
	app_damage(app);
}

void app_prompt_hidden(struct app *app, const char *label,
		       void (*done)(void *arg, const char *text), void *arg)
{
	app_prompt(app, label, "", NULL, done, arg);
	app->prompt.hidden = true;
}

void app_confirm(struct app *app, const char *title, const char *question,
		 void (*done)(void *arg, bool yes), void *arg)
{
	if (app->confirm.open)
		app->confirm.done(app->confirm.arg, false);
	app->confirm.open = true;
	snprintf(app->confirm.title, sizeof app->confirm.title, "%s", title);
	snprintf(app->confirm.question, sizeof app->confirm.question, "%s", question);
	app->confirm.done = done;
	app->confirm.arg = arg;
	if (!app->term)
		plain_line(app, question);
	app_damage(app);
}

void app_copy(struct app *app, const char *text)
{
	if (!app->term)
		return;
	term_copy(app->term, text);
	app_say(app, ROLE_INFO, "copied %s", text);
}

/* ---- settings
 * -------------------------------------------------------------------------------------- */

bool app_set_theme(struct app *app, const char *name)
{
	const struct theme *t = theme_find(name);

	if (!t)
		return false;
	app->theme = t;
	if (app->term)
		term_set_theme(app->term, t);
	app_damage(app);
	return true;
}

bool app_set_graph(struct app *app, const char *name)
{
	if (!graph_style_parse(name, &app->graph))
		return false;
	app_damage(app);
	return true;
}

void app_set_mouse(struct app *app, bool on)
{
	app->mouse = on;
	if (app->term)
		term_set_mouse(app->term, on);
}

bool app_mouse(const struct app *app)
{
	return app->mouse;
}

void app_set_bell(struct app *app, bool on)
{
	app->bell_off = !on;
	app_say(app, ROLE_INFO,
		on ? "the bell rings when something critical opens" : "the bell is off");
}

void app_set_frozen(struct app *app, bool on)
{
	app->frozen = on;
	app->held = 0;
	if (!on)
		navigation_refresh(app);
	app_damage(app);
}

bool app_frozen(const struct app *app)
{
	return app->frozen;
}
