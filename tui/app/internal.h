#pragma once
/* What the files of tui/app share with each other, and with nobody else. */
#include <uv.h>

#include "tui/app/app.h"
#include "tui/app/dashboard.h"
#include "tui/client/live.h"
#include "tui/term/term.h"
#include "tui/widgets/edit.h"

enum {
	STACK_MAX = 12,
	TABS_MAX = 9, /* number keys reach them */
	FRAME_MS = 34,
	MESSAGE_MS = 10000,
	WATCH_MAX = 200,
	SMALLEST_HEIGHT = 6,
	SMALLEST_WIDTH = 20,
	HISTORY_MAX = 32,
	SIGNALS = 6,
	CHOICES_MAX = 9,
	CHOICE_TEXT = 64,
};

/** A place on the tabs line. */
struct tab {
	const struct screen *screen;
	const struct resource_kind *kind; /* of a list that has no file of its own */
	int order;
	struct view *view; /* stays open once it was */
};

/** A line of text asked for at the bottom. */
struct prompt {
	bool open;
	bool hidden;  /* what is typed is a secret */
	bool command; /* the ":" line: completes, remembers */
	char label[32];
	struct edit edit;
	void (*changed)(void *arg, const char *text);
	void (*done)(void *arg, const char *text);
	void *arg;
	int recall; /* lines back in the history */
};

struct confirm {
	bool open;
	char title[64], question[640];
	void (*done)(void *arg, bool yes);
	void *arg;
};

/** A box with a few choices, or with a text to read (n is 0). */
struct choice {
	bool open;
	char title[64], text[512], hint[256];
	char labels[CHOICES_MAX][CHOICE_TEXT];
	size_t n;
	int at;
	enum role role;
	void (*done)(void *arg, int chosen);
	void *arg;
};

/** What the bar of every screen tells. */
struct bar {
	json_t *alerts, *outbox; /* members of the last /v1/overview, NULL before it */
	struct call *call;
	bool stale, rang;
	uint64_t asked_at, rang_at;
};

struct undo {
	void (*done)(void *arg, bool undo);
	void *arg;
};

struct app {
	const struct dashboard_options *options;
	uv_loop_t loop;
	uv_poll_t input;
	uv_signal_t signals[SIGNALS];
	uv_timer_t frame_timer, later_timer, minute_timer, message_timer;
	struct terminal *term; /* NULL in plain mode */
	struct canvas canvas;
	uint64_t painted_at; /* uv_now of the last frame */
	bool damaged, started;

	struct channel *channel;
	struct live *live;
	bool connected, ever_connected;
	int64_t away_since;
	struct error away_why;
	struct call *watch_call;
	char watched[WATCH_MAX][32]; /* ids the stream was told last */
	size_t n_watched;
	const struct resource_kind *watched_kind;

	struct keymap *keymap;
	struct tab tabs[TABS_MAX];
	size_t n_tabs, tab_here;
	struct view *stack[STACK_MAX]; /* above the tab's own view */
	size_t depth;

	struct prompt prompt;
	struct confirm confirm;
	struct choice choice;
	struct undo undo;
	struct bar bar;
	char message[512];
	enum role message_role;
	char *history[HISTORY_MAX];
	size_t n_history;

	const struct theme *theme;
	enum graph_style graph;
	bool frozen, mouse, no_colour, bell_off;
	unsigned long held; /* updates not shown while frozen */

	struct buf plain_shown; /* plain mode: what was printed last */
	struct buf plain_input;
	bool quitting;
	bool ending; /* plain mode: no more commands, leave when all is answered */
	int died_of; /* signal to end by after cleaning up, 0: none */
};

/* navigation.c */
void navigation_start(struct app *app);
void navigation_stop(struct app *app);
void navigation_tab(struct app *app, size_t tab);
/** Ask again for everything shown. */
void navigation_refresh(struct app *app);
void view_message(struct app *app, const struct live_message *m);

/* actions.c: the application's own rows of the key table */
extern const struct binding app_bindings[];
extern const size_t app_bindings_count;
void actions_add_all(struct keymap *m);

/* input.c */
void input_key(struct app *app, const struct key *k);

/* frame.c: draw everything on app->canvas */
void frame_draw(struct app *app);
/** The line that says that the daemon is away or that messages do not get out; false: neither. */
bool frame_banner(const struct app *app, char *out, size_t cap);
/** The tab that a click hit. */
bool frame_tab_at(struct app *app, int y, int x, size_t *tab);

/* bar.c */
void bar_ask(struct app *app);
/** Before each frame: ask again when something changed. */
void bar_freshen(struct app *app);
void bar_message(struct app *app, const struct live_message *m);
void bar_stop(struct app *app);
/** Alerts that wait for a person. */
int64_t bar_open_alerts(const struct app *app);
bool bar_undelivered(const struct app *app, char *out, size_t cap);

/* choice.c */
void choice_key(struct app *app, const struct key *k);
/** Plain mode: the number that was typed, all else leaves. */
void choice_line(struct app *app, const char *line);
void choice_draw(const struct app *app, struct surface s);
void choice_stop(struct app *app);

/* paint.c */
void paint_now(struct app *app);
void paint_forget(struct app *app);

/* watch.c: tell the stream which rows are on the screen */
void watch_update(struct app *app);
void watch_reset(struct app *app);

/* command_line.c */
void command_run(struct app *app, const char *line);
/** Words that could stand at the end of line. @return how many were written, each once, sorted */
size_t command_complete(struct app *app, const char *line, const char *out[], size_t max);
void command_open(struct app *app);

/* session.c */
struct session {
	char screen[64], cursor[64], theme[32], graph[16];
	bool bell_off;
};
void session_load(struct session *s);
void session_save(const struct app *app);

/* plain.c */
void plain_show(struct app *app);
void plain_line(struct app *app, const char *text);
void plain_input(struct app *app);
