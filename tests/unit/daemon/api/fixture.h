#pragma once
/* The API on a real store with a service of the test's own, over a Unix socket; and a plain client.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/api/api.h"
#include "daemon/api/live.h"
#include "daemon/core/thread.h"
#include "shared/mem.h"

enum { FIXTURE_DEADLINE_MS = 15000 };

struct fixture {
	struct daemon d;
	char dir[64], data[96], path[96];
	atomic_int beats; /* a live member that changes by itself */
	struct attention lines[4];
	size_t n_lines;
};

/* ---- a service --------------------------------------------------------------------------------
 */

static void fake_write(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct fixture *f = ctx;

	jw_kv_str(w, "state", r->name[0] == 'd' ? "down" : "up");
	jw_kv_int(w, "beats", atomic_load(&f->beats));
}

static bool fake_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx)
{
	if (strcmp(sort, "worst"))
		return false;
	*key = r->name[0] == 'd' ? 0 : 1;
	return true;
}

static const char *fake_filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	if (strcmp(name, "state"))
		return NULL;
	strcpy(out, r->name[0] == 'd' ? "down" : "up");
	return out;
}

static void fake_meta(struct json_writer *w, void *ctx)
{
	jw_key(w, "counts");
	jw_object(w);
	jw_kv_int(w, "up", 7);
	jw_object_end(w);
}

static size_t fake_attention(void *state, struct attention *out, size_t max, size_t *total)
{
	struct fixture *f = state;
	size_t n = f->n_lines < max ? f->n_lines : max;

	memcpy(out, f->lines, n * sizeof *out);
	*total = f->n_lines;
	return n;
}

static void fake_overview(struct json_writer *w, void *state)
{
	jw_key(w, "shops");
	jw_array(w);
	jw_array_end(w);
}

static void fake_metrics(struct buf *out, void *state)
{
	buf_add_str(out, "fake_metric 42\n");
}

static int fake_once(void *state, int64_t deadline_boot_ms, struct buf *out)
{
	buf_add_str(out, "shop down\n");
	return 1;
}

extern const struct resource_kind resource_monitor;
static const struct resource_live fake_live[] = {
	{&resource_monitor, fake_write, fake_rank, fake_filter, fake_meta},
	{0},
};
static const struct service fake_service = {
	.name = "fake",
	.title = "Fake",
	.live = fake_live,
	.attention = fake_attention,
	.overview = fake_overview,
	.metrics = fake_metrics,
	.once = fake_once,
};

/* ---- the daemon ---------------------------------------------------------------------------------
 */

static inline void fixture_open(struct fixture *f)
{
	struct error e = {0};
	struct daemon *d = &f->d;
	struct store_options so = {
		.dir = f->data,
		.clock = &clock_system,
		.retention.raw_ms = INT64_MAX / 2,
		.retention.hourly_ms = INT64_MAX / 2,
		.retention.events_ms = INT64_MAX / 2,
		.retention.bytes = INT64_MAX / 2,
	};

	d->clock = &clock_system;
	d->started_ms = clock_wall_ms(d->clock);
	d->store = store_open(&so, &e);
	if (!d->store)
		fail_msg("%s", e.text);
	d->net = loop_new("net");
	d->api = loop_new("api");
	assert_int_equal(loop_start(d->net, NULL, NULL, &e), 0);
	assert_int_equal(loop_start(d->api, NULL, NULL, &e), 0);
	d->pool = pool_new("worker", 2, 64, 0);
	struct http_options ho = {
		.loop = d->api,
		.pool = d->pool,
		.connections_max = 200,
		.streams_max = 100,
		.head_timeout_ms = 10000,
		.body_timeout_ms = 10000,
		.idle_timeout_ms = 60000,
		.owner_uid = getuid(),
	};
	d->http = http_new(&ho);
	d->live = live_new(d);
	assert_int_equal(api_init(d, &e), 0);
	api_add_service(d, &fake_service, f);
	if (http_listen_unix(d->http, f->path, &e))
		fail_msg("%s", e.text);
}

static inline void fixture_close(struct fixture *f)
{
	struct daemon *d = &f->d;

	http_stop(d->http, 1000);
	pool_free(d->pool);
	loop_stop(d->api, NULL, NULL, 1000);
	loop_stop(d->net, NULL, NULL, 1000);
	store_close(d->store);
	api_fini(d);
	live_free(d->live);
	http_free(d->http);
	loop_free(d->api);
	loop_free(d->net);
	*d = (struct daemon){0};
}

static inline int fixture_start(void **state)
{
	struct fixture *f = mem_zalloc(sizeof *f);

	snprintf(f->dir, sizeof f->dir, "/tmp/api-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->data, sizeof f->data, "%s/data", f->dir);
	snprintf(f->path, sizeof f->path, "%s/s", f->dir);
	fixture_open(f);
	*state = f;
	return 0;
}

static inline int fixture_stop(void **state)
{
	struct fixture *f = *state;
	char command[96];

	fixture_close(f);
	snprintf(command, sizeof command, "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* ---- client -------------------------------------------------------------------------------------
 */

static inline int dial(const struct fixture *f)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s", f->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

/* False: closed. */
static inline bool get_until(int fd, struct buf *in, const char *want, int limit_ms)
{
	int64_t deadline = thread_now_us() + limit_ms * INT64_C(1000);

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = (deadline - thread_now_us()) / 1000;
		char chunk[16384];
		ssize_t n;

		if (want && strstr(buf_str(in), want))
			return true;
		if (left < 0 || poll(&p, 1, (int)left + 1) <= 0)
			return true;
		n = recv(fd, chunk, sizeof chunk, 0);
		if (n <= 0)
			return false;
		buf_add(in, chunk, (size_t)n);
	}
}

struct answer {
	int status;
	char head[2048];
	char *body;
	json_t *json;
};

static inline struct answer ask(const struct fixture *f, const char *method, const char *path,
				const char *headers, const char *body)
{
	struct buf out = BUF_INIT(2 << 20), in = BUF_INIT(64 << 20);
	struct answer a = {0};
	const char *end;
	int fd = dial(f);

	buf_printf(&out, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", method,
		   path, headers ? headers : "");
	if (body)
		buf_printf(&out, "Content-Length: %zu\r\n", strlen(body));
	buf_printf(&out, "\r\n%s", body ? body : "");
	assert_int_equal(send(fd, out.data, out.len, MSG_NOSIGNAL), out.len);
	assert_false(get_until(fd, &in, NULL, FIXTURE_DEADLINE_MS));
	close(fd);
	end = strstr(buf_str(&in), "\r\n\r\n");
	assert_non_null(end);
	a.status = atoi(in.data + 9);
	snprintf(a.head, sizeof a.head, "%.*s\r\n", (int)(end - in.data), in.data);
	a.body = mem_strdup(end + 4);
	a.json = json_loads(a.body, 0, NULL);
	buf_fini(&out);
	buf_fini(&in);
	return a;
}

static inline void answer_fini(struct answer *a)
{
	free(a->body);
	json_decref(a->json);
	*a = (struct answer){0};
}

/* Ask, check the status, and look at one text in the body. */
static inline void expect(const struct fixture *f, const char *method, const char *path,
			  const char *body, int status, const char *text)
{
	struct answer a = ask(f, method, path, NULL, body);

	if (a.status != status || (text && !strstr(a.body, text)))
		fail_msg("%s %s: wanted %d and %s, got %d: %s", method, path, status,
			 text ? text : "anything", a.status, a.body);
	if (strstr(a.head, "json") && !a.json)
		fail_msg("%s %s: not JSON: %s", method, path, a.body);
	answer_fini(&a);
}

static inline void add_monitor(const struct fixture *f, const char *name)
{
	char body[200];

	snprintf(body, sizeof body, "{\"name\":\"%s\",\"target\":\"http://127.0.0.1:1/%s\"}", name,
		 name);
	expect(f, "POST", "/v1/monitors", body, 201, name);
}

static inline void add_many(const struct fixture *f, int n)
{
	for (int at = 0; at < n; at += 500) {
		struct buf body = BUF_INIT(1 << 20);

		buf_add_str(&body, "{\"items\":[");
		for (int i = at; i < n && i < at + 500; i++)
			buf_printf(&body,
				   "%s{\"kind\":\"monitor\",\"name\":\"m%05d\","
				   "\"target\":\"http://127.0.0.1:1/%d\"}",
				   i > at ? "," : "", i, i);
		buf_add_str(&body, "]}");
		expect(f, "POST", "/v1/batch", body.data, 200, "\"failed\":0");
		buf_fini(&body);
	}
}
