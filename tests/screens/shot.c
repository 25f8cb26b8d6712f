/* Run a program on a terminal that is not there: a pty and libvterm. Steps type keys, resize, send
 * signals, wait for what should appear, compare with a golden screen, and measure the wire.
 *
 *     shot [-s COLSxROWS] [-t TERM] [-w RAWFILE] STEP... -- COMMAND ARG...
 *
 *     text:STR gone:STR   wait until the screen shows STR, or no longer shows it
 *     row:N:STR           wait until row N (from 0) shows STR
 *     golden:FILE         wait until the screen equals FILE; UPDATE=1 writes it instead
 *     key:STR             type; \e Esc  \n Enter  \t Tab  \u \d \l \r arrows  \p \P page up, down
 *                         \h \E home, end  ^X control
 *     size:CxR  sig:NAME  hup  snap  attrs
 *     status              how the program is, and whether the terminal was put back
 *     ink                 ms to the first ink
 *     idle:MS             bytes, frames and wake-ups of a time in which nothing happens
 *     load:MS             the same, a second
 *     latency:N           ms from a key to its frame, N times
 *     reach:KEY:STR       ms from a key until the screen shows STR
 *     rss                 memory of the program, kB
 *     quiet:MS            until nothing was written for that long
 * Waiting ends after ten seconds with a message and exit status 1. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum { DEADLINE_MS = 10000, TEXT_MAX = 64 * 1024, SAMPLES_MAX = 1000 };

struct shot {
	VTerm *vt;
	VTermScreen *screen;
	int master, slave, status_fd, raw_fd;
	int rows, cols;
	pid_t leader, app;
	char state;    /* R T C X K: running, stopped, continued, exited, killed */
	int state_arg; /* status or signal */
	bool alt, caret, mouse, gone, failed;
	char tail[8];
	long bytes, frames;
	double started, first_ink;
	struct termios before;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- the emulator ---------------------------------------------------------------------------- */

static int on_property(VTermProp p, VTermValue *v, void *arg)
{
	struct shot *s = arg;

	if (p == VTERM_PROP_ALTSCREEN)
		s->alt = v->boolean;
	if (p == VTERM_PROP_CURSORVISIBLE)
		s->caret = v->boolean;
	if (p == VTERM_PROP_MOUSE)
		s->mouse = v->number != 0;
	return 1;
}

static void on_answer(const char *data, size_t n, void *arg)
{
	struct shot *s = arg;

	if (write(s->master, data, n) < 0)
		s->gone = true;
}

static size_t put_code(char *d, uint32_t c)
{
	if (c < 0x80) {
		d[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		d[0] = (char)(0xC0 | c >> 6);
		d[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		d[0] = (char)(0xE0 | c >> 12);
		d[1] = (char)(0x80 | (c >> 6 & 63));
		d[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	d[0] = (char)(0xF0 | c >> 18);
	d[1] = (char)(0x80 | (c >> 12 & 63));
	d[2] = (char)(0x80 | (c >> 6 & 63));
	d[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* One row as text without trailing spaces. */
static size_t row_text(struct shot *s, int row, char *out)
{
	VTermScreenCell c;
	VTermPos p = {row, 0};
	size_t n = 0, end = 0;

	for (p.col = 0; p.col < s->cols; p.col++) {
		vterm_screen_get_cell(s->screen, p, &c);
		if (c.chars[0] == (uint32_t)-1)
			continue; /* right half of a wide character */
		if (!c.chars[0]) {
			c.chars[0] = ' ';
			c.chars[1] = 0; /* libvterm left it as it was */
		}
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && c.chars[i]; i++)
			n += put_code(out + n, c.chars[i]);
		if (c.chars[0] != ' ')
			end = n;
	}
	out[end] = '\0';
	return end;
}

static const char *screen_text(struct shot *s)
{
	static char text[TEXT_MAX];
	size_t n = 0;

	for (int r = 0; r < s->rows && n + (size_t)s->cols * 16 < sizeof text; r++) {
		n += row_text(s, r, text + n);
		text[n++] = '\n';
	}
	text[n] = '\0';
	return text;
}

static void take_bytes(struct shot *s, const char *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		memmove(s->tail, s->tail + 1, 7);
		s->tail[7] = data[i];
		s->frames += !memcmp(s->tail, "\033[?2026l", 8);
	}
	s->bytes += (long)n;
	if (s->raw_fd >= 0 && write(s->raw_fd, data, n) < 0)
		s->failed = true;
	vterm_input_write(s->vt, data, n);
	vterm_screen_flush_damage(s->screen);
	if (s->first_ink < 0 && strspn(screen_text(s), " \n") < strlen(screen_text(s)))
		s->first_ink = now_ms() - s->started;
}

/* Read what is there within ms. @return false when nothing came */
static bool pump(struct shot *s, int ms)
{
	struct pollfd p[2] = {{.fd = s->gone ? -1 : s->master, .events = POLLIN},
			      {.fd = s->status_fd, .events = POLLIN}};
	char block[65536];
	char state[2];
	ssize_t n;

	if (poll(p, 2, ms) <= 0)
		return false;
	if (p[1].revents & POLLIN && read(s->status_fd, state, 2) == 2) {
		s->state = state[0];
		s->state_arg = (unsigned char)state[1];
		return true;
	}
	if (p[1].revents & POLLHUP)
		s->status_fd = -1;
	if (!(p[0].revents & (POLLIN | POLLHUP)))
		return false;
	n = read(s->master, block, sizeof block);
	if (n <= 0)
		s->gone = true;
	else
		take_bytes(s, block, (size_t)n);
	return n > 0;
}

__attribute__((format(printf, 2, 3))) static void complain(struct shot *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n%s", screen_text(s));
	s->failed = true;
}

/* ---- steps that wait ------------------------------------------------------------------------- */

static void wait_text(struct shot *s, const char *want, bool there)
{
	double end = now_ms() + DEADLINE_MS;

	while ((strstr(screen_text(s), want) != NULL) != there) {
		if (now_ms() > end || s->gone) {
			complain(s, "the screen %s: %s", there ? "never showed" : "still shows",
				 want);
			return;
		}
		pump(s, 50);
	}
}

static void wait_row(struct shot *s, const char *arg)
{
	double end = now_ms() + DEADLINE_MS;
	int row = atoi(arg);
	const char *want = strchr(arg, ':') + 1;
	char text[4096];

	for (;;) {
		row_text(s, row, text);
		if (strstr(text, want))
			return;
		if (now_ms() > end || s->gone) {
			complain(s, "row %d never showed: %s", row, want);
			return;
		}
		pump(s, 50);
	}
}

static void quiet(struct shot *s, int ms)
{
	double end = now_ms() + DEADLINE_MS;

	while (now_ms() < end && pump(s, ms))
		;
}

static void golden(struct shot *s, const char *path)
{
	static char want[TEXT_MAX];
	double end = now_ms() + DEADLINE_MS;
	size_t n;
	FILE *f;

	if (getenv("UPDATE")) {
		quiet(s, 300);
		f = fopen(path, "w");
		if (!f || fputs(screen_text(s), f) < 0 || fclose(f) != 0)
			complain(s, "cannot write %s", path);
		return;
	}
	f = fopen(path, "r");
	if (!f) {
		complain(s, "no golden screen %s; UPDATE=1 writes it", path);
		return;
	}
	n = fread(want, 1, sizeof want - 1, f);
	want[n] = '\0';
	fclose(f);
	while (strcmp(screen_text(s), want) != 0) {
		if (now_ms() > end || s->gone) {
			printf("---- %s should be\n%s", path, want);
			complain(s, "---- but is");
			return;
		}
		pump(s, 50);
	}
}

/* ---- steps that do --------------------------------------------------------------------------- */

static void type(struct shot *s, const char *keys)
{
	static const struct {
		char c;
		const char *bytes;
	} escapes[] = {
		{'e', "\033"},    {'n', "\r"},     {'t', "\t"},     {'u', "\033OA"},
		{'d', "\033OB"},  {'r', "\033OC"}, {'l', "\033OD"}, {'p', "\033[5~"},
		{'P', "\033[6~"}, {'h', "\033OH"}, {'E', "\033OF"}, {'\\', "\\"},
	};
	char out[1024];
	size_t n = 0;

	for (const char *k = keys; *k && n + 8 < sizeof out; k++) {
		if (*k == '^' && k[1]) {
			out[n++] = (char)(*++k & 31);
		} else if (*k == '\\' && k[1]) {
			k++;
			for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
				if (escapes[i].c == *k) {
					memcpy(out + n, escapes[i].bytes, strlen(escapes[i].bytes));
					n += strlen(escapes[i].bytes);
				}
		} else {
			out[n++] = *k;
		}
	}
	if (write(s->master, out, n) < 0)
		complain(s, "cannot type");
}

static void resize(struct shot *s, const char *size)
{
	struct winsize w;

	sscanf(size, "%dx%d", &s->cols, &s->rows);
	w = (struct winsize){.ws_row = (unsigned short)s->rows, .ws_col = (unsigned short)s->cols};
	vterm_set_size(s->vt, s->rows, s->cols);
	ioctl(s->master, TIOCSWINSZ, &w);
}

static int signal_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} table[] = {
		{"TSTP", SIGTSTP}, {"CONT", SIGCONT}, {"TERM", SIGTERM}, {"SEGV", SIGSEGV},
		{"ABRT", SIGABRT}, {"INT", SIGINT},   {"HUP", SIGHUP},   {"KILL", SIGKILL},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strcmp(name, table[i].name))
			return table[i].number;
	return 0;
}

static void attributes(struct shot *s)
{
	bool colour = false, attribute = false;
	VTermScreenCell c;
	VTermPos p;

	for (p.row = 0; p.row < s->rows; p.row++)
		for (p.col = 0; p.col < s->cols; p.col++) {
			vterm_screen_get_cell(s->screen, p, &c);
			colour = colour || !VTERM_COLOR_IS_DEFAULT_FG(&c.fg) ||
				 !VTERM_COLOR_IS_DEFAULT_BG(&c.bg);
			attribute =
				attribute || c.attrs.bold || c.attrs.underline || c.attrs.reverse;
		}
	printf("colour=%d attributes=%d\n", colour, attribute);
}

static void status(struct shot *s)
{
	double end = now_ms() + 3000;
	struct termios after = {0};
	bool restored;

	while (now_ms() < end && (s->state == 'R' || s->state == 'C'))
		pump(s, 50);
	quiet(s, 50);
	tcgetattr(s->slave, &after);
	restored = after.c_lflag == s->before.c_lflag && after.c_iflag == s->before.c_iflag &&
		   after.c_oflag == s->before.c_oflag;
	printf("state=%c%d altscreen=%d caret=%d mouse=%d termios=%s\n", s->state, s->state_arg,
	       s->alt, s->caret, s->mouse, restored ? "restored" : "changed");
}

static void hang_up(struct shot *s)
{
	double start = now_ms();

	close(s->master);
	s->gone = true;
	while (now_ms() < start + 3000 && s->state != 'X' && s->state != 'K')
		pump(s, 20);
	printf("hangup state=%c%d %s\n", s->state, s->state_arg,
	       now_ms() - start < 1000 ? "within a second" : "too late");
}

/* ---- steps that measure ---------------------------------------------------------------------- */

static long proc_number(pid_t pid, const char *file, const char *label)
{
	char path[64], line[256];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, label, strlen(label)))
			value = atol(line + strlen(label));
	if (f)
		fclose(f);
	return value;
}

static void measure(struct shot *s, const char *what, int ms)
{
	long bytes = s->bytes, frames = s->frames;
	long wakes = proc_number(s->app, "status", "voluntary_ctxt_switches:");
	double start = now_ms(), seconds;

	while (now_ms() < start + ms)
		pump(s, (int)(start + ms - now_ms()) + 1);
	seconds = what[0] == 'l' ? (now_ms() - start) / 1000 : 1;
	printf("%s bytes=%.0f frames=%.0f wakeups=%ld\n", what,
	       (double)(s->bytes - bytes) / seconds, (double)(s->frames - frames) / seconds,
	       proc_number(s->app, "status", "voluntary_ctxt_switches:") - wakes);
}

static int by_size(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

static void latency(struct shot *s, int n)
{
	static double took[SAMPLES_MAX];

	n = n > SAMPLES_MAX ? SAMPLES_MAX : n;
	for (int i = 0; i < n; i++) {
		double start;
		long frames;

		while (pump(s, 0))
			;
		frames = s->frames;
		start = now_ms();
		type(s, i % 2 ? "k" : "j");
		while (s->frames == frames && now_ms() < start + 1000)
			pump(s, 50);
		took[i] = now_ms() - start;
	}
	qsort(took, (size_t)n, sizeof *took, by_size);
	printf("latency p50=%.1f p95=%.1f max=%.1f\n", took[n / 2], took[n * 95 / 100],
	       took[n - 1]);
}

static void reach(struct shot *s, const char *arg)
{
	const char *want = strchr(arg, ':') + 1;
	char key[64];
	double start = now_ms();

	snprintf(key, sizeof key, "%.*s", (int)(want - 1 - arg), arg);
	type(s, key);
	while (!strstr(screen_text(s), want) && now_ms() < start + DEADLINE_MS)
		pump(s, 5);
	printf("reach=%.1f\n", now_ms() - start);
}

/* ---- the program -------------------------------------------------------------------------------
 */

/* A leader of the session stays above the program, so that its group is not orphaned: else the
 * kernel would throw Ctrl-Z away. It tells how the program fares. */
static void lead(struct shot *s, char **command, int report, int pid_out)
{
	pid_t app;
	int st;

	setsid();
	ioctl(s->slave, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	close(s->master);
	app = fork();
	if (app == 0) {
		setpgid(0, 0);
		tcsetpgrp(s->slave, getpid());
		signal(SIGTTOU, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		for (int fd = 0; fd < 3; fd++)
			dup2(s->slave, fd);
		execvp(command[0], command);
		_exit(127);
	}
	if (write(pid_out, &app, sizeof app) < 0)
		_exit(1);
	while (waitpid(app, &st, WUNTRACED | WCONTINUED) > 0) {
		char out[2] = {'C', 0};

		if (WIFSTOPPED(st))
			out[0] = 'T', out[1] = (char)WSTOPSIG(st);
		else if (WIFEXITED(st))
			out[0] = 'X', out[1] = (char)WEXITSTATUS(st);
		else if (WIFSIGNALED(st))
			out[0] = 'K', out[1] = (char)WTERMSIG(st);
		if (write(report, out, 2) < 0 || out[0] == 'X' || out[0] == 'K')
			break;
	}
	for (;;)
		pause();
}

static bool start(struct shot *s, const char *term, char **command)
{
	struct winsize w = {.ws_row = (unsigned short)s->rows, .ws_col = (unsigned short)s->cols};
	static VTermScreenCallbacks callbacks;
	int report[2], pids[2];

	s->vt = vterm_new(s->rows, s->cols);
	vterm_set_utf8(s->vt, 1);
	s->screen = vterm_obtain_screen(s->vt);
	callbacks.settermprop = on_property;
	vterm_screen_set_callbacks(s->screen, &callbacks, s);
	vterm_screen_enable_altscreen(s->screen, 1);
	vterm_screen_reset(s->screen, 1);
	if (openpty(&s->master, &s->slave, NULL, NULL, &w) < 0 || pipe2(report, O_CLOEXEC) < 0 ||
	    pipe2(pids, O_CLOEXEC) < 0)
		return false;
	vterm_output_set_callback(s->vt, on_answer, s);
	tcgetattr(s->slave, &s->before);
	setenv("TERM", term, 1);
	unsetenv("COLUMNS");
	unsetenv("LINES");
	s->started = now_ms();
	s->leader = fork();
	if (s->leader == 0)
		lead(s, command, report[1], pids[1]);
	close(report[1]);
	s->status_fd = report[0];
	return read(pids[0], &s->app, sizeof s->app) == sizeof s->app;
}

static void step(struct shot *s, const char *text)
{
	const char *colon = strchr(text, ':'), *arg = colon ? colon + 1 : "";
	size_t n = colon ? (size_t)(colon - text) : strlen(text);

#define IS(word) (n == strlen(word) && !strncmp(text, word, n))
	if (IS("text"))
		wait_text(s, arg, true);
	else if (IS("gone"))
		wait_text(s, arg, false);
	else if (IS("row"))
		wait_row(s, arg);
	else if (IS("golden"))
		golden(s, arg);
	else if (IS("key"))
		type(s, arg);
	else if (IS("size"))
		resize(s, arg);
	else if (IS("sig"))
		kill(-s->app, signal_number(arg));
	else if (IS("hup"))
		hang_up(s);
	else if (IS("snap"))
		printf("%s", screen_text(s));
	else if (IS("attrs"))
		attributes(s);
	else if (IS("status"))
		status(s);
	else if (IS("ink"))
		printf("ink=%.1f\n", s->first_ink);
	else if (IS("idle") || IS("load"))
		measure(s, IS("idle") ? "idle" : "load", atoi(arg));
	else if (IS("latency"))
		latency(s, atoi(arg));
	else if (IS("reach"))
		reach(s, arg);
	else if (IS("rss"))
		printf("rss=%ld\n", proc_number(s->app, "status", "VmRSS:"));
	else if (IS("quiet"))
		quiet(s, atoi(arg));
	else
		complain(s, "no such step: %s", text);
#undef IS
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct shot s = {
		.rows = 24, .cols = 80, .raw_fd = -1, .state = 'R', .caret = true, .first_ink = -1};
	const char *term = "xterm-256color";
	int i = 1, command;

	for (; i + 1 < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0; i += 2) {
		if (argv[i][1] == 's')
			sscanf(argv[i + 1], "%dx%d", &s.cols, &s.rows);
		else if (argv[i][1] == 't')
			term = argv[i + 1];
		else if (argv[i][1] == 'w')
			s.raw_fd =
				open(argv[i + 1], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	}
	for (command = i; command < argc && strcmp(argv[command], "--") != 0; command++)
		;
	if (command + 1 >= argc || !start(&s, term, argv + command + 1)) {
		fprintf(stderr, "shot: cannot start\n");
		return 2;
	}
	for (; i < command && !s.failed; i++)
		step(&s, argv[i]);
	kill(s.app, SIGKILL);
	kill(s.app, SIGCONT);
	kill(s.leader, SIGKILL);
	waitpid(s.leader, NULL, 0);
	vterm_free(s.vt);
	return s.failed;
}
