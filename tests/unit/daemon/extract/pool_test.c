/* The pool with real workers: this program is its own worker when it is started with --extract, and
 * what worker_as says in its other roles. */
#include "daemon/extract/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extract__every_kind_of_expression__finds_its_values),
	};

	if (argc == 2 && !strcmp(argv[1], "--extract"))
		return extract_worker_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
