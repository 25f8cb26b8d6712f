/* Start in order, run the loop, stop in reverse order. */
#include "tui/app/dashboard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/paths.h"
#include "tui/app/internal.h"
#include "tui/app/listing.h"

enum {
	KEYS_FILE_MAX = 64 * 1024,
	PLAIN_INPUT_MAX = 64 * 1024,
	MINUTE_MS = 60000,
	DRAIN_ROUNDS = 1000
};

int64_t app_now_ms(const struct app *app)
{
	struct timespec t;

	if (app->options->fixed_now_ms)
		return app->options->fixed_now_ms;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void app_quit(struct app *app)
{
	app->quitting = true;
	uv_stop(&app->loop);
}

/* ---- the stream ----------------------------------------------------------------------------- */

static void on_up(void *arg)
{
	struct app *app = arg;
	bool back = app->ever_connected && !app->connected;

	app->connected = app->ever_connected = true;
	watch_reset(app);
	bar_ask(app);
	if (back)
		app_say(app, ROLE_UP, "the daemon is back");
	navigation_refresh(app);
}

static void on_away(void *arg, const struct error *why)
{
	struct app *app = arg;

	app->connected = false;
	app->away_since = app_now_ms(app);
	app->away_why = *why;
	app_damage(app);
}

static bool decode(const struct sse_message *m, json_t *body, struct live_message *out)
{
	*out = (struct live_message){.kind = json_str(body, "kind", ""), .body = body};
	if (!strcmp(m->event, "row")) {
		out->what = LIVE_ROW;
		out->body = json_object_get(body, "row");
		return out->body != NULL;
	}
	if (!strcmp(m->event, "list"))
		out->what = LIVE_LIST;
	else if (!strcmp(m->event, "event"))
		out->what = LIVE_EVENT;
	else if (!strcmp(m->event, "resync"))
		out->what = LIVE_RESYNC;
	else
		return false;
	return true;
}

static void on_message(void *arg, const struct sse_message *m)
{
	struct app *app = arg;
	struct live_message message;
	json_t *body = json_read(m->data, m->data_len, SSE_DATA_MAX, NULL);

	if (decode(m, body, &message)) {
		bar_message(app, &message);
		if (app->frozen) {
			app->held++;
		} else if (message.what == LIVE_RESYNC) {
			bar_ask(app);
			navigation_refresh(app);
		} else {
			view_message(app, &message);
			if (message.what == LIVE_EVENT && !app->term)
				plain_line(app, json_str(body, "text", ""));
			else if (message.what == LIVE_EVENT &&
				 !strcmp(json_str(body, "severity", ""), "critical"))
				app_say(app, ROLE_DOWN, "%s", json_str(body, "text", ""));
		}
		app_damage(app);
	}
	json_decref(body);
}

/* ---- signals, the terminal's input, the minute ----------------------------------------------- */

static void on_signal(uv_signal_t *s, int number)
{
	struct app *app = s->data;

	switch (number) {
	case SIGWINCH:
		if (app->term) {
			term_resized(app->term);
			paint_now(app);
		}
		break;
	case SIGTSTP:
		if (app->term) {
			term_suspend(app->term);
			paint_now(app);
		}
		break;
	case SIGPIPE: break;
	default: app->died_of = number; app_quit(app);
	}
}

static void start_signals(struct app *app)
{
	/* Before the terminal is opened: curses keeps handlers that are there. */
	static const int numbers[SIGNALS] = {SIGWINCH, SIGTSTP, SIGTERM, SIGHUP, SIGINT, SIGPIPE};

	for (size_t i = 0; i < SIGNALS; i++) {
		uv_signal_init(&app->loop, &app->signals[i]);
		app->signals[i].data = app;
		/* Without a screen Ctrl-Z needs no help. */
		if (app->options->plain && (numbers[i] == SIGTSTP || numbers[i] == SIGWINCH))
			continue;
		uv_signal_start(&app->signals[i], on_signal, numbers[i]);
	}
}

static void on_input(uv_poll_t *p, int status, int events)
{
	struct app *app = p->data;
	struct key k;
	bool any = false;

	if (!app->term) {
		plain_input(app);
		if (app->ending)
			uv_poll_stop(p);
		return;
	}
	while (!app->quitting && term_key(app->term, &k)) {
		any = true;
		input_key(app, &k);
	}
	if (any)
		paint_now(app); /* a key never waits for the frame cap */
	else if (status < 0 || term_gone(app->term)) {
		/* The terminal was closed; nobody may have told us by a signal. */
		app_quit(app);
	}
}

static void on_minute(uv_timer_t *t)
{
	struct app *app = t->data;

	uv_timer_start(t, on_minute, (uint64_t)(MINUTE_MS - app_now_ms(app) % MINUTE_MS) + 50, 0);
	if (app->connected && !app->frozen)
		navigation_refresh(app);
	bar_ask(app);
	app_damage(app);
}

/* ---- start and stop -------------------------------------------------------------------------- */

static enum err read_keys_file(struct app *app, struct error *e)
{
	char path[PATH_TEXT];
	struct buf text = BUF_INIT(KEYS_FILE_MAX);
	enum err code = ERR_NONE;
	FILE *f;

	if (!path_find_config(path, "keys"))
		return ERR_NONE;
	f = fopen(path, "re");
	if (!f)
		return error_set(e, ERR_CONFIG, "cannot read %.200s: %s", path, strerror(errno));
	for (;;) {
		char block[4096];
		size_t n = fread(block, 1, sizeof block, f);

		if (n == 0 || !buf_add(&text, block, n))
			break;
	}
	fclose(f);
	if (text.overflow)
		code = error_set(e, ERR_CONFIG, "%.200s is over %d KiB", path, KEYS_FILE_MAX >> 10);
	else
		code = keymap_load(app->keymap, buf_str(&text), path, e);
	buf_fini(&text);
	return code;
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return a && *a ? a : b && *b ? b : c;
}

static enum err read_settings(struct app *app, const struct session *s, struct error *e)
{
	const struct dashboard_options *o = app->options;
	const char *theme = first_of(o->theme, getenv("SELLERSMART_THEME"), s->theme);
	const char *graph = first_of(o->graph, getenv("SELLERSMART_GRAPH"), s->graph);
	const char *no_colour = getenv("NO_COLOR");

	app->bell_off = s->bell_off;
	app->no_colour = o->no_colour || (no_colour && *no_colour);
	app->theme = *theme ? theme_find(theme) : theme_table[0];
	if (!app->theme) {
		error_set(e, ERR_CONFIG, "no theme is called %.32s", theme);
		error_hint(e, "auto, 16, 256, truecolor, light, blue-orange or mono");
		return ERR_CONFIG;
	}
	if (*graph && !graph_style_parse(graph, &app->graph)) {
		error_set(e, ERR_CONFIG, "no graph style is called %.32s", graph);
		error_hint(e, "block, braille or ascii");
		return ERR_CONFIG;
	}
	return ERR_NONE;
}

static enum err open_terminal(struct app *app, struct error *e)
{
	struct term_options o = {.theme = app->theme, .no_colour = app->no_colour};

	if (app->options->plain)
		return ERR_NONE;
	app->term = term_open(&o, e);
	return app->term ? ERR_NONE : e->code;
}

static void first_screen(struct app *app, const struct session *s)
{
	const char *wanted = app->options->screen;

	navigation_tab(app, 0);
	if (!wanted && *s->screen)
		wanted = s->screen;
	if (!wanted)
		return;
	if (!app_go(app, wanted) && app->options->screen)
		app_say(app, ROLE_ERROR, "there is no screen %s: press ? for help", wanted);
	if (*s->cursor && app_view(app)->listing)
		listing_set_cursor(app_view(app)->listing, s->cursor);
}

static void open_loop(struct app *app)
{
	uv_loop_init(&app->loop);
	uv_timer_init(&app->loop, &app->frame_timer);
	uv_timer_init(&app->loop, &app->later_timer);
	uv_timer_init(&app->loop, &app->minute_timer);
	uv_timer_init(&app->loop, &app->message_timer);
	app->later_timer.data = app;
	app->frame_timer.data = app->minute_timer.data = app->message_timer.data = app;
	start_signals(app);
}

static void open_input(struct app *app)
{
	/* A file as standard input cannot be waited for: plain mode reads it at once. */
	if (uv_poll_init(&app->loop, &app->input, STDIN_FILENO) < 0) {
		while (!app->term && !app->ending)
			plain_input(app);
		return;
	}
	app->input.data = app;
	uv_poll_start(&app->input, UV_READABLE, on_input);
}

static void close_handle(uv_handle_t *h, void *arg)
{
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void close_all(struct app *app)
{
	navigation_stop(app);
	bar_stop(app);
	choice_stop(app);
	if (app->undo.done)
		app->undo.done(app->undo.arg, false);
	if (app->confirm.open)
		app->confirm.done(app->confirm.arg, false);
	if (app->prompt.open && app->prompt.done)
		app->prompt.done(app->prompt.arg, NULL);
	call_cancel(app->watch_call);
	live_close(app->live);
	channel_free(app->channel);
	/* What is left open is the application's own; each module closed its own above. */
	uv_walk(&app->loop, close_handle, NULL);
	for (int i = 0; i < DRAIN_ROUNDS && uv_run(&app->loop, UV_RUN_NOWAIT); i++)
		;
	uv_loop_close(&app->loop);
	keymap_free(app->keymap);
	canvas_fini(&app->canvas);
	buf_fini(&app->plain_shown);
	buf_fini(&app->plain_input);
	for (size_t i = 0; i < app->n_history; i++)
		free(app->history[i]);
}

static int say_why_not(const struct error *e)
{
	fprintf(stderr, "error: %s\n", e->text);
	if (*e->hint)
		fprintf(stderr, "try: %s\n", e->hint);
	return err_info(e->code)->exit;
}

int dashboard_run(const struct dashboard_options *o)
{
	static const struct live_events events = {
		.up = on_up, .away = on_away, .message = on_message};
	struct app *app = mem_zalloc(sizeof *app);
	struct session session = {0};
	struct error e = {0};
	int status = 0, died_of;

	app->options = o;
	app->plain_shown = BUF_INIT(1 << 20);
	app->plain_input = BUF_INIT(PLAIN_INPUT_MAX);
	app->keymap = keymap_new();
	actions_add_all(app->keymap);
	if (!o->no_session)
		session_load(&session);
	if (read_keys_file(app, &e) || read_settings(app, &session, &e)) {
		status = say_why_not(&e);
		keymap_free(app->keymap);
		free(app);
		return status;
	}
	open_loop(app);
	app->channel = channel_new(&app->loop, o->address);
	if (open_terminal(app, &e)) {
		status = say_why_not(&e);
		goto out;
	}
	navigation_start(app);
	app->connected = true; /* until it is known to be away, no alarm */
	first_screen(app, &session);
	app->started = true;
	paint_now(app); /* ink first, then the daemon */
	app->live = live_open(&app->loop, o->address, NULL, &events, app);
	open_input(app);
	if (!o->fixed_now_ms)
		on_minute(&app->minute_timer);
	uv_run(&app->loop, UV_RUN_DEFAULT);
	if (!o->no_session)
		session_save(app);
	term_close(app->term);
	app->term = NULL;
out:
	close_all(app);
	died_of = app->died_of;
	free(app);
	if (died_of) {
		signal(died_of, SIG_DFL);
		raise(died_of);
	}
	return status;
}
