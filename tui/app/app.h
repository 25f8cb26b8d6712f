#pragma once
/* What screens may ask of the application: data, navigation, words to the user. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tui/client/channel.h"
#include "tui/screens/screen.h"
#include "tui/widgets/chart.h"

/* ---- time, data ---------------------------------------------------------------------------- */

/** Wall time, UTC ms. */
int64_t app_now_ms(const struct app *app);
struct channel *app_channel(struct app *app);
const struct keymap *app_keymap(const struct app *app);
enum graph_style app_graph(const struct app *app);
bool app_ascii(const struct app *app);
/** The daemon answers now. */
bool app_connected(const struct app *app);
/** A clock for distances only, ms; it stands still within one turn of the loop. */
uint64_t app_ticks(const struct app *app);
/** Repaint soon; at most 30 times a second. */
void app_damage(struct app *app);
/** Repaint after that time: for what was put off. */
void app_damage_in(struct app *app, uint64_t ms);

/** What /v1/overview answered: the bar of every screen tells a part of it. */
void app_house(struct app *app, json_t *overview);
/** {"open", "acknowledged", "silenced" (of the open ones), ...}; NULL: not known. Borrowed. */
const json_t *app_alert_counts(const struct app *app);

/* ---- navigation ---------------------------------------------------------------------------- */

/** Open "monitors", "monitor shop", "incidents shop", "help"... on top of what is shown, or as the
 *  only screen when it is a tab. @return false when there is no such place */
bool app_go(struct app *app, const char *place);
/** Open the list, detail or form of a kind on top. arg: initial filter, or the address of a new
 *  one, or a JSON object with the first entries of its form. */
void app_open(struct app *app, enum screen_shape shape, const struct resource_kind *kind,
	      const char *ref, const char *arg);
/** Open a page about one resource on top: "history" of mon_...; arg: as the page wants it. */
bool app_open_page(struct app *app, const char *name, const char *ref, const char *arg);
/** Close the top screen; the last one stays. */
void app_back(struct app *app);
void app_quit(struct app *app);
/** The view in front. */
struct view *app_view(struct app *app);

/* ---- words ---------------------------------------------------------------------------------- */

/** A line at the bottom until the next key or ten seconds have passed. */
void app_say(struct app *app, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void app_say_error(struct app *app, const struct error *e);
/** Ask for a line of text. changed: after each key, may be NULL. done: text is NULL on Esc. */
void app_prompt(struct app *app, const char *label, const char *text,
		void (*changed)(void *arg, const char *text),
		void (*done)(void *arg, const char *text), void *arg);
/** The same with the text hidden. */
void app_prompt_hidden(struct app *app, const char *label,
		       void (*done)(void *arg, const char *text), void *arg);
/** Ask yes or no: y does it, all else does not. arg is freed with done(arg, answer). */
void app_confirm(struct app *app, const char *title, const char *question,
		 void (*done)(void *arg, bool yes), void *arg);
/** Let the user choose among at most nine: chosen counts from 0, -1: none. */
void app_choose(struct app *app, const char *title, const char *const *labels,
		void (*done)(void *arg, int chosen), void *arg);
/** A box with a text and what to try ("" nothing), until the next key. */
void app_tell(struct app *app, const char *title, enum role role, const char *text,
	      const char *hint);
/** Copy to the clipboard. */
void app_copy(struct app *app, const char *text);
/** Offer "u undo" for ten seconds. done: the chance is used or gone. */
void app_offer_undo(struct app *app, void (*done)(void *arg, bool undo), void *arg);
bool app_undo(struct app *app);

/* ---- settings ------------------------------------------------------------------------------ */

bool app_set_theme(struct app *app, const char *name);
bool app_set_graph(struct app *app, const char *name);
void app_set_mouse(struct app *app, bool on);
/** Ring when something critical opens. */
void app_set_bell(struct app *app, bool on);
void app_set_frozen(struct app *app, bool on);
bool app_frozen(const struct app *app);
bool app_mouse(const struct app *app);
/** Do an action of the key table by name in the current contexts. */
bool app_act(struct app *app, const char *action);
/** What keys such as edit are about: the row under the cursor, the resource shown. Borrowed, may be
 *  NULL; kind is its kind, NULL when the screen has none. */
const json_t *view_subject(const struct view *v, const struct resource_kind **kind);
/** The row is of use in this view: for the footer and help. */
bool app_binding_active(const struct view *v, const struct binding *b);
/** Contexts of a view's keys, the most specific first; NULL-terminated. */
void app_contexts(const struct view *v, const char *contexts[static CONTEXTS_MAX]);
