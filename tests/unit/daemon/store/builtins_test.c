/* Resources that are there without set-up, and the rows that take their place. */
#include "tests/unit/daemon/store/store_fixture.h"

#include "daemon/store/txn.h"
#include "shared/schema/schema.h"

static const struct resource_kind *rule(void)
{
	return resource_kind_find("rule");
}

static const struct resource *find(struct fixture *f, const char *ref)
{
	const struct resource *r = resource_get(f->store, rule(), ref);
	resource_unref(r); /* the cache has it */
	return r;
}

struct change {
	struct resource_put put;
	uint64_t gone; /* delete this */
	uint64_t if_version;
};

static enum err run(struct txn *t, void *arg, struct error *e)
{
	struct change *c = arg;
	enum err rc = c->gone ? resource_delete(t, rule(), c->gone, c->if_version, NULL, e)
			      : resource_put(t, &c->put, e);

	resource_unref(c->put.result);
	c->put.result = NULL;
	return rc;
}

static enum err put(struct fixture *f, const char *name, const char *spec, enum put_mode mode)
{
	struct change c = {.put = {.kind = rule(), .mode = mode, .name = name, .spec = spec}};

	return store_run(f->store, OP_PEOPLE, run, &c, &f->error);
}

static enum err edit(struct fixture *f, const struct resource *r, const char *name,
		     const char *spec, uint64_t if_version)
{
	struct change c = {.put = {.kind = rule(),
				   .mode = PUT_REPLACE,
				   .id = r->id,
				   .name = name,
				   .spec = spec,
				   .if_version = if_version}};

	return store_run(f->store, OP_PEOPLE, run, &c, &f->error);
}

static enum err forget(struct fixture *f, const struct resource *r)
{
	struct change c = {.gone = r->id};

	return store_run(f->store, OP_PEOPLE, run, &c, &f->error);
}

static size_t rows(struct fixture *f)
{
	struct reader *r = store_reader(f->store, &f->error);
	sqlite3_stmt *st = reader_prepare(r, "SELECT count(*) FROM resource", &f->error);
	size_t n = 0;

	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = (size_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	reader_done(r);
	return n;
}

static void builtins__are_there__without_rows(void **state)
{
	struct fixture *f = *state;
	const struct resource *r = find(f, "monitor-down");
	char id[ID_TEXT];

	assert_non_null(r);
	assert_int_equal(r->version, BUILTIN_VERSION);
	assert_true(resource_is_builtin(r));
	assert_ptr_equal(find(f, id_format(id, "rul", r->id)), r);
	assert_int_equal(resource_count(f->store, rule()), rule()->n_builtins);
	assert_int_equal(resource_count_own(f->store, rule()), 0);
	assert_int_equal(rows(f), 0);
}

static void editing__makes__a_row_under_the_same_id_that_outlives_a_restart(void **state)
{
	struct fixture *f = *state;
	const struct resource *before = find(f, "monitor-down");
	uint64_t id = before->id;

	assert_int_equal(edit(f, before, NULL, "{\"topics\":[\"a\"]}", BUILTIN_VERSION), ERR_NONE);
	for (int i = 0; i < 2; i++) {
		const struct resource *now = find(f, "monitor-down");

		assert_int_equal(now->id, id);
		assert_true(now->version > BUILTIN_VERSION);
		assert_string_equal(now->spec, "{\"topics\":[\"a\"]}");
		assert_false(resource_is_builtin(now));
		assert_int_equal(resource_count_own(f->store, rule()), 1);
		assert_int_equal(resource_count(f->store, rule()), rule()->n_builtins);
		assert_int_equal(rows(f), 1);
		fixture_reopen(f);
	}
}

static void editing__with_an_old_version__is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(edit(f, find(f, "machine"), NULL, "{\"topics\":[\"a\"]}", 7),
			 ERR_CONFLICT);
	assert_int_equal(rows(f), 0);
}

static void the_same__is_unchanged__and_makes_no_row(void **state)
{
	struct fixture *f = *state;
	char *spec = mem_strdup(find(f, "machine")->spec);

	assert_int_equal(put(f, "machine", spec, PUT_UPSERT), ERR_NONE);
	assert_int_equal(rows(f), 0);
	free(spec);
}

static void creating__one_of_that_name__is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "machine", "{\"topics\":[\"a\"]}", PUT_CREATE), ERR_EXISTS);
	assert_int_equal(put(f, "mine", "{\"topics\":[\"a\"]}", PUT_CREATE), ERR_NONE);
	assert_int_equal(edit(f, find(f, "mine"), "machine", "{\"topics\":[\"a\"]}", 0),
			 ERR_EXISTS);
	assert_int_equal(resource_count_own(f->store, rule()), 1);
}

static void deleting__the_row__brings_the_builtin_back(void **state)
{
	struct fixture *f = *state;
	uint64_t first, second;

	assert_int_equal(put(f, "machine", "{\"topics\":[\"a\"]}", PUT_UPSERT), ERR_NONE);
	first = find(f, "machine")->version;
	assert_int_equal(forget(f, find(f, "machine")), ERR_NONE);
	assert_true(resource_is_builtin(find(f, "machine")));
	assert_int_equal(rows(f), 0);
	/* No two rows ever have the same version: what was read before is not mistaken for it. */
	assert_int_equal(put(f, "machine", "{\"topics\":[\"b\"]}", PUT_UPSERT), ERR_NONE);
	second = find(f, "machine")->version;
	assert_true(second > first);
	fixture_reopen(f);
	assert_string_equal(find(f, "machine")->spec, "{\"topics\":[\"b\"]}");
}

static void deleting__a_builtin__is_refused_with_how_to_pause_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(forget(f, find(f, "machine")), ERR_INVALID);
	assert_non_null(strstr(f->error.text, "built in"));
	assert_string_equal(f->error.hint, "sellersmart rule pause machine");
	assert_non_null(find(f, "machine"));
}

static void renaming__is_refused__edited_or_not(void **state)
{
	struct fixture *f = *state;
	struct change c = {.put = {.kind = rule(),
				   .mode = PUT_UPSERT,
				   .name = "engine-room",
				   .renamed_from = "machine",
				   .spec = "{\"topics\":[\"a\"]}"}};

	assert_int_equal(edit(f, find(f, "machine"), "engine-room", "{\"topics\":[\"a\"]}", 0),
			 ERR_INVALID);
	assert_string_equal(f->error.field, "name");
	assert_int_equal(store_run(f->store, OP_PEOPLE, run, &c, &f->error), ERR_INVALID);
	assert_int_equal(put(f, "machine", "{\"topics\":[\"a\"]}", PUT_UPSERT), ERR_NONE);
	assert_int_equal(edit(f, find(f, "machine"), "engine-room", "{\"topics\":[\"a\"]}", 0),
			 ERR_INVALID);
	assert_null(find(f, "engine-room"));
}

static void links__may_name__what_is_built_in(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		put(f, "mine", "{\"topics\":[\"a\"],\"inhibits\":[\"machine\"]}", PUT_CREATE),
		ERR_NONE);
	assert_int_equal(
		put(f, "other", "{\"topics\":[\"a\"],\"inhibits\":[\"machines\"]}", PUT_CREATE),
		ERR_INVALID);
	/* A row that is named may go: what is beneath it stays. */
	assert_int_equal(put(f, "machine", "{\"topics\":[\"a\"]}", PUT_UPSERT), ERR_NONE);
	assert_int_equal(forget(f, find(f, "machine")), ERR_NONE);
	/* A circle through what is built in is one, too. */
	assert_int_equal(
		put(f, "machine", "{\"topics\":[\"a\"],\"inhibits\":[\"mine\"]}", PUT_UPSERT),
		ERR_INVALID);
	assert_true(resource_is_builtin(find(f, "machine")));
}

static void a_failed_operation__leaves__the_builtin(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		put(f, "machine", "{\"topics\":[\"a\"],\"inhibits\":[\"nope\"]}", PUT_UPSERT),
		ERR_INVALID);
	assert_true(resource_is_builtin(find(f, "machine")));
	assert_int_equal(rows(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(builtins__are_there__without_rows),
		store_test(editing__makes__a_row_under_the_same_id_that_outlives_a_restart),
		store_test(editing__with_an_old_version__is_refused),
		store_test(the_same__is_unchanged__and_makes_no_row),
		store_test(creating__one_of_that_name__is_refused),
		store_test(deleting__the_row__brings_the_builtin_back),
		store_test(deleting__a_builtin__is_refused_with_how_to_pause_it),
		store_test(renaming__is_refused__edited_or_not),
		store_test(links__may_name__what_is_built_in),
		store_test(a_failed_operation__leaves__the_builtin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
