#include "tests/unit/daemon/store/store_fixture.h"

#include "daemon/store/secrets.h"
#include "shared/schema/schema.h"

static const struct resource_kind *monitor(void)
{
	return resource_kind_find("monitor");
}

struct put {
	struct resource_put p;
	enum err fail_with; /* after the put */
};

static enum err run_put(struct txn *t, void *arg, struct error *e)
{
	struct put *p = arg;
	enum err rc = resource_put(t, &p->p, e);

	return rc ? rc : p->fail_with;
}

/* Put and drop the result; the outcome stays in p. */
static enum err put(struct fixture *f, struct put *p)
{
	enum err rc = store_run(f->store, OP_PEOPLE, run_put, p, &f->error);

	resource_unref(p->p.result);
	p->p.result = NULL;
	return rc;
}

static enum err put_named(struct fixture *f, const char *name, const char *spec, enum put_mode mode)
{
	struct put p = {.p = {.kind = monitor(), .mode = mode, .name = name, .spec = spec}};

	return put(f, &p);
}

static void resource_put__created__is_found_by_name_and_id(void **state)
{
	struct fixture *f = *state;
	struct put p = {.p = {.kind = monitor(),
			      .mode = PUT_CREATE,
			      .name = "shop",
			      .labels = "{\"own\":\"yes\"}",
			      .spec = "{\"target\":\"http://127.0.0.1/\"}"}};
	const struct resource *r, *again;
	char id[ID_TEXT];

	assert_int_equal(store_run(f->store, OP_PEOPLE, run_put, &p, &f->error), ERR_NONE);
	assert_int_equal(p.p.outcome, PUT_CREATED);
	r = resource_get(f->store, monitor(), "shop");
	assert_ptr_equal(r, p.p.result);
	assert_int_equal(r->version, 1);
	assert_string_equal(r->spec, "{\"target\":\"http://127.0.0.1/\"}");
	assert_string_equal(r->labels, "{\"own\":\"yes\"}");
	again = resource_get(f->store, monitor(), id_format(id, monitor()->prefix, r->id));
	assert_ptr_equal(again, r);
	resource_unref(again);
	again = resource_by_id(f->store, r->id);
	assert_ptr_equal(again, r);
	resource_unref(again);
	assert_null(resource_get(f->store, monitor(), "other"));
	assert_int_equal(resource_count(f->store, monitor()), 1);
	resource_unref(r);
	resource_unref(p.p.result);
}

static void resource_put__reopened__is_the_same(void **state)
{
	struct fixture *f = *state;
	const struct resource *before, *after;

	assert_int_equal(put_named(f, "shop", "{\"a\":1}", PUT_CREATE), ERR_NONE);
	before = resource_get(f->store, monitor(), "shop");
	fixture_reopen(f);
	after = resource_get(f->store, monitor(), "shop");
	assert_int_equal(after->id, before->id);
	assert_int_equal(after->version, before->version);
	assert_int_equal(after->created_ms, before->created_ms);
	assert_int_equal(after->updated_ms, before->updated_ms);
	assert_string_equal(after->spec, before->spec);
	assert_string_equal(after->labels, "{}");
	resource_unref(before);
	resource_unref(after);
}

static void resource_put__same_bytes__is_unchanged_and_not_written(void **state)
{
	struct fixture *f = *state;
	struct put p = {.p = {.kind = monitor(), .mode = PUT_UPSERT, .name = "shop", .spec = "{}"}};
	struct store_health before, after;

	assert_int_equal(put(f, &p), ERR_NONE);
	assert_int_equal(p.p.outcome, PUT_CREATED);
	store_health(f->store, &before);
	assert_int_equal(put(f, &p), ERR_NONE);
	assert_int_equal(p.p.outcome, PUT_UNCHANGED);
	store_health(f->store, &after);
	assert_int_equal(after.seq, before.seq);
	p.p.spec = "{\"a\":1}";
	assert_int_equal(put(f, &p), ERR_NONE);
	assert_int_equal(p.p.outcome, PUT_CHANGED);
	store_health(f->store, &after);
	assert_int_equal(after.seq, before.seq + 1);
}

static void resource_put__modes__refuse_what_does_not_fit(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put_named(f, "shop", "{}", PUT_REPLACE), ERR_NOT_FOUND);
	assert_int_equal(put_named(f, "shop", "{}", PUT_CREATE), ERR_NONE);
	assert_int_equal(put_named(f, "shop", "{}", PUT_CREATE), ERR_EXISTS);
	assert_non_null(strstr(f->error.text, "shop"));
	assert_int_equal(put_named(f, "shop", "{\"b\":2}", PUT_REPLACE), ERR_NONE);
}

static void resource_put__if_version__conflicts_when_changed(void **state)
{
	struct fixture *f = *state;
	struct put p = {.p = {.kind = monitor(),
			      .mode = PUT_UPSERT,
			      .name = "shop",
			      .spec = "{\"a\":1}",
			      .if_version = 1}};

	assert_int_equal(put(f, &p), ERR_CONFLICT); /* gone */
	assert_int_equal(put_named(f, "shop", "{}", PUT_CREATE), ERR_NONE);
	assert_int_equal(put(f, &p), ERR_NONE);
	p.p.spec = "{\"a\":2}";
	assert_int_equal(put(f, &p), ERR_CONFLICT);
	assert_non_null(strstr(f->error.text, "version 2"));
}

static uint64_t id_of(struct fixture *f, const char *name)
{
	const struct resource *r = resource_get(f->store, monitor(), name);
	uint64_t id = r ? r->id : 0;

	resource_unref(r);
	return id;
}

static void resource_put__renamed_from__keeps_the_id_and_is_stable(void **state)
{
	struct fixture *f = *state;
	struct put p = {.p = {.kind = monitor(),
			      .mode = PUT_UPSERT,
			      .name = "new",
			      .renamed_from = "old",
			      .spec = "{}"}};
	uint64_t id;

	assert_int_equal(put_named(f, "old", "{}", PUT_CREATE), ERR_NONE);
	id = id_of(f, "old");
	assert_int_equal(put(f, &p), ERR_NONE);
	assert_int_equal(p.p.outcome, PUT_CHANGED);
	assert_int_equal(id_of(f, "new"), id);
	assert_int_equal(id_of(f, "old"), 0);
	assert_int_equal(put(f, &p), ERR_NONE);
	assert_int_equal(p.p.outcome, PUT_UNCHANGED);
	/* A new thing of the old name is not swallowed by the same file. */
	assert_int_equal(put_named(f, "old", "{}", PUT_CREATE), ERR_NONE);
	assert_int_equal(put(f, &p), ERR_NONE);
	assert_int_equal(p.p.outcome, PUT_UNCHANGED);
	assert_int_equal(resource_count(f->store, monitor()), 2);
}

static void resource_put__rename_by_id__refuses_a_taken_name(void **state)
{
	struct fixture *f = *state;
	struct put p = {.p = {.kind = monitor(), .mode = PUT_REPLACE, .name = "b", .spec = "{}"}};

	assert_int_equal(put_named(f, "a", "{}", PUT_CREATE), ERR_NONE);
	assert_int_equal(put_named(f, "b", "{}", PUT_CREATE), ERR_NONE);
	p.p.id = id_of(f, "a");
	assert_int_equal(put(f, &p), ERR_EXISTS);
	p.p.name = "c";
	assert_int_equal(put(f, &p), ERR_NONE);
	assert_int_equal(id_of(f, "c"), p.p.id);
	p.p.id = 12345;
	assert_int_equal(put(f, &p), ERR_NOT_FOUND);
}

static void resource_put__operation_fails_later__nothing_is_seen(void **state)
{
	struct fixture *f = *state;
	struct put p = {.p = {.kind = monitor(), .mode = PUT_CREATE, .name = "shop", .spec = "{}"},
			.fail_with = ERR_INVALID};

	assert_int_equal(put(f, &p), ERR_INVALID);
	assert_null(resource_get(f->store, monitor(), "shop"));
	assert_int_equal(put_named(f, "shop", "{}", PUT_CREATE), ERR_NONE);
}

struct removal {
	const struct resource_kind *kind;
	uint64_t id, if_version;
	const struct resource *gone;
};

static enum err run_delete(struct txn *t, void *arg, struct error *e)
{
	struct removal *r = arg;

	return resource_delete(t, r->kind, r->id, r->if_version, &r->gone, e);
}

static void resource_delete__is_gone_and_handed_out(void **state)
{
	struct fixture *f = *state;
	struct removal r = {.kind = monitor()};

	assert_int_equal(put_named(f, "shop", "{\"a\":1}", PUT_CREATE), ERR_NONE);
	r.id = id_of(f, "shop");
	r.if_version = 9;
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_delete, &r, &f->error), ERR_CONFLICT);
	r.if_version = 1;
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_delete, &r, &f->error), ERR_NONE);
	assert_string_equal(r.gone->name, "shop");
	assert_string_equal(r.gone->spec, "{\"a\":1}");
	resource_unref(r.gone);
	assert_int_equal(id_of(f, "shop"), 0);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_delete, &r, &f->error), ERR_NOT_FOUND);
	fixture_reopen(f);
	assert_int_equal(id_of(f, "shop"), 0);
}

static void resource_list__many__in_name_order(void **state)
{
	struct fixture *f = *state;
	const struct resource **list;
	size_t n;

	for (int i = 0; i < 300; i++) {
		char name[32];

		snprintf(name, sizeof name, "m%03d", i * 7 % 300);
		assert_int_equal(put_named(f, name, "{}", PUT_CREATE), ERR_NONE);
	}
	for (int i = 0; i < 300; i += 3) {
		struct removal r = {.kind = monitor()};
		char name[32];

		snprintf(name, sizeof name, "m%03d", i);
		r.id = id_of(f, name);
		assert_int_equal(store_run(f->store, OP_PEOPLE, run_delete, &r, &f->error),
				 ERR_NONE);
		resource_unref(r.gone);
	}
	list = resource_list(f->store, monitor(), &n);
	assert_int_equal(n, 200);
	for (size_t i = 0; i < n; i++) {
		if (i)
			assert_true(strcmp(list[i - 1]->name, list[i]->name) < 0);
		assert_int_equal(id_of(f, list[i]->name), list[i]->id);
		resource_unref(list[i]);
	}
	free(list);
}

struct heard {
	int created, changed, deleted;
	bool visible;
	struct store *store;
};

static void listen_in(const struct resource *old, const struct resource *now, void *arg)
{
	struct heard *h = arg;
	const struct resource *seen = resource_by_id(h->store, now ? now->id : old->id);

	h->created += !old;
	h->deleted += !now;
	h->changed += old && now;
	h->visible &= seen == now;
	resource_unref(seen);
}

static void resource_listen__hears_after_it_is_visible(void **state)
{
	struct fixture *f = *state;
	struct heard h = {.visible = true, .store = f->store};
	struct removal r = {.kind = monitor()};

	resource_listen(f->store, listen_in, &h);
	assert_int_equal(put_named(f, "shop", "{}", PUT_CREATE), ERR_NONE);
	assert_int_equal(put_named(f, "shop", "{}", PUT_UPSERT), ERR_NONE);
	assert_int_equal(put_named(f, "shop", "{\"a\":1}", PUT_UPSERT), ERR_NONE);
	r.id = id_of(f, "shop");
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_delete, &r, &f->error), ERR_NONE);
	resource_unref(r.gone);
	resource_unlisten(f->store, listen_in, &h);
	assert_int_equal(put_named(f, "shop", "{}", PUT_CREATE), ERR_NONE);
	assert_int_equal(h.created, 1);
	assert_int_equal(h.changed, 1);
	assert_int_equal(h.deleted, 1);
	assert_true(h.visible);
}

/* Two in one operation see each other before the commit. */
static enum err run_two(struct txn *t, void *arg, struct error *e)
{
	struct resource_put a = {.kind = monitor(), .name = "x", .spec = "{}"}, b = a;
	enum err rc = resource_put(t, &a, e);

	if (!rc) {
		rc = resource_put(t, &b, e);
		resource_unref(b.result);
	}
	resource_unref(a.result);
	return rc;
}

static void resource_put__twice_in_one_operation__exists(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_run(f->store, OP_PEOPLE, run_two, NULL, &f->error), ERR_EXISTS);
	assert_int_equal(resource_count(f->store, monitor()), 0);
}

/* ---- readers beside the writer: for the thread sanitizer ---------------------------------------
 */

static void *read_all(void *arg)
{
	struct fixture *f = arg;

	for (int i = 0; i < 2000; i++) {
		const struct resource *r = resource_get(f->store, monitor(), "shop");
		size_t n;
		const struct resource **list = resource_list(f->store, monitor(), &n);

		if (r && r->version == 0)
			return (void *)1;
		resource_unref(r);
		while (n > 0)
			resource_unref(list[--n]);
		free(list);
	}
	return NULL;
}

static void resource_get__beside_the_writer__is_whole(void **state)
{
	struct fixture *f = *state;
	pthread_t t[3];
	void *wrong;

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, read_all, f);
	for (int i = 0; i < 100; i++) {
		char spec[32];

		snprintf(spec, sizeof spec, "{\"n\":%d}", i);
		assert_int_equal(put_named(f, "shop", spec, PUT_UPSERT), ERR_NONE);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], &wrong);
		assert_null(wrong);
	}
}

/* ---- idempotency -------------------------------------------------------------------------------
 */

struct reply {
	bool found;
	int status;
	char *text;
};

static enum err run_keep(struct txn *t, void *arg, struct error *e)
{
	return idempotency_keep(t, "key-1", 201, "{\"data\":1}", e);
}

static enum err run_find(struct txn *t, void *arg, struct error *e)
{
	struct reply *r = arg;

	r->found = idempotency_find(t, "key-1", &r->status, &r->text);
	return ERR_NONE;
}

static int64_t day_ms;

static int64_t moved_wall(const struct clock *c)
{
	return 1800000000000 + day_ms;
}

static void idempotency__a_day__then_forgotten(void **state)
{
	struct fixture *f = *state;
	static struct clock c;
	struct reply r = {0};

	c = (struct clock){.boot_us = clock_system.boot_us, .wall_ms = moved_wall};
	store_close(f->store);
	f->store = NULL;
	f->options.clock = &c;
	fixture_open(f);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_find, &r, NULL), ERR_NONE);
	assert_false(r.found);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_keep, NULL, NULL), ERR_NONE);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_find, &r, NULL), ERR_NONE);
	assert_true(r.found);
	assert_int_equal(r.status, 201);
	assert_string_equal(r.text, "{\"data\":1}");
	free(r.text);
	day_ms = 86400001;
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_find, &r, NULL), ERR_NONE);
	assert_false(r.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(resource_put__created__is_found_by_name_and_id),
		store_test(resource_put__reopened__is_the_same),
		store_test(resource_put__same_bytes__is_unchanged_and_not_written),
		store_test(resource_put__modes__refuse_what_does_not_fit),
		store_test(resource_put__if_version__conflicts_when_changed),
		store_test(resource_put__renamed_from__keeps_the_id_and_is_stable),
		store_test(resource_put__rename_by_id__refuses_a_taken_name),
		store_test(resource_put__operation_fails_later__nothing_is_seen),
		store_test(resource_delete__is_gone_and_handed_out),
		store_test(resource_list__many__in_name_order),
		store_test(resource_listen__hears_after_it_is_visible),
		store_test(resource_put__twice_in_one_operation__exists),
		store_test(resource_get__beside_the_writer__is_whole),
		store_test(idempotency__a_day__then_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
