#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "shared/json.h"
#include "shared/log.h"
#include "shared/timefmt.h"

struct pipe {
	int read, write;
};

static int setup(void **state)
{
	static struct pipe p;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	p = (struct pipe){fds[0], fds[1]};
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct pipe *p = *state;

	log_setup(LOG_INFO, false, STDERR_FILENO);
	if (p->read >= 0)
		close(p->read);
	close(p->write);
	return 0;
}

static char *take(struct pipe *p)
{
	static char text[65536];
	ssize_t n = read(p->read, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void text__has_time_level_part(void **state)
{
	struct pipe *p = *state;
	char *line, when[TIME_TEXT];
	int64_t ms;

	log_setup(LOG_DEBUG, false, p->write);
	log_info("store", "opened %d", 7);
	line = take(p);
	assert_string_equal(line + 24, " info  store: opened 7\n");
	snprintf(when, sizeof when, "%.24s", line);
	assert_true(time_parse(when, &ms));
	log_error("http", "x");
	assert_string_equal(take(p) + 24, " error http: x\n");
	log_warn("http", "x");
	assert_string_equal(take(p) + 24, " warn  http: x\n");
	log_debug("http", "x");
	assert_string_equal(take(p) + 24, " debug http: x\n");
}

static void level__below__is_silent(void **state)
{
	struct pipe *p = *state;

	log_setup(LOG_WARN, false, p->write);
	assert_false(log_enabled(LOG_INFO));
	assert_true(log_enabled(LOG_WARN));
	log_debug("a", "x");
	log_info("a", "x");
	assert_string_equal(take(p), "");
}

static void text__controls_are_escaped(void **state)
{
	struct pipe *p = *state;

	log_setup(LOG_INFO, false, p->write);
	log_info("a", "x\n\x1B[2J\xFF\xC2\x9B\xE2\x80\xAE\xC3\xA4");
	assert_string_equal(take(p) + 24, " info  a: x\\x0a\\x1b[2J\\xff\\u009b\\u202e\xC3\xA4\n");
}

static void json__is_json(void **state)
{
	struct pipe *p = *state;
	char *line;
	json_t *o;

	log_setup(LOG_INFO, true, p->write);
	log_info("a\"", "x\n\"\\\x1B\xFF\xC2\x9B");
	line = take(p);
	assert_int_equal(line[strlen(line) - 1], '\n');
	o = json_read(line, strlen(line), 4096, NULL);
	assert_non_null(o);
	assert_string_equal(json_str(o, "level", ""), "info");
	assert_string_equal(json_str(o, "part", ""), "a\"");
	assert_string_equal(json_str(o, "msg", ""), "x\n\"\\\x1B\xEF\xBF\xBD\xC2\x9B");
	assert_int_equal(strlen(json_str(o, "time", "")), 24);
	assert_null(strchr(line, '\x1B'));
	json_decref(o);
}

static void long_message__is_one_bounded_line(void **state)
{
	struct pipe *p = *state;
	char *hostile = malloc(100001), *line;
	json_t *o;

	memset(hostile, '\x1B', 100000);
	hostile[100000] = '\0';
	for (int json = 0; json < 2; json++) {
		log_setup(LOG_INFO, json, p->write);
		log_info("a", "%s", hostile);
		line = take(p);
		assert_true(strlen(line) <= 4096);
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		assert_non_null(strstr(line, "\xE2\x80\xA6"));
	}
	o = json_read(line, strlen(line), 4096, NULL);
	assert_non_null(o);
	json_decref(o);
	/* cut where the message itself ends, between characters */
	for (size_t i = 0; i + 3 <= 100000; i += 3)
		memcpy(hostile + i, "\xE2\x82\xAC", 3);
	log_setup(LOG_INFO, false, p->write);
	log_info("a", "%s", hostile);
	line = take(p);
	assert_null(strstr(line, "\\x"));
	assert_non_null(strstr(line, "\xE2\x82\xAC\xE2\x80\xA6\n"));
	free(hostile);
}

static void full_or_closed_pipe__is_not_fatal(void **state)
{
	struct pipe *p = *state;

	log_setup(LOG_INFO, false, p->write);
	for (int i = 0; i < 2000; i++) /* 64 KiB, then EAGAIN */
		log_info("a", "a line of some length that fills the pipe before long, surely");
	close(p->read);
	p->read = -1;
	signal(SIGPIPE, SIG_DFL);
	errno = EDOM;
	log_info("a", "nobody reads");
	assert_int_equal(errno, EDOM);
	log_setup(LOG_INFO, false, -1);
	log_info("a", "nowhere");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text__has_time_level_part, setup, teardown),
		cmocka_unit_test_setup_teardown(level__below__is_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(text__controls_are_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(json__is_json, setup, teardown),
		cmocka_unit_test_setup_teardown(long_message__is_one_bounded_line, setup, teardown),
		cmocka_unit_test_setup_teardown(full_or_closed_pipe__is_not_fatal, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
