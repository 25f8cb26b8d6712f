/* Taking documents apart: what a request costs from the loop and back to it, and what a bomb does
 * to others meanwhile. This program is its own worker. */
#include <math.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/extract/extract.h"
#include "shared/buf.h"
#include "shared/mem.h"

enum { PAGE_BYTES = 60 << 10, ROUNDS = 500 };

struct bench {
	struct loop *loop;
	struct extract *x;
	const struct extract_request *request;
	sem_t done;
	enum err code;
	size_t total;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void make(void *arg)
{
	struct bench *b = arg;
	struct extract_options o = {.loop = b->loop, .clock = &clock_system, .workers = 1};

	b->x = extract_new(&o);
}

static void drop(void *arg)
{
	extract_free(((struct bench *)arg)->x);
}

static void on_done(const struct extract_answer *a, void *arg)
{
	struct bench *b = arg;

	b->code = a->code ? a->code : a->found[0].code;
	b->total = a->n ? a->found[0].total : 0;
	sem_post(&b->done);
}

static void submit(void *arg)
{
	struct bench *b = arg;

	extract_submit(b->x, b->request, on_done, b);
}

static double round_trip(struct bench *b)
{
	double begun = now_ms();

	loop_post(b->loop, submit, b);
	sem_wait(&b->done);
	return now_ms() - begun;
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(struct bench *b, const char *name, enum extract_kind kind,
		    const char *expression, const struct buf *document)
{
	struct extract_query q = {.kind = kind, .expression = expression};
	struct extract_request r = {.document = document->data,
				    .document_len = document->len,
				    .content_type = "text/html; charset=utf-8",
				    .queries = &q,
				    .n_queries = 1};
	double first, t[ROUNDS];

	b->request = &r;
	first = round_trip(b);
	for (int i = 0; i < ROUNDS; i++)
		t[i] = round_trip(b);
	qsort(t, ROUNDS, sizeof *t, by_time);
	printf("   %-34s %5zu kB  %4zu values  first %6.2f ms  median %6.3f ms  p99 %6.3f ms%s\n",
	       name, document->len >> 10, b->total, first, t[ROUNDS / 2], t[ROUNDS * 99 / 100],
	       b->code ? "  FAILED" : "");
}

static void bomb(struct bench *b, const char *name, const char *program)
{
	struct extract_query q = {.kind = EXTRACT_JQ, .expression = program};
	struct extract_request r = {
		.document = "1", .document_len = 1, .queries = &q, .n_queries = 1};
	double ms;

	b->request = &r;
	loop_take_lag_us(b->loop);
	ms = round_trip(b);
	printf("   %-34s %-10s after %4.0f ms, loop away for at most %.2f ms\n", name,
	       err_info(b->code)->code, ms, (double)loop_take_lag_us(b->loop) / 1e3);
}

static void write_page(struct buf *out)
{
	buf_add_str(out, "<!doctype html><html><head><title>Lamps</title></head><body><main><ul>");
	for (int i = 0; out->len < PAGE_BYTES - 400; i++)
		buf_printf(out,
			   "<li class='card%s' data-id=%d><h2><a href='/p/%d'>Lamp %d</a></h2>"
			   "<p class=text>A lamp of <em>brass</em>, turned by hand.</p>"
			   "<span class=price>%d,90&nbsp;&euro;</span></li>\n",
			   i % 3 ? "" : " sale", i, i, i, i % 200);
	buf_add_str(out, "</ul></main><footer><p id=end>End</p></footer></body></html>");
}

static void write_json(struct buf *out)
{
	buf_add_str(out, "{\"products\":[");
	for (int i = 0; out->len < PAGE_BYTES / 6; i++)
		buf_printf(out, "%s{\"id\":%d,\"title\":\"Lamp %d\",\"price\":%d.90,\"stock\":%d}",
			   i ? "," : "", i, i, i % 200, i % 7);
	buf_add_str(out, "]}");
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	struct buf page = BUF_INIT(1 << 20), json = BUF_INIT(1 << 20);
	struct error e;

	if (argc == 2 && !strcmp(argv[1], "--extract"))
		return extract_worker_main();
	sem_init(&b.done, 0, 0);
	b.loop = loop_new("net");
	if (loop_start(b.loop, NULL, NULL, &e))
		return 1;
	loop_call(b.loop, make, &b);
	write_page(&page);
	write_json(&json);
	measure(&b, "css #end (starts the worker)", EXTRACT_CSS, "#end", &page);
	measure(&b, "css li.sale > span.price", EXTRACT_CSS, "li.sale > span.price", &page);
	measure(&b, "css main li:nth-child(3n) h2 a", EXTRACT_CSS, "main li:nth-child(3n) h2 a",
		&page);
	measure(&b, "xpath //li[@data-id > 50]//a", EXTRACT_XPATH, "//li[@data-id > 50]//a", &page);
	measure(&b, "pattern data-id=(\\d+)", EXTRACT_PATTERN, "data-id=(\\d+)", &page);
	measure(&b, "jq .products[3].price", EXTRACT_JQ, ".products[3].price", &json);
	measure(&b, "jq map(select(.stock == 0).id)", EXTRACT_JQ,
		".products | map(select(.stock == 0).id)", &json);
	bomb(&b, "jq def f: f; f", "def f: f; f");
	bomb(&b, "jq [range(1e9)]", "[range(1e9)]");
	bomb(&b, "jq . (the next one)", ".");
	loop_stop(b.loop, drop, &b, 5000);
	loop_free(b.loop);
	buf_fini(&page);
	buf_fini(&json);
	sem_destroy(&b.done);
	return 0;
}
