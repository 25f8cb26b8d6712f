/* The pool with real workers: this program is its own worker when it is started with --extract. */
#include "daemon/extract/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "daemon/core/thread.h"
#include "daemon/extract/sandbox.h"
#include "shared/mem.h"

enum { WAIT_MS = 20000, JOBS_MAX = 16 };

struct harness {
	struct loop *loop;
	struct extract *x;
	struct extract_options options;
	pthread_mutex_t lock;
	pthread_cond_t change;
};

/* One request and what became of it, copied. */
struct ask {
	struct harness *h;
	struct extract_request request;
	struct extract_query queries[4];
	struct extract_job *job;
	bool inside, answered;
	enum err code, found_code;
	char error[384], text[2048];
	size_t n, total;
	int64_t work_us;
};

static void on_done(const struct extract_answer *a, void *arg)
{
	struct ask *q = arg;

	assert_false(q->inside);
	pthread_mutex_lock(&q->h->lock);
	assert_false(q->answered);
	q->answered = true;
	q->code = a->code;
	q->work_us = a->work_us;
	snprintf(q->error, sizeof q->error, "%s", a->error.text);
	for (size_t i = 0; i < a->n; i++) {
		const struct extract_found *f = &a->found[i];

		q->n += f->n;
		q->total += f->total;
		if (f->code) {
			q->found_code = f->code;
			snprintf(q->error, sizeof q->error, "%s", f->error.text);
		}
		for (size_t v = 0; v < f->n; v++) {
			size_t len = strlen(q->text);

			snprintf(q->text + len, sizeof q->text - len, "%s%s", len ? "|" : "",
				 f->values[v]);
		}
	}
	pthread_cond_broadcast(&q->h->change);
	pthread_mutex_unlock(&q->h->lock);
}

static void submit(void *arg)
{
	struct ask *q = arg;

	q->inside = true;
	q->request.queries = q->queries;
	if (!q->request.document_len)
		q->request.document_len = strlen(q->request.document);
	q->job = extract_submit(q->h->x, &q->request, on_done, q);
	q->inside = false;
}

static void wait_answer(struct ask *q)
{
	int64_t deadline = thread_now_us() + (int64_t)WAIT_MS * 1000;

	pthread_mutex_lock(&q->h->lock);
	while (!q->answered)
		assert_int_equal(thread_cond_wait_until(&q->h->change, &q->h->lock, deadline), 0);
	pthread_mutex_unlock(&q->h->lock);
}

static void make(void *arg)
{
	struct harness *h = arg;

	h->options.loop = h->loop;
	h->options.clock = &clock_system;
	h->x = extract_new(&h->options);
}

static void drop(void *arg)
{
	struct harness *h = arg;

	extract_free(h->x);
	h->x = NULL;
}

static struct harness *started(struct extract_options options)
{
	struct harness *h = mem_zalloc(sizeof *h);
	struct error e;

	h->options = options;
	pthread_mutex_init(&h->lock, NULL);
	thread_cond_init(&h->change);
	h->loop = loop_new("net");
	assert_int_equal(loop_start(h->loop, NULL, NULL, &e), ERR_NONE);
	loop_call(h->loop, make, h);
	return h;
}

static void ended(struct harness *h)
{
	loop_stop(h->loop, drop, h, 10000);
	loop_free(h->loop);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->change);
	free(h);
}

static struct ask question(struct harness *h, enum extract_kind kind, const char *expression,
			   const char *document)
{
	struct ask q = {.h = h};

	q.request.document = document;
	q.request.n_queries = 1;
	q.queries[0] = (struct extract_query){.kind = kind, .expression = expression};
	return q;
}

static struct ask asked(struct harness *h, enum extract_kind kind, const char *expression,
			const char *document)
{
	struct ask q = question(h, kind, expression, document);

	loop_post(h->loop, submit, &q);
	wait_answer(&q);
	return q;
}

/* ---- what it finds ------------------------------------------------------------------------- */

static const char page[] = "<!doctype html><title>Lamp</title><body><h1>Brass  lamp</h1>"
			   "<p class='price big' data-cents=1990>19,90&nbsp;&euro;</p>"
			   "<ul><li>one<li>two<li>three</ul>";

static void extract__every_kind_of_expression__finds_its_values(void **state)
{
	static const struct {
		enum extract_kind kind;
		const char *expression, *document, *text;
	} cases[] = {
		{EXTRACT_CSS, "p.price", page, "19,90 €"},
		{EXTRACT_CSS, "ul > li:nth-child(2)", page, "two"},
		{EXTRACT_XPATH, "//li[last()]", page, "three"},
		{EXTRACT_XPATH, "count(//li)", page, "3"},
		{EXTRACT_XPATH, "//p/@data-cents", page, "1990"},
		{EXTRACT_JQ, ".a[]", "{\"a\":[1,\"x\",{\"b\":19.90}]}",
		 "1|\"x\"|{\"b\":\"19.90\"}"},
		{EXTRACT_PATTERN, "data-cents=(\\d+)", page, "1990"},
		{EXTRACT_PATTERN, "<li>", page, "<li>|<li>|<li>"},
		{EXTRACT_CSS, "#gone", page, ""},
		{EXTRACT_PRODUCT, "", "<title>no product</title>",
		 "{\"products\":[],\"sources\":[],\"warnings\":[{\"code\":\"nothing_found\",\"text\":"
		 "\"nothing here says that it is a product\"}],\"total\":0,\"next\":null}"},
	};
	struct harness *h = started((struct extract_options){.workers = 1});

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ask q = asked(h, cases[i].kind, cases[i].expression, cases[i].document);

		assert_int_equal(q.code, ERR_NONE);
		assert_string_equal(q.error, "");
		assert_string_equal(q.text, cases[i].text);
	}
	ended(h);
}

static void extract__many_queries__share_one_document_and_one_answer(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 1});
	struct ask q = question(h, EXTRACT_CSS, "li", page);

	q.request.n_queries = 3;
	q.queries[1] = (struct extract_query){
		.kind = EXTRACT_CSS, .expression = "p", .attribute = "DATA-cents"};
	q.queries[2] = (struct extract_query){.kind = EXTRACT_JQ, .expression = "."};
	loop_post(h->loop, submit, &q);
	wait_answer(&q);
	assert_int_equal(q.code, ERR_NONE);
	assert_string_equal(q.text, "one|two|three|1990");
	assert_int_equal(q.found_code, ERR_MALFORMED); /* of the third alone */
	ended(h);
}

static void extract__more_values_than_are_kept__are_counted(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 1});
	struct ask q = asked(h, EXTRACT_JQ, "range(1000)", "1");

	assert_int_equal(q.n, EXTRACT_VALUES_MAX);
	assert_int_equal(q.total, 1000);
	q = question(h, EXTRACT_JQ, "range(60)|[range(9000)]", "1");
	q.request.timeout_ms = WAIT_MS;
	loop_post(h->loop, submit, &q);
	wait_answer(&q);
	assert_int_equal(q.total, 60);
	assert_true(q.n > 20 && q.n < 40); /* as many as fit, each cut to its maximum */
	ended(h);
}

/* ---- what goes wrong with one request ------------------------------------------------------ */

static void extract__a_wrong_expression__is_named_with_its_place(void **state)
{
	static const struct {
		enum extract_kind kind;
		const char *expression, *error;
	} cases[] = {
		{EXTRACT_CSS, "p.", "CSS selector, character 3: a class's name is missing"},
		{EXTRACT_XPATH, "//p[", "XPath, character 5: not an expression"},
		{EXTRACT_XPATH, "//p[foo()]", "XPath: a function is unknown"},
		{EXTRACT_JQ, ".a |", "jq: syntax error, unexpected $end, line 1"},
		{EXTRACT_JQ, "nope(1)", "jq: nope/1 is not defined, line 1"},
		{EXTRACT_JQ, "import \"a\" as a; 1", "jq: module not found: a"},
		{EXTRACT_PATTERN, "a(b", "the pattern is wrong"},
	};
	struct harness *h = started((struct extract_options){.workers = 1});

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ask q = asked(h, cases[i].kind, cases[i].expression, page);

		assert_int_equal(q.code, ERR_NONE);
		assert_int_equal(q.found_code, ERR_INVALID);
		if (cases[i].kind != EXTRACT_PATTERN)
			assert_string_equal(q.error, cases[i].error);
	}
	ended(h);
}

static void extract__a_document_of_the_wrong_form__is_malformed(void **state)
{
	static const struct {
		const char *program, *document, *error;
	} cases[] = {
		{".", "{\"a\":", "not valid JSON: Unfinished JSON term at EOF at line 1, column 5"},
		{".", "", "not valid JSON: Expected JSON value"},
		{".", "<html>",
		 "not valid JSON: Invalid numeric literal at EOF at line 1, column 6"},
		{".a.b", "{\"a\":1}", "jq: Cannot index number with string \"b\""},
		{"input", "1", "jq: break"},
	};
	struct harness *h = started((struct extract_options){.workers = 1});

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ask q = asked(h, EXTRACT_JQ, cases[i].program, cases[i].document);

		assert_int_equal(q.found_code, ERR_MALFORMED);
		assert_string_equal(q.error, cases[i].error);
	}
	ended(h);
}

static char *repeated(const char *s, size_t n)
{
	size_t len = strlen(s);
	char *out = mem_alloc(len * n + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(out + i * len, s, len);
	out[len * n] = '\0';
	return out;
}

static void extract__a_page_of_nine_megabytes__is_refused_unread(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 1});
	char *big = repeated("<p>lamp</p>", 9 * 1024 * 1024 / 11);
	struct ask q = asked(h, EXTRACT_CSS, "p", big);
	struct extract_stats s;

	assert_int_equal(q.code, ERR_TOO_LARGE);
	assert_non_null(strstr(q.error, "at most 4194304"));
	extract_stats(h->x, &s);
	assert_int_equal(s.workers, 0);
	free(big);
	ended(h);
}

/* Whatever becomes of it, it is answered, and so is the next one. */
static void extract__endless_nesting__harms_only_itself(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 1});
	char *html = repeated("<div>", 200000), *json = repeated("[", 100000);
	struct ask q = asked(h, EXTRACT_JQ, ".", json);

	assert_int_equal(q.found_code, ERR_MALFORMED);
	q = asked(h, EXTRACT_XPATH, "count(//div) > 100", html);
	assert_true(q.code == ERR_TIMEOUT || q.code == ERR_TOO_LARGE || !strcmp(q.text, "true"));
	q = asked(h, EXTRACT_CSS, "div div div div div div .x", html);
	assert_true(q.code == ERR_TIMEOUT || q.code == ERR_TOO_LARGE || q.total == 0);
	q = asked(h, EXTRACT_JQ, "reduce range(2000000) as $i (1; [.])", "1");
	assert_true(q.code == ERR_TIMEOUT || q.code == ERR_TOO_LARGE ||
		    (sandbox_is_relaxed() && q.code == ERR_IO));
	q = asked(h, EXTRACT_CSS, "h1", page);
	assert_string_equal(q.text, "Brass lamp");
	free(html);
	free(json);
	ended(h);
}

/* ---- bombs --------------------------------------------------------------------------------- */

static void extract__a_bomb__is_killed_in_time_while_the_loop_is_free(void **state)
{
	static const struct {
		enum extract_kind kind;
		const char *expression;
	} bombs[] = {
		{EXTRACT_JQ, "def f: f; f"},
		{EXTRACT_JQ, "[repeat(1)|select(. == 2)]"},
		{EXTRACT_XPATH, "//*[//*[//*[//*[//*[//*[//*[//*[count(//*)=0]]]]]]]]"},
	};
	struct harness *h = started((struct extract_options){.workers = 1});
	char *wide = repeated("<b>x</b>", 4000);
	struct extract_stats s;

	asked(h, EXTRACT_JQ, ".", "1"); /* the worker is there */
	for (size_t i = 0; i < ARRAY_LEN(bombs); i++) {
		loop_take_lag_us(h->loop);
		struct ask q = asked(h, bombs[i].kind, bombs[i].expression,
				     bombs[i].kind == EXTRACT_JQ ? "1" : wide);
		int64_t lag_us = loop_take_lag_us(h->loop);

		assert_int_equal(q.code, ERR_TIMEOUT);
		assert_true(q.work_us >= 900000 && q.work_us < 2000000);
		if (!sandbox_is_relaxed())
			assert_true(lag_us < 50000);
		q = asked(h, EXTRACT_JQ, ".", "7");
		assert_string_equal(q.text, "7");
	}
	extract_stats(h->x, &s);
	assert_int_equal(s.killed, ARRAY_LEN(bombs));
	assert_int_equal(s.replaced, ARRAY_LEN(bombs));
	assert_int_equal(s.requests, 1 + 2 * ARRAY_LEN(bombs));
	free(wide);
	ended(h);
}

static void extract__a_memory_bomb__is_too_large(void **state)
{
	static const char *const bombs[] = {
		"[range(1e9)]",
		"[limit(1e9; repeat(\"x\"))]",
		"\"x\" | until(false; . + .)",
		"[.] | .[999999999] = 1 | length",
	};
	struct harness *h =
		started((struct extract_options){.workers = 1, .memory_bytes = 64 << 20});

	for (size_t i = 0; i < ARRAY_LEN(bombs) && !sandbox_is_relaxed(); i++) {
		struct ask q = question(h, EXTRACT_JQ, bombs[i], "1");

		q.request.timeout_ms = 10000;
		loop_post(h->loop, submit, &q);
		wait_answer(&q);
		assert_int_equal(q.code, ERR_TOO_LARGE);
	}
	assert_string_equal(asked(h, EXTRACT_JQ, ".", "7").text, "7");
	ended(h);
}

/* ---- workers come and go ------------------------------------------------------------------- */

/* A child process of ours that has not ended; 0: none. */
static pid_t child(void)
{
	char path[64], line[256];
	pid_t found = 0;

	for (pid_t pid = getpid() + 1; pid < getpid() + 20000 && !found; pid++) {
		FILE *f;
		int parent = 0;
		char run = 0;

		snprintf(path, sizeof path, "/proc/%d/stat", pid);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(line, sizeof line, f) && strrchr(line, ')') &&
		    sscanf(strrchr(line, ')'), ") %c %d", &run, &parent) == 2 &&
		    parent == getpid() && run != 'Z')
			found = pid;
		fclose(f);
	}
	return found;
}

static struct extract_stats stats_when(struct harness *h,
				       bool (*wanted)(const struct extract_stats *s))
{
	int64_t deadline = thread_now_us() + (int64_t)WAIT_MS * 1000;
	struct timespec pause = {.tv_nsec = 1000000};
	struct extract_stats s;

	for (extract_stats(h->x, &s); !wanted(&s); extract_stats(h->x, &s)) {
		assert_true(thread_now_us() < deadline);
		nanosleep(&pause, NULL);
	}
	return s;
}

static bool some_busy(const struct extract_stats *s)
{
	return s->busy >= 1;
}

static bool none_left(const struct extract_stats *s)
{
	return s->workers == 0;
}

static void extract__without_work__has_no_process(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 2, .idle_ms = 50});

	assert_int_equal(child(), 0);
	assert_string_equal(asked(h, EXTRACT_JQ, ".", "1").text, "1");
	stats_when(h, none_left);
	assert_int_equal(child(), 0);
	assert_string_equal(asked(h, EXTRACT_JQ, ".", "2").text, "2"); /* and comes again */
	ended(h);
	assert_int_equal(child(), 0);
}

static void extract__a_worker_killed_from_outside__fails_its_request_alone(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 1});
	struct ask slow = question(h, EXTRACT_JQ, "def f: f; f", "1");
	struct ask next = question(h, EXTRACT_JQ, ".", "2");

	slow.request.timeout_ms = WAIT_MS;
	loop_post(h->loop, submit, &slow);
	loop_post(h->loop, submit, &next);
	stats_when(h, some_busy);
	kill(child(), SIGKILL);
	wait_answer(&slow);
	wait_answer(&next);
	assert_int_equal(slow.code, ERR_IO);
	assert_non_null(strstr(slow.error, "signal 9"));
	assert_int_equal(next.code, ERR_NONE);
	assert_string_equal(next.text, "2");
	ended(h);
}

static void extract__all_workers_busy__others_wait_and_too_many_are_refused(void **state)
{
	enum { N = 1100 };
	struct harness *h = started((struct extract_options){.workers = 1});
	struct ask *q = mem_zalloc(N * sizeof *q);
	int refused = 0;

	for (int i = 0; i < N; i++) {
		q[i] = question(h, EXTRACT_JQ, i ? "." : "def f: f; f", "1");
		q[i].request.timeout_ms = 300;
		loop_post(h->loop, submit, &q[i]);
	}
	for (int i = 0; i < N; i++) {
		wait_answer(&q[i]);
		refused += q[i].code == ERR_BUSY;
		assert_true(q[i].code == ERR_BUSY || q[i].code == (i ? ERR_NONE : ERR_TIMEOUT));
	}
	assert_true(refused > 0 && refused <= N - 1024);
	free(q);
	ended(h);
}

static void cancel(void *arg)
{
	struct ask *q = arg;

	extract_cancel(q->h->x, q->job);
	assert_true(q->answered);
}

static void extract__cancelled__is_told_at_once_and_nothing_else_suffers(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 1});
	struct ask running = question(h, EXTRACT_JQ, "def f: f; f", "1");
	struct ask queued = question(h, EXTRACT_JQ, ".", "1");
	struct ask next = question(h, EXTRACT_JQ, ".", "2");

	running.request.timeout_ms = 300;
	loop_post(h->loop, submit, &running);
	loop_post(h->loop, submit, &queued);
	loop_post(h->loop, submit, &next);
	stats_when(h, some_busy);
	loop_call(h->loop, cancel, &queued);
	loop_call(h->loop, cancel, &running);
	assert_int_equal(queued.code, ERR_CANCELLED);
	assert_int_equal(running.code, ERR_CANCELLED);
	wait_answer(&next);
	assert_string_equal(next.text, "2");
	ended(h);
}

static void extract__freed_with_work_under_way__tells_all_and_leaves_no_process(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 2});
	struct ask q[4];

	for (size_t i = 0; i < ARRAY_LEN(q); i++) {
		q[i] = question(h, EXTRACT_JQ, "def f: f; f", "1");
		q[i].request.timeout_ms = WAIT_MS;
		loop_post(h->loop, submit, &q[i]);
	}
	stats_when(h, some_busy);
	loop_stop(h->loop, drop, h, 10000);
	for (size_t i = 0; i < ARRAY_LEN(q); i++)
		assert_int_equal(q[i].code, ERR_CANCELLED);
	assert_int_equal(child(), 0);
	loop_free(h->loop);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->change);
	free(h);
}

static void extract__freed_while_a_worker_starts__ends_too(void **state)
{
	struct harness *h = started((struct extract_options){.workers = 1});
	struct ask q = question(h, EXTRACT_JQ, ".", "1");

	loop_post(h->loop, submit, &q);
	ended(h);
	assert_true(q.answered && q.code == ERR_CANCELLED);
	assert_int_equal(child(), 0);
}

static void extract__a_program_that_is_not_there_or_no_worker__fails_without_a_storm(void **state)
{
	static const char *const programs[] = {"/nonexistent/sellersmartd", "/bin/true",
					       "/bin/cat"};

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		struct harness *h =
			started((struct extract_options){.workers = 1, .program = programs[i]});
		struct ask q = asked(h, EXTRACT_JQ, ".", "1");

		assert_int_equal(q.code, ERR_IO);
		assert_true(q.error[0]);
		stats_when(h, none_left);
		ended(h);
	}
}

/* ---- the sandbox --------------------------------------------------------------------------- */

enum escape { OPEN_FILE, OPEN_SOCKET, RUN_PROGRAM, FORK, MAP_CODE, READ_OTHER, ENVIRONMENT };

static _Noreturn void try_escape(enum escape what)
{
	char *const argv[] = {"true", NULL};
	bool out = false;

	if (!sandbox_enter(64 << 20))
		_exit(99);
	switch (what) {
	case OPEN_FILE: out = open("/etc/passwd", O_RDONLY) >= 0 || errno != EPERM; break;
	case OPEN_SOCKET: out = socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM; break;
	case RUN_PROGRAM:
		execv("/bin/true", argv);
		out = true;
		break;
	case FORK: out = fork() >= 0; break;
	case MAP_CODE: out = !mprotect((void *)((uintptr_t)argv & ~4095UL), 4096, 7); break;
	case READ_OTHER: out = read(2, (char[1]){0}, 1) >= 0 || errno != EPERM; break;
	case ENVIRONMENT: out = getenv("PATH") != NULL; break;
	}
	_exit(out ? 1 : 0);
}

static void sandbox__whatever_leads_out__is_refused_or_deadly(void **state)
{
	static const struct {
		enum escape what;
		bool deadly;
	} cases[] = {{OPEN_FILE, false}, {OPEN_SOCKET, false}, {RUN_PROGRAM, true}, {FORK, true},
		     {MAP_CODE, false},  {READ_OTHER, false},  {ENVIRONMENT, false}};

	if (sandbox_is_relaxed())
		skip();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int status = 0;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			try_escape(cases[i].what);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (cases[i].deadly)
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
		else
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extract__every_kind_of_expression__finds_its_values),
		cmocka_unit_test(extract__many_queries__share_one_document_and_one_answer),
		cmocka_unit_test(extract__more_values_than_are_kept__are_counted),
		cmocka_unit_test(extract__a_wrong_expression__is_named_with_its_place),
		cmocka_unit_test(extract__a_document_of_the_wrong_form__is_malformed),
		cmocka_unit_test(extract__a_page_of_nine_megabytes__is_refused_unread),
		cmocka_unit_test(extract__endless_nesting__harms_only_itself),
		cmocka_unit_test(extract__a_bomb__is_killed_in_time_while_the_loop_is_free),
		cmocka_unit_test(extract__a_memory_bomb__is_too_large),
		cmocka_unit_test(extract__without_work__has_no_process),
		cmocka_unit_test(extract__a_worker_killed_from_outside__fails_its_request_alone),
		cmocka_unit_test(extract__all_workers_busy__others_wait_and_too_many_are_refused),
		cmocka_unit_test(extract__cancelled__is_told_at_once_and_nothing_else_suffers),
		cmocka_unit_test(
			extract__freed_with_work_under_way__tells_all_and_leaves_no_process),
		cmocka_unit_test(extract__freed_while_a_worker_starts__ends_too),
		cmocka_unit_test(
			extract__a_program_that_is_not_there_or_no_worker__fails_without_a_storm),
		cmocka_unit_test(sandbox__whatever_leads_out__is_refused_or_deadly),
	};

	if (argc == 2 && !strcmp(argv[1], "--extract"))
		return extract_worker_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
