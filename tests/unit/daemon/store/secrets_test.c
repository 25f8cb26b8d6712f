#include "tests/unit/daemon/store/store_fixture.h"

#include <fcntl.h>

#include "daemon/store/secrets.h"
#include "shared/schema/schema.h"

struct value {
	const char *name;
	const void *bytes;
	size_t len;
};

static enum err run_secret(struct txn *t, void *arg, struct error *e)
{
	struct value *v = arg;

	return secret_put(t, v->name, v->bytes, v->len, e);
}

static enum err keep(struct fixture *f, const char *name, const char *value)
{
	struct value v = {name, value, strlen(value)};

	return store_run(f->store, OP_PEOPLE, run_secret, &v, &f->error);
}

static void assert_secret(struct fixture *f, const char *name, const char *expected)
{
	size_t len = 0;
	char *v = secret_get(f->store, name, &len, &f->error);

	if (!v)
		fail_msg("%s", f->error.text);
	assert_int_equal(len, strlen(expected));
	assert_string_equal(v, expected);
	secret_wipe(v, len);
}

static void secret_put__is_read_back_also_after_reopening(void **state)
{
	struct fixture *f = *state;

	assert_false(secret_exists(f->store, "token"));
	assert_int_equal(keep(f, "token", "hunter2"), ERR_NONE);
	assert_true(secret_exists(f->store, "token"));
	assert_secret(f, "token", "hunter2");
	assert_int_equal(keep(f, "token", "hunter3"), ERR_NONE);
	assert_secret(f, "token", "hunter3");
	fixture_reopen(f);
	assert_secret(f, "token", "hunter3");
}

static void secret_put__twice__moves_the_version(void **state)
{
	struct fixture *f = *state;
	const struct resource *r;

	assert_int_equal(keep(f, "token", "a"), ERR_NONE);
	assert_int_equal(keep(f, "token", "b"), ERR_NONE);
	r = resource_get(f->store, resource_kind_find("secret"), "token");
	assert_int_equal(r->version, 2);
	resource_unref(r);
}

static void secret_get__unknown__says_how_to_store_it(void **state)
{
	struct fixture *f = *state;

	assert_null(secret_get(f->store, "token", NULL, &f->error));
	assert_int_equal(f->error.code, ERR_NOT_FOUND);
	assert_non_null(strstr(f->error.hint, "secret set token"));
}

static void secret_put__empty_and_largest__are_kept(void **state)
{
	struct fixture *f = *state;
	struct value v = {"big", NULL, SECRET_MAX};
	char *bytes = mem_alloc(SECRET_MAX + 1), *got;
	size_t len;

	memset(bytes, 'x', SECRET_MAX + 1);
	v.bytes = bytes;
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_secret, &v, &f->error), ERR_NONE);
	got = secret_get(f->store, "big", &len, &f->error);
	assert_int_equal(len, SECRET_MAX);
	assert_memory_equal(got, bytes, len);
	secret_wipe(got, len);
	v.len = SECRET_MAX + 1;
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_secret, &v, &f->error), ERR_TOO_LARGE);
	assert_int_equal(keep(f, "empty", ""), ERR_NONE);
	assert_secret(f, "empty", "");
	free(bytes);
}

/* No file of the directory contains the bytes. */
static bool on_disk(const char *dir, const char *needle)
{
	DIR *d = opendir(dir);
	bool found = false;

	for (struct dirent *entry; (entry = readdir(d));) {
		char path[512];
		static char bytes[8 << 20];
		FILE *file;
		size_t n;

		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		n = fread(bytes, 1, sizeof bytes, file);
		found |= n && memmem(bytes, n, needle, strlen(needle)) != NULL;
		fclose(file);
	}
	closedir(d);
	return found;
}

static void secret_put__the_files__do_not_show_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(keep(f, "visible-name", "correct-horse-battery"), ERR_NONE);
	assert_true(on_disk(f->dir, "visible-name"));
	assert_false(on_disk(f->dir, "correct-horse-battery"));
}

static void key_path(const struct fixture *f, char out[256])
{
	snprintf(out, 256, "%s/master.key", f->dir);
}

static void master_key__new_store__is_private(void **state)
{
	struct fixture *f = *state;
	char path[256];
	struct stat st;

	key_path(f, path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 32);
}

static void master_key__gone__is_an_error_until_it_is_back(void **state)
{
	struct fixture *f = *state;
	char path[256], away[300];

	assert_int_equal(keep(f, "token", "hunter2"), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	key_path(f, path);
	snprintf(away, sizeof away, "%s.away", path);
	assert_int_equal(rename(path, away), 0);
	fixture_open(f);
	assert_null(secret_get(f->store, "token", NULL, &f->error));
	assert_non_null(strstr(f->error.text, "is missing"));
	assert_true(f->error.hint[0]);
	assert_int_equal(keep(f, "other", "x"), ERR_UNAVAILABLE);
	assert_int_not_equal(access(path, F_OK), 0); /* no new one that would hide the loss */
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(rename(away, path), 0);
	fixture_open(f);
	assert_secret(f, "token", "hunter2");
}

static void write_key(const char *path, size_t n, char c)
{
	FILE *file = fopen(path, "w");

	for (size_t i = 0; i < n; i++)
		fputc(c, file);
	fclose(file);
}

static void master_key__damaged_or_another__is_refused(void **state)
{
	struct fixture *f = *state;
	char path[256];

	assert_int_equal(keep(f, "token", "hunter2"), ERR_NONE);
	key_path(f, path);
	store_close(f->store);
	f->store = NULL;
	write_key(path, 5, 'x');
	fixture_open(f);
	assert_null(secret_get(f->store, "token", NULL, &f->error));
	assert_non_null(strstr(f->error.text, "damaged"));
	store_close(f->store);
	f->store = NULL;
	write_key(path, 32, 'x');
	fixture_open(f);
	assert_null(secret_get(f->store, "token", NULL, &f->error));
	assert_non_null(strstr(f->error.text, "not the key"));
	assert_int_equal(keep(f, "token", "y"), ERR_UNAVAILABLE);
}

static enum err run_swap(struct txn *t, void *arg, struct error *e)
{
	return txn_exec(
		t,
		txn_prepare(t,
			    "UPDATE secret SET nonce = (SELECT nonce FROM secret ORDER BY id "
			    "LIMIT 1), sealed = (SELECT sealed FROM secret ORDER BY id LIMIT "
			    "1)",
			    e),
		e);
}

static void secret_get__value_of_another__does_not_open(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(keep(f, "first", "a"), ERR_NONE);
	assert_int_equal(keep(f, "second", "b"), ERR_NONE);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_swap, NULL, &f->error), ERR_NONE);
	fixture_reopen(f);
	assert_secret(f, "first", "a");
	assert_null(secret_get(f->store, "second", NULL, &f->error));
	assert_int_equal(f->error.code, ERR_STORE);
}

struct user {
	const char *spec;
};

static enum err run_user(struct txn *t, void *arg, struct error *e)
{
	struct user *u = arg;
	struct resource_put p = {.kind = resource_kind_find("monitor"),
				 .mode = PUT_UPSERT,
				 .name = "shop",
				 .spec = u->spec};
	enum err rc = resource_put(t, &p, e);

	resource_unref(p.result);
	return rc;
}

static enum err run_remove(struct txn *t, void *arg, struct error *e)
{
	const struct resource_kind *k = resource_kind_find("secret");
	const struct resource *r = resource_find_row(t, k, arg, e);
	enum err rc = r ? resource_delete(t, k, r->id, 0, NULL, e) : ERR_NOT_FOUND;

	resource_unref(r);
	return rc;
}

static void resource_delete__secret_in_use__names_the_user(void **state)
{
	struct fixture *f = *state;
	struct user u = {"{\"bearer\":{\"secret\":\"token\"}}"};

	assert_int_equal(keep(f, "token", "a"), ERR_NONE);
	assert_int_equal(keep(f, "tok", "b"), ERR_NONE);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_user, &u, &f->error), ERR_NONE);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_remove, "token", &f->error),
			 ERR_IN_USE);
	assert_non_null(strstr(f->error.text, "shop"));
	/* A name inside another name is not a use. */
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_remove, "tok", &f->error), ERR_NONE);
	assert_false(secret_exists(f->store, "tok"));
	u.spec = "{}";
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_user, &u, &f->error), ERR_NONE);
	assert_int_equal(store_run(f->store, OP_PEOPLE, run_remove, "token", &f->error), ERR_NONE);
	assert_false(secret_exists(f->store, "token"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(secret_put__is_read_back_also_after_reopening),
		store_test(secret_put__twice__moves_the_version),
		store_test(secret_get__unknown__says_how_to_store_it),
		store_test(secret_put__empty_and_largest__are_kept),
		store_test(secret_put__the_files__do_not_show_it),
		store_test(master_key__new_store__is_private),
		store_test(master_key__gone__is_an_error_until_it_is_back),
		store_test(master_key__damaged_or_another__is_refused),
		store_test(secret_get__value_of_another__does_not_open),
		store_test(resource_delete__secret_in_use__names_the_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
