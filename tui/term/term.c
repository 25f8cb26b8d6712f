#define _XOPEN_SOURCE_EXTENDED 1
#include "tui/term/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "shared/mem.h"
#include "tui/term/guard.h"

enum {
	ESCAPE_DELAY_MS = 25,
	KEY_PASTE_ON = KEY_MAX + 1, /* given to define_key() */
	KEY_PASTE_OFF,
	COPY_MAX = 8192,
	PAIR_FIRST = 1,
	BLOCKS_FIRST = 0x2580,
	BLOCKS_LAST = 0x259F,
};

struct terminal {
	SCREEN *screen;
	WINDOW *keys; /* 1x1: reading keys from the standard window would repaint it */
	struct termios sane;
	const struct theme *theme;
	enum colour_depth depth; /* what the terminal can do */
	bool no_colour;
	bool ascii;
	bool sync;       /* the terminal takes DEC 2026 */
	bool paste;      /* between paste marks */
	bool everything; /* the next frame paints all */
	int height, width;
	struct canvas shown;
};

static void write_all(const char *data, size_t n)
{
	while (n > 0) {
		ssize_t done = write(STDOUT_FILENO, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN) {
			struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

			if (poll(&p, 1, 1000) > 0)
				continue;
		}
		if (done <= 0)
			return;
		data += done;
		n -= (size_t)done;
	}
}

static void write_text(const char *text)
{
	write_all(text, strlen(text));
}

/* ---- opening ------------------------------------------------------------------------------- */

/* Old terminals print what they do not know instead of ignoring it. */
static bool takes_private_modes(const char *name)
{
	static const char *const old[] = {"linux", "vt1", "vt2", "vt5", "ansi", "dumb", "cons"};

	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		if (!strncmp(name, old[i], strlen(old[i])))
			return false;
	return true;
}

/* True colour needs a terminfo entry of its own: xterm-256color -> xterm-direct. */
static SCREEN *open_direct(const char *name)
{
	const char *colour = getenv("COLORTERM"), *dash = strstr(name, "-256color");
	char direct[64];
	int status;

	if (!colour || (strcmp(colour, "truecolor") && strcmp(colour, "24bit")) || !dash)
		return NULL;
	snprintf(direct, sizeof direct, "%.*s-direct", (int)(dash - name), name);
	if (setupterm(direct, STDOUT_FILENO, &status) != OK)
		return NULL;
	del_curterm(cur_term);
	return newterm(direct, stdout, stdin);
}

static enum err open_screen(struct terminal *t, const char *name, struct error *e)
{
	int status;

	if (setupterm(name, STDOUT_FILENO, &status) != OK) {
		error_set(e, ERR_UNAVAILABLE,
			  "cannot draw on this terminal: TERM=%.64s is not known here",
			  *name ? name : "(not set)");
		error_hint(e, "TERM=xterm-256color sellersmart, or sellersmart --plain");
		return ERR_UNAVAILABLE;
	}
	if (!cursor_address || !clear_screen || tigetflag("gn") > 0) {
		del_curterm(cur_term);
		error_set(e, ERR_UNAVAILABLE,
			  "cannot draw on this terminal: TERM=%.64s cannot move its cursor", name);
		error_hint(e, "sellersmart --plain, or sellersmart status");
		return ERR_UNAVAILABLE;
	}
	del_curterm(cur_term);
	if (!t->no_colour && t->theme->depth == DEPTH_TRUE)
		t->screen = open_direct(name);
	if (!t->screen)
		t->screen = newterm(name, stdout, stdin);
	if (!t->screen)
		return error_set(e, ERR_UNAVAILABLE, "cannot open the terminal TERM=%.64s", name);
	return ERR_NONE;
}

static void modes_on(struct terminal *t)
{
	raw();
	noecho();
	nonl();
	curs_set(0);
	if (t->sync)
		write_text("\033[?2004h");
}

static enum colour_depth colour_depth(const struct terminal *t)
{
	if (t->no_colour || !has_colors())
		return DEPTH_MONO;
	if (COLORS > 256)
		return DEPTH_TRUE;
	return COLORS >= 256 ? DEPTH_256 : COLORS >= 8 ? DEPTH_16 : DEPTH_MONO;
}

struct terminal *term_open(const struct term_options *o, struct error *e)
{
	const char *name = getenv("TERM");
	struct terminal *t = mem_zalloc(sizeof *t);

	name = name ? name : "";
	t->theme = o->theme ? o->theme : theme_table[0];
	t->no_colour = o->no_colour;
	t->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	t->sync = takes_private_modes(name);
	if (tcgetattr(STDIN_FILENO, &t->sane) < 0) {
		error_set(e, ERR_UNAVAILABLE, "standard input is not a terminal");
		error_hint(e, "sellersmart --plain, or sellersmart status");
		free(t);
		return NULL;
	}
	if (open_screen(t, name, e)) {
		free(t);
		return NULL;
	}
	guard_install(&t->sane);
	set_escdelay(ESCAPE_DELAY_MS);
	t->keys = newpad(1, 1);
	keypad(t->keys, TRUE);
	nodelay(t->keys, TRUE);
	define_key("\033[200~", KEY_PASTE_ON);
	define_key("\033[201~", KEY_PASTE_OFF);
	leaveok(stdscr, FALSE);
	modes_on(t);
	if (!t->no_colour && has_colors()) {
		start_color();
		use_default_colors();
	}
	t->depth = colour_depth(t);
	term_set_theme(t, t->theme);
	term_resized(t);
	return t;
}

void term_close(struct terminal *t)
{
	if (!t)
		return;
	term_set_mouse(t, false);
	if (t->sync)
		write_text("\033[?2004l");
	delwin(t->keys);
	endwin();
	delscreen(t->screen);
	guard_remove();
	tcsetattr(STDIN_FILENO, TCSANOW, &t->sane);
	canvas_fini(&t->shown);
	free(t);
}

bool term_ascii(const struct terminal *t)
{
	return t->ascii;
}

void term_size(const struct terminal *t, int *height, int *width)
{
	*height = t->height;
	*width = t->width;
}

void term_resized(struct terminal *t)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	getmaxyx(stdscr, t->height, t->width);
	term_repaint(t);
}

/* ---- colour -------------------------------------------------------------------------------- */

static enum colour_depth depth_used(const struct terminal *t)
{
	return t->theme->depth < t->depth ? t->theme->depth : t->depth;
}

static int pair_of(unsigned role, bool selected)
{
	return PAIR_FIRST + (int)role * 2 + (selected ? 1 : 0);
}

void term_set_theme(struct terminal *t, const struct theme *theme)
{
	struct ink background = {.rgb = theme->selected_rgb};
	enum colour_depth depth;
	int selected = -1;

	t->theme = theme;
	depth = depth_used(t);
	term_repaint(t);
	if (depth == DEPTH_MONO)
		return;
	if (depth >= DEPTH_256)
		selected = theme_colour(&background, depth);
	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		int colour = theme_colour(&theme->inks[r], depth);

		/* Eight colours only: bright black would be invisible black on black. */
		if (colour >= COLORS)
			colour = -1;
		init_extended_pair(pair_of(r, false), colour, -1);
		init_extended_pair(pair_of(r, true), colour, selected);
	}
}

static attr_t attributes_of(const struct terminal *t, unsigned style, int *pair)
{
	unsigned role = style & STYLE_ROLE;
	const struct ink *ink = &t->theme->inks[role < ROLE_COUNT ? role : ROLE_TEXT];
	enum colour_depth depth = depth_used(t);
	unsigned wanted = depth == DEPTH_MONO ? ink->mono : ink->attributes;
	bool selected = style & STYLE_SELECTED;
	attr_t a = A_NORMAL;

	a |= wanted & INK_BOLD || style & STYLE_BOLD ? A_BOLD : 0;
	a |= wanted & INK_DIM ? A_DIM : 0;
	a |= wanted & INK_UNDERLINE || style & STYLE_UNDERLINE ? A_UNDERLINE : 0;
	a |= wanted & INK_REVERSE || style & STYLE_REVERSE ? A_REVERSE : 0;
	*pair = depth == DEPTH_MONO ? 0 : pair_of(role, selected);
	if (selected && depth < DEPTH_256) {
		/* Reverse alone, so that every word of the row stays readable. */
		a = (a & ~(attr_t)A_DIM) | A_REVERSE;
		*pair = 0;
	}
	return a;
}

void term_set_mouse(struct terminal *t, bool on)
{
	mouseinterval(0);
	mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

/* ---- keys ---------------------------------------------------------------------------------- */

static uint32_t translate(wint_t c, bool special)
{
	static const struct {
		int curses;
		uint32_t code;
	} map[] = {
		{KEY_UP, KEY_CODE_UP},
		{KEY_DOWN, KEY_CODE_DOWN},
		{KEY_LEFT, KEY_CODE_LEFT},
		{KEY_RIGHT, KEY_CODE_RIGHT},
		{KEY_PPAGE, KEY_CODE_PGUP},
		{KEY_NPAGE, KEY_CODE_PGDN},
		{KEY_HOME, KEY_CODE_HOME},
		{KEY_END, KEY_CODE_END},
		{KEY_BTAB, KEY_CODE_BACKTAB},
		{KEY_BACKSPACE, KEY_CODE_BACKSPACE},
		{KEY_DC, KEY_CODE_DELETE},
		{KEY_ENTER, KEY_CODE_ENTER},
		{KEY_MOUSE, KEY_CODE_MOUSE},
		{KEY_PASTE_ON, KEY_CODE_PASTE_BEGIN},
		{KEY_PASTE_OFF, KEY_CODE_PASTE_END},
	};

	if (!special)
		return c == 127 || c == 8 ? KEY_CODE_BACKSPACE
		       : c == '\n'        ? KEY_CODE_ENTER
					  : (uint32_t)c;
	for (size_t i = 0; i < ARRAY_LEN(map); i++)
		if ((int)c == map[i].curses)
			return map[i].code;
	if ((int)c >= KEY_F(1) && (int)c <= KEY_F(12))
		return KEY_CODE_F1 + (uint32_t)((int)c - KEY_F(1));
	return KEY_CODE_NONE;
}

static bool read_mouse(struct key *k)
{
	MEVENT m;

	if (getmouse(&m) != OK)
		return false;
	k->y = m.y;
	k->x = m.x;
	if (m.bstate & BUTTON4_PRESSED)
		k->button = MOUSE_WHEEL_UP;
	else if (m.bstate & BUTTON5_PRESSED)
		k->button = MOUSE_WHEEL_DOWN;
	else if (m.bstate & BUTTON1_PRESSED)
		k->button = MOUSE_PRESS;
	else
		return false;
	return true;
}

bool term_key(struct terminal *t, struct key *k)
{
	wint_t c;
	int kind;

	while ((kind = wget_wch(t->keys, &c)) != ERR) {
		*k = (struct key){.code = translate(c, kind == KEY_CODE_YES), .pasted = t->paste};
		if (k->code == KEY_CODE_PASTE_BEGIN || k->code == KEY_CODE_PASTE_END) {
			t->paste = k->code == KEY_CODE_PASTE_BEGIN;
			continue;
		}
		if (k->code == KEY_CODE_NONE || (k->code == KEY_CODE_MOUSE && !read_mouse(k)))
			continue;
		return true;
	}
	return false;
}

bool term_gone(const struct terminal *t)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	int waiting = 0;

	if (poll(&p, 1, 0) <= 0)
		return false;
	if (p.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	/* Readable without a byte is the end of the file. */
	return p.revents & POLLIN && (ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0);
}

/* ---- painting ------------------------------------------------------------------------------ */

static void show_cell(const struct terminal *t, int y, int x, const struct cell *c)
{
	wchar_t text[4] = {(wchar_t)c->ch, (wchar_t)c->mark[0], (wchar_t)c->mark[1], 0};
	cchar_t out;
	int pair;
	attr_t a = attributes_of(t, c->style, &pair);

	if (c->ch == 0)
		return; /* drawn with the half before */
	/* A reversed block is a hole: bars keep their ink. */
	if (c->ch >= BLOCKS_FIRST && c->ch <= BLOCKS_LAST && !(c->style & STYLE_SELECTED))
		a &= ~(attr_t)A_REVERSE;
	if (setcchar(&out, text, a, (short)pair, NULL) == OK)
		mvwadd_wch(stdscr, y, x, &out);
}

static bool same_row(const struct canvas *a, const struct canvas *b, int y)
{
	size_t n = (size_t)a->width;

	return !memcmp(a->cells + (size_t)y * n, b->cells + (size_t)y * n, n * sizeof *a->cells);
}

static void remember(struct terminal *t, const struct canvas *c)
{
	if (t->shown.width != c->width || t->shown.height != c->height || !t->shown.cells)
		canvas_reset(&t->shown, c->height, c->width);
	memcpy(t->shown.cells, c->cells, sizeof *c->cells * (size_t)(c->width * c->height));
	t->shown.caret_y = c->caret_y;
	t->shown.caret_x = c->caret_x;
}

void term_show(struct terminal *t, const struct canvas *c)
{
	bool all = t->everything || t->shown.width != c->width || t->shown.height != c->height;
	bool caret = all || t->shown.caret_y != c->caret_y || t->shown.caret_x != c->caret_x;
	bool changed = caret;

	if (all) {
		werase(stdscr);
		clearok(curscr, TRUE);
	}
	for (int y = 0; y < c->height && y < t->height; y++) {
		if (!all && same_row(&t->shown, c, y))
			continue;
		changed = true;
		for (int x = 0; x < c->width; x++)
			show_cell(t, y, x, &c->cells[y * c->width + x]);
	}
	if (!changed)
		return;
	if (t->sync)
		write_text("\033[?2026h");
	curs_set(c->caret_y >= 0);
	wmove(stdscr, c->caret_y >= 0 ? c->caret_y : t->height - 1,
	      c->caret_y >= 0 ? c->caret_x : 0);
	wnoutrefresh(stdscr);
	doupdate();
	if (t->sync)
		write_text("\033[?2026l");
	remember(t, c);
	t->everything = false;
}

void term_repaint(struct terminal *t)
{
	t->everything = true;
}

/* ---- leaving for a while ------------------------------------------------------------------- */

void term_suspend(struct terminal *t)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, before;
	sigset_t set;

	if (t->sync)
		write_text("\033[?2004l");
	endwin();
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t->sane);
	sigaction(SIGTSTP, &stop, &before);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* The whole job stops, as with the terminal's own Ctrl-Z. */
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
	reset_prog_mode();
	modes_on(t);
	term_resized(t);
}

void term_copy(struct terminal *t, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strlen(text);
	struct buf out = BUF_INIT(COPY_MAX * 2);

	n = n > COPY_MAX ? COPY_MAX : n;
	buf_add_str(&out, "\033]52;c;");
	for (size_t i = 0; i < n; i += 3) {
		unsigned left = (unsigned)(n - i);
		unsigned a = (unsigned char)text[i], b = left > 1 ? (unsigned char)text[i + 1] : 0,
			 c = left > 2 ? (unsigned char)text[i + 2] : 0, v = a << 16 | b << 8 | c;

		buf_add_char(&out, digits[v >> 18]);
		buf_add_char(&out, digits[v >> 12 & 63]);
		buf_add_char(&out, left > 1 ? digits[v >> 6 & 63] : '=');
		buf_add_char(&out, left > 2 ? digits[v & 63] : '=');
	}
	buf_add_char(&out, '\a');
	write_all(buf_str(&out), out.len);
	buf_fini(&out);
}

void term_bell(struct terminal *t)
{
	write_all("\a", 1);
}
