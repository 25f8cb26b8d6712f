#pragma once
/* A store in a directory of its own for each test, as its users see it. */
#include <assert.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "daemon/core/thread.h"
#include "daemon/store/store.h"
#include "shared/mem.h"

struct fixture {
	char dir[128];
	struct store *store;
	struct store_options options;
	struct error error;
};

static inline void fixture_remove(const char *dir)
{
	DIR *d = opendir(dir);

	for (struct dirent *entry; d && (entry = readdir(d));) {
		char path[512];

		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.' && unlink(path))
			rmdir(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static inline void fixture_open(struct fixture *f)
{
	f->store = store_open(&f->options, &f->error);
	if (!f->store)
		fail_msg("%s", f->error.text);
}

static inline void fixture_reopen(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
	fixture_open(f);
}

/* A directory and options, nothing open. */
static inline int fixture_setup_dir(void **state)
{
	struct fixture *f = mem_zalloc(sizeof *f);
	const char *tmp = getenv("TMPDIR");

	snprintf(f->dir, sizeof f->dir, "%.100s/sellersmart-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		return -1;
	f->options = (struct store_options){.dir = f->dir, .clock = &clock_system, .node = 1};
	*state = f;
	return 0;
}

static inline int fixture_setup(void **state)
{
	int rc = fixture_setup_dir(state);

	if (rc == 0)
		fixture_open(*state);
	return rc;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	fixture_remove(f->dir);
	free(f);
	return 0;
}

#define store_test(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define store_dir_test(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup_dir, fixture_teardown)

/* Wait for a condition, at most 10 s. */
#define wait_until(condition)                                                \
	do {                                                                 \
		int64_t wait_deadline = thread_now_us() + 10000000;          \
		while (!(condition)) {                                       \
			if (thread_now_us() > wait_deadline)                 \
				fail_msg("never came true: %s", #condition); \
			sched_yield();                                       \
		}                                                            \
	} while (0)
