#include "daemon/alerts/routes/notifier_tests.h"

#include <pthread.h>
#include <stdlib.h>

#include "daemon/alerts/outbox/outbox.h"
#include "daemon/core/thread.h"
#include "daemon/http/http.h"
#include "shared/mem.h"

enum { AT_ONCE_MAX = 4, STACK_BYTES = 512 * 1024 };

struct test {
	struct notifier_tests *tests;
	struct request *request;
	const struct resource *notifier;
	pthread_t thread;
	bool used, ended;
};

struct notifier_tests {
	struct daemon *d;
	struct outbox *outbox;
	pthread_mutex_t lock;
	struct test all[AT_ONCE_MAX];
};

static void write_answer(struct request *r, const struct notifier_answer *a)
{
	struct json_writer w;

	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_kv_bool(&w, "ok", a->end == NOTIFIER_SENT);
	jw_kv_int(&w, "status", a->status);
	jw_kv_int(&w, "took_ms", a->took_ms);
	jw_kv_str(&w, "text", a->text);
	jw_kv_str(&w, "hint", a->hint[0] ? a->hint : NULL);
	jw_object_end(&w);
	jw_object_end(&w);
}

static void *run(void *arg)
{
	struct test *t = arg;
	struct notifier_answer a = {0};

	outbox_test(t->tests->outbox, t->notifier, &a);
	resource_unref(t->notifier);
	write_answer(t->request, &a);
	request_finish(t->request, 200);
	pthread_mutex_lock(&t->tests->lock);
	t->ended = true;
	pthread_mutex_unlock(&t->tests->lock);
	return NULL;
}

/* With the lock held. */
static struct test *free_place(struct notifier_tests *tests)
{
	for (size_t i = 0; i < AT_ONCE_MAX; i++) {
		struct test *t = &tests->all[i];

		if (t->used && !t->ended)
			continue;
		if (t->used)
			pthread_join(t->thread, NULL);
		return t;
	}
	return NULL;
}

static enum err start(struct notifier_tests *tests, struct request *r,
		      const struct resource *notifier, struct error *e)
{
	struct test *t;
	enum err err;

	pthread_mutex_lock(&tests->lock);
	t = free_place(tests);
	if (!t) {
		pthread_mutex_unlock(&tests->lock);
		error_set(e, ERR_BUSY, "%d tests are under way", AT_ONCE_MAX);
		error_hint(e, "wait for their answers; timeout says how long each may take");
		return ERR_BUSY;
	}
	*t = (struct test){.tests = tests, .request = r, .notifier = notifier};
	err = thread_start(&t->thread, "notifier-test", STACK_BYTES, run, t, e);
	t->used = !err;
	pthread_mutex_unlock(&tests->lock);
	return err;
}

static struct answered handle(struct request *r, void *ctx)
{
	struct notifier_tests *tests = ctx;
	const struct resource_kind *kind = resource_kind_find("notifier");
	const char *ref = request_param(r, "ref");
	const struct resource *notifier = resource_get(tests->d->store, kind, ref);
	struct error e = {0};

	if (!notifier) {
		error_set(&e, ERR_NOT_FOUND, "there is no notifier \"%.64s\"", ref);
		error_hint(&e, "sellersmart notifier list");
		return reply_error(r, &e);
	}
	struct answered later = reply_later(r);
	if (start(tests, r, notifier, &e)) {
		resource_unref(notifier);
		request_finish_error(r, &e);
	}
	return later;
}

struct notifier_tests *notifier_tests_new(struct daemon *d, struct outbox *o)
{
	static const struct route routes[] = {
		{"POST", "/v1/notifiers/:ref/test", ROUTE_INLINE, ACCESS_WRITE, handle, 0},
	};
	struct notifier_tests *tests = mem_zalloc(sizeof *tests);

	tests->d = d;
	tests->outbox = o;
	pthread_mutex_init(&tests->lock, NULL);
	http_routes(d->http, routes, ARRAY_LEN(routes), tests);
	return tests;
}

void notifier_tests_join(struct notifier_tests *t)
{
	for (size_t i = 0; t && i < AT_ONCE_MAX; i++) {
		if (t->all[i].used)
			pthread_join(t->all[i].thread, NULL);
		t->all[i].used = false;
	}
}

void notifier_tests_free(struct notifier_tests *t)
{
	if (!t)
		return;
	notifier_tests_join(t);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
