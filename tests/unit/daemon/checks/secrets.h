#pragma once
/* Checks that need secrets: the harness with a store, and tables of cases. */
#include "harness.h"

#include "daemon/store/secrets.h"
#include "daemon/store/store.h"

struct kept_secret {
	const char *name, *value;
};

static enum err put_secret(struct txn *t, void *arg, struct error *e)
{
	const struct kept_secret *s = arg;

	return secret_put(t, s->name, s->value, strlen(s->value), e);
}

static inline void keep_secret(struct harness *h, const char *name, const char *value)
{
	struct kept_secret s = {name, value};
	struct error e = {0};

	if (store_run(h->env.store, OP_PEOPLE, put_secret, &s, &e))
		fail_msg("%s", e.text);
}

/* The contents of a file that the misbehaving server wrote; free(). */
static inline char *file_of(struct harness *h, const char *name)
{
	char path[128], *text = calloc(1, 65536);
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", h->dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	return text;
}

static inline void keep_file(struct harness *h, const char *name, const char *file)
{
	char *text = file_of(h, file);

	keep_secret(h, name, text);
	free(text);
}

static int secrets_setup(void **state)
{
	int rc = harness_setup(state);
	struct harness *h = *state;
	struct error e = {0};
	char dir[64];
	struct store_options o = {.dir = dir, .clock = &clock_system, .node = 1};

	snprintf(dir, sizeof dir, "%s/store", h->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	h->env.store = store_open(&o, &e);
	if (!h->env.store)
		fail_msg("%s", e.text);
	return rc;
}

static int secrets_teardown(void **state)
{
	struct harness *h = *state;
	struct store *store = h->env.store;
	int rc;

	loop_stop(h->loop, harness_close, h, 3000);
	store_close(store);
	rc = harness_end(h);
	return rc;
}

/* The words of a spec that must not be compiled. */
static inline void assert_refused(struct harness *h, const char *spec_text, const char *field,
				  const char *words, const char *hint)
{
	json_t *spec = json_loads(spec_text, 0, NULL);
	struct error e = {0};
	void *config = NULL;

	assert_non_null(spec);
	json_object_set_new(spec, "type", json_string("http"));
	if (!check_type_find("http")->prepare(spec, &h->env, &config, &e))
		fail_msg("%s was taken", spec_text);
	if (strcmp(e.field, field) || !strstr(e.text, words) || !strstr(e.hint, hint))
		fail_msg("%s: \"%s\" (%s), hint \"%s\"", spec_text, e.text, e.field, e.hint);
	json_decref(spec);
}
