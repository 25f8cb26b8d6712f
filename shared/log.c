#include "shared/log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/timefmt.h"
#include "shared/utf8.h"

/* A line stays below PIPE_BUF, so that lines of two processes on one pipe do not mix. */
enum { MESSAGE_MAX = 2048, LINE_MAX_BYTES = 4096, TAIL = 16 };

static _Atomic int current_level = LOG_INFO;
static _Atomic bool as_json;
static _Atomic int current_fd = STDERR_FILENO;

void log_setup(enum log_level level, bool json, int fd)
{
	current_level = (int)level;
	as_json = json;
	current_fd = fd;
}

bool log_enabled(enum log_level level)
{
	return (int)level >= current_level;
}

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

static void put(struct line *l, const char *s, size_t n)
{
	memcpy(l->text + l->len, s, n);
	l->len += n;
}

static void put_str(struct line *l, const char *s)
{
	put(l, s, strlen(s));
}

/* C0, DEL, C1, and what reorders or breaks a line: bidi controls, U+2028, U+2029. */
static bool is_command(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* One character that may not stand as it is. @return bytes of out */
static int escape(char out[16], uint32_t c, unsigned char byte, bool json)
{
	if (json && c == UTF8_INVALID)
		return snprintf(out, 16, "\xEF\xBF\xBD");
	if (json && (c == '"' || c == '\\'))
		return snprintf(out, 16, "\\%c", (int)c);
	if (json)
		return snprintf(out, 16, "\\u%04x", (unsigned)c);
	if (c == UTF8_INVALID || c < 0x80)
		return snprintf(out, 16, "\\x%02x", byte);
	return snprintf(out, 16, "\\u%04x", (unsigned)c);
}

static void put_escaped(struct line *l, const char *s, bool json)
{
	size_t len = strlen(s), at = 0;

	while (at < len) {
		char bytes[16];
		const char *from = s + at;
		uint32_t c;
		size_t used = utf8_next(from, len - at, &c), n = used;

		if (c == UTF8_INVALID)
			n = used = 1; /* byte by byte, so that the log shows each */
		if (c == UTF8_INVALID || is_command(c) || (json && (c == '"' || c == '\\'))) {
			n = (size_t)escape(bytes, c, (unsigned char)*from, json);
			from = bytes;
		}
		if (l->len + n + TAIL > sizeof l->text) {
			put_str(l, "\xE2\x80\xA6"); /* … : the rest was left out */
			return;
		}
		put(l, from, n);
		at += used;
	}
}

/* A closed pipe must not end the program: its SIGPIPE is held back and taken away. */
static void send_line(int fd, const struct line *l)
{
	sigset_t pipe_set, before, pending;
	bool was_pending;
	ssize_t n;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
	do
		n = write(fd, l->text, l->len);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EPIPE && !was_pending) {
		struct timespec none = {0, 0};

		while (sigtimedwait(&pipe_set, NULL, &none) < 0 && errno == EINTR)
			;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void log_write(enum log_level level, const char *part, const char *fmt, ...)
{
	static const char *const words[] = {"debug", "info", "warn", "error"};
	static const char *const padded[] = {" debug ", " info  ", " warn  ", " error "};
	int saved = errno;
	char message[MESSAGE_MAX], when[TIME_TEXT];
	struct line l;
	struct timespec now;
	bool json = as_json;
	va_list ap;
	int n;

	if (!log_enabled(level))
		return;
	l.len = 0;
	va_start(ap, fmt);
	n = vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	if (n < 0)
		message[0] = '\0';
	else if ((size_t)n >= sizeof message)
		memcpy(message + utf8_floor(message, sizeof message - 4), "\xE2\x80\xA6", 4);
	clock_gettime(CLOCK_REALTIME, &now);
	time_rfc3339(when, (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	if (json) {
		put_str(&l, "{\"time\":\"");
		put_str(&l, when);
		put_str(&l, "\",\"level\":\"");
		put_str(&l, words[level]);
		put_str(&l, "\",\"part\":\"");
		put_escaped(&l, part, true);
		put_str(&l, "\",\"msg\":\"");
		put_escaped(&l, message, true);
		put_str(&l, "\"}\n");
	} else {
		put_str(&l, when);
		put_str(&l, padded[level]);
		put_escaped(&l, part, false);
		put_str(&l, ": ");
		put_escaped(&l, message, false);
		put_str(&l, "\n");
	}
	send_line(current_fd, &l);
	errno = saved;
}
